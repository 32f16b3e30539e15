// Words that a model was never asked about: what it says of them means nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/vision_language_model.h"
#include "query/plan.h"

namespace hindsight::query::detail {

/// Words of a question about one picture that are not among ModelInfo::words, each once, in order;
/// none for a model that names no words.  What is written on a sign is no word.
[[nodiscard]] std::vector<std::string> unknown_words(std::string_view question,
                                                     const model::ModelInfo& model);

/// The same of all that a plan puts to pictures.
[[nodiscard]] std::vector<std::string> unknown_words(const Plan& plan,
                                                     const model::ModelInfo& model);

/// "when", "first", "appears": a word that says what is asked, not what is in a picture.
[[nodiscard]] bool is_question_word(std::string_view word);

/// What people call a model: its folder's name.
[[nodiscard]] std::string name_of(const model::ModelInfo& model);

/// One sentence for people: what is not known, and what to do.
[[nodiscard]] std::string no_words_for(const std::vector<std::string>& words,
                                       const model::ModelInfo& model);

}  // namespace hindsight::query::detail
