#include <fstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "app/asked_film.h"

using namespace hindsight;
using hindsight::test::AskedFilm;
using hindsight::test::CommandResult;
using hindsight::test::has;
using hindsight::test::is_one_sentence;
using Json = nlohmann::ordered_json;

namespace {

/// A question file's line.
std::string line(const std::string& id,
                 const std::string& video,
                 const std::string& type,
                 const std::string& question,
                 const Json& answer,
                 const std::string& scoring,
                 const Json& evidence) {
  return Json{{"id", id},
              {"video", video},
              {"type", type},
              {"question", question},
              {"answer", answer},
              {"scoring", scoring},
              {"evidence", evidence}}
             .dump() +
         "\n";
}

std::string when(const std::string& id, double from, double to) {
  return line(id,
              "gate.mp4",
              "when",
              "When is it red?",
              {{"intervals", {{from, to}}}},
              "iou>=0.5",
              {{from, to}});
}

CommandResult eval(const AskedFilm& film,
                   const std::vector<std::string>& contents,
                   const std::vector<std::string>& flags = {}) {
  std::vector<std::string> arguments{"eval"};
  for (std::size_t i = 0; i < contents.size(); ++i) {
    const auto path = film.file(std::to_string(i) + ".jsonl");
    std::ofstream(path) << contents[i];
    arguments.insert(arguments.end(), {"--questions", path});
  }
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  return film.run(arguments);
}

Json report(const CommandResult& result) {
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  return Json::parse(result.out);
}

}  // namespace

TEST_CASE("eval asks every question of its files and says what became of each") {
  const AskedFilm film;
  const auto count = line(
      "b", "gate.mp4", "count", "How often before 2:00?", {{"value", 3}}, "exact", Json::array());
  const auto all = report(eval(film, {when("a", 610, 640), count}, {"--json"}));
  CHECK(all["n"] == 2);
  CHECK(all["by_type"]["count"]["n"] == 1);
  CHECK(all["by_length"]["20 min"]["n"] == 2);
  CHECK(all["baselines"].empty());
  CHECK(all["funnel"]["evidence_known"] == 1);
  const auto& first = all["questions"][0];
  CHECK(first["funnel"]["cached"] == true);
  CHECK(first["funnel"]["retrieved"] == true);
  CHECK(first["cost"]["pairs_read"] == 150);
  CHECK(first["cost"]["visual_tokens"] == 600);
  CHECK(first["cost"]["bytes_read"] > 600);
  CHECK(first["cost"]["seconds"] > 0);
  CHECK(all["questions"][1]["id"] == "b");
  CHECK(all["questions"][1]["cost"]["pairs_read"] == 12);
  CHECK(report(eval(film, {when("a", 610, 640), count}, {"--json", "--type", "count"}))["n"] == 1);
  CHECK(eval(film, {count}, {"--type", "colour"}).exit_code == 2);
}

TEST_CASE("baselines answer the same questions within the same budget") {
  const AskedFilm film;
  film.add({.name = "yard.mp4", .content_hash = "bbbb2222", .path = "/v/yard.mp4"});
  // Ten cells of 150 s: the even choice reads the pair in the middle of each, and 75 s is one.
  std::string lines = when("middle", 74, 76);
  lines += line("absent",
                "gate.mp4",
                "absent",
                "When is it blue?",
                {{"found", false}},
                "refusal",
                Json::array());
  lines += line("a", "gate.mp4", "yes", "Is it red?", {{"text", "yes"}}, "exact", {{610, 640}});
  lines += line("b", "yard.mp4", "yes", "Is it red?", {{"text", "yes"}}, "exact", Json::array());
  const auto all = report(eval(film,
                               {lines},
                               {"--json",
                                "--max-visual-tokens",
                                "40",
                                "--baseline",
                                "blind,prior",
                                "--baseline",
                                "uniform,oracle"}));
  const auto answer = [&](int question, const std::string& baseline) {
    return all["questions"][static_cast<std::size_t>(question)]["baselines"][baseline];
  };
  for (int q = 0; q < 4; ++q) {
    CAPTURE(q);
    CHECK(answer(q, "blind")["cost"]["pairs_read"] == 0);
    CHECK(answer(q, "blind")["cost"]["visual_tokens"] == 0);
    CHECK(answer(q, "blind")["funnel"]["retrieved"] == false);
    CHECK(answer(q, "uniform")["cost"]["pairs_read"] == 10);
  }
  CHECK(answer(0, "uniform")["funnel"]["retrieved"] == true);
  CHECK(answer(0, "oracle")["cost"]["pairs_read"] == 1);
  CHECK(answer(2, "oracle")["cost"]["pairs_read"] == 3);
  CHECK(answer(2, "oracle")["funnel"]["retrieved"] == true);
  CHECK(all["baselines"]["oracle"]["n"] == 2);  // the others' evidence is not known
  // Both videos have a "yes": each is the other's prior.  The types of one video have none.
  CHECK(all["baselines"]["prior"]["n"] == 2);
  CHECK(all["baselines"]["prior"]["accuracy"] == 1);
  const auto& chance = all["baselines"]["blind"]["chance"];
  CHECK(chance["n"] == 2);
  CHECK(chance["by_type"]["yes"]["chance"] == 0.5);
  CHECK(chance["by_type"]["when"]["chance"].is_null());
}

TEST_CASE("a pair of the plan that only another model has is sampled, not cached") {
  const AskedFilm film({.stretches = 2});
  film.add({.fingerprint = "beef"});
  const auto all =
      report(eval(film, {when("late", 1210, 1240) + when("early", 110, 140)}, {"--json"}));
  CHECK(all["funnel"]["sampled"] == 2);
  CHECK(all["funnel"]["cached"] == 1);
  CHECK(all["questions"][0]["funnel"]["sampled"] == true);
  CHECK(all["questions"][0]["funnel"]["cached"] == false);
}

TEST_CASE("people get the systems side by side") {
  const AskedFilm film;
  const auto result = eval(film, {when("a", 610, 640)}, {"--baseline", "blind"});
  REQUIRE(result.exit_code == 0);
  CHECK(has(result.out, "hindsight          blind"));
  CHECK(has(result.out, "median / p95"));
  CHECK(has(result.out, "150 / 150"));
}

TEST_CASE("questions that cannot be put get one sentence and their exit code") {
  const AskedFilm film;
  const auto ask = [](const std::string& id, const std::string& video, const std::string& text) {
    return line(id, video, "t", text, {{"value", 3}}, "exact", Json::array());
  };
  const auto good = ask("a", "gate.mp4", "Who?");
  struct Row {
    std::vector<std::string> files;
    std::vector<std::string> flags;
    int exit_code;
    std::string message;
  };
  const std::vector<Row> rows{
      {{good, ask("b", "x.mp4", "Who?")}, {}, 5, "question 'b': "},
      {{ask("b", "gate.mp4", "Who at 45:00?")},
       {},
       2,
       "question 'b': the question asks about 00:45:00.000, but gate.mp4 lasts"},
      {{good, good}, {}, 2, "1.jsonl', line 1: the id 'a' is that of "},
      {{good + good}, {}, 2, "0.jsonl', line 2: the id 'a' is that of "},
      {{good, ""}, {}, 3, "1.jsonl' holds no question"},
      {{good + "nonsense\n"}, {}, 2, "line 2: it is not a JSON object"},
      {{R"({"id":"a","video":"v","type":"t","question":"q","answer":{"value":1,"text":"b"},)"
        R"("scoring":"exact"})"},
       {},
       2,
       "line 1: \"answer\" holds several truths (value, text); keep one of them"},
      {{when("a", 1490, 1600)}, {}, 2, "1490 to 1600 s of question 'a' lies outside gate.mp4"},
      {{good}, {"--baseline", "guess"}, 2, "there is no baseline 'guess'"},
      {{good}, {"--baseline", "none,blind"}, 2, "--baseline none stands beside blind"},
      {{good}, {"--device", "nowhere"}, 2, "there is no device 'nowhere'"},
      {{good}, {"--max-visual-tokens", "3"}, 8, "question 'a': no pair fits"},
      {{good}, {"--questions", film.file("none.jsonl")}, 3, "none.jsonl"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.message);
    const auto result = eval(film, row.files, row.flags);
    CHECK(result.exit_code == row.exit_code);
    CHECK(is_one_sentence(result));
    CHECK(has(result.err, row.message));
  }
}
