#include "evaluation/report.h"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "evaluation/support.h"

using namespace hindsight;
using namespace hindsight::evaluation;
using test::make_outcome;
using test::span;
using Json = nlohmann::ordered_json;

namespace {

std::string keys(const Json& object) {
  std::string names;
  for (const auto& [name, value] : object.items()) names += name + " ";
  return names;
}

/// Ours right once of two, blind right never and asked both, oracle asked one.
std::vector<SystemOutcomes> three_systems() {
  std::vector<SystemOutcomes> systems{{"hindsight"}, {"blind"}, {"oracle"}};
  for (auto& system : systems) {
    const bool ours = system.name == "hindsight";
    system.outcomes = {make_outcome("a", ours, "when"), make_outcome("a", false, "count")};
    system.outcomes[0].question.evidence = {span(1, 2)};
    system.outcomes[0].chance = 0.5;
    system.outcomes[1].video_length = std::chrono::hours(1);
    system.outcomes[1].response.text = "bad \xff byte";
    system.outcomes[1].cost = {
        .pairs_read = 3, .visual_tokens = 12, .bytes_read = 99, .seconds = 2};
  }
  systems[2].outcomes.pop_back();
  return systems;
}

}  // namespace

TEST_CASE("JSON has the members that programs rely on") {
  const auto report = Json::parse(to_json(three_systems()));
  CHECK(keys(report) ==
        "n correct accuracy interval by_type by_length funnel grounding cost baselines questions ");
  CHECK(keys(report["by_type"]["when"]) == "n correct accuracy interval ");
  CHECK(keys(report["funnel"]) ==
        "evidence_known sampled cached retrieved touched answered right_without_path ");
  CHECK(keys(report["grounding"]) ==
        "n mean_iou recall_0.3 recall_0.5 recall_0.7 search_errors boundary_errors ");
  CHECK(keys(report["cost"]) == "pairs_read visual_tokens bytes_read seconds ");
  CHECK(keys(report["cost"]["seconds"]) == "median p95 ");
  CHECK(keys(report["questions"][0]) ==
        "id video type question truth held_out answer found intervals correct measure funnel cost "
        "baselines ");
  CHECK(keys(report["questions"][0]["funnel"]) == "sampled cached retrieved touched answered ");
  CHECK(keys(report["questions"][0]["cost"]) == "pairs_read visual_tokens bytes_read seconds ");
  CHECK(keys(report["baselines"]["oracle"]) ==
        "n correct accuracy interval by_type by_length funnel grounding cost difference ");
  CHECK(keys(report["baselines"]["blind"]["chance"]) ==
        "n chance difference interval verdict by_type ");
}

TEST_CASE("JSON says what was answered by whom") {
  const auto report = Json::parse(to_json(three_systems()));
  CHECK(report["n"] == 2);
  CHECK(report["correct"] == 1);
  CHECK(report["accuracy"] == 0.5);
  CHECK(report["by_type"]["when"]["correct"] == 1);
  CHECK(report["by_length"]["1 h"]["n"] == 1);
  CHECK(report["funnel"]["right_without_path"] == 1);
  CHECK(report["cost"]["pairs_read"]["median"] == 1.5);
  CHECK(report["questions"].size() == 2);
  CHECK(report["questions"][0]["baselines"]["blind"]["correct"] == false);
  CHECK(keys(report["questions"][0]["baselines"]) == "blind oracle ");
  CHECK(keys(report["questions"][1]["baselines"]) == "blind ");
  CHECK(report["baselines"]["oracle"]["n"] == 1);
  CHECK(report["baselines"]["oracle"]["difference"]["mean"] == 1);
  CHECK(report["baselines"]["blind"]["difference"]["n"] == 2);
  const auto& chance = report["baselines"]["blind"]["chance"];
  CHECK(chance["chance"] == 0.5);
  CHECK(chance["n"] == 1);
  CHECK(chance["by_type"]["count"]["chance"].is_null());
  CHECK(chance["by_type"]["count"]["verdict"] == "");
  CHECK(Json::parse(to_json(std::vector{three_systems()[0]}))["baselines"].empty());
}

TEST_CASE("the table sets the systems side by side") {
  const std::string table = to_table(three_systems());
  INFO(table);
  const auto line_of = [&](const std::string& start) {
    const auto begin = table.find("\n" + start);
    REQUIRE(begin != std::string::npos);
    return table.substr(begin + 1, table.find('\n', begin + 1) - begin - 1);
  };
  CHECK(
      table.starts_with("accuracy, 95 %         n  hindsight          blind              chance"));
  CHECK(line_of("all  ").find("  0.500 at") != std::string::npos);
  CHECK(line_of("when  ").starts_with("when                   1  1.000 "));
  CHECK(line_of("count  ").ends_with("  -            -"));
  CHECK(line_of("20 min").find(" 1  1.000 ") != std::string::npos);
  CHECK(line_of("hindsight minus").ends_with("95 %"));
  CHECK(line_of("oracle                 1  +1.000").ends_with("to +1.000"));
  CHECK(line_of("evidence  ").find("known sampled cached retrieved touched answered") !=
        std::string::npos);
  CHECK(line_of("hindsight                 1       0").ends_with("            1"));
  CHECK(line_of("intervals  ").find("mean IoU") != std::string::npos);
  CHECK(table.find("2 / 3") != std::string::npos);
  CHECK(to_table(std::vector{three_systems()[0]}).find("minus") == std::string::npos);
}

TEST_CASE("the transcript shows answer beside truth, all or the wrong ones") {
  auto systems = three_systems();
  auto& right = systems[0].outcomes[0];
  right.response = {.found = true, .text = "a red car", .intervals = {span(61, 62.5)}};
  right.cost.seconds = 0.25;
  right.cost.pairs_read = 7;
  const std::string all = to_transcript(systems[0], Shown::all);
  CHECK(
      all.starts_with("q?\n  right     a red car\n  truth     red\n"
                      "  evidence  00:01:01.000 – 00:01:02.500\n"
                      "            when, a, 0.25 s, 7 pairs read\n\n"));
  const std::string wrong = to_transcript(systems[0], Shown::wrong);
  CHECK(wrong.starts_with("q?\n  WRONG     bad "));
  CHECK(wrong.find("evidence") == std::string::npos);
  systems[0].outcomes.pop_back();
  CHECK(to_transcript(systems[0], Shown::wrong).empty());
}

TEST_CASE("a truth is told as its question would be answered") {
  CHECK(to_text({.number = 3}) == "3");
  CHECK(to_text({.list = {{"dog", "car"}}}) == "dog, car");
  CHECK(to_text({.absent = true}) == "not in the video");
  const std::vector<TimeSpan> many(6, span(0, 1));
  CHECK(to_text({.intervals = many}).ends_with("00:00:01.000 and 2 more"));
  auto question = test::make_question("v", "count", {.number = 3}, Rule::absolute, 1.5);
  CHECK(to_transcript({"hindsight", {{.question = question}}}, Shown::all)
            .find("truth     3  (within 1.5)") != std::string::npos);
}
