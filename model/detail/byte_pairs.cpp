#include "model/detail/byte_pairs.h"

#include <algorithm>
#include <bit>

namespace hindsight::model {
namespace {

constexpr std::int32_t kRemoved = -2;  // the next of a symbol that was joined to its left

std::uint64_t key_of(int left, int right) {
  return (std::uint64_t{static_cast<std::uint32_t>(left)} << 32) |
         static_cast<std::uint32_t>(right);
}

// The heap's top is the lowest rank, and among equals the leftmost place.
bool is_after(const BytePairs::Candidate& a, const BytePairs::Candidate& b) {
  return a.rank != b.rank ? a.rank > b.rank : a.left > b.left;
}

}  // namespace

void BytePairs::reserve(std::size_t num_merges) {
  slots_.resize(std::bit_ceil(2 * num_merges + 1));
}

void BytePairs::add(int left, int right, Merge merge) {
  const std::uint64_t key = key_of(left, right);
  slots_[slot_of(key)] = {key, merge};
}

std::size_t BytePairs::slot_of(std::uint64_t key) const {
  const std::size_t mask = slots_.size() - 1;
  // 2^64 / golden ratio spreads neighbouring ids; its upper half is the best mixed.
  std::size_t slot = static_cast<std::size_t>((key * 0x9E3779B97F4A7C15ULL) >> 32) & mask;
  while (slots_[slot].key != key && slots_[slot].key != kEmpty) slot = (slot + 1) & mask;
  return slot;
}

BytePairs::Merge BytePairs::find(int left, int right) const {
  return slots_[slot_of(key_of(left, right))].merge;
}

void BytePairs::push_candidate(std::int32_t left, Scratch& scratch) const {
  const Symbol& symbol = scratch.symbols[static_cast<std::size_t>(left)];
  if (symbol.next < 0) return;
  const Merge merge = find(symbol.id, scratch.symbols[static_cast<std::size_t>(symbol.next)].id);
  if (merge.rank < 0) return;
  scratch.heap.push_back({merge.rank, left, merge.id});
  std::push_heap(scratch.heap.begin(), scratch.heap.end(), is_after);
}

void BytePairs::encode(std::string_view word, Scratch& scratch, std::vector<int>& ids) const {
  auto& symbols = scratch.symbols;
  symbols.clear();
  scratch.heap.clear();
  const auto length = static_cast<std::int32_t>(word.size());
  for (std::int32_t i = 0; i < length; ++i) {
    const auto byte = static_cast<unsigned char>(word[static_cast<std::size_t>(i)]);
    symbols.push_back({byte_ids[byte], i - 1, i + 1 < length ? i + 1 : -1});
  }
  for (std::int32_t i = 0; i + 1 < length; ++i) push_candidate(i, scratch);

  while (!scratch.heap.empty()) {
    std::pop_heap(scratch.heap.begin(), scratch.heap.end(), is_after);
    const Candidate best = scratch.heap.back();
    scratch.heap.pop_back();
    Symbol& left = symbols[static_cast<std::size_t>(best.left)];
    if (left.next < 0) continue;
    Symbol& right = symbols[static_cast<std::size_t>(left.next)];
    // A candidate outlives its pair when a neighbour was joined first.
    if (find(left.id, right.id).rank != best.rank) continue;

    left.id = best.id;
    left.next = right.next;
    right.next = kRemoved;
    if (left.next >= 0) symbols[static_cast<std::size_t>(left.next)].previous = best.left;
    if (left.previous >= 0) push_candidate(left.previous, scratch);
    push_candidate(best.left, scratch);
  }
  for (const auto& symbol : symbols) {
    if (symbol.next != kRemoved) ids.push_back(symbol.id);
  }
}

}  // namespace hindsight::model
