// Byte-level BPE as stored in a Hugging Face tokenizer.json of the Qwen2 family: NFC, a fixed split
// expression, merges.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hindsight::model {

/// parse: "<|im_end|>" in a text becomes that token, as in transformers.  as_text: it is spelled
/// out with ordinary tokens, so that text from outside cannot end a turn or open a picture.
enum class AddedTokens { parse, as_text };

/// skip: tokens marked special are left out of the text.
enum class SpecialTokens { keep, skip };

/// Immutable, hence thread-safe; cheap to copy.
class Tokenizer {
 public:
  /// `path` is a tokenizer.json or a folder that holds one.  Throws Error(model), naming file and
  /// feature, when it is missing, malformed, or asks for something that is not implemented.
  [[nodiscard]] static Tokenizer load(const std::filesystem::path& path);
  /// The same from text; `name` is what error messages call it.
  [[nodiscard]] static Tokenizer parse(std::string_view json, const std::string& name);

  /// Ids of `text`, which should be UTF-8; bytes that are not become U+FFFD.
  [[nodiscard]] std::vector<int> encode(std::string_view text, AddedTokens added) const;

  /// Valid UTF-8: bytes that form no character become U+FFFD.  An id without a token has no text; a
  /// model's embedding may have such rows.
  [[nodiscard]] std::string decode(std::span<const int> ids, SpecialTokens special) const;

  /// The id of a whole token: an added token's text, or an entry of the vocabulary in its
  /// byte-level spelling.
  [[nodiscard]] std::optional<int> find_id(std::string_view token) const;
  /// Throws Error(model), naming the token, when there is none.
  [[nodiscard]] int id_of(std::string_view token) const;

  [[nodiscard]] bool has(int id) const;
  /// The bytes that `id` stands for: not necessarily whole characters, none for an id without a
  /// token.
  [[nodiscard]] std::string_view bytes_of(int id) const;
  [[nodiscard]] bool is_special(int id) const;

  /// One more than the largest id.  A model's embedding may have more rows.
  [[nodiscard]] int num_ids() const;

  struct Data;

 private:
  explicit Tokenizer(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  std::shared_ptr<const Data> data_;
};

/// Ids to text as they come: holds back the bytes of a character until it is complete.  The pieces
/// joined equal decode() of all ids.  Not thread-safe.
class StreamingDecoder {
 public:
  explicit StreamingDecoder(Tokenizer tokenizer, SpecialTokens special = SpecialTokens::skip)
      : tokenizer_(std::move(tokenizer)), special_(special) {}

  /// The text that `id` completes; empty while a character is unfinished.
  [[nodiscard]] std::string push(int id);
  /// What is left at the end: U+FFFD for an unfinished character, else nothing.
  [[nodiscard]] std::string finish();

 private:
  Tokenizer tokenizer_;
  SpecialTokens special_;
  std::string pending_;
};

}  // namespace hindsight::model
