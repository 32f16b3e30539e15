#include "sampler/plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.h"

namespace hindsight::sampler {
namespace {

void require(bool holds, std::string_view message) {
  if (!holds) throw Error(ErrorCode::usage, std::string(message));
}

}  // namespace

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::shot:
      return "shot";
    case Reason::activity:
      return "activity";
    case Reason::coverage:
      return "coverage";
    case Reason::novelty:
      return "novelty";
  }
  throw Error(ErrorCode::internal, "a pair has no reason");
}

void validate(const PlanOptions& options) {
  using namespace std::chrono_literals;
  require(options.tokens_per_hour > 0, "the token budget an hour must be positive");
  require(options.max_tokens >= 0, "the token budget must not be negative (0 means no limit)");
  require(options.coverage_floor >= 1s, "the coverage floor must be at least 1 s");
  require(options.min_pair_tokens >= 1, "the smallest size of a pair must be at least 1 token");
  require(options.max_pair_tokens <= 16384,
          "the largest size of a pair must be at most 16384 tokens");
  require(options.max_pair_tokens >= options.min_pair_tokens,
          fmt::format("the largest size of a pair ({} tokens) is below the smallest ({} tokens)",
                      options.max_pair_tokens,
                      options.min_pair_tokens));
  require(options.stretch_length >= 10s, "the stretch length must be at least 10 s");
  require(options.coverage_floor <= options.stretch_length,
          "the coverage floor must not be longer than a stretch");
}

std::string to_canonical_text(const PlanOptions& options) {
  return fmt::format(
      "tokens_per_hour={} max_tokens={} coverage_floor_ns={} min_pair_tokens={} max_pair_tokens={} "
      "stretch_length_ns={} exact={} every_frame={} encode_repeats={}",
      options.tokens_per_hour,
      options.max_tokens,
      options.coverage_floor.count(),
      options.min_pair_tokens,
      options.max_pair_tokens,
      options.stretch_length.count(),
      options.exact ? 1 : 0,
      options.every_frame ? 1 : 0,
      options.encode_repeats ? 1 : 0);
}

int num_stretches(MediaTime end, const PlanOptions& options) {
  const auto length = options.stretch_length.count();
  return static_cast<int>(std::max<std::int64_t>(1, (end.ns() + length / 2) / length));
}

TimeSpan stretch_span(int number, MediaTime end, const PlanOptions& options) {
  const MediaTime begin{number * options.stretch_length};
  const bool last = number + 1 >= num_stretches(end, options);
  return {begin, last ? std::max(begin, end) : begin + options.stretch_length};
}

}  // namespace hindsight::sampler
