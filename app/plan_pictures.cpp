#include "app/plan_pictures.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include <unistd.h>

#include "app/progress_line.h"
#include "pipeline/pair_fetcher.h"

namespace hindsight::app {
namespace {

int thumbnail_width(const ingest::StreamFacts& facts) {
  const auto width = std::int64_t{kThumbnailHeight} * std::max(1, facts.display_width) /
                     std::max(1, facts.display_height);
  return static_cast<int>(std::clamp<std::int64_t>(width, 1, kThumbnailWidth));
}

}  // namespace

std::vector<std::size_t> PlanPictures::by_time() const {
  std::vector<std::size_t> order(pictures.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return pairs[i].first; });
  return order;
}

PlanPictures fetch_pictures(const VideoPlan& plan,
                            const ingest::ReaderOptions& reader_options,
                            int num_pictures,
                            const Context& context) {
  PlanPictures found;
  found.pairs = ranked_pairs(plan);
  found.pictures.resize(
      std::min(found.pairs.size(), static_cast<std::size_t>(std::max(0, num_pictures))));
  auto not_decoded = plan.ladder.not_decoded;
  if (!found.pictures.empty()) {
    ingest::VideoReader reader(plan.name, plan.profile, reader_options, context.logger);
    pipeline::PairFetcher fetcher(reader, {.thumbnail_width = thumbnail_width(plan.facts)});
    ProgressLine progress(!context.quiet && is_terminal(STDERR_FILENO));
    std::size_t done = 0;
    for (const auto i : found.by_time()) {
      found.pictures[i] = fetcher.fetch_picture(found.pairs[i]);
      if (!found.pictures[i]) not_decoded.push_back(found.pairs[i].covers);
      progress.at("pictures",
                  static_cast<double>(++done) / static_cast<double>(found.pictures.size()));
    }
    found.num_errors = reader.stats().errors;
  }
  found.gaps = find_gaps(found.pairs,
                         std::move(not_decoded),
                         plan.profile,
                         plan.end,
                         plan.options.coverage_floor);
  return found;
}

}  // namespace hindsight::app
