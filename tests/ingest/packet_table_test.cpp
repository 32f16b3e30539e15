#include "ingest/detail/packet_table.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.h"
#include "ingest/packet_scan.h"
#include "support/make_clip.h"
#include "support/temp_dir.h"

using hindsight::Error;
using hindsight::ErrorCode;
using hindsight::ingest::scan_packets;
using hindsight::ingest::VideoReader;
using hindsight::ingest::detail::PacketPlace;
using hindsight::ingest::detail::PacketTable;
using hindsight::test::make_clip;
using hindsight::test::numbered;
using hindsight::test::TempDir;

namespace {

PacketTable empty_table() {
  const std::unique_ptr<AVFormatContext, hindsight::ingest::detail::Delete<avformat_free_context>>
      owner(avformat_alloc_context());
  return PacketTable(*avformat_new_stream(owner.get(), nullptr));
}

std::vector<PacketPlace> read_all(const PacketTable& table, PacketTable::Cursor cursor = {}) {
  std::vector<PacketPlace> packets;
  while (const auto packet = table.next(cursor)) packets.push_back(*packet);
  return packets;
}

/// As an encoder writes them: mostly regular, now and then not.
std::vector<PacketPlace> random_packets(std::mt19937& random, int count) {
  const auto below = [&](int n) {
    return static_cast<std::int64_t>(random() % static_cast<unsigned>(n));
  };
  std::vector<PacketPlace> packets;
  PacketPlace packet{.position = below(1 << 30), .dts = below(2000) - 1000, .duration = 512};
  for (int i = 0; i < count; ++i) {
    packet.size = 1 + below(below(10) == 0 ? 1 << 24 : 5000);
    packet.pts = packet.dts + below(5) * 512 - (below(50) == 0 ? 512 : 0);
    packet.flags =
        (below(40) == 0 ? AV_PKT_FLAG_KEY : 0) | (below(60) == 0 ? AV_PKT_FLAG_DISCARD : 0);
    packets.push_back(packet);
    packet.position += packet.size + (below(20) == 0 ? below(1 << 20) - 1000 : 0);
    packet.dts += below(30) == 0 ? below(1 << 20) : packet.duration;
    if (below(100) == 0) packet.duration = below(4000);
  }
  return packets;
}

}  // namespace

TEST_CASE("a table gives back what was put in, from every place where reading can begin") {
  for (const unsigned seed : {1U, 2U, 3U}) {
    CAPTURE(seed);
    std::mt19937 random(seed);
    const auto packets = random_packets(random, 2000);
    auto table = empty_table();
    for (const auto& packet : packets) table.append(packet);
    CHECK(read_all(table) == packets);
    std::size_t wrong = 0;
    for (int i = 0; i < 500; ++i) {
      // Any time near some packet's.
      const std::int64_t pts =
          packets[random() % packets.size()].pts + static_cast<int>(random() % 3) - 1;
      // The obvious loop; a packet decoded after `pts` is not asked for.
      std::optional<std::size_t> last;
      for (std::size_t k = 0; k < packets.size(); ++k) {
        const bool is_key = (packets[k].flags & AV_PKT_FLAG_KEY) != 0;
        if (is_key && packets[k].pts <= pts) last = k;
      }
      const auto found = table.find_key_frame(pts);
      if (found.has_value() != last.has_value()) {
        ++wrong;
      } else if (found) {
        auto cursor = *found;
        const auto first = table.next(cursor);
        // A pts before its own dts may hide a key frame behind `pts`: then an earlier one is given.
        const bool is_key = (first->flags & AV_PKT_FLAG_KEY) != 0 && first->pts <= pts;
        const bool is_last = *first == packets[*last] || packets[*last].dts > pts;
        if (!is_key || !is_last) ++wrong;
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("an empty table has no packet and no key frame") {
  const auto table = empty_table();
  CHECK(read_all(table).empty());
  CHECK_FALSE(table.find_key_frame(0).has_value());
}

TEST_CASE("a regular stream takes a few bytes a packet") {
  auto table = empty_table();
  PacketPlace packet{.position = 48, .size = 3000, .pts = 1024, .duration = 512};
  for (int i = 0; i < 90'000; ++i) {
    packet.flags = i % 50 == 0 ? AV_PKT_FLAG_KEY : 0;
    table.append(packet);
    packet.position += packet.size;
    packet.dts += packet.duration;
    packet.pts = packet.dts + (i % 3) * 512;
  }
  CHECK(table.num_bytes() < 6 * 90'000);
}

TEST_CASE("only a container whose packets lie in the file as they are gets a table") {
  struct Row {
    std::string name;
    std::vector<std::string> encoder;
    bool has_table;
  };
  const std::vector<Row> rows{
      {"plain.mp4", {"-c:v", "libx264", "-bf", "2"}, true},
      {"quick.mov", {"-c:v", "mpeg4", "-bf", "2"}, true},
      {"fragments.mp4", {"-c:v", "libx264", "-movflags", "frag_keyframe+empty_moov"}, true},
      {"pieces.ts", {"-c:v", "libx264"}, false},
      {"blocks.mkv", {"-c:v", "libx264"}, false},
      {"chunks.avi", {"-c:v", "mpeg4"}, true},
      {"no_times.avi", {"-c:v", "mpeg4", "-bf", "2"}, false},
  };
  const TempDir dir;
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto clip = make_clip(dir.file(row.name), numbered({.frames = 30}, row.encoder));
    CHECK((scan_packets(clip).table != nullptr) == row.has_table);
  }
}

TEST_CASE("a damaged file gets no table, so that its damage is met and told again") {
  const TempDir dir;
  const auto clip = make_clip(
      dir.file("whole.mp4"),
      numbered({.frames = 50}, {"-c:v", "libx264", "-g", "10", "-movflags", "faststart"}));
  REQUIRE(scan_packets(clip).table != nullptr);
  std::filesystem::resize_file(clip, std::filesystem::file_size(clip) / 2);
  CHECK(scan_packets(clip).table == nullptr);
}

TEST_CASE("a file that vanished or shrank after the scan is refused or ends early") {
  const TempDir dir;
  const auto clip =
      make_clip(dir.file("a.mp4"), numbered({.frames = 50}, {"-c:v", "libx264", "-g", "10"}));
  const auto scan = scan_packets(clip);
  REQUIRE(scan.table != nullptr);
  std::filesystem::resize_file(clip, std::filesystem::file_size(clip) / 2);
  VideoReader reader(clip, scan, {});
  int count = 0;
  while (reader.next()) ++count;
  CHECK(count < 50);
  CHECK(reader.stats().errors > 0);
  std::filesystem::remove(clip);
  try {
    VideoReader gone(clip, scan, {});
    FAIL("a file that is not there was opened");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::unreadable_input);
    CHECK(error.what() == "cannot read '" + clip + "': there is no such file; check the path");
  }
}
