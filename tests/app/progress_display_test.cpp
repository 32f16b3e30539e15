#include "app/progress_display.h"

#include <chrono>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace hindsight;
using namespace std::chrono_literals;
using app::to_bar;
using app::to_ndjson;
using pipeline::IngestProgress;

namespace {

IngestProgress halfway() {
  IngestProgress progress;
  progress.end = MediaTime{100s};
  progress.planned = MediaTime{70s};
  progress.encoded = MediaTime{50s};
  progress.committed = MediaTime{40s};
  progress.counters.pairs_encoded = 12;
  progress.counters.pairs_reused = 3;
  progress.counters.tokens = 900;
  return progress;
}

}  // namespace

TEST_CASE("the bar shows share, stage, speed, pairs and the time that is left") {
  CHECK(to_bar("gate.mp4", halfway(), 10, 10) ==
        "gate.mp4 [=====     ]  50 %  encode  5.0x realtime  15 pairs  ETA 10 s");
}

TEST_CASE("before the first pair there is no estimate of the time left") {
  IngestProgress progress;
  progress.end = MediaTime{100s};
  progress.planned = MediaTime{20s};
  CHECK(to_bar("gate.mp4", progress, 3, 4) ==
        "gate.mp4 [    ]   0 %  plan    0.0x realtime  0 pairs  ");
  CHECK(nlohmann::json::parse(to_ndjson("gate.mp4", progress, 3)).at("eta_s").is_null());
}

TEST_CASE("a resumed job's speed counts only what it did itself") {
  auto progress = halfway();
  progress.start = MediaTime{40s};
  const auto line = nlohmann::json::parse(to_ndjson("gate.mp4", progress, 10));
  CHECK(line.at("realtime") == 1.0);
  CHECK(line.at("eta_s") == 50.0);
}

TEST_CASE("NDJSON progress is one line, whatever the name holds") {
  const auto text = to_ndjson("a\n\"b\xff.mp4", halfway(), 10);
  CHECK(text.find('\n') == std::string::npos);
  const auto line = nlohmann::json::parse(text);
  CHECK(line.at("type") == "progress");
  CHECK(line.at("stage") == "encode");
  CHECK(line.at("committed") == 40.0);
  CHECK(line.at("duration") == 100.0);
  CHECK(line.at("pairs_encoded") == 12);
  CHECK(line.at("pairs_reused") == 3);
}

TEST_CASE("log lines become NDJSON too") {
  const auto line = nlohmann::json::parse(app::log_ndjson(LogLevel::warn, "half of it is lost"));
  CHECK(line.at("type") == "log");
  CHECK(line.at("level") == "warning");
  CHECK(line.at("message") == "half of it is lost");
}
