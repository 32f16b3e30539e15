#include "evaluation/answer_file.h"

#include <fstream>

#include <doctest/doctest.h>

#include "core/error.h"
#include "support/temp_dir.h"

using namespace hindsight;
using namespace hindsight::evaluation;

namespace {

/// The sentence that reading a file of this content is refused with; empty when it is read.
std::string refusal(const std::string& content) {
  const test::TempDir folder;
  const auto file = folder.path() / "a.jsonl";
  std::ofstream(file) << content;
  try {
    (void)read_answers("peer", file);
  } catch (const Error& e) {
    const std::string text = e.what();
    CHECK(text.find("a.jsonl") != std::string::npos);
    return text;
  }
  return "";
}

std::string named_refusal(const std::string& named) {
  try {
    (void)read_named_answers(named);
  } catch (const Error& e) {
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("answers of another program are read by id") {
  const test::TempDir folder;
  const auto file = folder.path() / "a.jsonl";
  std::ofstream(file) << R"({"id":"q1","answer":"a red car","seconds":1.5,"visual_tokens":96})"
                      << "\n\n"
                      << R"({"id":"q2","answer":""})"
                      << "\n";
  const auto answers = read_named_answers("peer=" + file.string());
  CHECK(answers.name == "peer");
  REQUIRE(answers.by_id.size() == 2);
  CHECK(answers.by_id.at("q1").text == "a red car");
  CHECK(answers.by_id.at("q1").seconds == 1.5);
  CHECK(answers.by_id.at("q1").visual_tokens == 96);
  CHECK(answers.by_id.at("q2").text.empty());
}

TEST_CASE("bad answer files are refused with file and line") {
  CHECK(refusal("").find("holds no answer") != std::string::npos);
  CHECK(refusal("\nhello\n").find(":2 is no answer: it is not a JSON object") != std::string::npos);
  CHECK(refusal(R"({"id":1,"answer":"x"})").find("\"id\" is not a text") != std::string::npos);
  CHECK(refusal(R"({"id":"a"})").find("\"answer\" is not a text") != std::string::npos);
  CHECK(refusal(R"({"id":"a","answer":"x","seconds":-1})").find("\"seconds\"") !=
        std::string::npos);
  CHECK(refusal("{\"id\":\"a\",\"answer\":\"x\"}\n{\"id\":\"a\",\"answer\":\"y\"}\n")
            .find(":2 is no answer: its id comes twice") != std::string::npos);
  CHECK(named_refusal("peer=/nowhere/a.jsonl").find("cannot be read") != std::string::npos);
  CHECK(named_refusal("a.jsonl").find("NAME=FILE") != std::string::npos);
  CHECK(named_refusal("=a.jsonl").find("NAME=FILE") != std::string::npos);
  CHECK(named_refusal("peer=").find("NAME=FILE") != std::string::npos);
  CHECK(named_refusal("blind=a.jsonl").find("another name") != std::string::npos);
  CHECK(named_refusal("hindsight=a.jsonl").find("another name") != std::string::npos);
}
