// chat, summarize and ask --reason, through the program.
#include <algorithm>
#include <sstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "app/asked_film.h"

using namespace hindsight;
using hindsight::test::AskedFilm;
using hindsight::test::has;
using hindsight::test::is_one_sentence;
using Json = nlohmann::ordered_json;

namespace {

std::vector<Json> json_lines(const std::string& text) {
  std::vector<Json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(Json::parse(line));
  return lines;
}

}  // namespace

TEST_CASE("chat answers line by line and a bad question does not end it") {
  const AskedFilm world;
  const auto result =
      world.run({"chat", "gate.mp4", "--json", "--max-new-tokens", "4"},
                "How many times does a red car appear?\n\nand after that?\nand after 9:00:00?\n"
                "Is there a red car between 1:00 and 2:00?\nand a truck?");
  INFO(result.err);
  CHECK(result.exit_code == 0);
  const auto lines = json_lines(result.out);
  REQUIRE(lines.size() == 5);
  CHECK(lines[0]["type"] == "count");
  CHECK(lines[1]["question"].is_string());
  CHECK(lines[2]["found"] == false);
  CHECK(has(lines[2]["error"].get<std::string>(), "9:00:00"));
  CHECK(lines[3]["type"] == "yes_no");
  CHECK(lines[4]["question"] == "Is there a truck between 1:00 and 2:00?");
}

TEST_CASE("chat for people says how it understood a question that leans on another") {
  const AskedFilm world;
  const auto result = world.run(
      {"chat"},
      "and the blue one?\nIs there a red car between 1:00 and 2:00?\nand the blue one?\n");
  CHECK(result.exit_code == 0);
  CHECK(has(result.out, "nothing was asked yet that \"and the blue one?\" could follow"));
  CHECK(has(result.out, "(Is there a blue car between 1:00 and 2:00?)\n"));
}

TEST_CASE("chat ends at once where there is nothing to read, or nothing to talk about") {
  const AskedFilm world;
  const auto silent = world.run({"chat"}, "");
  CHECK(silent.exit_code == 0);
  CHECK(silent.out.empty());
  const auto unknown = world.run({"chat", "other.mp4"}, "When?\n");
  CHECK(unknown.exit_code == 5);
  CHECK(is_one_sentence(unknown));
  const auto long_line = world.run({"chat", "--json"}, std::string(70'000, 'x') + "\n");
  CHECK(long_line.exit_code == 0);
  CHECK(has(json_lines(long_line.out).at(0)["error"].get<std::string>(), "70000 bytes"));
}

TEST_CASE("summarize computes once and then reads, in three formats") {
  const AskedFilm world;
  const auto first = world.run(
      {"summarize", "gate.mp4", "--max-pairs", "12", "--every", "10m", "--format", "json"});
  INFO(first.err);
  REQUIRE(first.exit_code == 0);
  const auto json = Json::parse(first.out);
  CHECK(json["usage"]["looks_computed"] == 12);
  CHECK(json["sections"].size() == 3);
  CHECK(json["coverage"]["share"] > 0);

  const auto again = world.run({"summarize", "gate.mp4", "--max-pairs", "12"});
  CHECK(has(again.err, "0 pairs described now, 12 read from the store"));
  CHECK(has(again.out, "12 pairs described: looked at "));
  CHECK(again.out ==
        world.run({"summarize", "aaaa1111", "--max-pairs", "12", "--format", "text"}).out);
  CHECK(world.run({"summarize", "gate.mp4", "--max-pairs", "12", "--format", "md"})
            .out.starts_with("# gate.mp4\n"));
}

TEST_CASE("summarize refuses in one sentence") {
  AskedFilm world;
  world.add({.name = "new.mp4", .content_hash = "bbbb", .path = "/new.mp4", .stretches = 0});
  struct Row {
    std::vector<std::string> arguments;
    int exit_code;
  };
  const std::vector<Row> rows{{{"summarize", "none.mp4"}, 5},
                              {{"summarize", "new.mp4"}, 5},
                              {{"summarize", "gate.mp4", "--every", "0.5s"}, 2},
                              {{"summarize", "gate.mp4", "--every", "-3"}, 2}};
  for (const auto& row : rows) {
    CAPTURE(row.arguments.back());
    const auto result = world.run(row.arguments);
    CHECK(result.exit_code == row.exit_code);
    CHECK(is_one_sentence(result));
  }
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"summarize"},
                                                    {"summarize", "gate.mp4", "--format", "pdf"},
                                                    {"summarize", "gate.mp4", "--every", "long"},
                                                    {"summarize", "gate.mp4", "--max-pairs", "0"}})
    CHECK(world.run(arguments).exit_code == 2);
}

TEST_CASE("ask --reason shows its steps and says that a script chose them") {
  const AskedFilm world;
  const auto result = world.ask({"Is there a red car between 1:00 and 2:00?", "--reason"});
  INFO(result.err);
  CHECK(result.exit_code == 0);
  CHECK(has(result.out, "> timeline {\"predicate\":\"Is a red car visible?\"}\n"));
  CHECK(has(result.err, "the steps are a script made from the question's plan"));
  const auto json = Json::parse(
      world.ask({"Is there a red car between 1:00 and 2:00?", "--reason", "--json"}).out);
  CHECK(json["reasoning"]["chosen_by"] == "script");
  CHECK(json["reasoning"]["steps"].size() >= 1);

  CHECK(world.ask({"--plan", "p.json", "--reason"}).exit_code == 2);
  CHECK(world.ask({"Is there a car?", "--reason", "--max-steps", "0"}).exit_code == 2);
}

TEST_CASE("ask says why a question that no grammar reads was not planned") {
  const AskedFilm world;
  const auto result = world.ask({"Tell me a story", "--max-new-tokens", "4"});
  CHECK(result.exit_code == 0);
  CHECK(has(result.err, "was not made to write plans"));
}
