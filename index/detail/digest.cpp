#include "index/detail/digest.h"

#include <bit>

#include <fmt/format.h>

#include "core/content_hash.h"

namespace hindsight::index::detail {
namespace {

void add(ContentHash& hash, const TimeSpan& span) {
  hash.add(span.begin.ns());
  hash.add(span.end.ns());
}

void add_count(ContentHash& hash, std::size_t count) { hash.add(static_cast<std::int64_t>(count)); }

void add(ContentHash& hash, const PairFacts& facts) {
  const StoredPair& pair = facts.pair;
  for (const std::int64_t value : {std::int64_t{pair.rank},
                                   pair.first.ns(),
                                   pair.second.ns(),
                                   std::int64_t{pair.width},
                                   std::int64_t{pair.height},
                                   std::int64_t{pair.num_tokens},
                                   facts.tokens_checksum}) {
    hash.add(value);
  }
  add(hash, pair.covers);
  add_count(hash, pair.reason.size());
  hash.add(pair.reason);
  if (!pair.same_as) return;
  hash.add("same as");
  hash.add(std::int64_t{*pair.same_as});
}

}  // namespace

std::int64_t video_checksum(const VideoRecord& video) {
  const std::string text =
      fmt::format("{} {} {} {}", video.content_hash, video.end.ns(), video.width, video.height);
  return static_cast<std::int64_t>(checksum64(std::as_bytes(std::span(text))));
}

std::string stretch_digest(const StretchFacts& stretch) {
  ContentHash hash;
  hash.add(std::int64_t{stretch.number});
  add(hash, stretch.span);
  add_count(hash, stretch.shots.size());
  for (const auto& shot : stretch.shots) add(hash, shot);
  add_count(hash, stretch.activity.size());
  for (const auto& activity : stretch.activity) {
    add(hash, activity.span);
    hash.add(std::bit_cast<std::int64_t>(activity.score));
  }
  add_count(hash, stretch.pairs.size());
  for (const auto& pair : stretch.pairs) add(hash, pair);
  hash.add(stretch.vectors_checksum);
  return hash.hex();
}

}  // namespace hindsight::index::detail
