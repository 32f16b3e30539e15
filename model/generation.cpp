#include "model/generation.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include <fmt/format.h>

#include "core/error.h"

namespace hindsight::model {
namespace {

constexpr float kExcluded = -std::numeric_limits<float>::infinity();

// Unnormalised probabilities, the largest 1.
std::vector<double> weights_of(std::span<const float> logits) {
  const float largest = logits[static_cast<std::size_t>(argmax(logits))];
  std::vector<double> weights(logits.size());
  std::transform(logits.begin(), logits.end(), weights.begin(), [&](float logit) {
    return std::exp(static_cast<double>(logit) - static_cast<double>(largest));
  });
  return weights;
}

}  // namespace

std::optional<std::string> find_fault(const GenerationOptions& options) {
  struct Rule {
    bool holds;
    std::string_view option;
    double value;
    std::string_view range;
  };
  const double penalty = options.repetition_penalty;
  const bool temperature_holds = options.temperature > 0 && std::isfinite(options.temperature);
  const Rule rules[] = {
      {options.max_new_tokens > 0, "max_new_tokens", double(options.max_new_tokens), "at least 1"},
      {penalty > 0 && std::isfinite(penalty), "repetition_penalty", penalty, "positive (1: none)"},
      {options.top_k >= 0, "top_k", double(options.top_k), "0 (no limit) or more"},
      {options.top_p > 0 && options.top_p <= 1, "top_p", options.top_p, "above 0 and at most 1"},
      {!options.do_sample || temperature_holds,
       "temperature",
       options.temperature,
       "positive when sampling (for the most likely token, do not sample)"},
  };
  for (const auto& rule : rules) {
    if (!rule.holds)
      return fmt::format("{} is {}, but must be {}", rule.option, rule.value, rule.range);
  }
  return std::nullopt;
}

void check(const GenerationOptions& options) {
  if (const auto fault = find_fault(options)) throw Error(ErrorCode::usage, *fault);
}

void apply_repetition_penalty(std::span<float> logits, std::span<const int> ids, double penalty) {
  if (penalty == 1.0) return;
  const auto factor = static_cast<float>(penalty);
  std::vector<bool> done(logits.size());
  for (const int id : ids) {
    const auto i = static_cast<std::size_t>(id);
    if (id < 0 || i >= logits.size() || done[i]) continue;
    done[i] = true;
    logits[i] = logits[i] < 0 ? logits[i] * factor : logits[i] / factor;
  }
}

void keep_top_k(std::span<float> logits, int top_k) {
  if (top_k <= 0 || static_cast<std::size_t>(top_k) >= logits.size()) return;
  std::vector<float> sorted(logits.begin(), logits.end());
  const auto kth = sorted.begin() + (top_k - 1);
  std::nth_element(sorted.begin(), kth, sorted.end(), std::greater<>());
  const float least = *kth;
  for (float& logit : logits) {
    if (logit < least) logit = kExcluded;
  }
}

void keep_top_p(std::span<float> logits, double top_p) {
  if (top_p >= 1.0 || logits.empty()) return;
  const auto weights = weights_of(logits);
  std::vector<std::size_t> order(logits.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return weights[a] > weights[b];
  });
  const double wanted = top_p * std::accumulate(weights.begin(), weights.end(), 0.0);
  double sum = 0;
  for (const std::size_t i : order) {
    if (sum >= wanted) logits[i] = kExcluded;
    sum += weights[i];
  }
}

int argmax(std::span<const float> logits) {
  return static_cast<int>(std::max_element(logits.begin(), logits.end()) - logits.begin());
}

TokenSampler::TokenSampler(const GenerationOptions& options)
    : options_(options), random_(options.seed) {
  check(options_);
}

int TokenSampler::next(std::span<float> logits, std::span<const int> seen) {
  if (logits.empty())
    throw Error(ErrorCode::internal, "there are no logits to choose a token from");
  if (options_.filter) options_.filter(chosen_, logits);
  chosen_.push_back(choose(logits, seen));
  return chosen_.back();
}

int TokenSampler::choose(std::span<float> logits, std::span<const int> seen) {
  apply_repetition_penalty(logits, seen, options_.repetition_penalty);
  if (!options_.do_sample || options_.top_k == 1) return argmax(logits);

  const auto temperature = static_cast<float>(options_.temperature);
  for (float& logit : logits) logit /= temperature;
  keep_top_k(logits, options_.top_k);
  keep_top_p(logits, options_.top_p);

  const auto weights = weights_of(logits);
  const double fraction = static_cast<double>(random_() >> 11) * 0x1p-53;
  double left = fraction * std::accumulate(weights.begin(), weights.end(), 0.0);
  std::size_t last = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) continue;
    last = i;
    left -= weights[i];
    if (left < 0) break;
  }
  return static_cast<int>(last);
}

}  // namespace hindsight::model
