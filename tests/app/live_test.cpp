// The real program on live sources, with generated weights.

#include <csignal>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "support/make_clip.h"
#include "support/pipe_writer.h"
#include "support/run_command.h"
#include "support/temp_dir.h"

using namespace hindsight;
using nlohmann::json;
using test::run_hindsight;
using test::TempDir;

namespace {

struct Material {
  TempDir dir;
  std::string clip;
  std::string model;

  Material() : model(dir.file("model")) {
    clip = test::make_clip(
        dir.file("clip.ts"),
        {"-f", "lavfi", "-i", "testsrc2=size=160x120:rate=12:duration=45", "-c:v", "libx264",
         "-preset", "ultrafast", "-g", "24", "-pix_fmt", "yuv420p"});
    const auto made = run_hindsight({"model", "make-random", "--shape", "tiny", "--out", model});
    if (made.exit_code != 0) throw std::runtime_error(made.err);
  }
  [[nodiscard]] std::string bytes() const {
    std::ifstream in(clip, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
};

const Material& material() {
  static const Material material;
  return material;
}

std::vector<json> lines_of(const std::string& text) {
  std::vector<json> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
  return lines;
}

/// The program, running, with what it writes to stderr to be read line by line.
class Running {
 public:
  explicit Running(std::vector<std::string> arguments) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    arguments.insert(arguments.begin(), test::hindsight_program());
    std::vector<char*> argv;
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    child_ = fork();
    REQUIRE(child_ >= 0);
    if (child_ == 0) {
      std::signal(SIGINT, SIG_DFL);
      dup2(ends[1], STDERR_FILENO);
      dup2(ends[1], STDOUT_FILENO);
      execv(argv[0], argv.data());
      _exit(127);
    }
    close(ends[1]);
    output_ = fdopen(ends[0], "r");
  }
  ~Running() {
    if (child_ > 0) kill(child_, SIGKILL);
    fclose(output_);
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  /// The next line; empty at the end.
  std::string line() {
    std::string text;
    for (int c = 0; (c = fgetc(output_)) != EOF && c != '\n';) text += static_cast<char>(c);
    return text;
  }
  void interrupt() const { kill(child_, SIGINT); }
  int wait() {
    while (!line().empty()) {
    }
    int status = 0;
    waitpid(std::exchange(child_, 0), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t child_ = 0;
  FILE* output_ = nullptr;
};

}  // namespace

TEST_CASE("a pipe is ingested as it comes, and can be asked for") {
  const TempDir dir;
  const std::string store = dir.file("store.db");
  const auto done = run_hindsight({"ingest", "--live", "-", "--json", "--store", store, "--model",
                                   material().model},
                                  {.standard_input = material().bytes()});
  CAPTURE(done.err);
  REQUIRE(done.exit_code == 0);
  const auto video = json::parse(done.out)["videos"][0];
  CHECK(video["video"].get<std::string>().starts_with("stdin@20"));
  CHECK(video["status"] == "complete");
  CHECK(video["duration"].get<double>() == doctest::Approx(45).epsilon(0.01));
  CHECK(video["stretches_committed"] == 3);
  CHECK(video["live"]["longest_lag"].get<double>() <= 5);
  CHECK(video["live"]["gaps"] == 0);
  const auto info = run_hindsight({"info", "stdin", "--store", store});
  CHECK(info.exit_code == 0);
  CHECK(info.out.find("live        since 20") != std::string::npos);
  const auto parsed = json::parse(run_hindsight({"info", "stdin", "--json", "--store", store}).out);
  CHECK(parsed["runs"][0]["gaps"].empty());
  CHECK(parsed["runs"][0]["coverage"].get<double>() == doctest::Approx(1));
  CHECK(run_hindsight({"verify", "--store", store}).exit_code == 0);
}

TEST_CASE("what nobody saw is told as a gap") {
  const TempDir dir;
  const std::string store = dir.file("store.db");
  std::string bytes;
  for (const std::string offset : {"0", "70"}) {
    const auto clip = test::make_clip(
        dir.file(offset + ".ts"),
        {"-f", "lavfi", "-i", "testsrc2=size=128x96:rate=10:duration=10", "-c:v", "libx264",
         "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-output_ts_offset", offset});
    std::ifstream in(clip, std::ios::binary);
    bytes.append(std::istreambuf_iterator<char>(in), {});
  }
  const auto done = run_hindsight(
      {"ingest", "--live", "-", "--json", "--store", store, "--model", material().model},
      {.standard_input = bytes});
  CAPTURE(done.err);
  REQUIRE(done.exit_code == 0);
  const auto told = run_hindsight({"info", "stdin", "--store", store}).out;
  CHECK(told.find("  gap       1:00 from 00:00:10.000 to 00:01:10.000: nobody saw it\n") !=
        std::string::npos);
  const auto parsed = json::parse(run_hindsight({"info", "stdin", "--json", "--store", store}).out);
  CHECK(parsed["runs"][0]["gaps"] ==
        json::array({{{"from", 10.0}, {"to", 70.0}, {"why", "not_seen"}}}));
}

TEST_CASE("Ctrl-C ends a recording: what was seen is stored, and that is no failure") {
  const TempDir dir;
  const std::string store = dir.file("store.db");
  const test::PipeWriter writer(dir.file("pipe"), {material().clip}, /*stays_open=*/true);
  Running program({"ingest", "--live", writer.path(), "--store", store, "--model",
                   material().model, "--json"});
  bool stored = false;
  for (std::string line = program.line(); !stored && !line.empty(); line = program.line()) {
    const auto event = json::parse(line, nullptr, false);
    stored = event.is_object() && event.value("committed", 0.0) >= 40;
  }
  REQUIRE(stored);
  program.interrupt();
  CHECK(program.wait() == 0);
  const auto shown = run_hindsight({"info", writer.path(), "--json", "--store", store});
  const auto info = json::parse(shown.out);
  CHECK(info["runs"][0]["complete"] == true);
  CHECK(info["duration"].get<double>() >= 40);
}

TEST_CASE("--for ends a recording") {
  const TempDir dir;
  const auto done = run_hindsight({"ingest", material().clip, "--live", "--for", "0.1m", "--json",
                                   "--store", dir.file("store.db"), "--model", material().model});
  REQUIRE(done.exit_code == 0);
  CHECK(json::parse(done.out)["videos"][0]["duration"].get<double>() ==
        doctest::Approx(6).epsilon(0.02));
}

TEST_CASE("plan --live prints pairs as they are decided") {
  const auto done =
      run_hindsight({"plan", "--live", "-", "--json"}, {.standard_input = material().bytes()});
  REQUIRE(done.exit_code == 0);
  const auto lines = lines_of(done.out);
  REQUIRE(lines.size() > 4);
  CHECK(lines.front()["type"] == "live");
  CHECK(lines.back()["type"] == "end");
  CHECK(lines.back()["longest_lag"].get<double>() <= 5);
  CHECK(lines.back()["pairs"] == lines.size() - 2);
  double before = 0;
  for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
    const auto& pair = lines[i];
    CHECK(pair["from"].get<double>() >= before);
    CHECK(pair["seen"].get<double>() - pair["from"].get<double>() <= 5);
    before = pair["to"].get<double>();
  }
  const auto text = run_hindsight({"plan", "--live", material().clip});
  CHECK(text.exit_code == 0);
  CHECK(text.out.find("decided at most 4.") != std::string::npos);
}

TEST_CASE("what a live source cannot do is said") {
  struct Row {
    std::string name;
    std::vector<std::string> arguments;
    std::string input;
    int exit_code;
    std::string said;
  };
  const TempDir dir;
  const std::string model = material().model;
  const std::string store = dir.file("store.db");
  const std::vector<Row> rows{
      {"no estimate",
       {"ingest", "--live", "--dry-run", material().clip, "--store", store, "--model", model},
       "",
       2,
       "it is live"},
      {"no explanation", {"plan", "--live", "--explain", "x.ts"}, "", 2, "--explain"},
      {"no time", {"plan", "--live", "--for", "soon", "x.ts"}, "", 2, "--for"},
      {"no file", {"plan", "--live", dir.file("x.ts")}, "", 3, "there is no such file"},
      {"garbage", {"plan", "--live", "-"}, std::string(100'000, 'x'), 3, "it is not a video"},
      {"nothing", {"plan", "--live", "-"}, "", 3, "cannot read 'stdin'"},
      {"nobody there",
       {"ingest", "rtsp://u:secret@127.0.0.1:1/cam", "--store", store, "--model", model},
       "",
       3,
       "cannot read 'rtsp://127.0.0.1:1/cam': Connection refused"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto done = run_hindsight(row.arguments, {.standard_input = row.input});
    CAPTURE(done.err);
    CHECK(done.exit_code == row.exit_code);
    CHECK(done.err.find(row.said) != std::string::npos);
    CHECK((done.err + done.out).find("secret") == std::string::npos);
  }
}
