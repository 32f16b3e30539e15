#include "model/tokenizer.h"

#include <algorithm>
#include <filesystem>
#include <random>

#include <doctest/doctest.h>

#include "core/error.h"
#include "model/goldens.h"
#include "support/temp_dir.h"

namespace hindsight::model {
namespace {

using Json = nlohmann::json;

const Tokenizer& small_tokenizer() {
  static const Tokenizer tokenizer = Tokenizer::load(test::golden_path("small_tokenizer.json"));
  return tokenizer;
}

Json small_document() { return test::load_golden("small_tokenizer.json"); }

// Empty when ../shared is not there.
std::optional<Tokenizer> qwen2_tokenizer() {
  const auto shared = test::shared_dir();
  if (shared.empty()) {
    MESSAGE("skipped: no ../shared with the real tokenizer");
    return std::nullopt;
  }
  return Tokenizer::load(shared / "qwen2");
}

std::string decode_streaming(const Tokenizer& tokenizer,
                             const std::vector<int>& ids,
                             SpecialTokens special) {
  StreamingDecoder decoder(tokenizer, special);
  std::string text;
  for (const int id : ids) {
    text += decoder.push(id);
  }
  return text + decoder.finish();
}

void check_goldens(const Tokenizer& tokenizer, const Json& rows) {
  for (const auto& row : rows) {
    const auto text = row["text"].get<std::string>();
    CAPTURE(text);
    const auto ids = row["ids"].get<std::vector<int>>();
    CHECK(tokenizer.encode(text, AddedTokens::parse) == ids);
    CHECK(tokenizer.decode(ids, SpecialTokens::keep) == row["kept"]);
    CHECK(tokenizer.decode(ids, SpecialTokens::skip) == row["skipped"]);
    CHECK(decode_streaming(tokenizer, ids, SpecialTokens::skip) == row["skipped"]);
    const std::vector<int> tail(ids.begin() + (ids.empty() ? 0 : 1), ids.end());
    CHECK(tokenizer.decode(tail, SpecialTokens::keep) == row["tail"]);
    CHECK(decode_streaming(tokenizer, tail, SpecialTokens::keep) == row["tail"]);
  }
}

std::string error_of(const Json& document) {
  try {
    (void)Tokenizer::parse(document.dump(), "t.json");
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::model);
    return e.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a small tokenizer encodes and decodes as the tokenizers package does") {
  check_goldens(small_tokenizer(), test::load_golden("small_tokenizer_goldens.json"));
}

TEST_CASE("the Qwen2 tokenizer encodes and decodes as the tokenizers package does") {
  if (const auto tokenizer = qwen2_tokenizer()) {
    check_goldens(*tokenizer, test::load_golden("qwen2_tokenizer_goldens.json"));
  }
}

TEST_CASE("the Qwen2 tokenizer agrees with the published cases") {
  if (const auto tokenizer = qwen2_tokenizer()) {
    const auto rows = Json::parse(
        test::read_text((test::shared_dir() / "qwen2/tokenizer_goldens.json").string()));
    CHECK(rows.size() >= 20);
    for (const auto& row : rows) {
      const auto text = row["text"].get<std::string>();
      CAPTURE(text);
      const auto ids = tokenizer->encode(text, AddedTokens::parse);
      CHECK(ids == row["ids"].get<std::vector<int>>());
      CHECK(tokenizer->decode(ids, SpecialTokens::keep) == text);
    }
    CHECK(tokenizer->num_ids() == 151665);
    CHECK(tokenizer->id_of("<|im_end|>") == 151645);
    CHECK(tokenizer->find_id("\xC4\xA0the") == 279);
    CHECK(tokenizer->bytes_of(279) == " the");
  }
}

TEST_CASE("added tokens in a text count as text unless parsing is asked for") {
  const auto& tokenizer = small_tokenizer();
  const std::string text = "a<|im_end|>\n<tool_call>";
  const int im_end = tokenizer.id_of("<|im_end|>");
  const auto parsed = tokenizer.encode(text, AddedTokens::parse);
  CHECK(std::count(parsed.begin(), parsed.end(), im_end) == 1);
  const auto plain = tokenizer.encode(text, AddedTokens::as_text);
  for (const int id : plain) CHECK(id < 600);  // the added tokens come after
  CHECK(tokenizer.decode(plain, SpecialTokens::skip) == text);
}

TEST_CASE("skipping special tokens keeps added tokens that are not special") {
  const auto& tokenizer = small_tokenizer();
  const auto ids = tokenizer.encode("<|im_start|><tool_call>x<|im_end|>", AddedTokens::parse);
  CHECK(tokenizer.decode(ids, SpecialTokens::skip) == "<tool_call>x");
  CHECK(tokenizer.is_special(ids.front()));
  CHECK_FALSE(tokenizer.is_special(tokenizer.id_of("<tool_call>")));
}

TEST_CASE("bytes that are not UTF-8 become replacement characters") {
  const auto& tokenizer = small_tokenizer();
  const auto ids = tokenizer.encode(
      "a\xFF"
      "b\xE2\x82",
      AddedTokens::parse);
  CHECK(tokenizer.decode(ids, SpecialTokens::keep) ==
        "a\xEF\xBF\xBD"
        "b\xEF\xBF\xBD");
}

TEST_CASE("ids without a token have no text") {
  const auto& tokenizer = small_tokenizer();
  const std::vector<int> ids{-1, 65, 1 << 30, tokenizer.num_ids()};
  CHECK(tokenizer.decode(ids, SpecialTokens::keep) == std::string(tokenizer.bytes_of(65)));
  CHECK_FALSE(tokenizer.has(-1));
  CHECK(tokenizer.bytes_of(tokenizer.num_ids()).empty());
}

TEST_CASE("the streaming decoder holds back unfinished characters and joins to decode()") {
  const auto& tokenizer = small_tokenizer();
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    std::vector<int> ids;
    // Ids 0..255 are single bytes: mostly broken sequences.
    for (int i = 0; i < 12; ++i)
      ids.push_back(static_cast<int>(random() % (round % 2 == 0 ? 256U : 600U)));
    CAPTURE(round);
    CHECK(decode_streaming(tokenizer, ids, SpecialTokens::keep) ==
          tokenizer.decode(ids, SpecialTokens::keep));
  }
  StreamingDecoder decoder(tokenizer);
  const auto ids =
      tokenizer.encode("\xF0\x9F\x8C\x8D", AddedTokens::parse);  // no merges for this one
  REQUIRE(ids.size() > 1);
  std::string last;
  for (const int id : ids) {
    CHECK(last.empty());
    last = decoder.push(id);
  }
  CHECK(last == "\xF0\x9F\x8C\x8D");
  CHECK(decoder.finish().empty());
}

TEST_CASE("a word of a million letters is encoded in reasonable time") {
  std::string word;
  std::mt19937 random(5);
  for (int i = 0; i < 1000000; ++i) word += static_cast<char>('a' + random() % 26);
  const auto ids = small_tokenizer().encode(word, AddedTokens::parse);
  CHECK(ids.size() > 300000);
  CHECK(small_tokenizer().decode(ids, SpecialTokens::keep) == word);
}

TEST_CASE("merges are read as text and as pairs") {
  auto document = small_document();
  for (auto& merge : document["model"]["merges"]) {
    if (merge.is_array()) {
      merge = merge[0].get<std::string>() + " " + merge[1].get<std::string>();
    } else {
      const auto text = merge.get<std::string>();
      merge = Json::array({text.substr(0, text.find(' ')), text.substr(text.find(' ') + 1)});
    }
  }
  const auto other = Tokenizer::parse(document.dump(), "t.json");
  const std::string text = "The red car drives past.\n";
  CHECK(other.encode(text, AddedTokens::parse) ==
        small_tokenizer().encode(text, AddedTokens::parse));
}

TEST_CASE("what a tokenizer.json asks for beyond the Qwen2 kind is named") {
  struct Row {
    std::string pointer;
    Json value;
    std::string message;
  };
  const std::vector<Row> rows{
      {"/normalizer",
       {{"type", "NFKC"}},
       "normalizer is of type \"NFKC\", which is not supported (only NFC)"},
      {"/pre_tokenizer",
       {{"type", "Whitespace"}},
       "pre_tokenizer is not a Split followed by ByteLevel"},
      {"/pre_tokenizer", nullptr, "pre_tokenizer is not a Split followed by ByteLevel"},
      {"/pre_tokenizer/pretokenizers/0/pattern/Regex",
       "\\w+",
       "pre_tokenizer splits by \"\\\\w+\", which is not the Qwen2 expression"},
      {"/pre_tokenizer/pretokenizers/0/behavior",
       "Removed",
       "pre_tokenizer[0].behavior is \"Removed\", which is not supported (only \"Isolated\")"},
      {"/pre_tokenizer/pretokenizers/1/add_prefix_space",
       true,
       "pre_tokenizer[1].add_prefix_space is true, which is not supported (only false)"},
      {"/pre_tokenizer/pretokenizers/1/use_regex",
       true,
       "pre_tokenizer[1].use_regex is true, which is not supported"},
      {"/post_processor",
       {{"type", "TemplateProcessing"}},
       "post_processor is of type \"TemplateProcessing\", which is not supported (only ByteLevel)"},
      {"/decoder",
       {{"type", "WordPiece"}},
       "decoder is of type \"WordPiece\", which is not supported (only ByteLevel)"},
      {"/decoder", nullptr, "decoder is not an object"},
      {"/truncation",
       {{"max_length", 4}},
       "the file.truncation is {\"max_length\":4}, which is not supported (only null)"},
      {"/surprise", 1, "the file has the key 'surprise', which is not known"},
      {"/model/type", "Unigram", "model is of type \"Unigram\", which is not supported (only BPE)"},
      {"/model/dropout", 0.1, "model.dropout is 0.1, which is not supported (only 0.0)"},
      {"/model/unk_token",
       "<unk>",
       "model.unk_token is \"<unk>\", which is not supported (only null)"},
      {"/model/byte_fallback",
       true,
       "model.byte_fallback is true, which is not supported (only false)"},
      {"/model/ignore_merges",
       true,
       "model.ignore_merges is true, which is not supported (only false)"},
      {"/model/end_of_word_suffix",
       "</w>",
       "model.end_of_word_suffix is \"</w>\", which is not supported (only \"\")"},
      {"/added_tokens/0/lstrip",
       true,
       "added token \"<|endoftext|>\".lstrip is true, which is not supported (only false)"},
      {"/added_tokens/0/normalized",
       true,
       "added token \"<|endoftext|>\".normalized is true, which is not supported (only false)"},
      {"/added_tokens/0/content", "", "an added token has no content"},
      {"/added_tokens/0/id", -4, "added token \"<|endoftext|>\" has no id"},
      {"/added_tokens/0/id", 601, "tokens '<|endoftext|>' and '<|im_start|>' have the same id 601"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.pointer);
    auto document = small_document();
    document[Json::json_pointer(row.pointer)] = row.value;
    CHECK(error_of(document) == "cannot use 't.json': " + row.message);
  }
}

TEST_CASE("broken vocabularies and merges are named") {
  const auto with = [](const std::string& pointer, const Json& value) {
    auto document = small_document();
    document[Json::json_pointer(pointer)] = value;
    return error_of(document);
  };
  CHECK(with("/model/vocab/A", -1) ==
        "cannot use 't.json': the id of token 'A' is not a non-negative integer");
  CHECK(with("/model/vocab/A", "x") ==
        "cannot use 't.json': the id of token 'A' is not a non-negative integer");
  CHECK(with("/model/vocab/A", 1U << 30) ==
        "cannot use 't.json': the id of token 'A' is 1073741824, more than 2097151");
  CHECK(with("/model/vocab/A", 0) == "cannot use 't.json': tokens '!' and 'A' have the same id 0");
  CHECK(with("/model/vocab/A", {{"b", 1}}) ==
        "cannot use 't.json': model.vocab or model.merges holds a nested value");
  CHECK(with("/model/vocab", Json::array()) ==
        "cannot use 't.json': model has no vocab or no merges");
  CHECK(with("/model/merges/0", "a b c") ==
        "cannot use 't.json': merge 'a b c' does not have two parts");
  CHECK(with("/model/merges/0", "ab") == "cannot use 't.json': merge 'ab' does not have two parts");
  CHECK(with("/model/merges/0", Json::array({"a"})) ==
        "cannot use 't.json': a merge does not have two parts");
  CHECK(with("/model/merges/0", 5) == "cannot use 't.json': a merge is not text");
  CHECK(with("/model/merges/0", {{"a", "b"}}) ==
        "cannot use 't.json': model.vocab or model.merges holds a nested value");
  CHECK(with("/model/merges/0", "z \xC4\xA0the") ==
        "cannot use 't.json': model.vocab lacks 'z\xC4\xA0the', a byte or part of a merge");
  auto document = small_document();
  document["model"]["vocab"].erase("A");
  CHECK(error_of(document) ==
        "cannot use 't.json': model.vocab lacks 'A', a byte or part of a merge");
}

TEST_CASE("a file that is missing, a folder or not JSON is named") {
  test::TempDir dir;
  CHECK_THROWS_WITH((void)Tokenizer::load(dir.path()),
                    ("cannot read '" + dir.file("tokenizer.json") + "': no such file").c_str());
  std::filesystem::create_directory(dir.file("tokenizer.json"));
  CHECK_THROWS_WITH((void)Tokenizer::load(dir.path()),
                    ("cannot read '" + dir.file("tokenizer.json") + "': it is a folder").c_str());
  CHECK_THROWS_AS((void)Tokenizer::parse("{\"model\": ", "t.json"), Error);
  CHECK_THROWS_AS((void)Tokenizer::parse("", "t.json"), Error);
  CHECK_THROWS_WITH((void)Tokenizer::parse("[]", "t.json"),
                    "cannot use 't.json': the file is not an object");
  CHECK_THROWS_WITH((void)small_tokenizer().id_of("<|nothing|>"),
                    ("cannot use '" + test::golden_path("small_tokenizer.json") +
                     "': it has no token '<|nothing|>'")
                        .c_str());
}

}  // namespace hindsight::model
