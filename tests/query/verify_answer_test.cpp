#include "query/verify_answer.h"

#include <functional>
#include <map>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "query/answer_reading.h"
#include "query/looking_model.h"
#include "query/reason.h"

using namespace hindsight;
using namespace hindsight::query;
using test::at;
using test::span;
using test::TestStore;
using test::tokenizer;
using Json = nlohmann::ordered_json;

namespace {

/// A film in which a red car and an open door are seen, and what was answered about it.
struct Answered : test::AskedFilm {
  std::map<std::string, Intervals> truth;

  Answered() {
    truth["Is a red car visible?"] = {span(100, 150), span(300, 330)};
    truth["Is a blue truck visible?"] = {span(500, 520)};
    truth["Is the door open?"] = {span(0, 50), span(400, 460)};
    model.truth = [&](const std::string& question, double second) {
      const auto found = truth.find(question);
      return found != truth.end() && holds_at(found->second, at(second)) ? 0.995 : 0.02;
    };
    model.replies = [](const std::string&, double) -> std::string { return "red"; };
  }

  Json ask(const std::string& text) { return Json::parse(to_json(AskedFilm::ask(text), 0)); }
  AnswerCheck verify(const Json& json) {
    return verify_answer(parse_answer(json.dump(), "answer.json"), test.store, model, tokenizer());
  }
};

std::string all_faults(const AnswerCheck& check) {
  std::string text;
  for (const auto& fault : check.faults) text += fault + "\n";
  return text;
}

std::string message_of(const std::function<void()>& call, ErrorCode code) {
  try {
    call();
  } catch (const Error& e) {
    CHECK(e.code() == code);
    return e.what();
  }
  return "";
}

}  // namespace

TEST_CASE("what was answered holds when the model looks again") {
  Answered film;
  for (const std::string question : {"When is a red car visible?",
                                     "When does the red car first appear?",
                                     "How many times does a red car appear?",
                                     "How many times per hour does a red car appear?",
                                     "How long is a red car visible?",
                                     "How long after the red car does the blue truck appear?",
                                     "How long is the longest time the door is open?",
                                     "When is a red car not visible?",
                                     "Does a red car appear before the blue truck?",
                                     "Does a red car or a blue truck appear?",
                                     "Is the door open at 7:00?",
                                     "Is the door open at 8:00?",
                                     "Does a dog ever appear?",
                                     "Does a dog never appear?",
                                     "How many dogs appear?",
                                     "When does a dog appear?",
                                     "Which came first, the blue truck or the red car?",
                                     "What colour is the first red car?",
                                     "When is a red car visible between 2:00 and 5:10?"}) {
    CAPTURE(question);
    const auto json = film.ask(question);
    const int looked = film.model.num_scored + film.model.num_replies;
    const auto check = film.verify(json);
    CAPTURE(json.dump());
    CAPTURE(all_faults(check));
    CHECK(to_string(check.verdict) == to_string(AnswerVerdict::holds));
    CHECK(check.looks.size() >= 1);
    // Every cited look was computed now, not read.
    CHECK(film.model.num_scored + film.model.num_replies ==
          looked + static_cast<int>(check.looks.size()));
  }
}

TEST_CASE("kept looks are not read: a model that sees otherwise by now is believed") {
  Answered film;
  const auto path = film.test.store.path();
  film.test.store = index::Store::open(film.test.dir.file("other.db"), index::OpenMode::write);
  film.test.store = index::Store::open(path, index::OpenMode::read);
  const auto json = film.ask("When is a red car visible?");
  CHECK(film.verify(json).verdict == AnswerVerdict::holds);
  film.truth.clear();
  // The question itself is answered from what was kept ...
  CHECK(film.ask("When is a red car visible?")["intervals"] == json["intervals"]);
  // ... its check is not.
  const auto check = film.verify(json);
  CHECK(check.verdict == AnswerVerdict::does_not_hold);
  CHECK(check.looks.front().verdict == LookVerdict::differs);
  CHECK(all_faults(check).find("shows it: \"Is a red car visible?\"") != std::string::npos);
}

TEST_CASE("a summary holds as long as the pairs that it cites are described in the same words") {
  Answered film;
  film.model.replies = [](const std::string&, double second) {
    return second < 300 ? "A red car moving left; a tree." : "an empty road";
  };
  const auto answer = film.ask("What is this video about?");
  REQUIRE(answer["intervals"].size() >= 2);
  auto check = film.verify(answer);
  CHECK(all_faults(check) == "");
  CHECK(check.looks.size() >= 4);
  CHECK(check.verdict == AnswerVerdict::holds);

  film.model.replies = [](const std::string&, double) { return "an empty road"; };
  check = film.verify(answer);
  CHECK(check.verdict == AnswerVerdict::does_not_hold);
}

TEST_CASE("the same video in another store is found by its content") {
  Answered film;
  const auto json = film.ask("When is a red car visible?");
  TestStore other;
  test::add_timed_film(other.store, {.name = "first.mp4", .content_hash = "ffff"});
  test::add_timed_film(other.store, {.name = "renamed.mp4"});
  const auto check =
      verify_answer(parse_answer(json.dump(), "answer.json"), other.store, film.model, tokenizer());
  CHECK(check.verdict == AnswerVerdict::holds);
}

TEST_CASE("an answer that was changed does not hold") {
  struct Row {
    std::string question;
    std::function<void(Json&)> change;
    std::string fault;  ///< empty: a look differs
  };
  const std::string when = "When is a red car visible?";
  const std::string count = "How many times does a red car appear?";
  const std::vector<Row> rows{
      {when, [](Json& j) { j["intervals"][0]["pairs"][0]["looks"][0]["p_yes"] = 0.5; }, ""},
      {when, [](Json& j) { j["counter_evidence"][0]["p_yes"] = 0.3; }, ""},
      {when, [](Json& j) { j["intervals"][0]["pairs"][0]["first"] = 104.6; }, ""},
      {when, [](Json& j) { j["intervals"][0]["pairs"][0]["width"] = 84; }, ""},
      {when,
       [](Json& j) { j["answer"] = "A red car is visible: from 00:10:00.000 to 00:11:00.000."; },
       "the time 00:10:00.000 lies in no interval"},
      {when, [](Json& j) { j["intervals"][0]["to"] = 250.0; }, "reaches beyond the pairs"},
      {when,
       [](Json& j) {
         j["intervals"][0]["to"] = 160.0;
         j["answer"] = "A red car is visible: from 00:01:40.000 to 00:02:40.000.";
       },
       "00:02:34.500 lies in 00:01:40.000 to 00:02:40.000 of gate.mp4, and \"Is a red car "
       "visible?\" is 0.02"},
      {when, [](Json& j) { j["intervals"][0]["from"] = 90.0; }, "00:01:34.500 lies in"},
      {when, [](Json& j) { j["intervals"][0]["pairs"].clear(); }, "cites no pair"},
      {when,
       [](Json& j) {
         for (auto& pair : j["intervals"][0]["pairs"]) pair["looks"][0]["is_true"] = false;
       },
       "shows it"},
      {when,
       [](Json& j) {
         for (auto& pair : j["intervals"][1]["pairs"])
           pair["looks"][0] = {
               {"predicate", "Is a dog visible?"}, {"is_true", false}, {"p_yes", 0.02}};
       },
       "its plan does not ask \"Is a dog visible?\""},
      {count, [](Json& j) { j["value"] = 3; }, "it counts 3 but shows 2 intervals"},
      {count, [](Json& j) { j["intervals"].erase(1); }, "it counts 2 but shows 1 intervals"},
      {"How long is a red car visible?",
       [](Json& j) { j["value"] = 90; },
       "it says 90 seconds but its intervals last 80"},
      {"Is the door open at 7:00?",
       [](Json& j) { j["value"] = false; },
       "it says no, but its evidence says yes"},
      {"Is the door never open?",
       [](Json& j) { j["value"] = true; },
       "it says yes, but its evidence says no"},
      {"What colour is the first red car?",
       [](Json& j) { j["value"] = "green"; },
       "no pair is replied to with \"green\""},
  };
  Answered film;
  for (const auto& row : rows) {
    auto json = film.ask(row.question);
    REQUIRE(film.verify(json).verdict == AnswerVerdict::holds);
    row.change(json);
    CAPTURE(json.dump());
    const auto check = film.verify(json);
    CHECK(check.verdict == AnswerVerdict::does_not_hold);
    if (!row.fault.empty()) CHECK(all_faults(check).find(row.fault) != std::string::npos);
  }
}

TEST_CASE("a count of things that come rests on how many there are, which its plan does not name") {
  Answered film;
  film.truth["Are two red cars visible?"] = {span(120, 140)};
  const auto json = film.ask("How many red cars appear?");
  REQUIRE(json["value"] == 3);
  CHECK(json.dump().find("Are two red cars visible?") != std::string::npos);
  const auto check = film.verify(json);
  CHECK(all_faults(check) == "");
  CHECK(check.verdict == AnswerVerdict::holds);
}

TEST_CASE("a no does not hold when what was ruled out is likely") {
  Answered film;
  const auto json = film.ask("Does a dog ever appear?");
  film.truth["Is a dog visible?"] = {span(0, 1500)};
  const auto check = film.verify(json);
  CHECK(check.verdict == AnswerVerdict::does_not_hold);
  CHECK(all_faults(check).find("speaks against it") != std::string::npos);
}

TEST_CASE("what another colour rules out is cited with what it shows rather, and holds") {
  Answered film;
  film.model.facts.num_parameters = 1;
  film.model.truth = [](const std::string& question, double second) {
    if (second < 300 || second >= 330) return 0.02;
    return question == "Is a green car visible?" ? 0.995
           : question == "Is a red car visible?" ? 0.9999
                                                 : 0.02;
  };
  for (const auto* question : {"Does a green car ever appear?",
                               "When is a green car visible?",
                               "When is no green car visible between 5:00 and 5:30?",
                               "Is a green car visible at 5:10?"}) {
    CAPTURE(question);
    auto json = film.ask(question);
    CHECK(json.dump().find("Is a red car visible?") != std::string::npos);
    auto check = film.verify(json);
    CHECK(all_faults(check) == "");
    CHECK(check.verdict == AnswerVerdict::holds);
  }
  auto json = film.ask("Does a green car ever appear?");
  CHECK(json.at("value") == false);
  CHECK(json.at("confidence").get<double>() > 0.9);
  CHECK(json.at("counter_evidence").at(0).at("rather") == "Is a red car visible?");
  auto earlier = Answered().ask("Does a dog ever appear?");
  for (auto& counter : earlier["counter_evidence"]) {
    counter.erase("rather");
    counter.erase("p_rather");
  }
  CHECK(Answered().verify(earlier).verdict == AnswerVerdict::holds);
  // In the pair beside it: 0.02.
  auto beside = film.ask("Does a green car ever appear?");
  auto& counter = beside["counter_evidence"][0];
  counter["rather_pair"] = film.ask("Is a dog visible at 8:00?").at("intervals").at(0).at("pairs")[0];
  CHECK(film.verify(beside).verdict == AnswerVerdict::does_not_hold);
  counter["p_yes"] = 0.995;
  counter["rather"] = "Is a blue car visible?";
  counter["p_rather"] = 0.9;
  film.model.truth = [](const std::string& question, double second) {
    const bool is_late = second >= 480 && second < 490;
    return question == "Is a green car visible?" && second >= 300 && second < 330 ? 0.995
           : question == "Is a blue car visible?" && is_late                      ? 0.9
                                                                                  : 0.02;
  };
  CHECK(all_faults(film.verify(beside)) == "");
  json["counter_evidence"][0]["p_rather"] = 0.1;
  CHECK(film.verify(json).verdict == AnswerVerdict::does_not_hold);
}

TEST_CASE("of a generated answer there is nothing to look at again, but its times are compared") {
  Answered film;
  film.model.reply = "A man at 20.0 seconds.";
  auto json = film.ask("Who comes?");
  CHECK(film.verify(json).verdict == AnswerVerdict::nothing_to_check);
  json["answer"] = "A man at 900 seconds.";
  const auto check = film.verify(json);
  CHECK(check.verdict == AnswerVerdict::does_not_hold);
  CHECK(all_faults(check) == "the time 00:15:00.000 lies in no interval of the evidence\n");
}

TEST_CASE("the times that an answer in steps states lie in what was looked at, however it looked") {
  Answered film;
  film.model.reply =
      "<tool_call>\n{\"name\": \"look\", \"arguments\": {\"from\": 300, \"to\": "
      "310}}\n</tool_call>";
  const auto plan = plan_question({.text = "Who comes?"}, film.test.store, film.model.facts);
  const auto answer = reason(plan,
                             film.test.store,
                             film.model,
                             tokenizer(),
                             {.model_chooses = Planning::always},
                             [&](const ReasonStep&) { film.model.reply = "At 305.0 seconds."; });
  auto json = Json::parse(to_json(answer, 0));
  CHECK(film.verify(json).verdict == AnswerVerdict::holds);
  json["answer"] = "At 900.0 seconds.";
  const auto check = film.verify(json);
  CHECK(check.verdict == AnswerVerdict::does_not_hold);
  CHECK(all_faults(check) == "the time 00:15:00.000 lies in no interval of the evidence\n");
}

TEST_CASE("what calls itself a summary is checked as what it is") {
  Answered film;
  auto json = film.ask("When is a red car visible?");
  json["intervals"][0]["to"] = 250.0;
  const auto faults = all_faults(film.verify(json));
  CHECK(faults.find("reaches beyond the pairs") != std::string::npos);
  json["type"] = "summary";
  CHECK(all_faults(film.verify(json)) == faults);
  film.model.reply = "A man at 20.0 seconds.";
  json = film.ask("Who comes?");
  json["answer"] = "A man at 900 seconds.";
  json["type"] = "summary";
  CHECK(film.verify(json).verdict == AnswerVerdict::does_not_hold);
  json["intervals"] = Json::array();
  CHECK(film.verify(json).verdict == AnswerVerdict::does_not_hold);
}

TEST_CASE("another model, store or file is refused in one sentence") {
  Answered film;
  const auto json = film.ask("When is a red car visible?");
  const auto answer = parse_answer(json.dump(), "answer.json");
  TestStore empty;
  CHECK(message_of([&] { (void)verify_answer(answer, empty.store, film.model, tokenizer()); },
                   ErrorCode::not_found)
            .find("does not hold gate.mp4 (aaaa1111)") != std::string::npos);
  test::add_timed_film(empty.store, {.fingerprint = "beef"});
  CHECK(message_of([&] { (void)verify_answer(answer, empty.store, film.model, tokenizer()); },
                   ErrorCode::not_found)
            .find("has no tokens of gate.mp4 for the model") != std::string::npos);
  film.model.facts.language_fingerprint = "2b2b";
  CHECK(message_of([&] { (void)film.verify(json); }, ErrorCode::model)
            .find("was made by another model (models/fake, 1a1a)") != std::string::npos);
}

TEST_CASE("what is no answer is refused, naming what is wrong") {
  Answered film;
  const auto good = film.ask("When is a red car visible?");
  struct Row {
    std::string json;
    std::string message;
  };
  const auto changed = [&](const std::function<void(Json&)>& change) {
    auto json = good;
    change(json);
    return json.dump();
  };
  const std::vector<Row> rows{
      {"", "it is not JSON"},
      {"When?", "it is not JSON"},
      {"[]", "it is not one JSON object"},
      {"{}", "key 'version' not found"},
      {changed([](Json& j) { j["version"] = 9; }), "its version is 9, not 1"},
      {changed([](Json& j) { j["version"] = "1"; }), "type must be number"},
      {changed([](Json& j) { j.erase("fingerprints"); }), "key 'fingerprints' not found"},
      {changed([](Json& j) { j["intervals"][0]["from"] = "soon"; }), "type must be number"},
      {changed([](Json& j) { j["intervals"][0]["from"] = 1e300; }), "is not a time in seconds"},
      {changed([](Json& j) { j["intervals"][0]["to"] = 1; }), "ends before it begins"},
      {changed([](Json& j) { j["intervals"][0]["score"] = 7; }),
       "'score' must lie between 0 and 1"},
      {changed([](Json& j) { j["intervals"][0]["basis"] = "felt"; }), "there is no basis 'felt'"},
      {changed([](Json& j) { j["plan"]["version"] = 8; }), "its version is 8"},
      {changed([](Json& j) { j["plan"]["of"][0]["op"] = "magic"; }), "no operator 'magic'"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.json);
    const auto message =
        message_of([&] { (void)parse_answer(row.json, "answer.json"); }, ErrorCode::usage);
    CAPTURE(message);
    CHECK(message.find("answer.json is not an answer that this version reads: ") == 0);
    CHECK(message.find(row.message) != std::string::npos);
  }
}
