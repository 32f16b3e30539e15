// How close cached pairs are to a question: cosine of pooled tokens and words, and subtitle hits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
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

/// Pair id to closeness in [-1, 1]: the cosine of `query` and the pair's vector, after the mean of
/// all vectors is taken out of the latter (what all pairs share says nothing about any of them).
/// Empty when there is no query, or when all pairs are equally close and the ranking would be
/// noise. query: unit length [vectors.width].
[[nodiscard]] std::unordered_map<std::int64_t, double> score_pairs(
    const index::PairVectors& vectors, const std::vector<float>& query);

/// Cosine of two pairs' vectors, by position.
[[nodiscard]] double similarity(const index::PairVectors& vectors, std::size_t a, std::size_t b);

}  // namespace hindsight::query
