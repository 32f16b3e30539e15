#include "evaluation/question_file.h"

#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "core/error.h"
#include "support/temp_dir.h"

using namespace hindsight;
using namespace hindsight::evaluation;

namespace {

std::string with(const std::string& answer, const std::string& scoring) {
  return R"({"id":"a","video":"v.mp4","type":"t","question":"q?","answer":)" + answer +
         R"(,"scoring":")" + scoring + "\"}";
}

std::string fault(const std::string& line) {
  try {
    (void)parse_question(line);
    return "";
  } catch (const Error& e) {
    CHECK(e.code() == ErrorCode::usage);
    return e.what();
  }
}

}  // namespace

TEST_CASE("a question holds its truth, rule and evidence") {
  const auto when = parse_question(with(R"({"intervals":[[15.1,18.9]]})", "iou>=0.5"));
  CHECK(when.rule == Rule::iou);
  CHECK(when.tolerance == 0.5);
  REQUIRE(when.truth.intervals);
  CHECK(when.evidence == *when.truth.intervals);
  CHECK(to_seconds(when.evidence.front().begin) == 15.1);
  CHECK(parse_question(with(R"({"value":4})", "exact")).truth.number == 4.0);
  CHECK(parse_question(with(R"({"seconds":6.1})", "relative<=0.1")).rule == Rule::relative);
  CHECK(parse_question(with(R"({"time":27.6})", "abs<=1.0")).tolerance == 1.0);
  CHECK(parse_question(with(R"({"text":"white"})", "exact")).truth.text == "white");
  CHECK(parse_question(with(R"({"list":["dog","car"]})", "exact")).truth.list->size() == 2);
  CHECK(parse_question(with(R"({"found":false})", "refusal")).truth.absent);
}

TEST_CASE("a line that is no question is refused with its reason") {
  CHECK(fault("nonsense") == "it is not a JSON object");
  CHECK(fault("[1]") == "it is not a JSON object");
  CHECK(fault("{}") == "\"id\" is not a text");
  CHECK(fault(R"({"id":"a","video":"v","type":"t","question":"q"})") == "\"answer\" is missing");
  CHECK(fault(with("3", "exact")) == "\"answer\" is not an object");
  CHECK(fault(with(R"({"found":true})", "exact")).starts_with("\"answer\" holds not exactly one"));
  CHECK(fault(with(R"({"value":1,"text":"a"})", "exact")).starts_with("\"answer\" holds not"));
  CHECK(fault(with(R"({"value":"1"})", "exact")) == "\"value\" of the answer is not a number");
  CHECK(fault(with(R"({"intervals":[[1]]})", "iou>=0.5")) ==
        "\"intervals\" is not a list of [from, to]");
  CHECK(fault(with(R"({"intervals":[[2,1]]})", "iou>=0.5")) ==
        "an interval of \"intervals\" ends before it begins");
  CHECK(fault(with(R"({"intervals":[[1e30,2e30]]})", "iou>=0.5")) != "");
  CHECK(
      fault(with(R"({"value":1})", "iou>=x")).starts_with("\"scoring\" is 'iou>=x', but must be"));
  CHECK(fault(with(R"({"value":1})", "abs<=-1")).starts_with("\"scoring\" is"));
  CHECK(fault(with(R"({"value":1})", "refusal")) == "\"scoring\" does not fit \"answer\"");
  CHECK(fault(with(R"({"text":"a"})", "abs<=1")) == "\"scoring\" does not fit \"answer\"");
  CHECK(fault(with(R"({"list":[1]})", "exact")) ==
        "\"list\" of the answer holds something that is not a text");
}

TEST_CASE("a file is read whole, and its faults name the line") {
  const test::TempDir dir;
  const auto write = [&](const std::string& text) {
    const auto path = dir.file("q.jsonl");
    std::ofstream(path) << text;
    return path;
  };
  const std::string good = with(R"({"value":1})", "exact");
  CHECK(read_questions(write(good + "\n\n  \n")).size() == 1);
  const auto message = [&](const std::string& path, ErrorCode code) -> std::string {
    try {
      (void)read_questions(path);
      return "";
    } catch (const Error& e) {
      CHECK(e.code() == code);
      return e.what();
    }
  };
  CHECK(message(write(good + "\n" + good + "\n"), ErrorCode::usage)
            .ends_with("line 2: the id 'a' occurs a second time"));
  CHECK(message(write("\n{}\n"), ErrorCode::usage).ends_with("line 2: \"id\" is not a text"));
  CHECK(message(write("\n"), ErrorCode::unreadable_input).find("holds no question") !=
        std::string::npos);
  CHECK(message(dir.file("none.jsonl"), ErrorCode::unreadable_input).starts_with("cannot read"));
}
