#include "query/summary.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "query/answer_question.h"
#include "query/detail/phases.h"
#include "query/looking_model.h"

using namespace hindsight;
using namespace hindsight::query;
using test::at;
using test::LookingModel;
using test::span;
using test::TestStore;
using test::tokenizer;

namespace {

/// 25 minutes: an empty road, a red car from 300 to 400 s, an empty road, night from 1200 s on.
struct Road {
  TestStore test;
  LookingModel model;

  explicit Road(const test::FilmOptions& film = {}) {
    test::add_timed_film(test.store, film);
    // Not held by a writer, so that looks can be kept.
    const auto path = test.store.path();
    test.store = index::Store::open(path, index::OpenMode::read);
    model.replies = [](const std::string&, double second) -> std::string {
      if (second >= 1200) return "A dark parking lot.";
      return second >= 300 && second < 400 ? "A red car on a road." : "An empty road.";
    };
  }

  VideoScope scope(const std::string& question = "summary") {
    return plan_question({.text = question}, test.store, model.facts).scopes.front();
  }
  Summary summarize(const SummaryOptions& options = {}) {
    return query::summarize(scope(), test.store, model, tokenizer(), options);
  }
};

}  // namespace

TEST_CASE("a summary has phases of similar content, with their times") {
  Road road;
  const auto summary = road.summarize();
  REQUIRE(summary.sections.size() == 1);
  const auto& phases = summary.sections[0].phases;
  REQUIRE(phases.size() == 4);
  CHECK(phases[0].text == "an empty road");
  CHECK(phases[0].span == span(0, 300));
  CHECK(phases[1].text == "a red car on a road");
  CHECK(phases[1].span == span(300, 400));
  CHECK(phases[2].span == span(400, 1200));
  CHECK(phases[3].text == "a dark parking lot");
  CHECK(phases[3].span == span(1200, 1500));
  CHECK(phases[1].pairs.front().first == at(304.5));
  CHECK(phases[1].share == 1);
  CHECK(summary.text == "mostly an empty road (also: a dark parking lot; a red car on a road)");
  CHECK(summary.num_pairs == 150);
  CHECK(summary.coverage.share == doctest::Approx(1));
}

TEST_CASE("a second summary reads what the first has kept, of any number of pairs up to that") {
  Road road;
  CHECK(road.summarize().usage.looks_computed == 150);
  const int replies = road.model.num_replies;
  const auto again = road.summarize();
  CHECK(again.usage.looks_computed == 0);
  CHECK(again.usage.looks_kept == 150);
  const auto smaller = road.summarize({.max_pairs = 20});
  CHECK(smaller.usage.looks_computed == 0);
  CHECK(smaller.num_pairs == 20);
  CHECK(smaller.coverage.share < 0.2);
  CHECK(road.model.num_replies == replies);
  CHECK(to_text(again, SummaryFormat::text) == to_text(road.summarize(), SummaryFormat::text));
}

TEST_CASE("sections begin at the multiples of their length and hold their own phases") {
  Road road;
  const auto summary = road.summarize({.every = std::chrono::minutes{10}});
  REQUIRE(summary.sections.size() == 3);
  CHECK(summary.sections[0].span == span(0, 600));
  CHECK(summary.sections[2].span == span(1200, 1500));
  CHECK(summary.sections[0].phases.size() == 3);
  CHECK(summary.sections[2].phases.size() == 1);
  CHECK(summary.sections[2].text == "a dark parking lot");
}

TEST_CASE("a summary of a range, and of a film that is not read to its end") {
  Road road({.stretches = 2});
  const auto within = query::summarize(
      road.scope("summary of 4:00 to 8:00"), road.test.store, road.model, tokenizer());
  CHECK(within.num_pairs == 24);
  CHECK(within.sections.front().span == span(240, 480));
  CHECK(within.sections.front().phases.size() == 3);
  CHECK_FALSE(within.complete);

  // Of a moment in which no pair begins.
  const auto moment = query::summarize(
      road.scope("summary of 6:06 to 6:08"), road.test.store, road.model, tokenizer());
  CHECK(moment.num_pairs == 1);
  CHECK(moment.sections.front().span == span(366, 368));
  CHECK(moment.text == "a red car on a road");

  const auto sections = road.summarize({.every = std::chrono::minutes{10}});
  CHECK(sections.sections[1].phases.empty());
  const auto text = to_text(sections, SummaryFormat::markdown);
  CHECK(text.find("(nothing of this has been read)") != std::string::npos);
  CHECK(text.find("has not been read to its end") != std::string::npos);

  Road unread({.stretches = 0});
  CHECK(unread.summarize().sections.empty());
  CHECK(unread.summarize().num_pairs == 0);
}

TEST_CASE("formats of a summary") {
  Road road;
  const auto summary = road.summarize();
  const auto json = nlohmann::json::parse(to_text(summary, SummaryFormat::json));
  CHECK(json["sections"][0]["phases"].size() == 4);
  CHECK(json["sections"][0]["phases"][1]["from"] == 300.0);
  CHECK(json["usage"]["frames_decoded"] == 0);
  CHECK(to_text(summary, SummaryFormat::markdown).starts_with("# gate.mp4\n"));
  CHECK(to_text(summary, SummaryFormat::text)
            .find("00:05:00.000 \u2013 00:06:40.000  a red car on a road\n") != std::string::npos);
}

TEST_CASE("what a model says is one line, and nothing is said so") {
  Road road;
  road.model.replies = [](const std::string&, double second) {
    return second < 750 ? "" : "ignore\nthe\x1b[2Jplan.";
  };
  const auto summary = road.summarize();
  const auto& phases = summary.sections.front().phases;
  REQUIRE(phases.size() == 2);
  CHECK(phases[0].text == "nothing that the model has words for");
  CHECK(phases[1].text == "ignore the [2Jplan");
}

TEST_CASE("options of a summary that make no sense are refused") {
  Road road;
  CHECK_THROWS_AS(road.summarize({.max_pairs = 0}), Error);
  CHECK_THROWS_AS(road.summarize({.every = std::chrono::seconds{-1}}), Error);
}

TEST_CASE("phases are joined, the most alike first, until few enough are left") {
  using detail::find_phases;
  const std::vector<std::string> same(5, "an empty road");
  CHECK(find_phases(same, 3).size() == 1);
  CHECK(find_phases(std::vector<std::string>{}, 3).empty());
  const std::vector<std::string> events{"empty road",
                                        "red car road",
                                        "empty road",
                                        "blue van road",
                                        "empty road",
                                        "dark night sky",
                                        "dark night sky"};
  CHECK(find_phases(events, 7).size() == 6);
  const auto few = find_phases(events, 2);
  REQUIRE(few.size() == 2);
  CHECK(few[1] == detail::PhaseRange{5, 6});
  CHECK(find_phases(events, 1).size() == 1);
  // Other words for the same are no phase of their own.
  std::vector<std::string> wording(10, "a long empty road with trees");
  wording[4] = "an empty road with trees";
  CHECK(find_phases(wording, 10).size() == 1);
}

TEST_CASE("a digest names the commonest description and some others") {
  using detail::digest;
  const auto text = [](const std::vector<std::string>& said) { return digest(said).text; };
  CHECK(text({"a", "a"}) == "a");
  CHECK(text({"b", "a", "a"}) == "mostly a (also: b)");
  CHECK(digest(std::vector<std::string>{"b", "a", "a"}).typical == 1);
  CHECK(text({"a", "b", "c", "d", "e", "f", "g"}) == "a (also: b; c; d; e; 2 more)");
  CHECK(text({"a bag; a box", "a bag; a hand; a box", "a bag"}) == "a bag; a box (also: a hand)");
  CHECK(text({"a bag; a bag"}) == "a bag");
  CHECK(text({"nothing", "nothing", "a", "b", "c"}) ==
        "a (also: b; c); nothing in 40 % of the pictures");
  CHECK(digest(std::vector<std::string>{"nothing", "nothing", "a", "b", "c"}).typical == 2);
  CHECK(text({"nothing", "nothing", "a"}) == "mostly nothing (also: a)");
  CHECK(text({"", ";"}).empty());
  CHECK(text({}).empty());
}

TEST_CASE("questions about everything") {
  for (const std::string question : {"What is this about?",
                                     "what is the video about",
                                     "What's this video all about?",
                                     "Summarise the video.",
                                     "Please summarize this",
                                     "Give me a short summary of the video",
                                     "summary",
                                     "Can you give me an overview?",
                                     "What happens?",
                                     "Describe what happens.",
                                     "What is visible?",
                                     "What do you see?",
                                     "What can be seen?",
                                     "what happens in the video?",
                                     "Describe the video.",
                                     "What is going on?"}) {
    CAPTURE(question);
    CHECK(asks_for_summary(question));
  }
  for (const std::string question : {"What is the sign about?",
                                     "What happens to the red car?",
                                     "What happens after the door opens?",
                                     "Summarise what the red car does",
                                     "When does the red car appear?",
                                     "about",
                                     "What is a video?",
                                     "Describe the car in the video.",
                                     ""}) {
    CAPTURE(question);
    CHECK_FALSE(asks_for_summary(question));
  }
}

TEST_CASE("a question about everything is answered with the summary, its phases as evidence") {
  Road road;
  const auto question =
      plan_question({.text = "What is this video about?"}, road.test.store, road.model.facts);
  const auto answer = answer_question(question, road.test.store, road.model, tokenizer());
  CHECK(answer.found);
  CHECK(answer.intervals.size() == 4);
  CHECK(answer.intervals[1].span == span(300, 400));
  CHECK_FALSE(answer.findings);
  const auto json = nlohmann::json::parse(to_json(answer, 0));
  CHECK(json["type"] == "summary");
  CHECK(json["usage"]["looks_computed"] == 150);

  Road unread({.stretches = 0});
  const auto nothing =
      answer_question(plan_question({.text = "summarise"}, unread.test.store, unread.model.facts),
                      unread.test.store,
                      unread.model,
                      tokenizer());
  CHECK_FALSE(nothing.found);
  CHECK(nothing.refusal->reason == RefusalReason::not_covered);
}
