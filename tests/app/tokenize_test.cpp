#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "support/run_command.h"
#include "support/temp_dir.h"

namespace hindsight::test {
namespace {

// A folder with nothing but tokenizer.json.
class TokenizerFolder {
 public:
  TokenizerFolder() {
    std::filesystem::copy_file(
        hindsight::test::source_dir() + "/tests/model/goldens/small_tokenizer.json",
        dir_.file("tokenizer.json"));
  }
  [[nodiscard]] CommandResult tokenize(const std::string& input,
                                       const std::vector<std::string>& flags = {}) const {
    std::vector<std::string> arguments{"tokenize", "--model", dir_.path().string()};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    return run_hindsight(arguments, {.standard_input = input});
  }

 private:
  TempDir dir_;
};

}  // namespace

TEST_CASE("tokenize prints a JSON array for the whole input and reads it back") {
  const TokenizerFolder folder;
  for (const std::string text :
       {"Hello, world!\n", "", "  e\xCC\x81 \n\n", "<|im_start|>user\nx<|im_end|>"}) {
    CAPTURE(text);
    const auto encoded = folder.tokenize(text);
    CHECK(encoded.exit_code == 0);
    CHECK(encoded.err.empty());
    CHECK(nlohmann::json::parse(encoded.out).is_array());
    const auto decoded = folder.tokenize(encoded.out, {"--decode"});
    CHECK(decoded.exit_code == 0);
    CHECK(decoded.out == (text == "  e\xCC\x81 \n\n" ? "  \xC3\xA9 \n\n" : text));  // NFC
  }
}

TEST_CASE("tokenize --decode refuses what is not an array of ids") {
  const TokenizerFolder folder;
  const std::string not_array =
      "hindsight: standard input is not a JSON array of ids, such as [9707, 11, 1879, 0]\n";
  for (const std::string input : {"", "hello", "{}", "[1,"}) {
    CAPTURE(input);
    const auto result = folder.tokenize(input, {"--decode"});
    CHECK(result.exit_code == 2);
    CHECK(result.out.empty());
    CHECK(result.err == not_array);
  }
  for (const std::string id : {"-1", "618", "1.5", "\"a\"", "99999999999"}) {
    const auto result = folder.tokenize("[3, " + id + "]", {"--decode"});
    CHECK(result.exit_code == 2);
    CHECK(result.err ==
          "hindsight: " + id + " in the array is not the id of a token; ids go from 0 to 617\n");
  }
}

TEST_CASE("tokenize names a folder without a tokenizer") {
  const TempDir empty;
  const auto result = run_hindsight({"tokenize", "--model", empty.path().string()});
  CHECK(result.exit_code == 7);
  CHECK(result.err ==
        "hindsight: cannot read '" + empty.file("tokenizer.json") + "': no such file\n");
}

}  // namespace hindsight::test
