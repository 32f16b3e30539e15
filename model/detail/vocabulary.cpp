#include "model/detail/vocabulary.h"

#include <algorithm>
#include <bit>
#include <utility>

#include <fmt/format.h>

#include "core/error.h"
#include "model/unicode/unicode.h"

namespace hindsight::model {
namespace {

// FNV-1a.
std::size_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return static_cast<std::size_t>(hash ^ (hash >> 32));
}

class SpellingReader {
 public:
  SpellingReader() {
    bytes_.fill(-1);
    const auto spellings = byte_spellings();
    for (std::size_t byte = 0; byte < 256; ++byte) bytes_[spellings[byte]] = static_cast<int>(byte);
  }

  /// The bytes that a vocabulary entry stands for; the entry itself when it is not a byte-level
  /// spelling.
  [[nodiscard]] std::string bytes_of(std::string_view spelling) const {
    std::string bytes;
    for (std::string_view left = spelling; !left.empty();) {
      const auto decoded = decode_first(left);
      if (decoded.code_point >= bytes_.size() || bytes_[decoded.code_point] < 0)
        return std::string(spelling);
      bytes += static_cast<char>(bytes_[decoded.code_point]);
      left.remove_prefix(static_cast<std::size_t>(decoded.num_bytes));
    }
    return bytes;
  }

 private:
  static constexpr std::size_t kNumNotPrinting = 68;
  std::array<int, 256 + kNumNotPrinting> bytes_{};
};

// Tokens by id.  An added token may repeat an entry of the vocabulary.
class TokenList {
 public:
  TokenList(const TokenizerFile& file, const std::string& name) : name_(name) {
    int largest = -1;
    for (const auto& [spelling, id] : file.vocabulary) largest = std::max(largest, id);
    for (const auto& added : file.added_tokens) largest = std::max(largest, added.id);
    tokens.resize(static_cast<std::size_t>(largest + 1));

    const SpellingReader spellings;
    for (const auto& [spelling, id] : file.vocabulary) {
      put(id, {spelling, spellings.bytes_of(spelling), TokenKind::ordinary});
    }
    for (const auto& added : file.added_tokens) {
      put(added.id,
          {added.content, added.content, added.special ? TokenKind::special : TokenKind::added});
    }
  }

  std::vector<Token> tokens;

 private:
  void put(int id, Token token) {
    Token& place = tokens[static_cast<std::size_t>(id)];
    if (place.kind != TokenKind::none && place.spelling != token.spelling) {
      throw Error(ErrorCode::model,
                  fmt::format("cannot use '{}': tokens '{}' and '{}' have the same id {}",
                              name_,
                              place.spelling,
                              token.spelling,
                              id));
    }
    place = std::move(token);
  }

  const std::string& name_;
};

}  // namespace

std::array<char32_t, 256> byte_spellings() {
  std::array<char32_t, 256> spellings{};
  char32_t next = 256;
  for (char32_t byte = 0; byte < 256; ++byte) {
    const bool prints = (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte != 0xAD);
    spellings[byte] = prints ? byte : next++;
  }
  return spellings;
}

Vocabulary::Vocabulary(const TokenizerFile& file, const std::string& name)
    : tokens_(std::move(TokenList(file, name).tokens)),
      slots_(std::bit_ceil(2 * tokens_.size() + 1), -1) {
  for (int id = 0; id < num_ids(); ++id) {
    if (!has(id)) continue;
    const auto& spelling = (*this)[id].spelling;
    int& slot = slots_[slot_of(spelling)];
    if (slot >= 0) {
      throw Error(
          ErrorCode::model,
          fmt::format(
              "cannot use '{}': token '{}' has the ids {} and {}", name, spelling, slot, id));
    }
    slot = id;
  }
}

std::size_t Vocabulary::slot_of(std::string_view spelling) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash_of(spelling) & mask;
  while (slots_[slot] >= 0 && (*this)[slots_[slot]].spelling != spelling) slot = (slot + 1) & mask;
  return slot;
}

std::optional<int> Vocabulary::find_id(std::string_view spelling) const {
  const int id = slots_[slot_of(spelling)];
  return id < 0 ? std::nullopt : std::optional(id);
}

}  // namespace hindsight::model
