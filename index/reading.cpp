// Store: pairs, tokens, vectors, thumbnails and spans come out.
#include <algorithm>
#include <cstring>
#include <tuple>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "core/error.h"
#include "core/spread.h"
#include "index/detail/store_impl.h"
#include "index/token_codec.h"

namespace hindsight::index {
namespace {

using detail::BlobReader;
using detail::BlobTable;

/// The first `limit` pairs, or all when it is 0, by key_of(pair).  A pair is large: its place is
/// sorted, and it is moved once.
template <class KeyOf>
std::vector<StoredPair> sorted_by(const KeyOf& key_of,
                                  std::vector<StoredPair> pairs,
                                  int limit = 0) {
  using Key = decltype(key_of(pairs.front()));
  std::vector<std::pair<Key, std::size_t>> order;
  order.reserve(pairs.size());
  for (const auto& pair : pairs) order.emplace_back(key_of(pair), order.size());
  std::ranges::sort(order);
  if (limit > 0 && order.size() > static_cast<std::size_t>(limit))
    order.resize(static_cast<std::size_t>(limit));
  std::vector<StoredPair> sorted;
  sorted.reserve(order.size());
  for (const auto& [key, i] : order) sorted.push_back(std::move(pairs[i]));
  return sorted;
}

auto global_order(const StoredPair& pair) {
  return std::tuple(pair.rank, spread_key(static_cast<std::uint32_t>(pair.stretch)));
}

auto time_order(const StoredPair& pair) { return std::tuple(pair.covers, pair.first); }

/// Gives repeats the frames of their own, and what they repeat.  Few pairs are one: they are read
/// by themselves instead of sought for every pair; they were committed with them.
void mark_repeats(const Store::Impl& store, std::int64_t run_id, std::vector<StoredPair>& pairs) {
  if (pairs.empty()) return;
  const auto [first, last] = std::ranges::minmax_element(pairs, {}, &StoredPair::id);
  auto select = store.database->prepare(R"sql(
SELECT x.pair_id, x.first_ns, x.second_ns, x.original_rank, o.id
FROM repeats x CROSS JOIN pairs p CROSS JOIN stretches s CROSS JOIN pairs o
WHERE x.pair_id BETWEEN ?2 AND ?3 AND p.id = x.pair_id AND s.id = p.stretch_id AND s.run_id = ?1
  AND o.stretch_id = p.stretch_id AND o.rank = x.original_rank)sql");
  select.bind(run_id, first->id, last->id);
  std::unordered_map<std::int64_t, StoredPair*> by_id;
  while (select.step()) {
    if (by_id.empty())
      for (StoredPair& pair : pairs) by_id.emplace(pair.id, &pair);
    const auto found = by_id.find(select.integer(0));
    if (found == by_id.end()) continue;
    found->second->first = MediaTime::from_ns(select.integer(1));
    found->second->second = MediaTime::from_ns(select.integer(2));
    found->second->same_as = select.small(3);
    found->second->original_id = select.integer(4);
  }
}

std::vector<StoredPair> read_pairs(const Store::Impl& store,
                                   std::int64_t run_id,
                                   const std::optional<TimeSpan>& span) {
  auto select_video = store.database->prepare("SELECT video_id FROM runs WHERE id = ?1");
  select_video.bind(run_id);
  if (!select_video.step()) return {};
  const std::int64_t video_id = select_video.integer(0);
  auto select = store.database->prepare(R"sql(
SELECT p.id, s.number, p.rank, t.first_ns, t.second_ns, p.covers_begin_ns, p.covers_end_ns, t.width, t.height,
       t.num_tokens, p.reason
FROM stretches s JOIN pairs p ON p.stretch_id = s.id JOIN tokens t ON t.id = p.tokens_id
WHERE s.run_id = ?1 AND p.covers_begin_ns < ?3 AND p.covers_end_ns > ?2)sql");
  const detail::SpanBounds bounds(span);
  select.bind(run_id, bounds.begin_ns, bounds.end_ns);
  std::vector<StoredPair> pairs;
  while (select.step()) {
    StoredPair& pair = pairs.emplace_back();
    pair.id = select.integer(0);
    pair.video_id = video_id;
    pair.run_id = run_id;
    pair.stretch = select.small(1);
    pair.rank = select.small(2);
    pair.first = MediaTime::from_ns(select.integer(3));
    pair.second = MediaTime::from_ns(select.integer(4));
    pair.covers = {MediaTime::from_ns(select.integer(5)), MediaTime::from_ns(select.integer(6))};
    pair.width = select.small(7);
    pair.height = select.small(8);
    pair.num_tokens = select.small(9);
    pair.reason = select.text(10);
  }
  mark_repeats(store, run_id, pairs);
  return pairs;
}

/// Where the tokens of a pair are and how to read them.
struct TokenPlace {
  std::int64_t tokens_id = 0;
  int num_tokens = 0;
  int width = 0;
  TokenCodec codec = TokenCodec::int8;
};

std::vector<TokenPlace> find_places(const Store::Impl& store,
                                    std::span<const std::int64_t> pair_ids) {
  auto select = store.database->prepare(R"sql(
SELECT t.id, t.num_tokens, m.token_width, t.codec FROM pairs p JOIN tokens t ON t.id = p.tokens_id
JOIN models m ON m.id = t.model_id WHERE p.id = ?1)sql");
  std::vector<TokenPlace> places;
  places.reserve(pair_ids.size());
  for (const std::int64_t pair_id : pair_ids) {
    select.bind(pair_id);
    if (!select.step()) {
      throw Error(ErrorCode::not_found,
                  store.message(fmt::format(
                      "has no pair {}: its video was removed meanwhile; ask again", pair_id)));
    }
    places.push_back({select.integer(0),
                      select.small(1),
                      select.small(2),
                      static_cast<TokenCodec>(select.integer(3))});
  }
  return places;
}

}  // namespace

std::vector<StoredPair> Store::pairs(std::int64_t run_id,
                                     std::optional<TimeSpan> span,
                                     int limit) const {
  return sorted_by(global_order, read_pairs(*impl_, run_id, span), limit);
}

std::vector<StoredPair> Store::pairs_by_time(std::int64_t run_id) const {
  return sorted_by(time_order, read_pairs(*impl_, run_id, {}));
}

TokenMatrix Store::read_tokens(std::span<const std::int64_t> pair_ids) const {
  const detail::Transaction snapshot(*impl_->database, detail::Transaction::Kind::read);
  const auto places = find_places(*impl_, pair_ids);
  TokenMatrix tokens;
  std::size_t num_values = 0;
  for (const auto& place : places) {
    if (tokens.width != 0 && place.width != tokens.width) {
      throw Error(ErrorCode::internal,
                  "read_tokens: the pairs belong to models of different width");
    }
    tokens.width = place.width;
    tokens.rows += place.num_tokens;
    num_values +=
        static_cast<std::size_t>(place.num_tokens) * static_cast<std::size_t>(place.width);
  }
  tokens.values.resize(num_values);

  BlobReader token_data(*impl_, BlobTable::token_data);
  std::span<float> rest = tokens.values;
  for (const auto& place : places) {
    const auto count =
        static_cast<std::size_t>(place.num_tokens) * static_cast<std::size_t>(place.width);
    decode_tokens(token_data.read(place.tokens_id),
                  place.codec,
                  place.num_tokens,
                  place.width,
                  rest.first(count));
    rest = rest.subspan(count);
  }
  return tokens;
}

PairVectors Store::pair_vectors(std::int64_t run_id) const {
  const detail::Transaction snapshot(*impl_->database, detail::Transaction::Kind::read);
  PairVectors vectors;
  auto select_stretches = impl_->database->prepare(R"sql(
SELECT s.id, m.token_width FROM stretches s JOIN runs r ON r.id = s.run_id JOIN models m ON m.id = r.model_id
WHERE s.run_id = ?1 ORDER BY s.number)sql");
  auto select_pairs =
      impl_->database->prepare("SELECT id FROM pairs WHERE stretch_id = ?1 ORDER BY rank");
  BlobReader reader(*impl_, BlobTable::vectors);
  select_stretches.bind(run_id);
  while (select_stretches.step()) {
    const std::int64_t stretch_id = select_stretches.integer(0);
    vectors.width = select_stretches.small(1);
    const std::size_t num_before = vectors.pair_ids.size();
    select_pairs.bind(stretch_id);
    while (select_pairs.step()) vectors.pair_ids.push_back(select_pairs.integer(0));
    const std::size_t count = vectors.pair_ids.size() - num_before;
    const std::size_t scale_bytes = count * sizeof(float);
    const std::size_t code_bytes = count * static_cast<std::size_t>(vectors.width);
    const auto bytes = reader.read(stretch_id);
    if (bytes.size() != scale_bytes + code_bytes) {
      throw Error(ErrorCode::store,
                  impl_->message("is damaged: the vectors of a stretch do not fit its pairs"));
    }
    if (count == 0) continue;
    vectors.scales.resize(num_before + count);
    std::memcpy(vectors.scales.data() + num_before, bytes.data(), scale_bytes);
    const auto* codes = reinterpret_cast<const std::int8_t*>(bytes.data() + scale_bytes);
    vectors.codes.insert(vectors.codes.end(), codes, codes + code_bytes);
  }
  return vectors;
}

std::string Store::thumbnail(std::int64_t pair_id) const {
  auto select = impl_->database->prepare(
      "SELECT t.id, t.thumbnail_bytes FROM pairs p JOIN tokens t ON t.id = p.tokens_id WHERE p.id "
      "= ?1");
  select.bind(pair_id);
  if (!select.step() || select.integer(1) == 0) return {};
  const std::int64_t tokens_id = select.integer(0);
  BlobReader reader(*impl_, BlobTable::thumbnails);
  const auto bytes = reader.read(tokens_id);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::vector<Gap> Store::gaps(std::int64_t run_id) const {
  auto select = impl_->database->prepare(R"sql(
SELECT a.end_ns, b.begin_ns, 0
FROM stretches a JOIN stretches b ON b.run_id = a.run_id AND b.number = a.number + 1
WHERE a.run_id = ?1 AND b.begin_ns > a.end_ns
UNION ALL
SELECT s.begin_ns, s.end_ns, 1 FROM stretches s
WHERE s.run_id = ?1 AND NOT EXISTS (SELECT 1 FROM shots h WHERE h.stretch_id = s.id)
ORDER BY 1)sql");
  select.bind(run_id);
  std::vector<Gap> gaps;
  while (select.step()) {
    gaps.push_back({{MediaTime::from_ns(select.integer(0)), MediaTime::from_ns(select.integer(1))},
                    select.integer(2) == 0 ? GapReason::not_seen : GapReason::not_decoded});
  }
  return gaps;
}

std::vector<TimeSpan> Store::shots(std::int64_t run_id) const {
  auto select = impl_->database->prepare(R"sql(
SELECT h.begin_ns, h.end_ns FROM stretches s JOIN shots h ON h.stretch_id = s.id
WHERE s.run_id = ?1 ORDER BY h.begin_ns, h.end_ns)sql");
  select.bind(run_id);
  std::vector<TimeSpan> shots;
  while (select.step()) {
    shots.push_back({MediaTime::from_ns(select.integer(0)), MediaTime::from_ns(select.integer(1))});
  }
  return shots;
}

std::vector<StoredSpan> Store::activity(std::int64_t run_id) const {
  auto select = impl_->database->prepare(R"sql(
SELECT a.begin_ns, a.end_ns, a.score FROM stretches s JOIN activity a ON a.stretch_id = s.id
WHERE s.run_id = ?1 ORDER BY a.begin_ns, a.end_ns)sql");
  select.bind(run_id);
  std::vector<StoredSpan> spans;
  while (select.step()) {
    spans.push_back({{MediaTime::from_ns(select.integer(0)), MediaTime::from_ns(select.integer(1))},
                     select.real(2)});
  }
  return spans;
}

}  // namespace hindsight::index
