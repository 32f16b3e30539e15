#include "model/detail/tokenizer_file.h"

#include <algorithm>
#include <initializer_list>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace hindsight::model {
namespace {

using Json = nlohmann::json;

// Ids index a table; a wild one must not make it huge.
constexpr int kMaxId = (1 << 21) - 1;

// Vocabulary and merges are most of the file, and building a document of them takes longer than
// everything else in loading.  They go straight to their vectors; the rest becomes a document.
class FileReader : public nlohmann::json_sax<Json> {
 public:
  explicit FileReader(TokenizerFile& file) : file_(file) {}

  [[nodiscard]] const Json& document() const { return document_; }
  [[nodiscard]] const std::string& failure() const { return failure_; }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_unsigned(std::uint64_t value) override {
    if (!in_vocabulary()) return add(value);
    if (value > kMaxId) {
      return fail(fmt::format("the id of token '{}' is {}, more than {}", key_, value, kMaxId));
    }
    file_.vocabulary.emplace_back(std::move(key_), static_cast<int>(value));
    return true;
  }
  bool number_float(double value, const std::string& /*text*/) override { return add(value); }
  bool binary(Json::binary_t& /*value*/) override { return fail("it holds binary data"); }
  bool key(std::string& value) override {
    key_ = std::move(value);
    return true;
  }
  bool string(std::string& value) override {
    if (in_merges()) return add_merge(value);
    if (in_merge_pair()) {
      pair_.push_back(std::move(value));
      return true;
    }
    return add(std::move(value));
  }

  bool start_object(std::size_t /*size*/) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t /*size*/) override { return open(Json::array()); }
  bool end_array() override {
    if (in_merge_pair()) {
      if (pair_.size() != 2) return fail("a merge does not have two parts");
      file_.merges.emplace_back(std::move(pair_[0]), std::move(pair_[1]));
      pair_.clear();
    }
    return close();
  }

  bool parse_error(std::size_t position,
                   const std::string& /*token*/,
                   const Json::exception& error) override {
    return fail(fmt::format("it is not valid JSON at byte {} ({})", position, error.what()));
  }

 private:
  [[nodiscard]] bool below_model(std::string_view key) const {
    return path_.size() >= 3 && path_[1] == "model" && path_[2] == key;
  }
  [[nodiscard]] bool in_vocabulary() const { return path_.size() == 3 && below_model("vocab"); }
  [[nodiscard]] bool in_merges() const { return path_.size() == 3 && below_model("merges"); }
  [[nodiscard]] bool in_merge_pair() const { return path_.size() == 4 && below_model("merges"); }

  bool add_merge(const std::string& text) {
    const auto space = text.find(' ');
    if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos) {
      return fail(fmt::format("merge '{}' does not have two parts", text));
    }
    file_.merges.emplace_back(text.substr(0, space), text.substr(space + 1));
    return true;
  }

  // The place in the document where the next value goes.
  Json& place(Json value) {
    if (containers_.empty()) {
      document_ = std::move(value);
      return document_;
    }
    Json& container = *containers_.back();
    if (container.is_object()) return container[key_] = std::move(value);
    container.push_back(std::move(value));
    return container.back();
  }

  bool add(Json value) {
    if (in_vocabulary())
      return fail(fmt::format("the id of token '{}' is not a non-negative integer", key_));
    if (in_merges() || in_merge_pair()) return fail("a merge is not text");
    place(std::move(value));
    return true;
  }

  bool open(Json container) {
    if (in_vocabulary() || in_merge_pair() || (in_merges() && container.is_object())) {
      return fail("model.vocab or model.merges holds a nested value");
    }
    Json& opened = in_merges() ? (merge_ = Json::array()) : place(std::move(container));
    path_.push_back(containers_.empty() || containers_.back()->is_array() ? "" : key_);
    containers_.push_back(&opened);
    return true;
  }

  bool close() {
    path_.pop_back();
    containers_.pop_back();
    return true;
  }

  bool fail(std::string why) {
    failure_ = std::move(why);
    return false;
  }

  TokenizerFile& file_;
  Json document_;
  std::vector<Json*> containers_;
  std::vector<std::string> path_;  // of the keys that containers_ stand under
  std::string key_;
  Json merge_;  // stands for the pair that is being read
  std::vector<std::string> pair_;
  std::string failure_;
};

// Reads the document with the rule that nothing is ignored: every key must be known, every value
// supported.
class FeatureCheck {
 public:
  explicit FeatureCheck(std::string name) : name_(std::move(name)) {}

  [[noreturn]] void fail(std::string_view why) const {
    throw Error(ErrorCode::model, fmt::format("cannot use '{}': {}", name_, why));
  }

  void require_object(const Json& value, std::string_view where) const {
    if (!value.is_object()) fail(fmt::format("{} is not an object", where));
  }

  void require_keys(const Json& object,
                    std::string_view where,
                    std::initializer_list<std::string_view> known) const {
    require_object(object, where);
    for (const auto& item : object.items()) {
      if (std::find(known.begin(), known.end(), item.key()) == known.end()) {
        fail(fmt::format("{} has the key '{}', which is not known", where, item.key()));
      }
    }
  }

  /// A missing or null member is fine; any other must equal one of `supported`.
  void require_value(const Json& object,
                     std::string_view where,
                     const std::string& key,
                     const std::vector<Json>& supported) const {
    const auto at = object.find(key);
    if (at == object.end() || at->is_null()) return;
    if (std::find(supported.begin(), supported.end(), *at) != supported.end()) return;
    fail(fmt::format("{}.{} is {}, which is not supported (only {})",
                     where,
                     key,
                     at->dump(),
                     supported.front().dump()));
  }

  void require_type(const Json& object, std::string_view where, const std::string& type) const {
    require_object(object, where);
    const auto at = object.find("type");
    if (at != object.end() && *at == type) return;
    fail(fmt::format("{} is of type {}, which is not supported (only {})",
                     where,
                     at == object.end() ? "unknown" : at->dump(),
                     type));
  }

 private:
  std::string name_;
};

Json member(const Json& object, const std::string& key) {
  const auto at = object.find(key);
  return at == object.end() ? Json() : *at;
}

// Components may be wrapped in a Sequence; returns them as a list.
std::vector<Json> components(const FeatureCheck& check,
                             const Json& value,
                             std::string_view where,
                             const char* list) {
  if (value.is_null()) return {};
  check.require_object(value, where);
  if (member(value, "type") != "Sequence") return {value};
  check.require_keys(value, where, {"type", list});
  const Json items = member(value, list);
  if (!items.is_array()) check.fail(fmt::format("{}.{} is not a list", where, list));
  return {items.begin(), items.end()};
}

void check_byte_level(const FeatureCheck& check, const Json& object, std::string_view where) {
  check.require_type(object, where, "ByteLevel");
  check.require_keys(object, where, {"type", "add_prefix_space", "trim_offsets", "use_regex"});
}

bool check_normalizer(const FeatureCheck& check, const Json& document) {
  const auto parts = components(check, member(document, "normalizer"), "normalizer", "normalizers");
  for (const auto& part : parts) {
    check.require_type(part, "normalizer", "NFC");
    check.require_keys(part, "normalizer", {"type"});
  }
  return !parts.empty();
}

void check_pre_tokenizer(const FeatureCheck& check, const Json& document) {
  const auto parts =
      components(check, member(document, "pre_tokenizer"), "pre_tokenizer", "pretokenizers");
  if (parts.size() != 2) check.fail("pre_tokenizer is not a Split followed by ByteLevel");
  const auto& split = parts[0];
  check.require_type(split, "pre_tokenizer[0]", "Split");
  check.require_keys(split, "pre_tokenizer[0]", {"type", "pattern", "behavior", "invert"});
  check.require_value(split, "pre_tokenizer[0]", "behavior", {"Isolated"});
  check.require_value(split, "pre_tokenizer[0]", "invert", {false});
  const Json pattern = member(split, "pattern");
  check.require_keys(pattern, "pre_tokenizer[0].pattern", {"Regex"});
  if (member(pattern, "Regex") != kSplitExpression) {
    check.fail(fmt::format("pre_tokenizer splits by {}, which is not the Qwen2 expression",
                           member(pattern, "Regex").dump()));
  }
  check_byte_level(check, parts[1], "pre_tokenizer[1]");
  check.require_value(parts[1], "pre_tokenizer[1]", "add_prefix_space", {false});
  // A missing key means true here.
  if (member(parts[1], "use_regex") != false)
    check.fail("pre_tokenizer[1].use_regex is true, which is not supported");
}

void check_model(const FeatureCheck& check, const Json& model) {
  check.require_keys(model,
                     "model",
                     {"type",
                      "dropout",
                      "unk_token",
                      "continuing_subword_prefix",
                      "end_of_word_suffix",
                      "fuse_unk",
                      "byte_fallback",
                      "ignore_merges",
                      "vocab",
                      "merges"});
  check.require_type(model, "model", "BPE");
  check.require_value(model, "model", "dropout", {0.0});
  check.require_value(model, "model", "unk_token", {nullptr});
  check.require_value(model, "model", "continuing_subword_prefix", {""});
  check.require_value(model, "model", "end_of_word_suffix", {""});
  check.require_value(model, "model", "byte_fallback", {false});
  check.require_value(model, "model", "ignore_merges", {false});
  if (!member(model, "vocab").is_object() || !member(model, "merges").is_array()) {
    check.fail("model has no vocab or no merges");
  }
}

std::vector<AddedToken> read_added_tokens(const FeatureCheck& check, const Json& document) {
  const Json list = member(document, "added_tokens");
  if (list.is_null()) return {};
  if (!list.is_array()) check.fail("added_tokens is not a list");
  std::vector<AddedToken> tokens;
  for (const auto& item : list) {
    check.require_keys(
        item,
        "an added token",
        {"id", "content", "single_word", "lstrip", "rstrip", "normalized", "special"});
    const Json content = member(item, "content");
    const Json id = member(item, "id");
    if (!content.is_string() || content == "") check.fail("an added token has no content");
    const std::string where = "added token " + content.dump();
    if (!id.is_number_integer() || id < 0 || id > kMaxId) check.fail(where + " has no id");
    for (const std::string key : {"single_word", "lstrip", "rstrip", "normalized"}) {
      check.require_value(item, where, key, {false});
    }
    const Json special = member(item, "special");
    tokens.push_back(
        {id.get<int>(), content.get<std::string>(), special.is_boolean() && special.get<bool>()});
  }
  return tokens;
}

}  // namespace

TokenizerFile parse_tokenizer_file(std::string_view json, const std::string& name) {
  TokenizerFile file;
  FileReader reader(file);
  const FeatureCheck check(name);
  if (!Json::sax_parse(json, &reader)) check.fail(reader.failure());

  const Json& document = reader.document();
  check.require_keys(document,
                     "the file",
                     {"version",
                      "truncation",
                      "padding",
                      "added_tokens",
                      "normalizer",
                      "pre_tokenizer",
                      "post_processor",
                      "decoder",
                      "model"});
  check.require_value(document, "the file", "version", {"1.0"});
  check.require_value(document, "the file", "truncation", {nullptr});
  check.require_value(document, "the file", "padding", {nullptr});
  file.normalises = check_normalizer(check, document);
  check_pre_tokenizer(check, document);
  const Json post_processor = member(document, "post_processor");
  if (!post_processor.is_null()) check_byte_level(check, post_processor, "post_processor");
  check_byte_level(check, member(document, "decoder"), "decoder");
  check_model(check, member(document, "model"));
  file.added_tokens = read_added_tokens(check, document);
  return file;
}

}  // namespace hindsight::model
