#include "pipeline/forecast.h"

#include <doctest/doctest.h>

#include "pipeline/fake_tower.h"
#include "support/make_clip.h"
#include "support/temp_dir.h"

using namespace hindsight;
using namespace std::chrono_literals;
using pipeline::forecast;
using pipeline::IngestOptions;

TEST_CASE("the token budget bounds the forecast") {
  IngestOptions options;
  options.plan.tokens_per_hour = 60'000;
  CHECK(forecast({{}, MediaTime{30min}}, options, 1536, {}).tokens == 30'000);
  CHECK(forecast({MediaTime{20min}, MediaTime{30min}}, options, 1536, {}).tokens == 10'000);
  options.plan.max_tokens = 7'000;
  CHECK(forecast({{}, MediaTime{30min}}, options, 1536, {}).tokens == 7'000);
  CHECK(forecast({{}, {}}, options, 1536, {}).tokens == 0);
}

TEST_CASE("bf16 tokens take about twice the bytes of int8 tokens") {
  IngestOptions options;
  const TimeSpan hour{{}, MediaTime{1h}};
  const auto int8 = forecast(hour, options, 1536, {}).bytes;
  CHECK(int8 > 120'000 * 1536);
  options.codec = index::TokenCodec::bf16;
  const auto bf16 = forecast(hour, options, 1536, {}).bytes;
  CHECK(bf16 > int8 + 120'000 * 1500);
}

TEST_CASE("the time is that of decoding and of encoding, as far as they were measured") {
  IngestOptions options;
  const TimeSpan hour{{}, MediaTime{1h}};
  CHECK(forecast(hour, options, 8, {}).seconds == 0.0);
  CHECK(forecast(hour, options, 8, {.decoded_realtime = 10}).seconds == doctest::Approx(360));
  CHECK(forecast(hour, options, 8, {.decoded_realtime = 10, .tokens_per_second = 1000}).seconds ==
        doctest::Approx(360 + 120));
}

TEST_CASE("speeds are measured on the tower and on the video itself") {
  const test::TempDir dir;
  const auto path = test::make_clip(dir.file("a.mp4"), test::numbered({}, {"-c:v", "libx264"}));
  CHECK(pipeline::measure_decoding(path, ingest::scan_packets(path), {}) > 0);
  test::FakeTower tower;
  CHECK(pipeline::measure_encoding(tower) > 0);
  CHECK(tower.num_encoded == 2);
}
