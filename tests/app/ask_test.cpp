#include <algorithm>
#include <fstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "app/asked_film.h"
#include "support/make_clip.h"

using namespace hindsight;
using hindsight::test::AskedFilm;
using hindsight::test::has;
using hindsight::test::is_one_sentence;
using hindsight::test::run_hindsight;
using hindsight::test::TempDir;
using Json = nlohmann::ordered_json;

TEST_CASE("ask answers from the store alone, the same for the same seed") {
  const AskedFilm world;
  const std::vector<std::string> arguments{"Tell who walks between 10:00 and 12:00.",
                                           "--json",
                                           "--max-new-tokens",
                                           "8",
                                           "--temperature",
                                           "1",
                                           "--seed",
                                           "5"};
  const auto first = world.ask(arguments);
  INFO(first.err);
  REQUIRE(first.exit_code == 0);
  const auto json = Json::parse(first.out);
  std::string keys;
  for (const auto& [key, value] : json.items()) keys += key + " ";
  CHECK(keys ==
        "version question answer found type value confidence intervals refusal coverage "
        "counter_evidence plan proposal usage timings_ms model fingerprints store ");
  CHECK(json["plan"].is_null());
  CHECK(json["usage"]["pairs_read"] == 12);
  CHECK(json["usage"]["visual_tokens"] == 48);
  CHECK(json["usage"]["bytes_read"] > 48);
  CHECK(json["usage"]["frames_decoded"] == 0);
  CHECK(json["usage"]["pairs_encoded"] == 0);
  CHECK(json["value"].is_null());
  CHECK(json["model"] == world.model_dir());
  CHECK(json["store"] == world.store_path());
  for (const auto& interval : json["intervals"]) {
    CHECK(interval["video"] == "gate.mp4");
    CHECK(interval["from"] >= 600);
    CHECK(interval["to"] <= 720);
  }
  const auto second = Json::parse(world.ask(arguments).out);
  CHECK(second["answer"] == json["answer"]);
  CHECK(second["intervals"] == json["intervals"]);
}

TEST_CASE("from a clip to an answer with three commands, and the clip may be gone by then") {
  const TempDir dir;
  const auto run = [&](std::vector<std::string> arguments) {
    const auto result = run_hindsight(std::move(arguments),
                                      {.standard_input = {},
                                       .environment = {"HINDSIGHT_CONFIG=",
                                                       "XDG_CONFIG_HOME=" + dir.file("none"),
                                                       "HINDSIGHT_STORE=" + dir.file("s.db"),
                                                       "HINDSIGHT_MODEL=" + dir.file("m")}});
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return result;
  };
  const auto clip = test::make_clip(dir.file("clip.mp4"),
                                    test::numbered({.frames = 200}, {"-pix_fmt", "yuv420p"}));
  (void)run({"model", "make-random", "--out", dir.file("m"), "--seed", "1"});
  (void)run({"ingest", clip});
  std::filesystem::remove(clip);
  const std::vector<std::string> question{"ask",
                                          "Tell who walks in the first 5 seconds.",
                                          "--json",
                                          "--max-new-tokens",
                                          "8",
                                          "--temperature",
                                          "1",
                                          "--seed",
                                          "9"};
  const auto answer = Json::parse(run(question).out);
  CHECK(answer["usage"]["pairs_read"] >= 1);
  CHECK(answer["usage"]["frames_decoded"] == 0);
  CHECK(answer["usage"]["pairs_encoded"] == 0);
  const auto again = Json::parse(run(question).out);
  CHECK(again["answer"] == answer["answer"]);
  CHECK(again["intervals"] == answer["intervals"]);
  CHECK(again["usage"] == answer["usage"]);
}

TEST_CASE("people get the text, then intervals, and what it cost on stderr") {
  const AskedFilm world;
  const auto result = world.ask({"Who comes?",
                                 "--max-new-tokens",
                                 "16",
                                 "--temperature",
                                 "20",
                                 "--max-visual-tokens",
                                 "40",
                                 "--explain"});
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(has(result.out, " \u2013 "));
  CHECK(has(result.out, "pairs at 00:"));
  CHECK(has(result.err, "10 pairs, 40 visual tokens, "));
  CHECK(has(result.err, "0 frames decoded, 0 pairs encoded"));
  CHECK(has(result.err, "candidates  150 pairs with 600 tokens cover 100.0 % of the range"));
  CHECK(has(result.err, "for coverage"));
  CHECK(has(result.err, "evidence    gate.mp4 "));
  CHECK(std::none_of(
      result.out.begin(), result.out.end(), [](char c) { return c == '\x1b' || c == '\r'; }));
  CHECK(world.ask({"Who comes?", "--max-new-tokens", "4", "--quiet"}).err.empty());
}

TEST_CASE("a question may come from standard input") {
  const AskedFilm world;
  const auto result =
      world.ask({"-", "--json", "--max-new-tokens", "2"}, "Who comes\nafter 20:00?\n");
  REQUIRE(result.exit_code == 0);
  const auto json = Json::parse(result.out);
  CHECK(json["question"] == "Who comes\nafter 20:00?");
  CHECK(json["usage"]["pairs_read"] == 30);
  CHECK(world.ask({"-"}, "").exit_code == 2);
}

TEST_CASE("a question that becomes a plan gets a typed answer, and costs nothing the second time") {
  const AskedFilm world;
  const auto ask = [&] {
    return world.ask({"How many red cars appear between 10:00 and 12:00?", "--json", "--explain"});
  };
  const auto first = ask();
  INFO(first.err);
  REQUIRE(first.exit_code == 0);
  const auto json = Json::parse(first.out);
  CHECK(json["type"] == "count");
  CHECK(json["value"] == json["intervals"].size());
  CHECK(json["plan"]["of"][0]["op"] == "arrivals");
  CHECK(json["plan"]["of"][0]["of"][0]["predicate"] == "Is a red car visible?");
  CHECK(json["usage"]["looks_computed"] > 0);
  CHECK(json["timings_ms"]["load"] > 0);
  CHECK(json["usage"]["frames_decoded"] == 0);
  CHECK(has(first.err, "plan        count, the begin"));
  CHECK(has(first.err, "coverage    "));
  const auto again = Json::parse(ask().out);
  CHECK(again["usage"]["looks_computed"] == 0);
  // What is read needs no weights.
  CHECK(again["timings_ms"]["load"] == 0);
  CHECK(again["answer"] == json["answer"]);
  CHECK(again["intervals"] == json["intervals"]);

  // The plan of an answer, from a file, is the same question.
  std::ofstream(world.file("plan.json")) << json["plan"].dump();
  const auto planned = Json::parse(
      world.ask({"--plan", world.file("plan.json"), "--json", "--from", "10:00", "--to", "12:00"})
          .out);
  CHECK(planned["value"] == json["value"]);
  CHECK(planned["intervals"] == json["intervals"]);
}

TEST_CASE(
    "an ingest that holds the store keeps what was seen from being kept, not from being told") {
  const AskedFilm world;
  const auto writer = index::Store::open(world.store_path(), index::OpenMode::update);
  const auto result = world.ask({"When does a red car appear after 20:00?", "--explain"});
  CHECK(result.exit_code == 0);
  CHECK(has(result.err, "not kept    the token cache"));
}

TEST_CASE("a question during an ingest says how much is there") {
  const AskedFilm world({.stretches = 2});
  const auto partly = world.ask({"Who comes?", "--max-new-tokens", "2"});
  CHECK(partly.exit_code == 0);
  CHECK(has(partly.err,
            "gate.mp4 is not read to its end: 40.0 % of what the question is about is there"));
  const auto nothing = world.ask({"Who comes after 20:00?", "--json", "--fail-on-abstain"});
  CHECK(nothing.exit_code == 9);
  CHECK(Json::parse(nothing.out)["found"] == false);
  CHECK(Json::parse(nothing.out)["intervals"].empty());
}

TEST_CASE("verbs that ask the model compute where and in what they are told") {
  const AskedFilm world;
  const auto asked = world.ask({"Is the door open at 10:00?",
                                "--json",
                                "--dtype",
                                "fp32",
                                "--threads",
                                "3",
                                "--device",
                                "cpu",
                                "-v",
                                "debug"});
  INFO(asked.err);
  REQUIRE(asked.exit_code == 0);
  CHECK(has(asked.err, ": fp32 on cpu, 3 threads"));
  std::ofstream(world.file("answer.json")) << asked.out;
  const std::vector<std::vector<std::string>> commands{
      {"ask", "Is a truck visible at 10:00?"},
      {"search", "a red car"},
      {"summarize", "gate.mp4", "--max-pairs", "1"},
      {"chat"},
      {"verify-answer", world.file("answer.json")}};
  for (const auto& command : commands) {
    CAPTURE(command[0]);
    const auto run_with = [&](const std::vector<std::string>& more) {
      auto arguments = command;
      arguments.insert(arguments.end(), more.begin(), more.end());
      return world.run(arguments, "Is a dog visible at 10:00?\n");
    };
    const auto done = run_with({"--dtype", "fp32", "--threads", "1", "-v", "debug"});
    CHECK(done.exit_code == 0);
    CHECK(has(done.err, ": fp32 on cpu, 1 threads"));
    const auto refused = run_with({"--device", "nowhere"});
    CHECK(refused.exit_code == 2);
    CHECK(is_one_sentence(refused));
    CHECK(has(refused.err, "there is no device 'nowhere'; name cpu, cuda or cuda:N"));
  }
}

TEST_CASE("what cannot be asked gets one sentence and its exit code") {
  const AskedFilm world;
  const AskedFilm other({.fingerprint = "beef"});
  std::ofstream(world.file("no.db")) << "this is no database, however long it is made to look";
  struct Row {
    std::vector<std::string> arguments;
    int exit_code;
    std::string message;
  };
  std::string enormous;
  while (enormous.size() < 400'000) enormous += "who comes ";
  const std::vector<Row> rows{
      {{""}, 2, "the question is empty"},
      {{"-"}, 2, "the question is empty"},
      {{}, 2, "question is required"},
      {{"Who?", "--from", "soon"}, 2, "--from soon is not a time"},
      {{"Who?", "--from", "20", "--to", "10"}, 2, "is not before --to"},
      {{"Who at 45:00?"}, 2, "gate.mp4 lasts 00:25:00.000"},
      {{"Who at 1:00?", "--from", "20:00"}, 2, "lies outside --from"},
      {{"Who?", "--max-visual-tokens", "0"}, 2, "--max-visual-tokens"},
      {{"Who?", "--temperature", "-1"}, 2, "temperature"},
      {{"Who?", "--device", "cuda:x"}, 2, "there is no device 'cuda:x'"},
      {{"Who?", "--dtype", "fp16"}, 2, "fp16 needs a GPU"},
      {{"Who?", "--dtype", "int3"}, 2, "int3 not in {auto,fp32,bf16,fp16}"},
      {{"Who?", "--threads", "-1"}, 2, "--threads"},
      {{"--plan", world.file("absent.json")}, 3, "the plan '" + world.file("absent.json")},
      {{"--plan", world.file("no.db")}, 2, "is not JSON"},
      {{"Who?", "--exlpain"}, 2, "did you mean --explain?"},
      {{"Who?", "--video", "nowhere.mp4"}, 5, "nowhere.mp4"},
      {{"Who?", "--store", world.file("absent.db")}, 5, "absent.db"},
      {{"Who?", "--store", world.file("no.db")}, 6, "no.db"},
      {{"Who?", "--model", world.file("absent")}, 5, "absent"},
      {{"Who?", "--store", other.store_path()},
       5,
       "are for the model model-beef (beef), not for " + world.model_dir()},
      {{"Who?", "--max-visual-tokens", "3"}, 8, "no pair fits: 3 visual tokens"},
      {{"-"}, 8, "ask a shorter question"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.message);
    const auto result = world.ask(row.arguments, row.exit_code == 8 ? enormous : "");
    CHECK(result.exit_code == row.exit_code);
    CHECK(is_one_sentence(result));
    CHECK(has(result.err, row.message));
  }
}
