// What a tokenizer.json says, after checking that it asks for nothing that is not implemented.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hindsight::model {

/// The one split expression that split_words() implements; it is the same in all files of the
/// family.
inline constexpr std::string_view kSplitExpression =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

struct AddedToken {
  int id = 0;
  std::string content;
  bool special = false;
};

struct TokenizerFile {
  std::vector<std::pair<std::string, int>> vocabulary;      ///< byte-level spelling, id
  std::vector<std::pair<std::string, std::string>> merges;  ///< the first is the most urgent
  std::vector<AddedToken> added_tokens;
  bool normalises = false;  ///< to NFC
};

/// Throws Error(model), naming `name` and the feature.
[[nodiscard]] TokenizerFile parse_tokenizer_file(std::string_view json, const std::string& name);

}  // namespace hindsight::model
