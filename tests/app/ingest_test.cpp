// The real program, from a video file to a store, with generated weights.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "index/store.h"
#include "support/make_clip.h"
#include "support/run_command.h"
#include "support/temp_dir.h"

using namespace hindsight;
using nlohmann::json;
using test::CommandResult;
using test::run_command;
using test::run_hindsight;
using test::TempDir;

namespace {

constexpr int kStretches = 4;
constexpr int kKills = 20;

/// What all tests read: a clip of four stretches and two models.
struct Material {
  TempDir dir;
  std::string clip;
  std::string model;
  std::string other_model;

  Material() : model(dir.file("model")), other_model(dir.file("other-model")) {
    clip = test::make_clip(dir.file("clip.mp4"),
                           {"-f",
                            "lavfi",
                            "-i",
                            "testsrc2=size=160x120:rate=12:duration=40",
                            "-c:v",
                            "libx264",
                            "-preset",
                            "ultrafast",
                            "-g",
                            "24",
                            "-pix_fmt",
                            "yuv420p"});
    for (const auto& [path, seed] : {std::pair{model, "1"}, {other_model, "2"}}) {
      const auto made =
          run_hindsight({"model", "make-random", "--shape", "tiny", "--seed", seed, "--out", path});
      if (made.exit_code != 0) throw std::runtime_error(made.err);
    }
  }
};

const Material& material() {
  static const Material made;
  return made;
}

/// The arguments of an ingest with short stretches, and `more`.
std::vector<std::string> ingest_arguments(const std::string& store,
                                          const std::vector<std::string>& more) {
  std::vector<std::string> arguments{"ingest",
                                     "--store",
                                     store,
                                     "--stretch-length",
                                     "10",
                                     "--coverage-floor",
                                     "2",
                                     "--tokens-per-hour",
                                     "200000"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

CommandResult ingest(const std::string& store, std::vector<std::string> more) {
  more.insert(more.end(), {"--model", material().model});
  return run_hindsight(ingest_arguments(store, more));
}

json only_video(const CommandResult& result) {
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  const auto object = json::parse(result.out);
  REQUIRE(object.at("videos").size() == 1);
  return object.at("videos")[0];
}

std::string content_hash(const std::string& store) {
  const auto report = index::Store::open(store, index::OpenMode::read).verify();
  CHECK(report.faults.empty());
  return report.content_hash;
}

std::string undisturbed_hash() {
  static const TempDir dir;
  static const std::string hash = [] {
    (void)only_video(ingest(dir.file("store.db"), {"--json", material().clip}));
    return content_hash(dir.file("store.db"));
  }();
  return hash;
}

}  // namespace

TEST_CASE("--json gives one object on stdout and one object a line on stderr") {
  const TempDir dir;
  const auto result = ingest(dir.file("store.db"), {"--json", material().clip});
  const auto video = only_video(result);
  CHECK(video.at("status") == "complete");
  CHECK(video.at("stretches_committed") == kStretches);
  CHECK(video.at("pairs_encoded").get<int>() > 0);
  CHECK(video.at("stored").at("pairs") == video.at("pairs_encoded"));
  CHECK(video.at("seconds").at("encode").get<double>() > 0);
  CHECK(json::parse(result.out).at("peak_memory_bytes").get<std::int64_t>() > 1'000'000);
  std::vector<std::string> types;
  std::istringstream lines(result.err);
  for (std::string line; std::getline(lines, line);) types.push_back(json::parse(line).at("type"));
  REQUIRE(types.size() >= 3);
  CHECK(types[0] == "settings");
  CHECK(types[1] == "forecast");
  CHECK(types.back() == "progress");
}

TEST_CASE("people read settings and an estimate before, the cost and the next command after") {
  const TempDir dir;
  const auto store = dir.file("store.db");
  const auto result = ingest(store, {material().clip});
  CHECK(result.exit_code == 0);
  CHECK(result.out.starts_with(material().clip + ": complete, "));
  for (const auto* part : {"plan    at most 200 000 tokens an hour",
                           "estimate: at most 2 222 tokens and ",
                           "busy: scan ",
                           "pairs a minute, widest gap ",
                           "next: hindsight ask "}) {
    CAPTURE(part);
    CHECK(result.err.find(part) != std::string::npos);
  }
  CHECK(result.err.find('\r') == std::string::npos);
  const auto quiet = ingest(store, {"--quiet", material().clip});
  CHECK(quiet.err.empty());
  CHECK(quiet.out.starts_with(material().clip + ": already in the store, "));
}

TEST_CASE("the same video under another name encodes nothing, another model adds") {
  const TempDir dir;
  const auto store = dir.file("store.db");
  const auto first = only_video(ingest(store, {"--json", material().clip}));
  const auto copy = dir.file("renamed.mp4");
  std::filesystem::copy_file(material().clip, copy);
  const auto again = only_video(ingest(store, {"--json", copy}));
  CHECK(again.at("status") == "already_stored");
  CHECK(again.at("content_hash") == first.at("content_hash"));
  CHECK(again.at("pairs_encoded") == 0);
  CHECK(again.at("frames_decoded") == 0);
  const auto other = only_video(
      run_hindsight(ingest_arguments(store, {"--json", "--model", material().other_model, copy})));
  CHECK(other.at("status") == "complete");
  CHECK(other.at("pairs_encoded") == first.at("pairs_encoded"));
  const auto opened = index::Store::open(store, index::OpenMode::read);
  REQUIRE(opened.videos().size() == 1);
  CHECK(opened.runs(opened.videos()[0].id).size() == 2);
}

TEST_CASE("a pipe is a video too") {
  const TempDir dir;
  std::ifstream file(material().clip, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto result = run_hindsight(
      ingest_arguments(dir.file("store.db"), {"--model", material().model, "--quiet", "-"}),
      {.standard_input = bytes, .environment = {"TMPDIR=" + dir.path().string()}});
  CHECK(result.exit_code == 0);
  CHECK(result.err.empty());
  CHECK(content_hash(dir.file("store.db")).size() == 32);
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
    CHECK_FALSE(entry.is_directory());  // the copy is gone
  }
}

TEST_CASE("a dry run shows the estimate and stores nothing") {
  const TempDir dir;
  const auto result = ingest(dir.file("store.db"), {"--dry-run", "--json", material().clip});
  const auto estimate = only_video(result).at("estimate");
  CHECK(estimate.at("tokens_at_most") == 2222);
  CHECK(estimate.at("bytes_at_most").get<int>() > 2222);
  CHECK(estimate.at("minutes").get<double>() > 0);
  CHECK_FALSE(std::filesystem::exists(dir.file("store.db")));
}

TEST_CASE("no pair is larger than the model's folder allows") {
  const TempDir dir;
  const auto model = dir.file("model");
  std::filesystem::copy(material().model, model);
  const auto path = model + "/preprocessor_config.json";
  json config = json::parse(std::ifstream(path));
  constexpr int kMostTokens = 12;
  config["max_pixels"] = kMostTokens * 28 * 28;
  config["min_pixels"] = 28 * 28;
  std::ofstream(path) << config;
  const auto result = run_hindsight({"ingest",
                                     "--quiet",
                                     "--store",
                                     dir.file("store.db"),
                                     "--model",
                                     model,
                                     "--max-pair-tokens",
                                     "100",
                                     material().clip});
  REQUIRE_MESSAGE(result.exit_code == 0, result.err);
  const auto store = index::Store::open(dir.file("store.db"), index::OpenMode::read);
  const auto video = store.videos().at(0);
  const auto pairs = store.pairs(store.runs(video.id).at(0).id, TimeSpan{MediaTime{}, video.end});
  REQUIRE_FALSE(pairs.empty());
  for (const auto& pair : pairs) CHECK(pair.num_tokens <= kMostTokens);
}

TEST_CASE("an input that cannot be read does not stop the others") {
  const TempDir dir;
  std::ofstream(dir.file("text.mp4")) << "no video";
  const auto result = ingest(dir.file("store.db"),
                             {"--json", "/nowhere/a.mp4", dir.file("text.mp4"), material().clip});
  CHECK(result.exit_code == 4);
  const auto object = json::parse(result.out);
  REQUIRE(object.at("failed").size() == 2);
  CHECK(object.at("failed")[0].at("input") == "/nowhere/a.mp4");
  CHECK(object.at("failed")[0].at("exit_code") == 3);
  CHECK(object.at("failed")[1].at("input") == dir.file("text.mp4"));
  CHECK(object.at("videos").at(0).at("status") == "complete");
}

TEST_CASE("what came through a pipe is named as such, and nothing that cannot be read makes a store") {
  const TempDir dir;
  const std::vector<std::string> pipe{"--model", material().model, "-"};
  const auto piped = run_hindsight(ingest_arguments(dir.file("piped.db"), pipe),
                                   {.standard_input = "no video"});
  CHECK(piped.exit_code == 3);
  CHECK(piped.out == "stdin: failed\n");
  CHECK(piped.err.find("error: cannot read 'stdin': it is not a video") != std::string::npos);
  CHECK(piped.err.find("spool-") == std::string::npos);
  const auto missing = ingest(dir.file("missing.db"), {dir.file("no.mp4")});
  CHECK(missing.exit_code == 3);
  CHECK(missing.out == dir.file("no.mp4") + ": failed\n");
  CHECK(missing.err == "error: cannot read '" + dir.file("no.mp4") +
                           "': there is no such file; check the path\n");
  CHECK_FALSE(std::filesystem::exists(dir.file("missing.db")));
}

TEST_CASE("what cannot be done is said in one sentence with its exit code") {
  const TempDir dir;
  const auto& clip = material().clip;
  const auto& model = material().model;
  struct Row {
    std::string name;
    std::vector<std::string> arguments;
    int exit_code;
    std::string said;
  };
  const std::vector<Row> rows{
      {"no input", {"ingest", "--model", model}, 2, "hindsight: no video is named; give files"},
      {"no such file", {"ingest", "-q", "--model", model, "/nowhere/a.mp4"}, 3, "/nowhere/a.mp4"},
      {"no such model", {"ingest", "--model", "/nowhere/model", clip}, 5, "/nowhere/model"},
      {"a folder that is no model",
       {"ingest", "--model", dir.path().string(), clip},
       7,
       "config.json"},
      {"contradicting sizes",
       {"ingest", "--model", model, "--min-pair-tokens", "64", "--max-pair-tokens", "16", clip},
       2,
       "below the smallest"},
      {"no time",
       {"ingest", "--model", model, "--stretch-length", "soon", clip},
       2,
       "'soon' is not a time"},
      {"a codec that is not known",
       {"ingest", "--model", model, "--token-codec", "zip", clip},
       2,
       "zip"},
      {"a device that is not there",
       {"ingest", "--model", model, "--device", "nowhere", clip},
       2,
       "hindsight: there is no device 'nowhere'; name cpu, cuda or cuda:N\n"},
      {"a stream that is not there",
       {"ingest", "-q", "--model", model, "--stream", "7", clip},
       3,
       "stream"}};
  for (auto row : rows) {
    CAPTURE(row.name);
    row.arguments.insert(row.arguments.end(), {"--store", dir.file("store.db")});
    const auto result = run_hindsight(row.arguments);
    CAPTURE(result.err);
    CHECK(result.exit_code == row.exit_code);
    CHECK(result.err.find(row.said) != std::string::npos);
  }
}

TEST_CASE("Ctrl-C keeps the work so far, and the same command goes on") {
  const TempDir dir;
  const auto store = dir.file("store.db");
  std::vector<std::string> command{"timeout",
                                   "--foreground",
                                   "--preserve-status",
                                   "-s",
                                   "INT",
                                   "1",
                                   hindsight::test::hindsight_program()};
  const auto arguments = ingest_arguments(store, {"--model", material().model, material().clip});
  command.insert(command.end(), arguments.begin(), arguments.end());
  const auto stopped = run_command(command);
  CAPTURE(stopped.err);
  CHECK((stopped.exit_code == 130 || stopped.exit_code == 0));  // 0: it was done within the second
  CHECK(only_video(ingest(store, {"--json", material().clip})).at("status") != "interrupted");
  CHECK(content_hash(store) == undisturbed_hash());
}

TEST_CASE("kill -9 at twenty random moments ends in the content of an undisturbed run") {
  const TempDir dir;
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> moment(0.1, 2.5);
  int kills = 0;
  for (int stores = 0; kills < kKills; ++stores) {
    const auto store = dir.file("store" + std::to_string(stores) + ".db");
    const auto arguments =
        ingest_arguments(store, {"--quiet", "--model", material().model, material().clip});
    bool is_complete = false;
    while (!is_complete && kills < kKills) {
      std::vector<std::string> command{"timeout",
                                       "-s",
                                       "KILL",
                                       std::to_string(moment(random)),
                                       hindsight::test::hindsight_program()};
      command.insert(command.end(), arguments.begin(), arguments.end());
      const auto result = run_command(command);
      CAPTURE(result.err);
      is_complete = result.exit_code == 0;
      CHECK((is_complete || result.exit_code == 137));
      if (!is_complete) ++kills;
    }
    if (!is_complete) CHECK(run_hindsight(arguments).exit_code == 0);
    CHECK(content_hash(store) == undisturbed_hash());
  }
}
