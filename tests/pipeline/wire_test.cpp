// What one process writes the other reads; what is cut short anywhere is refused.
#include "pipeline/detail/wire.h"

#include <string>
#include <string_view>

#include <doctest/doctest.h>

using namespace hindsight;
using namespace hindsight::pipeline;
using namespace std::chrono_literals;

namespace {

MediaTime at(int seconds) {
  return MediaTime::from_ns(seconds * 1'000'000'000LL);
}

/// `read` must refuse every beginning of the bytes: no count or length makes it read past them.
template <class Read>
void refuses_every_beginning(const std::string& bytes, Read read) {
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    CAPTURE(length);
    CHECK_THROWS_AS((void)read(std::string_view(bytes).substr(0, length)), BadMessage);
  }
}

}  // namespace

TEST_CASE("facts of a source arrive as they were sent, and not in part") {
  ingest::PacketScan scan;
  scan.content_hash = "0123";
  scan.facts.codec = "h264";
  scan.facts.pixel_format = "yuv420p";
  scan.facts.display_width = 768;
  scan.facts.rotation_degrees = 90;
  scan.facts.start_pts = -512;
  scan.end = at(30);
  scan.num_packets = 750;
  scan.key_frames = {at(0), at(10)};
  scan.bins = {{.key_bytes = 5, .other_packets = 24}, {.other_bytes = 7}};
  const auto bytes = to_bytes(scan, {{{at(1), at(2)}, "Good evening.", "en", "stream 2"}});

  const auto facts = to_facts(bytes);
  CHECK(facts.scan.content_hash == scan.content_hash);
  CHECK(facts.scan.facts.codec == "h264");
  CHECK(facts.scan.facts.pixel_format == "yuv420p");
  CHECK(facts.scan.facts.display_width == 768);
  CHECK(facts.scan.facts.rotation_degrees == 90);
  CHECK(facts.scan.facts.start_pts == -512);
  CHECK(facts.scan.end == at(30));
  CHECK(facts.scan.num_packets == 750);
  CHECK(facts.scan.key_frames == scan.key_frames);
  REQUIRE(facts.scan.bins.size() == 2);
  CHECK(facts.scan.bins[0].other_packets == 24);
  CHECK(facts.scan.bins[1].other_bytes == 7);
  REQUIRE(facts.texts.size() == 1);
  CHECK(facts.texts[0].span == TimeSpan{at(1), at(2)});
  CHECK(facts.texts[0].text == "Good evening.");
  CHECK(facts.texts[0].language == "en");
  CHECK(facts.texts[0].origin == "stream 2");
  refuses_every_beginning(bytes, to_facts);
}

TEST_CASE("a stretch's plan arrives as it was sent, and not in part") {
  sampler::StretchPlan plan;
  plan.number = 3;
  plan.span = {at(10), at(20)};
  plan.shots = {{plan.span, true}};
  plan.pairs.resize(2);
  plan.pairs[0].first = at(12);
  plan.pairs[0].width = 252;
  plan.pairs[1].rank = 1;
  plan.pairs[1].same_as = 0;
  const auto bytes = to_bytes(std::optional(plan));

  const auto arrived = to_plan(bytes);
  REQUIRE(arrived);
  CHECK(arrived->number == 3);
  CHECK(arrived->span == plan.span);
  REQUIRE(arrived->shots.size() == 1);
  CHECK(arrived->shots[0].begins_at_cut);
  CHECK(arrived->activity.empty());
  REQUIRE(arrived->pairs.size() == 2);
  CHECK(arrived->pairs[0].first == at(12));
  CHECK(arrived->pairs[0].width == 252);
  CHECK(!arrived->pairs[0].same_as);
  CHECK(arrived->pairs[1].same_as == 0);
  refuses_every_beginning(bytes, to_plan);
  CHECK(!to_plan(to_bytes(std::optional<sampler::StretchPlan>())));
}

TEST_CASE("a pair's pixels arrive as they were sent, and not in part") {
  PairPixels pixels;
  pixels.patches.grid = {1, 2, 4};
  pixels.patches.values = {0.5F, -1.0F, 2.0F};
  pixels.thumbnail = std::string("\xFF\xD8\0\xD9", 4);
  pixels.stored_tokens = 2;
  const auto bytes = to_bytes(std::optional(pixels));

  const auto arrived = to_pixels(bytes);
  REQUIRE(arrived);
  CHECK(arrived->patches.grid.w == 4);
  CHECK(arrived->patches.values == pixels.patches.values);
  CHECK(arrived->thumbnail == pixels.thumbnail);
  CHECK(arrived->stored_tokens == 2);
  refuses_every_beginning(bytes, to_pixels);
  CHECK(!to_pixels(to_bytes(std::optional<PairPixels>())));
}

TEST_CASE("a count of more than the bytes that are there is refused before it is believed") {
  WireWriter to;
  to.put(std::size_t{1} << 62);
  const auto bytes = to.take();
  CHECK_THROWS_AS((void)WireReader(bytes).get_values<double>(), BadMessage);
  CHECK_THROWS_AS((void)WireReader(bytes).get_text(), BadMessage);
}
