// Cuts text into the pieces that are encoded on their own.
#pragma once

#include <functional>
#include <string_view>

namespace hindsight::model {

/// Calls `on_word` with consecutive pieces of `text` (valid UTF-8) that together are all of it.
/// Cuts as the regular expression of the Qwen2 tokenizer does: contractions, words with at most one
/// leading mark, single digits, runs of marks with an optional leading blank, line ends with the
/// white space before them, white space.
void split_words(std::string_view text, const std::function<void(std::string_view)>& on_word);

}  // namespace hindsight::model
