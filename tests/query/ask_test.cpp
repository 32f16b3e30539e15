#include "query/ask.h"

#include <algorithm>
#include <numeric>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "query/support.h"

using namespace hindsight;
using namespace hindsight::query;
using test::add_film;
using test::at;
using test::fake_info;
using test::FakeLanguageModel;
using test::span;
using test::TestStore;
using test::tokenizer;

namespace {

Answer ask_about(TestStore& test,
                 FakeLanguageModel& fake,
                 const Question& question,
                 const AskOptions& options = {},
                 const OnText& on_text = {}) {
  const auto plan = plan_question(question, test.store, fake.facts);
  return ask(plan, test.store, fake, tokenizer(), options, on_text);
}

std::vector<MediaTime> times_read(const Answer& answer) {
  std::vector<MediaTime> times;
  for (const auto& reading : answer.readings) {
    for (const auto& choice : reading.selection.choices) {
      times.push_back(reading.candidates[choice.candidate].pair.covers.begin);
    }
  }
  return times;
}

bool reads(const Answer& answer, double second) {
  const auto times = times_read(answer);
  return std::find(times.begin(), times.end(), at(second)) != times.end();
}

std::string error_of(const std::function<void()>& action, ErrorCode code) {
  try {
    action();
  } catch (const Error& e) {
    CHECK(e.code() == code);
    return e.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("an answer carries text, evidence and what it cost") {
  TestStore test;
  add_film(test.store);
  FakeLanguageModel fake;
  std::string streamed;
  const auto answer = ask_about(test,
                                fake,
                                {.text = "When does the car leave?"},
                                {.max_visual_tokens = 200},
                                [&](std::string_view piece) { streamed += piece; });
  CHECK(answer.text == fake.reply);
  CHECK(streamed == fake.reply);
  CHECK(answer.found);
  CHECK_FALSE(answer.cut_off);
  CHECK(answer.usage.pairs_read == 50);
  CHECK(answer.usage.visual_tokens == 200);
  CHECK(answer.usage.bytes_read > 200 * test::kTokenWidth);
  CHECK(answer.usage.prompt_tokens == model::num_tokens(fake.prompts.at(0)));
  CHECK_FALSE(answer.intervals.empty());
  CHECK(answer.readings.at(0).covered == doctest::Approx(1));
  CHECK(answer.readings.at(0).candidates.size() == 150);
}

TEST_CASE("time words limit what is read, and an answer's time becomes its interval") {
  TestStore test;
  add_film(test.store);
  FakeLanguageModel fake;
  const auto answer = ask_about(test, fake, {.text = "What happens between 10:00 and 12:00?"});
  CHECK(answer.usage.pairs_read == 12);
  for (const MediaTime time : times_read(answer)) CHECK(span(600, 720).contains(time));
  REQUIRE(answer.intervals.size() == 1);
  CHECK(answer.intervals[0].span == span(600, 610));
  CHECK(answer.intervals[0].basis == EvidenceBasis::stated);
  CHECK(answer.intervals[0].video == "gate.mp4");
}

TEST_CASE("the pair that looks like the question's words is read and is the evidence") {
  TestStore test;
  add_film(test.store, {.red_at = 1234});
  FakeLanguageModel fake;
  fake.reply = "Yes.";
  const auto answer = ask_about(test, fake, {.text = "Is there red?"}, {.max_visual_tokens = 40});
  CHECK(answer.usage.pairs_read == 10);
  CHECK(reads(answer, 1230));
  const auto best = std::max_element(
      answer.intervals.begin(), answer.intervals.end(), [](const auto& a, const auto& b) {
        return a.score < b.score;
      });
  REQUIRE(best != answer.intervals.end());
  CHECK(best->span == span(1230, 1240));
  CHECK(best->basis == EvidenceBasis::relevance);
  CHECK(best->score > 0.99);
  // Without its share of the budget relevance reads nothing.
  CHECK_FALSE(reads(
      ask_about(
          test, fake, {.text = "Is there red?"}, {.max_visual_tokens = 40, .coverage_share = 1}),
      1230));
}

TEST_CASE("another choice of pairs is asked with the same prompt and within the same budget") {
  TestStore test;
  add_film(test.store, {.red_at = 1234});
  FakeLanguageModel fake;
  const auto last_two = [](std::span<const Candidate> candidates, const SelectOptions& limits) {
    CHECK(limits.max_visual_tokens == 40);
    return std::vector{candidates.size() - 1, candidates.size() - 2};
  };
  const auto answer = ask_about(
      test, fake, {.text = "Is there red?"}, {.max_visual_tokens = 40, .choose_pairs = last_two});
  CHECK(answer.usage.pairs_read == 2);
  CHECK_FALSE(reads(answer, 1230));
  for (const auto& choice : answer.readings.at(0).selection.choices)
    CHECK(choice.candidate >= answer.readings[0].candidates.size() - 2);
  const auto all = [](std::span<const Candidate> candidates, const SelectOptions&) {
    std::vector<std::size_t> order(candidates.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    return order;
  };
  const auto too_many = ask_about(
      test, fake, {.text = "Is there red?"}, {.max_visual_tokens = 40, .choose_pairs = all});
  CHECK(too_many.usage.visual_tokens == 40);
}

TEST_CASE("a choice of no pair asks the model without a picture") {
  TestStore test;
  add_film(test.store);
  FakeLanguageModel fake;
  const auto none = [](std::span<const Candidate>, const SelectOptions&) {
    return std::vector<std::size_t>{};
  };
  const auto answer = ask_about(test, fake, {.text = "Who comes?"}, {.choose_pairs = none});
  CHECK(answer.text == fake.reply);
  CHECK(answer.found);
  CHECK(answer.intervals.empty());
  CHECK(answer.usage.pairs_read == 0);
  REQUIRE(fake.prompts.size() == 1);
  for (const auto& part : fake.prompts[0])
    CHECK_FALSE(std::holds_alternative<model::VisualPart>(part));
}

TEST_CASE("a subtitle that has the question's words brings its pair and its text") {
  TestStore test;
  const auto video_id = add_film(test.store);
  const std::vector<index::StoredText> texts{test::subtitle(51, 53, "good morning"),
                                             test::subtitle(1111, 1114, "the zeppelin lands"),
                                             test::subtitle(1300, 1303, "good night")};
  test.store.replace_texts(video_id, "srt", texts);
  FakeLanguageModel fake;
  fake.reply = "It lands.";
  const auto answer =
      ask_about(test, fake, {.text = "When does the zeppelin come?"}, {.max_visual_tokens = 40});
  CHECK(reads(answer, 1110));
  CHECK(answer.intervals.size() >= 1);
  CHECK(std::any_of(answer.intervals.begin(), answer.intervals.end(), [](const auto& i) {
    return i.span == span(1110, 1120);
  }));
  CHECK(answer.readings[0].subtitles.size() == 3);
  const auto limited = ask_about(test, fake, {.text = "Does the zeppelin come before 1:00?"});
  CHECK(limited.readings[0].subtitles.size() == 1);
  CHECK(limited.readings[0].subtitles[0].text == "good morning");
}

TEST_CASE("the same question gives the same answer and the same prompt") {
  TestStore test;
  add_film(test.store, {.red_at = 700});
  FakeLanguageModel fake;
  const auto first =
      ask_about(test, fake, {.text = "Is there a red car?"}, {.max_visual_tokens = 100});
  const auto second =
      ask_about(test, fake, {.text = "Is there a red car?"}, {.max_visual_tokens = 100});
  CHECK(times_read(first) == times_read(second));
  REQUIRE(fake.prompts.size() == 2);
  CHECK(model::to_input_ids(fake.prompts[0], {}) == model::to_input_ids(fake.prompts[1], {}));
}

TEST_CASE("tokens reach the model as they are stored") {
  TestStore test;
  add_film(test.store);
  FakeLanguageModel fake;
  const auto answer = ask_about(test, fake, {.text = "What is there at 10:04?"});
  REQUIRE(answer.usage.pairs_read == 1);
  const auto pair = answer.readings[0].candidates[0].pair;
  for (const auto& part : fake.prompts.at(0)) {
    const auto* picture = std::get_if<model::VisualPart>(&part);
    if (picture) CHECK(picture->tokens == test.store.read_tokens(std::vector{pair.id}));
  }
}

TEST_CASE("not seen is an outcome without intervals") {
  TestStore test;
  add_film(test.store);
  FakeLanguageModel fake;
  for (const std::string reply : {"Not seen in this video.", ""}) {
    fake.reply = reply;
    const auto answer = ask_about(test, fake, {.text = "Is there a whale?"});
    CHECK_FALSE(answer.found);
    CHECK(answer.intervals.empty());
    CHECK(answer.usage.pairs_read > 0);
  }
}

TEST_CASE("during an ingest the answer comes from what is there and says how much that is") {
  TestStore test;
  add_film(test.store, {.stretches = 2});  // ten of 25 minutes
  FakeLanguageModel fake;
  const auto partly = ask_about(test, fake, {.text = "Who comes?"});
  CHECK(partly.readings[0].covered == doctest::Approx(0.4));
  CHECK(partly.found);
  const auto not_yet = ask_about(test, fake, {.text = "Who comes after 20:00?"});
  CHECK_FALSE(not_yet.found);
  CHECK(not_yet.text == "Nothing of gate.mp4 from 00:20:00.000 to 00:25:00.000 has been read yet.");
  CHECK(not_yet.usage.pairs_read == 0);
  CHECK(fake.prompts.size() == 1);  // the model was not asked
}

TEST_CASE("several videos share the budget and are told apart") {
  TestStore test;
  add_film(test.store);
  add_film(test.store,
           {.name = "yard.mp4", .content_hash = "bbbb2222", .path = "/v/yard.mp4", .red_at = 605});
  FakeLanguageModel fake;
  const auto answer =
      ask_about(test, fake, {.text = "When does the red car leave?"}, {.max_visual_tokens = 100});
  REQUIRE(answer.readings.size() == 2);
  for (const auto& reading : answer.readings) CHECK(reading.selection.visual_tokens == 48);
  CHECK(answer.usage.visual_tokens == 96);
  for (const auto& interval : answer.intervals) CHECK(interval.video == "yard.mp4");
}

TEST_CASE("prompt and answer never exceed the context") {
  TestStore test;
  add_film(test.store);
  FakeLanguageModel fake;
  fake.facts.context_length = 1200;
  const AskOptions options{.max_visual_tokens = 100'000,
                           .generation = {.max_new_tokens = 100, .eos_ids = {}}};
  const auto answer = ask_about(test, fake, {.text = "Who comes?"}, options);
  CHECK(answer.usage.prompt_tokens <= 1100);
  CHECK(answer.usage.pairs_read > 10);
}

TEST_CASE("an answer that was cut says so") {
  TestStore test;
  add_film(test.store);
  FakeLanguageModel fake;
  const auto answer = ask_about(
      test, fake, {.text = "Who comes?"}, {.generation = {.max_new_tokens = 3, .eos_ids = {}}});
  CHECK(answer.cut_off);
  CHECK(answer.usage.new_tokens == 3);
}

TEST_CASE("what cannot be asked is refused in one sentence") {
  TestStore test;
  add_film(test.store);
  FakeLanguageModel fake;
  std::string enormous;
  while (enormous.size() < 40'000) enormous += "who comes and ";
  const auto too_long =
      error_of([&] { (void)ask_about(test, fake, {.text = enormous}); }, ErrorCode::exhausted);
  CHECK(too_long.find("the model reads 4096 and 256 of them are kept") != std::string::npos);
  const auto small =
      error_of([&] { (void)ask_about(test, fake, {.text = "Who?"}, {.max_visual_tokens = 3}); },
               ErrorCode::exhausted);
  CHECK(small.find("no pair fits: 3 visual tokens are allowed") != std::string::npos);
  CHECK(small.find("has 4; raise --max-visual-tokens") != std::string::npos);
  CHECK(fake.prompts.empty());
}

TEST_CASE("JSON has the keys and forms that programs rely on") {
  TestStore test;
  add_film(test.store);
  FakeLanguageModel fake;
  const auto text =
      to_json(ask_about(test, fake, {.text = "What \"happens\" between 10:00 and 12:00?"}), 12.5);
  const auto json = nlohmann::ordered_json::parse(text);
  const auto keys = [](const nlohmann::ordered_json& object) {
    std::string names;
    for (const auto& [name, value] : object.items()) names += name + " ";
    return names;
  };
  CHECK(keys(json) ==
        "version question answer found type value confidence intervals refusal coverage "
        "counter_evidence plan usage timings_ms model fingerprints store ");
  CHECK(keys(json["usage"]) ==
        "pairs_read visual_tokens bytes_read looks_computed looks_kept frames_decoded "
        "pairs_encoded ");
  CHECK(keys(json["intervals"][0]) == "video video_hash from to score basis pairs ");
  CHECK(json["question"] == "What \"happens\" between 10:00 and 12:00?");
  CHECK(json["value"].is_null());
  CHECK(json["found"] == true);
  CHECK(json["usage"]["frames_decoded"] == 0);
  CHECK(json["usage"]["pairs_encoded"] == 0);
  CHECK(json["timings_ms"]["load"] == 12.5);
  CHECK(json["model"] == "models/fake");
  CHECK(text.find(R"("from":600.000000,"to":610.000000)") != std::string::npos);
  CHECK(text.find('\n') == std::string::npos);
  Answer strange;
  strange.text = "\xff\"\n";
  CHECK(nlohmann::json::parse(to_json(strange, 0))["answer"] == "\uFFFD\"\n");
}
