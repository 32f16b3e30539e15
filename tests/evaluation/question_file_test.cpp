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
  struct Row {
    std::string line;
    std::string expected;
  };
  const std::vector<Row> rows{
      {"nonsense", "it is not a JSON object"},
      {"[1]", "it is not a JSON object"},
      {"{}", "\"id\" is not a text"},
      {R"({"id":"a","video":"v","type":"t","question":"q"})", "\"answer\" is missing"},
      {with("3", "exact"), "\"answer\" is not an object"},
      {with(R"({"found":true})", "exact"),
       "\"answer\" holds no truth; it must hold one of intervals, value, seconds, time, text, list "
       "and \"found\": false"},
      {with(R"({"value":1,"text":"a"})", "exact"),
       "\"answer\" holds several truths (value, text); keep one of them"},
      {with(R"({"value":1,"seconds":1})", "exact"),
       "\"answer\" holds several truths (value, seconds); keep one of them"},
      {with(R"({"list":["a"],"found":false})", "exact"),
       "\"answer\" holds several truths (list, \"found\": false); keep one of them"},
      {with(R"({"value":"1"})", "exact"), "\"value\" of the answer is not a number"},
      {with(R"({"text":""})", "exact"), "\"text\" is not a text"},
      {with(R"({"list":"a"})", "exact"), "\"list\" of the answer is not a list"},
      {with(R"({"list":[1]})", "exact"),
       "\"list\" of the answer holds something that is not a text"},
      {with(R"({"list":[]})", "exact"), "\"list\" of the answer is empty"},
      {with(R"({"intervals":[[1]]})", "iou>=0.5"), "\"intervals\" is not a list of [from, to]"},
      {with(R"({"intervals":[[2,1]]})", "iou>=0.5"),
       "an interval of \"intervals\" ends before it begins"},
      {with(R"({"intervals":[[-1,1]]})", "iou>=0.5"),
       "an interval of \"intervals\" begins before the video does"},
      {with(R"({"intervals":[[1,1]]})", "iou>=0.5"),
       "\"intervals\" holds no interval with a length; what never happens is \"found\": false"},
      {with(R"({"intervals":[]})", "iou>=0.5"),
       "\"intervals\" holds no interval with a length; what never happens is \"found\": false"},
      {with(R"({"value":1})", "iou>=x"),
       "\"scoring\" is 'iou>=x', but must be exact, refusal, iou>=X, abs<=X or relative<=X"},
      {with(R"({"value":1})", "abs<=-1"),
       "\"scoring\" is 'abs<=-1', but must be exact, refusal, iou>=X, abs<=X or relative<=X"},
      {with(R"({"intervals":[[1,2]]})", "iou>=0"),
       "the bound of \"iou>=X\" is not above 0 and at most 1"},
      {with(R"({"intervals":[[1,2]]})", "iou>=1.1"),
       "the bound of \"iou>=X\" is not above 0 and at most 1"},
      {with(R"({"value":1})", "refusal"), "\"scoring\" does not fit \"answer\""},
      {with(R"({"text":"a"})", "abs<=1"), "\"scoring\" does not fit \"answer\""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.line);
    CHECK(fault(row.line) == row.expected);
  }
  CHECK(fault(with(R"({"intervals":[[1e30,2e30]]})", "iou>=0.5")) != "");
}

namespace {

/// Files in a folder, and what reading them says.
class Files {
 public:
  std::string write(const std::string& name, const std::string& text) {
    const auto path = dir_.file(name);
    std::ofstream(path) << text;
    return path;
  }
  std::string folder() const { return dir_.file(""); }
  std::string message(const std::vector<std::filesystem::path>& files, ErrorCode code) const {
    try {
      (void)read_questions(files);
      return "";
    } catch (const Error& e) {
      CHECK(e.code() == code);
      return e.what();
    }
  }

 private:
  test::TempDir dir_;
};

std::string named(const std::string& id) {
  return R"({"id":")" + id +
         R"(","video":"v.mp4","type":"t","question":"q?","answer":{"value":1},"scoring":"exact"})" +
         "\n";
}

}  // namespace

TEST_CASE("files are read in order, empty lines passed over") {
  Files files;
  const std::vector<std::filesystem::path> both{files.write("1", named("a") + "\n  \n"),
                                                files.write("2", named("b") + named("c"))};
  const auto questions = read_questions(both);
  REQUIRE(questions.size() == 3);
  CHECK(questions[0].id == "a");
  CHECK(questions[2].id == "c");
}

TEST_CASE("a file that is no question file is named, with the line") {
  Files files;
  const auto good = files.write("good", named("a"));
  const auto bad = files.write("bad", "\n{}\n");
  const auto empty = files.write("empty", "\n \n");
  CHECK(files.message({good, bad}, ErrorCode::usage) ==
        "'" + bad + "', line 2: \"id\" is not a text");
  CHECK(files.message({good, empty}, ErrorCode::unreadable_input) ==
        "'" + empty + "' holds no question; it must have one JSON object a line");
  CHECK(files.message({files.write("nothing", "")}, ErrorCode::unreadable_input)
            .ends_with("holds no question; it must have one JSON object a line"));
  CHECK(files.message({"/none.jsonl"}, ErrorCode::unreadable_input) ==
        "cannot read the questions '/none.jsonl'; check the path");
  CHECK(files.message({files.folder()}, ErrorCode::unreadable_input) ==
        "cannot read the questions '" + files.folder() + "'; check the path");
}

TEST_CASE("an id belongs to one question, in whichever file") {
  Files files;
  const auto one = files.write("one", named("a"));
  const auto two = files.write("two", named("b") + named("a"));
  const auto same = files.write("same", named("c") + named("c"));
  CHECK(files.message({one, two}, ErrorCode::usage) ==
        "'" + two + "', line 2: the id 'a' is that of '" + one + "', line 1");
  CHECK(files.message({same}, ErrorCode::usage) ==
        "'" + same + "', line 2: the id 'c' is that of '" + same + "', line 1");
  CHECK(files.message({one, one}, ErrorCode::usage).find("the id 'a' is that of") !=
        std::string::npos);
}

TEST_CASE("evidence and truth lie in the video") {
  struct Row {
    std::string name;
    std::string answer;
    std::string evidence;
    std::string expected;
  };
  const std::vector<Row> rows{
      {"inside", "[[1,2]]", "[[0,60]]", ""},
      {"the last second may be begun", "[[1,2]]", "[[59.5,60.5]]", ""},
      {"evidence too late",
       "[[1,2]]",
       "[[5,6],[100,110]]",
       "the evidence 100 to 110 s of question 'a' lies outside v.mp4, which lasts 60 s"},
      {"evidence too long",
       "[[1,2]]",
       "[[50,62]]",
       "the evidence 50 to 62 s of question 'a' lies outside v.mp4, which lasts 60 s"},
      {"evidence at the end",
       "[[1,2]]",
       "[[60,60.5]]",
       "the evidence 60 to 60.5 s of question 'a' lies outside v.mp4, which lasts 60 s"},
      {"truth in milliseconds",
       "[[1000,2000]]",
       "[]",
       "the interval 1000 to 2000 s of question 'a' lies outside v.mp4, which lasts 60 s"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    auto line = with(R"({"intervals":)" + row.answer + "}", "iou>=0.5");
    line.insert(line.size() - 1, R"(,"evidence":)" + row.evidence);
    const auto question = parse_question(line);
    std::string message;
    try {
      check_within(question, {from_seconds(60)});
    } catch (const Error& e) {
      CHECK(e.code() == ErrorCode::usage);
      message = e.what();
    }
    CHECK(message == row.expected);
  }
}
