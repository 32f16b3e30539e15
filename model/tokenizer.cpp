#include "model/tokenizer.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/error.h"
#include "model/detail/byte_pairs.h"
#include "model/detail/json_object.h"
#include "model/detail/split_words.h"
#include "model/detail/tokenizer_file.h"
#include "model/detail/vocabulary.h"
#include "model/unicode/unicode.h"

namespace hindsight::model {
namespace {

BytePairs make_pairs(const TokenizerFile& file,
                     const Vocabulary& vocabulary,
                     const std::string& name) {
  const auto id_of = [&](const std::string& spelling) {
    if (const auto id = vocabulary.find_id(spelling)) return *id;
    throw Error(
        ErrorCode::model,
        fmt::format(
            "cannot use '{}': model.vocab lacks '{}', a byte or part of a merge", name, spelling));
  };
  BytePairs pairs;
  const auto spellings = byte_spellings();
  for (std::size_t byte = 0; byte < 256; ++byte) {
    std::string spelling;
    append_utf8(spelling, spellings[byte]);
    pairs.byte_ids[byte] = id_of(spelling);
  }
  pairs.reserve(file.merges.size());
  int rank = 0;
  std::string joined;
  for (const auto& [left, right] : file.merges) {
    joined.assign(left).append(right);
    pairs.add(id_of(left), id_of(right), {rank++, id_of(joined)});
  }
  return pairs;
}

// Finds added tokens in raw text: the leftmost, and of those the longest.
class AddedTokenFinder {
 public:
  explicit AddedTokenFinder(const std::vector<AddedToken>& tokens) {
    for (const auto& token : tokens)
      by_first_byte_[static_cast<unsigned char>(token.content.front())].push_back(token);
    for (auto& same_start : by_first_byte_) {
      std::stable_sort(
          same_start.begin(), same_start.end(), [](const AddedToken& a, const AddedToken& b) {
            return a.content.size() > b.content.size();
          });
    }
  }

  /// The longest token that `text` (not empty) begins with; null when there is none.
  [[nodiscard]] const AddedToken* match(std::string_view text) const {
    for (const auto& token : by_first_byte_[static_cast<unsigned char>(text.front())]) {
      if (text.starts_with(token.content)) return &token;
    }
    return nullptr;
  }

 private:
  std::array<std::vector<AddedToken>, 256> by_first_byte_;
};

}  // namespace

struct Tokenizer::Data {
  Data(const TokenizerFile& file, const std::string& file_name)
      : name(file_name),
        normalises(file.normalises),
        vocabulary(file, file_name),
        pairs(make_pairs(file, vocabulary, file_name)),
        added(file.added_tokens) {}

  std::string name;
  bool normalises;
  Vocabulary vocabulary;
  BytePairs pairs;
  AddedTokenFinder added;
};

Tokenizer Tokenizer::load(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto file = std::filesystem::is_directory(path, ignored) ? path / "tokenizer.json" : path;
  return parse(read_text_file(file), file.string());
}

Tokenizer Tokenizer::parse(std::string_view json, const std::string& name) {
  return Tokenizer(std::make_shared<const Data>(parse_tokenizer_file(json, name), name));
}

std::vector<int> Tokenizer::encode(std::string_view text, AddedTokens added) const {
  const std::string valid = to_valid_utf8(text);
  std::vector<int> ids;
  BytePairs::Scratch scratch;
  const auto encode_stretch = [&](std::string_view stretch) {
    const std::string normalised = data_->normalises ? to_nfc(stretch) : std::string(stretch);
    split_words(normalised,
                [&](std::string_view word) { data_->pairs.encode(word, scratch, ids); });
  };
  std::string_view rest = valid;
  for (std::size_t at = 0; added == AddedTokens::parse && at < rest.size();) {
    const AddedToken* const token = data_->added.match(rest.substr(at));
    if (token == nullptr) {
      ++at;
      continue;
    }
    encode_stretch(rest.substr(0, at));
    ids.push_back(token->id);
    rest.remove_prefix(at + token->content.size());
    at = 0;
  }
  encode_stretch(rest);
  return ids;
}

std::string Tokenizer::decode(std::span<const int> ids, SpecialTokens special) const {
  std::string bytes;
  for (const int id : ids) {
    if (special == SpecialTokens::keep || !is_special(id)) bytes += bytes_of(id);
  }
  return to_valid_utf8(bytes);
}

std::optional<int> Tokenizer::find_id(std::string_view token) const {
  return data_->vocabulary.find_id(token);
}

int Tokenizer::id_of(std::string_view token) const {
  if (const auto id = find_id(token)) return *id;
  throw Error(ErrorCode::model,
              fmt::format("cannot use '{}': it has no token '{}'", data_->name, token));
}

bool Tokenizer::has(int id) const { return data_->vocabulary.has(id); }

std::string_view Tokenizer::bytes_of(int id) const {
  return has(id) ? std::string_view(data_->vocabulary[id].bytes) : std::string_view();
}

bool Tokenizer::is_special(int id) const {
  return has(id) && data_->vocabulary[id].kind == TokenKind::special;
}

int Tokenizer::num_ids() const { return data_->vocabulary.num_ids(); }

std::string StreamingDecoder::push(int id) {
  if (special_ == SpecialTokens::keep || !tokenizer_.is_special(id))
    pending_ += tokenizer_.bytes_of(id);
  const std::size_t num_ready = pending_.size() - unfinished_suffix(pending_);
  std::string ready = to_valid_utf8(std::string_view(pending_).substr(0, num_ready));
  pending_.erase(0, num_ready);
  return ready;
}

std::string StreamingDecoder::finish() { return to_valid_utf8(std::exchange(pending_, {})); }

}  // namespace hindsight::model
