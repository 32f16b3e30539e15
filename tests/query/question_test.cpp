#include "query/question.h"

#include <functional>

#include <doctest/doctest.h>

#include "core/error.h"
#include "query/support.h"

using namespace hindsight;
using namespace hindsight::query;
using test::add_film;
using test::at;
using test::fake_info;
using test::span;
using test::TestStore;

namespace {

struct Refusal {
  ErrorCode code = ErrorCode::internal;
  std::string message;
};

Refusal refusal(const index::Store& store, const Question& question) {
  try {
    (void)plan_question(question, store, fake_info());
  } catch (const Error& e) {
    return {e.code(), e.what()};
  }
  return {ErrorCode::internal, "no error"};
}

bool has(const std::string& text, const std::string& part) {
  INFO(text);
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the only video of a store needs no name") {
  TestStore test;
  add_film(test.store);
  const auto plan =
      plan_question({.text = "What happens between 10:00 and 12:00?"}, test.store, fake_info());
  REQUIRE(plan.scopes.size() == 1);
  CHECK(plan.scopes[0].label == "gate.mp4");
  CHECK(plan.scopes[0].ranges == std::vector<TimeSpan>{span(600, 720)});
  CHECK(plan.scopes[0].run.complete);
  CHECK(plan.left_out.empty());
}

TEST_CASE("flags and time words both limit") {
  TestStore test;
  add_film(test.store);
  const auto plan = plan_question(
      {.text = "What happens in the first five minutes?", .from = at(60), .to = at(2000)},
      test.store,
      fake_info());
  CHECK(plan.scopes[0].ranges == std::vector<TimeSpan>{span(60, 300)});
}

TEST_CASE("several videos are all asked, or those that are named") {
  TestStore test;
  add_film(test.store);
  add_film(test.store,
           {.name = "yard.mp4", .content_hash = "bbbb2222", .path = "/videos/yard.mp4"});
  CHECK(plan_question({.text = "Who?"}, test.store, fake_info()).scopes.size() == 2);
  const auto named =
      plan_question({.text = "Who?", .videos = {"yard.mp4", "bbbb"}}, test.store, fake_info());
  REQUIRE(named.scopes.size() == 1);
  CHECK(named.scopes[0].label == "yard.mp4");
}

TEST_CASE("videos of one name are told apart by their paths") {
  TestStore test;
  add_film(test.store);
  add_film(test.store, {.content_hash = "bbbb2222", .path = "/other/gate.mp4"});
  const auto plan = plan_question({.text = "Who?"}, test.store, fake_info());
  REQUIRE(plan.scopes.size() == 2);
  CHECK(plan.scopes[0].label != plan.scopes[1].label);
  CHECK(plan.scopes[0].label.find('/') == 0);
}

TEST_CASE("a video that cannot be asked is left out when others can") {
  TestStore test;
  add_film(test.store);
  add_film(test.store,
           {.name = "short.mp4",
            .content_hash = "bbbb2222",
            .path = "/v/short.mp4",
            .minutes = 5,
            .stretches = 1});
  add_film(
      test.store,
      {.name = "x.mp4", .content_hash = "cccc3333", .path = "/v/x.mp4", .fingerprint = "beef"});
  const auto plan = plan_question({.text = "What happens after 10:00?"}, test.store, fake_info());
  REQUIRE(plan.scopes.size() == 1);
  CHECK(plan.scopes[0].label == "gate.mp4");
  REQUIRE(plan.left_out.size() == 2);
  CHECK(has(plan.left_out[0].reason, "short.mp4 lasts 00:05:00.000"));
  CHECK(has(plan.left_out[1].reason, "for the model model-beef"));
}

TEST_CASE("tokens of another model or another preparation are never read") {
  TestStore test;
  add_film(test.store, {.fingerprint = "beef"});
  const auto other = refusal(test.store, {.text = "Who?"});
  CHECK(other.code == ErrorCode::not_found);
  CHECK(other.message ==
        "the tokens of gate.mp4 are for the model model-beef (beef), not for models/fake (f00d); "
        "name that model with "
        "--model, or read the video for this one: hindsight ingest /videos/gate.mp4 --model "
        "models/fake");
  TestStore old;
  add_film(old.store, {.preprocessing = "nearest-0"});
  CHECK(has(refusal(old.store, {.text = "Who?"}).message, "prepared the way of 'nearest-0'"));
  // Beside tokens of this model the others do not matter.
  add_film(old.store);
  CHECK(plan_question({.text = "Who?"}, old.store, fake_info()).scopes[0].run.preprocessing ==
        model::kPreprocessingVersion);
}

TEST_CASE("a complete run is preferred to one that has just begun") {
  TestStore test;
  const auto video_id = add_film(test.store);
  auto key = test::make_run(video_id, "other plan");
  key.preprocessing = std::string(model::kPreprocessingVersion);
  (void)test.store.find_or_create_run(key);
  CHECK(plan_question({.text = "Who?"}, test.store, fake_info()).scopes[0].run.complete);
}

TEST_CASE("questions that cannot be asked are refused in one sentence") {
  TestStore empty;
  CHECK(refusal(empty.store, {.text = "Who?"}).code == ErrorCode::not_found);
  CHECK(has(refusal(empty.store, {.text = "Who?"}).message, "holds no video yet; read one first"));

  TestStore test;
  add_film(test.store);
  for (const std::string text : {"", "  \t\n"}) {
    CHECK(refusal(test.store, {.text = text}).code == ErrorCode::usage);
    CHECK(has(refusal(test.store, {.text = text}).message, "the question is empty"));
  }
  CHECK(refusal(test.store, {.text = "Who?", .videos = {"nowhere.mp4"}}).code ==
        ErrorCode::not_found);
  CHECK(
      has(refusal(test.store, {.text = "Who?", .videos = {"nowhere.mp4"}}).message, "nowhere.mp4"));
  CHECK(refusal(test.store, {.text = "Who at 45:00?"}).code == ErrorCode::usage);
  CHECK(refusal(test.store, {.text = "Who?", .from = at(9), .to = at(8)}).code == ErrorCode::usage);
  CHECK(refusal(test.store, {.text = "Who?", .from = at(9000)}).code == ErrorCode::usage);

  TestStore bare;
  (void)bare.store.put_video(test::make_video("bare.mp4", "dddd4444"));
  CHECK(has(refusal(bare.store, {.text = "Who?"}).message, "bare.mp4 has no tokens yet"));
}
