// What an answer rests on, through the program: verify-answer, --evidence, --clip, search.
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "app/asked_film.h"
#include "support/make_clip.h"

using namespace hindsight;
using hindsight::test::AskedFilm;
using hindsight::test::CommandResult;
using hindsight::test::has;
using hindsight::test::is_one_sentence;
using hindsight::test::TempDir;
using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

namespace {

/// At a moment, yes and no both have an interval: whatever a random model sees.
const std::string kQuestion = "Is the door open at 3 seconds?";

/// A clip that was read, and the program on its store.
class ReadClip {
 public:
  ReadClip() {
    test::make_clip(clip(), test::numbered({.frames = 200}, {"-pix_fmt", "yuv420p", "-g", "25"}));
    (void)run({"model", "make-random", "--out", dir_.file("m"), "--seed", "1"});
    const auto ingested = run({"ingest", clip()});
    INFO(ingested.err);
    REQUIRE(ingested.exit_code == 0);
  }
  std::string clip() const { return dir_.file("gate <b>.mp4"); }
  std::string file(const std::string& name) const { return dir_.file(name); }
  CommandResult run(std::vector<std::string> arguments) const {
    return test::run_hindsight(std::move(arguments),
                               {.standard_input = {},
                                .environment = {"HINDSIGHT_CONFIG=",
                                                "XDG_CONFIG_HOME=" + dir_.file("none"),
                                                "HINDSIGHT_STORE=" + dir_.file("s.db"),
                                                "HINDSIGHT_MODEL=" + dir_.file("m")}});
  }

 private:
  TempDir dir_;
};

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("an answer is checked with one command, here and with a copy of the store") {
  const AskedFilm world;
  const auto asked = world.ask({"Is the door open at 10:00?", "--json"});
  INFO(asked.err);
  REQUIRE(asked.exit_code == 0);
  std::ofstream(world.file("answer.json")) << asked.out;

  const auto checked = world.run({"verify-answer", world.file("answer.json")});
  INFO(checked.err);
  CHECK(checked.exit_code == 0);
  CHECK(has(checked.out, "holds    gate.mp4 00:10:"));
  CHECK(has(checked.out, "The answer holds: "));

  fs::copy_file(world.store_path(), world.file("copy.db"));
  CHECK(world.run({"verify-answer", "-"}, "").exit_code == 2);
  const auto piped =
      world.run({"verify-answer", "-", "--json", "--store", world.file("copy.db")}, asked.out);
  INFO(piped.err);
  CHECK(piped.exit_code == 0);
  CHECK(Json::parse(piped.out)["verdict"] == "holds");
  CHECK(Json::parse(piped.out)["store"] == world.file("copy.db"));

  auto changed = Json::parse(asked.out);
  changed["intervals"][0]["pairs"][0]["looks"][0]["p_yes"] = 0;
  changed["intervals"][0]["pairs"][0]["looks"][0]["is_true"] = false;
  std::ofstream(world.file("changed.json")) << changed.dump();
  const auto refuted = world.run({"verify-answer", world.file("changed.json"), "--json"});
  CHECK(refuted.exit_code == 4);
  CHECK(Json::parse(refuted.out)["verdict"] == "does_not_hold");
}

TEST_CASE("--evidence writes a page and its pictures, and never over something else") {
  const ReadClip world;
  const auto asked = world.run({"ask", kQuestion, "--evidence", world.file("proof")});
  INFO(asked.err);
  REQUIRE(asked.exit_code == 0);
  const auto page = read_file(world.file("proof/index.html"));
  CHECK(has(page, "<h1>Is the door open at 3 seconds?</h1>"));
  CHECK(has(page, "data:image/jpeg;base64,/9j/"));
  CHECK(has(page, "gate &lt;b&gt;.mp4"));
  int num_pictures = 0;
  for (const auto& entry : fs::directory_iterator(world.file("proof"))) {
    if (entry.path().extension() != ".jpg") continue;
    ++num_pictures;
    CHECK(read_file(entry.path().string()).starts_with("\xff\xd8"));
  }
  CHECK(num_pictures >= 1);

  const auto again = world.run({"ask", kQuestion, "--evidence", world.file("proof")});
  CHECK(again.exit_code == 2);
  CHECK(is_one_sentence(again));
  CHECK(has(again.err, "is there already and not empty"));
  CHECK(world.run({"ask", kQuestion, "--evidence", world.file("proof"), "--force"}).exit_code == 0);
  const auto in_a_file = world.run({"ask", kQuestion, "--evidence", world.clip() + "/x"});
  CHECK(in_a_file.exit_code == 6);
  CHECK(is_one_sentence(in_a_file));
}

TEST_CASE("--clip cuts the evidence out of the original while it is what was read") {
  const ReadClip world;
  const auto cut = [&](const std::string& output, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"ask", kQuestion, "--clip", output};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return world.run(arguments);
  };
  const auto first = cut(world.file("clip.mp4"));
  INFO(first.err);
  REQUIRE(first.exit_code == 0);
  CHECK(has(first.err, "wrote " + world.file("clip.mp4") + ": 1 part, "));
  CHECK(fs::file_size(world.file("clip.mp4")) > 1000);
  CHECK(world.run({"probe", world.file("clip.mp4")}).exit_code == 0);

  const auto there = cut(world.file("clip.mp4"));
  CHECK(there.exit_code == 2);
  CHECK(is_one_sentence(there));
  CHECK(cut(world.file("clip.mp4"), {"--force"}).exit_code == 0);
  const auto itself = cut(world.clip(), {"--force"});
  CHECK(itself.exit_code == 2);
  CHECK(is_one_sentence(itself));
  CHECK(has(itself.err, "is the video itself"));
  struct Row {
    std::string output;
    int exit_code;
    std::string message;
  };
  const std::vector<Row> rows{
      {world.file("clip.txt"), 2, "has no ending of a container for the clip; name it .mp4"},
      {world.file("clip"), 2, "has no ending of a container for the clip"},
      {"/nonexistent/c.mp4", 6, "its folder is not there; make it first"},
      {world.clip() + "/c.mp4", 6, "its folder is not there"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.output);
    const auto refused = cut(row.output);
    CHECK(refused.exit_code == row.exit_code);
    CHECK(is_one_sentence(refused));
    CHECK(has(refused.err, row.message));
  }
  CHECK(cut(world.file("proof/clip.MOV"), {"--evidence", world.file("proof")}).exit_code == 0);

  // The answer comes all the same; the exit code says that the clip does not.
  fs::rename(world.clip(), world.file("moved.mp4"));
  const auto gone = cut(world.file("b.mp4"));
  CHECK(gone.exit_code == 3);
  CHECK_FALSE(gone.out.empty());
  CHECK(has(gone.err, "is no longer at '" + world.clip() + "'"));
  test::make_clip(world.clip(), test::numbered({.frames = 100}, {"-pix_fmt", "yuv420p"}));
  const auto other = cut(world.file("b.mp4"));
  CHECK(other.exit_code == 3);
  CHECK(has(other.err, "is another video by now"));
  CHECK_FALSE(fs::exists(world.file("b.mp4")));
  // A second name of the same video is as good.
  CHECK(world.run({"ingest", world.file("moved.mp4")}).exit_code == 0);
  CHECK(cut(world.file("b.mp4")).exit_code == 0);
  // Two videos have no clip in common.
  CHECK(world.run({"ingest", world.clip()}).exit_code == 0);
  const auto two = cut(world.file("c.mp4"));
  CHECK(two.exit_code == 2);
  CHECK(has(two.err, "the evidence lies in 2 videos; name one with --video"));
  CHECK(cut(world.file("c.mp4"), {"--video", "moved.mp4"}).exit_code == 0);
}

TEST_CASE("search prints moments, and keeps what it saw for the next") {
  const AskedFilm world;
  const auto first = world.run({"search", "a red car", "-k", "3"});
  INFO(first.err);
  CHECK(first.exit_code == 0);
  CHECK(std::count(first.out.begin(), first.out.end(), '\n') == 3);
  CHECK(has(first.out, "gate.mp4  seen 0."));
  const auto second = world.run({"search", "a red car", "--json"});
  const auto json = Json::parse(second.out);
  CHECK(json["usage"]["looks_computed"] == 0);
  CHECK(json["usage"]["frames_decoded"] == 0);
  CHECK(json["predicate"] == "Is a red car visible?");
}

TEST_CASE("what cannot be checked or searched gets one sentence and its exit code") {
  const AskedFilm world;
  std::ofstream(world.file("text.json")) << "an answer";
  std::ofstream(world.file("old.json")) << R"({"version": 0})";
  struct Row {
    std::vector<std::string> arguments;
    int exit_code;
    std::string message;
  };
  const std::vector<Row> rows{
      {{"verify-answer"}, 2, "ANSWER is required"},
      {{"verify-answer", world.file("absent.json")}, 3, "absent.json' cannot be read"},
      {{"verify-answer", world.file("")}, 3, "cannot be read"},
      {{"verify-answer", world.file("text.json")}, 2, "it is not JSON"},
      {{"verify-answer", world.file("old.json")}, 2, "its version is 0, not 1"},
      {{"search", ""}, 2, "the search text is empty"},
      {{"search", "  "}, 2, "the search text is empty"},
      {{"search"}, 2, "TEXT is required"},
      {{"search", "a car", "-k", "0"}, 2, "--limit"},
      {{"search", "a car", "--from", "soon"}, 2, "--from soon is not a time"},
      {{"search", "a car at 45:00"}, 2, "gate.mp4 lasts 00:25:00.000"},
      {{"search", std::string(400, 'x')}, 2, "the search text is too long"},
      {{"search", "a car", "--video", "nowhere.mp4"}, 5, "nowhere.mp4"},
      {{"search", "a car", "--store", world.file("absent.db")}, 5, "absent.db"},
      {{"search", "a car", "--store", world.file("text.json")}, 6, "text.json"},
      {{"search", "a car", "--model", world.file("absent")}, 5, "absent"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.message);
    const auto result = world.run(row.arguments);
    CHECK(result.exit_code == row.exit_code);
    CHECK(is_one_sentence(result));
    CHECK(has(result.err, row.message));
  }
}
