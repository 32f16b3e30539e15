// "Which places does the video show": every reply to one question, wherever in the range.
#include <string>

#include <doctest/doctest.h>

#include "core/error.h"
#include "query/answer_reading.h"
#include "query/execute.h"
#include "query/looking_model.h"
#include "query/verify_answer.h"

using namespace hindsight;
using namespace hindsight::query;
using test::tokenizer;

namespace {

/// 25 minutes: a road, a shop that is once taken for a road, and the road again.
struct Film : test::AskedFilm {
  Film() {
    model.replies = [](const std::string& question, double second) -> std::string {
      if (question != "What place is this?") return "there is no such thing";
      if (second >= 300 && second < 900)
        return second >= 600 && second < 605 ? "a road" : "A shop.";
      return second >= 1000 && second < 1005 ? "a wood" : "a road";
    };
  }
};

}  // namespace

TEST_CASE("every reply is listed once, by first appearance, with where it is first given") {
  Film film;
  for (const std::string question : {"Which places does the video show?",
                               "Which scenes does the video show, in order of first appearance?",
                               "List the scenes of the video as they first appear.",
                               "What places are shown?"}) {
    CAPTURE(question);
    const auto answer = film.ask(question);
    REQUIRE(answer.found);
    CHECK(answer.text == "A road, then a shop.");
    REQUIRE(answer.intervals.size() == 2);
    CHECK(to_seconds(answer.intervals[0].span.begin) == 0);
    CHECK(to_seconds(answer.intervals[0].span.end) == doctest::Approx(300).epsilon(0.05));
    CHECK(to_seconds(answer.intervals[1].span.begin) == doctest::Approx(300).epsilon(0.05));
    for (const auto& interval : answer.intervals) {
      CHECK(interval.pairs.size() == interval.looks.size());
      CHECK(interval.score > 0.5);
      CHECK(interval.score < 1);
    }
    CHECK(answer.findings->coverage.all.share > 0.9);
    CHECK(answer.usage.looks_computed + answer.usage.looks_kept > 0);
  }
}

TEST_CASE("how many different ones there are is the number of those that are listed") {
  Film film;
  for (const std::string question :
       {"How many different places does the video show?", "How many scenes are there?"}) {
    CAPTURE(question);
    const auto answer = film.ask(question);
    REQUIRE(answer.found);
    CHECK(std::get<double>(answer.findings->value) == 2);
    CHECK(answer.intervals.size() == 2);
  }
}

TEST_CASE("only the range that is asked about is listed") {
  Film film;
  const auto answer = film.ask("Which places does the video show between 5:30 and 9:30?");
  REQUIRE(answer.found);
  REQUIRE(answer.intervals.size() == 1);
  CHECK(answer.intervals[0].span.begin >= test::at(330));
  CHECK(answer.intervals[0].span.end <= test::at(570));
}

TEST_CASE("where the model names nothing, what was looked at is told") {
  Film film;
  film.model.replies = [](const std::string&, double) { return "nothing"; };
  const auto answer = film.ask("Which places does the video show?");
  CHECK(!answer.found);
  REQUIRE(answer.refusal);
  CHECK(answer.refusal->reason == RefusalReason::not_found);
  CHECK(answer.text.find("looked at ") != std::string::npos);
  CHECK(answer.intervals.empty());
}

TEST_CASE("a listed reply that no pair gives any more does not hold") {
  Film film;
  const auto json = to_json(film.ask("Which places does the video show?"), 0);
  const auto verify = [&] {
    return verify_answer(parse_answer(json, "a.json"), film.test.store, film.model, tokenizer());
  };
  CHECK(verify().verdict == AnswerVerdict::holds);
  film.model.replies = [](const std::string&, double) { return "a road"; };
  CHECK(verify().verdict == AnswerVerdict::does_not_hold);
}

TEST_CASE("a plan for a list of replies takes no node and no moment") {
  for (const std::string plan : {R"({"version":1,"type":"list","look":"Where?","at":3})",
                           R"({"version":1,"type":"list","look":"Where?",)"
                           R"("of":[{"op":"timeline","predicate":"Is it dark?"}]})"}) {
    CAPTURE(plan);
    CHECK_THROWS_WITH_AS((void)parse_plan(plan, "p.json"),
                         doctest::Contains("leave out 'of' and 'at'"),
                         Error);
  }
  CHECK(is_inventory(parse_plan(R"({"version":1,"type":"count","look":"Where?"})", "p.json")));
}
