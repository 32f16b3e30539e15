#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "clip_tools.h"
#include "core/error.h"
#include "ingest/packet_scan.h"
#include "ingest/sources.h"
#include "support/http_file_server.h"
#include "support/make_clip.h"
#include "support/temp_dir.h"

using hindsight::ingest::scan_packets;
using hindsight::ingest::spool;
using hindsight::ingest::SpoolGuard;
using hindsight::ingest::VideoReader;
using hindsight::test::HttpFileServer;
using hindsight::test::refusal;
using hindsight::test::TempDir;

TEST_CASE("a video behind an http URL is read and spooled") {
  const TempDir dir;
  const auto clip = hindsight::test::make_clip(
      dir.file("v.mp4"),
      hindsight::test::numbered({.frames = 30}, {"-c:v", "libx264", "-g", "10"}));
  const HttpFileServer server(clip, "v.mp4");
  VideoReader reader(server.url("v.mp4"));
  reader.seek(hindsight::MediaTime{std::chrono::milliseconds{800}});
  CHECK(hindsight::test::painted_number(reader.next()->luma(64, 36).view()) == 20);
  const auto copied = spool({server.url("v.mp4"), server.url("v.mp4")}, dir.file("spool"));
  const SpoolGuard guard(copied);
  CHECK(copied.spooled);
  CHECK(copied.name == server.url("v.mp4"));
  CHECK(scan_packets(copied.path).content_hash == scan_packets(clip).content_hash);
}

TEST_CASE("a server that has no such file, breaks off or is not there is named") {
  const TempDir dir;
  const auto clip = hindsight::test::make_clip(
      dir.file("v.mp4"), hindsight::test::numbered({.frames = 30}, {"-c:v", "libx264"}));
  const HttpFileServer server(clip, "v.mp4", 3000);
  CHECK(refusal(server.url("other.mp4")).message ==
        "cannot read '" + server.url("other.mp4") +
            "': the server has no such file (HTTP 404); check the URL");
  CHECK_THROWS_AS((void)spool({"u", server.url("other.mp4")}, dir.file("spool")), hindsight::Error);
  CHECK_THROWS_AS((void)spool({"u", server.url("v.mp4")}, dir.file("spool")), hindsight::Error);
  // Nothing is left of the half copy.
  CHECK(std::filesystem::is_empty(dir.file("spool")));
  CHECK(refusal("http://127.0.0.1:1/v.mp4").message ==
        "cannot read 'http://127.0.0.1:1/v.mp4': Connection refused; check the URL and that the "
        "server runs");
}
