// Byte-pair encoding of one word: neighbours are joined in the order of the merges until none
// applies.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace hindsight::model {

/// Immutable after loading, hence thread-safe; the scratch memory is the caller's.
class BytePairs {
 public:
  struct Merge {
    int rank = -1;  ///< the lowest is done first; -1: the pair is not joined
    int id = 0;     ///< of the joined token
  };
  struct Symbol {
    int id = 0;
    std::int32_t previous = -1;
    std::int32_t next = -1;
  };
  struct Candidate {
    int rank = 0;
    std::int32_t left = 0;
    int id = 0;
  };
  struct Scratch {
    std::vector<Symbol> symbols;
    std::vector<Candidate> heap;
  };

  /// The id of the token for every single byte.
  std::array<int, 256> byte_ids{};

  /// Room for this many merges; called once, before the first add().
  void reserve(std::size_t num_merges);
  /// A later merge of the same pair replaces the earlier one.
  void add(int left, int right, Merge merge);

  /// Appends the ids of `word`.  Time grows as n log n with its length.
  void encode(std::string_view word, Scratch& scratch, std::vector<int>& ids) const;

 private:
  // Open addressing: a node a merge, as std::unordered_map has, made loading and encoding several
  // times slower.
  struct Slot {
    std::uint64_t key = kEmpty;
    Merge merge;
  };
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};

  [[nodiscard]] std::size_t slot_of(std::uint64_t key) const;
  [[nodiscard]] Merge find(int left, int right) const;
  void push_candidate(std::int32_t left, Scratch& scratch) const;

  std::vector<Slot> slots_;  // a power of two, at most half full
};

}  // namespace hindsight::model
