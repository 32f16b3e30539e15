// How close cached pairs are to a question: cosine of pooled tokens and words, and subtitle hits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "index/records.h"
#include "model/tokenizer.h"
#include "model/vision_language_model.h"

namespace hindsight::query {

/// The words that carry a question's meaning, lower case, in order, each once: no articles,
/// question words, auxiliaries or prepositions.
[[nodiscard]] std::vector<std::string> content_words(std::string_view question);

/// The mean of the language model's embeddings of `words`, unit length [token_width].  Visual
/// tokens live in the same space, so the two can be compared.  Empty when there is no word.
[[nodiscard]] std::vector<float> embed_words(const std::vector<std::string>& words,
                                             model::LanguageModel& language_model,
                                             const model::Tokenizer& tokenizer);

/// Closeness in [-1, 1] of every pair, parallel to vectors.pair_ids: the cosine of `query` and the
/// pair's vector, after the mean of the vectors is taken out of the latter (what all pairs share
/// says nothing about any of them).  The mean is that of 16 384 of them, evenly chosen, where there
/// are more.  A pair that differs from the mean by no more than rounding gets 0.  Empty when there
/// is no query, or when all pairs are equally close and the ranking would be noise.
/// query: unit length [vectors.width].
///
/// Note [Closeness in integers]: mean and query are rounded to 16 bits, everything after that is
/// exact.  Against doubles with the same mean a score is off by less than 2 e / d + e, where d is
/// how far the vector lies from the mean and e = sqrt(width) / 65534 times the largest value of
/// mean or query: 3e-4 for width 192, values up to 0.2 and d = 0.3.
[[nodiscard]] std::vector<float> score_pairs(const index::PairVectors& vectors,
                                             const std::vector<float>& query);

/// Positions of the `count` highest scores, best first, equal ones by position.
[[nodiscard]] std::vector<std::size_t> best_positions(std::span<const float> scores,
                                                      std::size_t count);

/// In `positions_of`: the vectors have no such pair.
constexpr std::size_t kNoVector = static_cast<std::size_t>(-1);

/// Where the vectors of these pairs are in `vectors`; kNoVector for those that have none.
[[nodiscard]] std::vector<std::size_t> positions_of(const index::PairVectors& vectors,
                                                    std::span<const std::int64_t> pair_ids);

/// The vectors of these pairs in this order; zeros for those that have none.
[[nodiscard]] index::PairVectors vectors_of(const index::PairVectors& vectors,
                                            std::span<const std::int64_t> pair_ids);

/// Cosine of two pairs' vectors, by position.
[[nodiscard]] double similarity(const index::PairVectors& vectors, std::size_t a, std::size_t b);

}  // namespace hindsight::query
