// The tokens of a tokenizer.json: ids, spellings, and the bytes they stand for.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/detail/tokenizer_file.h"

namespace hindsight::model {

enum class TokenKind : std::uint8_t { none, ordinary, added, special };

struct Token {
  std::string spelling;  ///< as in the file
  std::string bytes;
  TokenKind kind = TokenKind::none;
};

/// How a single byte is spelled in the file: itself when it prints, else a code point from U+0100
/// on.
[[nodiscard]] std::array<char32_t, 256> byte_spellings();

/// Immutable, hence thread-safe.
class Vocabulary {
 public:
  /// Throws Error(model), naming `name`, when an id or a spelling occurs twice.
  Vocabulary(const TokenizerFile& file, const std::string& name);

  /// One more than the largest id.
  [[nodiscard]] int num_ids() const { return static_cast<int>(tokens_.size()); }
  [[nodiscard]] bool has(int id) const {
    return id >= 0 && id < num_ids() &&
           tokens_[static_cast<std::size_t>(id)].kind != TokenKind::none;
  }
  /// `id` must be in [0, num_ids()).
  [[nodiscard]] const Token& operator[](int id) const {
    return tokens_[static_cast<std::size_t>(id)];
  }
  [[nodiscard]] std::optional<int> find_id(std::string_view spelling) const;

 private:
  [[nodiscard]] std::size_t slot_of(std::string_view spelling) const;

  std::vector<Token> tokens_;  // by id
  std::vector<int> slots_;     // ids by hash of the spelling, open addressing; -1: free
};

}  // namespace hindsight::model
