// Choosing the next token from logits, with the arithmetic of transformers' logits processors.
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "model/vision_language_model.h"

namespace hindsight::model {

/// One sentence naming an option that makes no sense and its range; empty when all are good.
[[nodiscard]] std::optional<std::string> find_fault(const GenerationOptions& options);
/// Throws that sentence as Error(usage).
void check(const GenerationOptions& options);

/// Divides positive and multiplies negative logits of every id in `ids`, once each.
/// Ids beyond the logits are ignored.
void apply_repetition_penalty(std::span<float> logits, std::span<const int> ids, double penalty);

/// Sets all logits below the k-th largest to minus infinity; equal ones stay.
void keep_top_k(std::span<float> logits, int top_k);

/// Sets to minus infinity all but the most likely tokens whose probabilities first add up to top_p.
void keep_top_p(std::span<float> logits, double top_p);

/// The index of the largest logit; the first of equals.
[[nodiscard]] int argmax(std::span<const float> logits);

/// Draws tokens; of top_k 1 argmax().  The sequence depends on seed, options and logits alone, on
/// every platform: std::mt19937_64, one draw a token, its upper 53 bits as a fraction of the total
/// probability. Not thread-safe.
class TokenSampler {
 public:
  /// Throws as check().
  explicit TokenSampler(const GenerationOptions& options);

  /// logits: [vocab], changed in place.  seen: the ids of prompt and answer so far, for the
  /// repetition penalty.
  [[nodiscard]] int next(std::span<float> logits, std::span<const int> seen);

 private:
  int choose(std::span<float> logits, std::span<const int> seen);

  GenerationOptions options_;
  std::mt19937_64 random_;
  std::vector<int> chosen_;
};

}  // namespace hindsight::model
