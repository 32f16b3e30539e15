// Everything the store and the model's embeddings know about one video of a question.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "index/store.h"
#include "query/answer.h"

namespace hindsight::query::detail {

/// What is known about one video before anything is chosen.
struct Material {
  VideoReading reading;
  index::PairVectors vectors;
  std::vector<std::size_t> vector_of;  ///< of the candidates, in `vectors`; see positions_of()
  bool has_closeness = false;
  std::vector<index::StoredText> texts;  ///< of the ranges, by time
  std::vector<std::size_t> wanted;       ///< positions in `texts`, best hit first
};

/// The candidates of a scope with their relevance, and its texts.
/// words: the question's content words.  query: embed_words() of them; empty: no vectors are read.
[[nodiscard]] Material gather(const VideoScope& scope,
                              const index::Store& store,
                              const std::vector<std::string>& words,
                              const std::vector<float>& query);

}  // namespace hindsight::query::detail
