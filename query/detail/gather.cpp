#include "query/detail/gather.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "query/relevance.h"

namespace hindsight::query::detail {
namespace {

constexpr int kMaxTextHits = 20;

bool in_ranges(const TimeSpan& span, const std::vector<TimeSpan>& ranges) {
  return std::any_of(
      ranges.begin(), ranges.end(), [&](const TimeSpan& range) { return range.overlaps(span); });
}

TimeSpan hull(const std::vector<TimeSpan>& ranges) {
  return {ranges.front().begin, ranges.back().end};
}

/// The share of `ranges` for which there are pairs.
double covered_share(const std::vector<Candidate>& candidates,
                     const std::vector<TimeSpan>& ranges) {
  std::vector<TimeSpan> covers;
  for (const auto& candidate : candidates) covers.push_back(candidate.pair.covers);
  std::sort(covers.begin(), covers.end());
  MediaDuration asked{};
  MediaDuration covered{};
  for (const auto& range : ranges) {
    asked += range.length();
    MediaTime done = range.begin;
    for (const auto& span : covers) {
      const TimeSpan part = intersect({std::max(span.begin, done), span.end}, range);
      if (part.empty()) continue;
      covered += part.length();
      done = part.end;
    }
  }
  return to_seconds(covered) / to_seconds(asked);
}

void find_text_hits(Material& material,
                    const index::Store& store,
                    const std::vector<std::string>& words) {
  auto& reading = material.reading;
  const auto& ranges = reading.scope.ranges;
  material.texts = store.texts(reading.scope.video.id, hull(ranges));
  std::erase_if(material.texts, [&](const auto& text) { return !in_ranges(text.span, ranges); });
  if (words.empty() || material.texts.empty()) return;
  const auto hits = store.search_texts(
      fmt::format("{}", fmt::join(words, " ")),
      {.video_ids = {reading.scope.video.id}, .span = hull(ranges), .limit = kMaxTextHits});
  for (const auto& hit : hits) {
    const auto same =
        std::find_if(material.texts.begin(), material.texts.end(), [&](const auto& text) {
          return text.span == hit.text.span && text.text == hit.text.text;
        });
    if (same == material.texts.end()) continue;
    material.wanted.push_back(static_cast<std::size_t>(same - material.texts.begin()));
    // The pair that stands for most of the text's time shows what was said.
    Candidate* best = nullptr;
    MediaDuration longest{};
    for (auto& candidate : reading.candidates) {
      const auto shared = intersect(candidate.pair.covers, hit.text.span).length();
      if (shared > longest) {
        longest = shared;
        best = &candidate;
      }
    }
    const double share =
        hits.front().score > 0 ? std::clamp(hit.score / hits.front().score, 1e-6, 1.0) : 1.0;
    if (best) best->subtitle_hit = std::max(best->subtitle_hit, share);
  }
}

}  // namespace

Material gather(const VideoScope& scope,
                const index::Store& store,
                const std::vector<std::string>& words,
                const std::vector<float>& query) {
  Material material;
  auto& reading = material.reading;
  reading.scope = scope;
  for (auto& pair : store.pairs(scope.run.id, hull(scope.ranges))) {
    if (in_ranges(pair.covers, scope.ranges))
      reading.candidates.push_back({.pair = std::move(pair)});
  }
  reading.covered = covered_share(reading.candidates, scope.ranges);
  if (!query.empty() && !reading.candidates.empty()) {
    material.vectors = store.pair_vectors(scope.run.id);
    std::vector<std::int64_t> ids;
    for (const auto& candidate : reading.candidates) ids.push_back(candidate.pair.id);
    material.vector_of = positions_of(material.vectors, ids);
    const auto scores = score_pairs(material.vectors, query);
    material.has_closeness = !scores.empty();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const std::size_t vector = material.vector_of[i];
      if (material.has_closeness && vector != kNoVector)
        reading.candidates[i].closeness = scores[vector];
    }
  }
  find_text_hits(material, store, words);
  return material;
}

}  // namespace hindsight::query::detail
