// Answers by number: which is seen more often, how many at once, which share of the time; and that
// they are verified by what they cite.
#include <algorithm>
#include <map>
#include <string>

#include <doctest/doctest.h>

#include "core/error.h"
#include "query/answer_reading.h"
#include "query/execute.h"
#include "query/looking_model.h"
#include "query/verify_answer.h"

using namespace hindsight;
using namespace hindsight::query;
using test::at;
using test::span;
using test::tokenizer;

namespace {

/// 25 minutes in which a red car is seen three times, a blue truck twice and up to three dogs.
struct Street : test::AskedFilm {
  std::map<std::string, Intervals> truth{
      {"Is a red car visible?", {span(100, 110), span(300, 310), span(500, 510)}},
      {"Is a blue truck visible?", {span(200, 230), span(700, 710)}},
      {"Is a green truck visible?", {span(400, 430), span(900, 910)}},
      {"Is a dog visible?", {span(600, 650), span(1000, 1010)}},
      {"Are two dogs visible?", {span(610, 640)}},
      {"Are three dogs visible?", {span(620, 630)}},
      {"Is it night?", {span(0, 300)}}};

  Street() {
    model.truth = [this](const std::string& question, double second) {
      const auto found = truth.find(question);
      return found != truth.end() && holds_at(found->second, at(second)) ? 0.995 : 0.02;
    };
  }
  /// The verdict on the answer as its JSON has it, after `change`.
  AnswerVerdict verify(const std::string& question, const std::function<void(Answer&)>& change) {
    auto answer = parse_answer(to_json(ask(question), 0), "the test");
    change(answer);
    return verify_answer(answer, test.store, model, tokenizer()).verdict;
  }
  AnswerVerdict verify(const std::string& question) {
    return verify(question, [](Answer&) {});
  }
};

}  // namespace

TEST_CASE("what is seen more often is counted, and the counts are shown") {
  Street street;
  const auto most = street.ask("Which appears more often, a blue truck or a red car?");
  CHECK(most.text == "A red car: a blue truck 2 times, a red car 3 times.");
  CHECK(most.findings->counts == std::vector<std::size_t>{2, 3});
  CHECK(most.intervals.size() == 5);
  CHECK(street.ask("Which appears less often, a blue truck or a red car?").text ==
        "A blue truck: a blue truck 2 times, a red car 3 times.");
  const auto yes = street.ask("Does a red car appear more often than a blue truck?");
  CHECK(yes.text == "Yes: a red car 3 times, a blue truck 2 times.");
  CHECK(std::get<bool>(yes.findings->value));
  CHECK(street.ask("Are there fewer red cars than blue trucks?").text ==
        "No: red cars 3 times, blue trucks 2 times.");
  // Five come, one of them alone: two more with the first, another one later.
  CHECK(street.ask("Are there more dogs than red cars?").text ==
        "Yes: dogs 4 times, red cars 3 times.");
  CHECK(street.ask("Are there more cats than birds?").text == "No: cats 0 times, birds 0 times.");
}

TEST_CASE("as many of one as of the other are neither more nor fewer") {
  Street street;
  const auto tie = street.ask("Which appears more often, a blue truck or a green truck?");
  CHECK_FALSE(tie.found);
  REQUIRE(tie.refusal);
  CHECK(tie.refusal->reason == RefusalReason::ambiguous);
  CHECK(tie.refusal->detail ==
        "a blue truck and a green truck are seen equally often, 2 times each");
  CHECK(street.ask("Are there more blue trucks than green trucks?").text.starts_with("No:"));
  CHECK(street.ask("Are there fewer blue trucks than green trucks?").text.starts_with("No:"));
  const auto none = street.ask("Which appears more often, a cat or a bird?");
  REQUIRE(none.refusal);
  CHECK(none.refusal->reason == RefusalReason::not_found);
}

TEST_CASE("how many there are at once at most, and when") {
  Street street;
  const auto most = street.ask("How many dogs are there at most?");
  CHECK(most.text == "3 at once: from 00:10:20.000 to 00:10:30.000.");
  CHECK(std::get<double>(most.findings->value) == 3);
  CHECK(most.intervals.front().looks.front().question == "Are three dogs visible?");
  CHECK(street.ask("When are the most dogs visible?").text ==
        "The most dogs: from 00:10:20.000 to 00:10:30.000.");
  const auto one = street.ask("What is the maximum number of red cars at once?");
  CHECK(std::get<double>(one.findings->value) == 1);
  CHECK(one.intervals.size() == 3);
  CHECK(street.ask("How many cats are there at most?").text == "0.");
}

TEST_CASE("vehicles are the kinds of them that a model knows") {
  Street street;
  street.truth["Is a car visible?"] = {span(100, 110), span(300, 310), span(500, 510)};
  street.truth["Is a truck visible?"] = {span(105, 130), span(700, 710)};
  street.model.facts.words = {"a",
                              "an",
                              "are",
                              "car",
                              "cars",
                              "is",
                              "moving",
                              "red",
                              "truck",
                              "trucks",
                              "two",
                              "three",
                              "visible"};
  std::ranges::sort(street.model.facts.words);
  const auto count = street.ask("How many vehicles appear?");
  CHECK(std::get<double>(count.findings->value) == 5);
  CHECK(count.intervals[0].looks.front().question == "Is a car visible?");
  CHECK(count.intervals[1].looks.front().question == "Is a truck visible?");
  CHECK(street.ask("When is a vehicle visible?").intervals.size() == 4);
  CHECK(street.verify("How many vehicles appear?") == AnswerVerdict::holds);
  CHECK(street.ask("How many animals appear?").refusal->reason == RefusalReason::not_understood);
  CHECK(street.ask("How many vehicles are there at most?").refusal->reason ==
        RefusalReason::not_understood);
  // A model that names no words is asked about vehicles.
  street.model.facts.words.clear();
  street.truth["Is a vehicle visible?"] = {span(100, 110)};
  CHECK(street.ask("How many vehicles appear?").text == "1: at 00:01:40.000.");
}

TEST_CASE("what the first one is") {
  Street street;
  street.truth["Is a car visible?"] = {span(100, 110), span(300, 310), span(500, 510)};
  street.truth["Is a truck visible?"] = {span(200, 230), span(400, 430)};
  CHECK(street.ask("Is the first car red?").text == "Yes.");
  CHECK(street.ask("Is the first truck green?").text == "No.");
  CHECK(street.ask("Is the last truck green?").text == "Yes.");
  CHECK(street.ask("Is the first car purple?").text == "No.");
}

TEST_CASE("a share is percent of what was asked about") {
  Street street;
  CHECK(street.ask("What percentage of the time is it night?").text ==
        "20.0 %: from 00:00:00.000 to 00:05:00.000.");
  CHECK(street.ask("What percentage of the first ten minutes is it night?").text ==
        "50.0 %: from 00:00:00.000 to 00:05:00.000.");
  CHECK(street.verify("What percentage of the time is it night?") == AnswerVerdict::holds);
}

TEST_CASE("what an answer by number states is verified against what it shows") {
  Street street;
  const std::string often = "Which appears more often, a blue truck or a red car?";
  const std::string more = "Are there more dogs than red cars?";
  const std::string most = "How many dogs are there at most?";
  const std::string share = "What percentage of the time is it night?";
  for (const auto& question : {often, more, most, share}) {
    CAPTURE(question);
    CHECK(street.verify(question) == AnswerVerdict::holds);
  }
  const auto fails = [&](const std::string& question, const std::function<void(Answer&)>& change) {
    return street.verify(question, change) == AnswerVerdict::does_not_hold;
  };
  CHECK(fails(often, [](Answer& a) { a.findings->value = std::string("a blue truck"); }));
  CHECK(fails(often, [](Answer& a) { a.findings->counts = {3, 2}; }));
  CHECK(fails(often, [](Answer& a) { a.findings->counts.clear(); }));
  CHECK(fails(often, [](Answer& a) { a.intervals.pop_back(); }));
  CHECK(fails(more, [](Answer& a) { a.findings->value = false; }));
  CHECK(fails(more, [](Answer& a) { a.findings->plan.pick = Pick::fewest; }));
  CHECK(fails(most, [](Answer& a) { a.findings->value = 4.0; }));
  CHECK(fails(most, [](Answer& a) { a.findings->value = 2.0; }));
  CHECK(fails(share, [](Answer& a) { a.findings->value = 30.0; }));
  // What only a forger writes.
  CHECK(fails(often, [](Answer& a) {
    a.findings->counts = {0, 5};
    a.findings->value = std::string("a red car");
    for (auto& interval : a.intervals)
      interval.looks = {{.pair = interval.looks.front().pair,
                         .question = "Is a red car visible?",
                         .reply = std::nullopt,
                         .p_yes = 0.02,
                         .is_true = false}};
  }));
  CHECK(fails(often, [](Answer& a) { a.intervals[1] = a.intervals[0]; }));
  CHECK(fails(more, [](Answer& a) { a.findings->value = std::monostate{}; }));
  for (const double number : {-5.0, 1e300, 2.9, 0.0}) {
    CAPTURE(number);
    CHECK(fails(most, [&](Answer& a) { a.findings->value = number; }));
  }
  CHECK(fails(most, [](Answer& a) {
    a.findings->value = 9.0;
    for (auto& interval : a.intervals)
      interval.looks.push_back({.pair = interval.looks.front().pair,
                                .question = "Are nine dogs visible?",
                                .reply = std::nullopt,
                                .p_yes = 0.02,
                                .is_true = false});
  }));
  CHECK(fails(share, [](Answer& a) { a.findings->value = true; }));
  CHECK(fails(often,
              [](Answer& a) { a.text = "A red car: a blue truck 2 times, a red car 999 times."; }));
  // Numbers that are none of its intervals are not read.
  auto json = to_json(street.ask(often), 0);
  for (const std::string counts : {"[-1,6]", "[1e30,0]", "[2.5,2.5]", "[6,0]", "[\"2\",3]"}) {
    CAPTURE(counts);
    auto forged = json;
    const auto at = forged.find("[2,3]");
    REQUIRE(at != std::string::npos);
    forged.replace(at, 5, counts);
    CHECK_THROWS_AS((void)parse_answer(forged, "the test"), Error);
  }
}

TEST_CASE("a plan by number that is written by hand needs no names, and no flags without effect") {
  Street street;
  const auto question = plan_question({.text = "?"}, street.test.store, street.model.facts);
  const auto run = [&](const std::string& json) {
    return execute(
        parse_plan(json, "the test"), question, street.test.store, street.model, tokenizer());
  };
  const std::string of = R"("of":[{"op":"timeline","predicate":"Is a red car visible?"},)"
                         R"({"op":"timeline","predicate":"Is a blue truck visible?"}])";
  const auto more = run(R"({"version":1,"type":"yes_no","pick":"most",)" + of + "}");
  CHECK(more.text == "Yes: Is a red car visible? 3 times, Is a blue truck visible? 2 times.");
  CHECK(verify_answer(more, street.test.store, street.model, tokenizer()).verdict ==
        AnswerVerdict::holds);
  CHECK(run(R"({"version":1,"type":"order","pick":"fewest",)" + of + "}").found);
  const std::string dogs =
      R"("of":[{"op":"most","of":[{"op":"timeline","predicate":"Is a dog visible?"}]}])";
  CHECK(run(R"({"version":1,"type":"count",)" + dogs + "}").text.starts_with("3 at once"));
  CHECK(to_seconds(MediaTime{from_seconds(std::get<double>(
            run(R"({"version":1,"type":"duration",)" + dogs + "}").findings->value))}) == 10);
  for (const std::string& refused :
       {R"({"version":1,"type":"yes_no","pick":"most","never":true,)" + of + "}",
        R"({"version":1,"type":"count","per_hour":true,)" + dogs + "}",
        R"({"version":1,"type":"count","look":"How many dogs are visible?",)" + dogs + "}",
        std::string(R"({"version":1,"type":"duration","share":true,"at":5,)") + dogs + "}",
        std::string(R"({"version":1,"type":"count","share":true,)") + dogs + "}",
        std::string(R"({"version":1,"type":"yes_no","pick":"longest",)") + of + "}",
        std::string(R"({"version":1,"type":"count","of":[{"op":"most","of":[{"op":"not","of":[)") +
            R"({"op":"timeline","predicate":"Is a dog visible?"}]}]}]})"}) {
    CAPTURE(refused);
    CHECK_THROWS_AS((void)parse_plan(refused, "the test"), Error);
  }
}

TEST_CASE("a moment whose pair shows nothing of the kind says so") {
  Street street;
  street.model.replies = [](const std::string&, double) { return "nothing"; };
  CHECK(street.ask("What colour is the car at 1:00?").text ==
        "Not seen: the pair at 00:01:00.000 shows nothing of the kind.");
}

TEST_CASE("the most of several videos is that of the one with most") {
  Street street;
  test::add_timed_film(street.test.store, {.name = "other.mp4", .content_hash = "0ther"});
  const auto most = street.ask("How many dogs are there at most?");
  CHECK(std::get<double>(most.findings->value) == 3);
  CHECK(most.intervals.size() == 2);
  CHECK(street.ask("Are there more dogs than red cars?").findings->counts ==
        std::vector<std::size_t>{8, 6});
}
