#include "ingest/subtitles.h"

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.h"
#include "ingest/detail/subtitle_text.h"
#include "ingest/limits.h"
#include "support/make_clip.h"
#include "support/temp_dir.h"

using namespace std::chrono_literals;
using hindsight::Logger;
using hindsight::LogLevel;
using hindsight::MediaTime;
using hindsight::ingest::read_subtitles;
using hindsight::test::make_clip;
using hindsight::test::numbered;
using hindsight::test::TempDir;

namespace {

constexpr const char* kSrt =
    "1\n00:00:00,500 --> 00:00:01,000\n<i>A red car</i>\nleaves.\n\n"
    "2\n00:00:01,200 --> 00:00:01,800\n{\\an8}The gate &amp; the road, 50% \xC3\xBC\n\n";

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string clip_with_subtitles(const TempDir& dir,
                                const std::string& name,
                                const std::string& codec,
                                const std::string& offset) {
  write(dir.file("texts.srt"), kSrt);
  return make_clip(dir.file(name),
                   numbered({},
                            {"-i",
                             dir.file("texts.srt"),
                             "-map",
                             "0:v",
                             "-map",
                             "1:s",
                             "-c:v",
                             "libx264",
                             "-c:s",
                             codec,
                             "-metadata:s:s:0",
                             "language=eng",
                             "-output_ts_offset",
                             offset}));
}

}  // namespace

TEST_CASE("embedded text subtitles become plain text in media time") {
  struct Row {
    std::string name;
    std::string codec;
    std::string offset;
  };
  const std::vector<Row> rows{{"a.mkv", "srt", "0"},
                              {"b.mkv", "ass", "0"},
                              {"c.mkv", "webvtt", "0"},
                              {"d.mp4", "mov_text", "0"},
                              {"late.mkv", "srt", "7.5"}};
  const TempDir dir;
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto texts = read_subtitles(clip_with_subtitles(dir, row.name, row.codec, row.offset));
    REQUIRE(texts.size() == 2);
    CHECK(texts[0].text == "A red car\nleaves.");
    CHECK(texts[0].span.begin == MediaTime{500ms});
    CHECK(texts[0].span.end == MediaTime{1000ms});
    CHECK(texts[0].language == "eng");
    CHECK(texts[0].origin == "stream 1");
    CHECK(texts[1].text.starts_with("The gate &"));
    CHECK(texts[1].text.ends_with("50% \xC3\xBC"));
    CHECK(texts[1].span.begin == MediaTime{1200ms});
  }
}

TEST_CASE("sidecars are found by name, and only those of this video") {
  const TempDir dir;
  const auto clip = make_clip(dir.file("gate.mp4"), numbered({}, {"-c:v", "libx264"}));
  write(dir.file("gate.en.srt"), kSrt);
  write(dir.file("gate.vtt"), "WEBVTT\n\n00:01.500 --> 00:01.900\n<b>Dusk</b>\n");
  write(dir.file("gate.pt-BR.forced.ass"),
        "[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Style, Name, "
        "MarginL, MarginR, MarginV, "
        "Effect, Text\nDialogue: 0,0:00:00.10,0:00:00.40,Default,,0,0,0,,{\\b1}Um "
        "carro{\\b0}\\Nsai {\\p1}m 0 0 l 5 5{\\p0}\n");
  write(dir.file("gate.part2.srt"), kSrt);
  write(dir.file("gateway.srt"), kSrt);
  const auto texts = read_subtitles(clip);
  REQUIRE(texts.size() == 4);
  CHECK(texts[0].text == "Um carro\nsai");
  CHECK(texts[0].language == "pt-BR");
  CHECK(texts[0].origin == "gate.pt-BR.forced.ass");
  CHECK(texts[1].language == "en");
  CHECK(texts[3].text == "Dusk");
  CHECK(texts[3].language.empty());
}

TEST_CASE("a sidecar that is not Unicode is read as Windows-1252") {
  const TempDir dir;
  const auto clip = make_clip(dir.file("v.mp4"), numbered({}, {"-c:v", "libx264"}));
  write(dir.file("v.srt"),
        "1\n00:00:00,000 --> 00:00:01,000\nStra\xDF"
        "e \x80 5\n");
  const auto texts = read_subtitles(clip);
  REQUIRE(texts.size() == 1);
  CHECK(texts[0].text ==
        "Stra\xC3\x9F"
        "e \xE2\x82\xAC 5");
}

TEST_CASE("a damaged sidecar yields what can be read, and one that is none is named") {
  const TempDir dir;
  const auto clip = make_clip(dir.file("v.mp4"), numbered({}, {"-c:v", "libx264"}));
  write(dir.file("v.srt"),
        std::string(kSrt) +
            "3\n00:00:xx --> nonsense\n???\n\n4\n00:00:01,900 --> 00:00:01,950\nEnd\n");
  write(dir.file("v.en.srt"), "");
  write(dir.file("v.de.vtt"), std::string("\0\1\2\3 no text at all", 20));
  std::vector<std::string> lines;
  const Logger logger(LogLevel::warn,
                      [&](LogLevel, std::string_view line) { lines.emplace_back(line); });
  const auto texts = read_subtitles(clip, logger);
  REQUIRE(texts.size() >= 3);
  CHECK(texts.back().text == "End");
  REQUIRE(lines.size() >= 1);
  CAPTURE(lines[0]);
  CHECK(lines[0].find("v.de.vtt") != std::string::npos);
}

TEST_CASE("texts at impossible times are left out, counted, and cost the others nothing") {
  const TempDir dir;
  const auto clip = make_clip(dir.file("v.mp4"), numbered({}, {"-c:v", "libx264"}));
  write(dir.file("v.srt"),
        "1\n00:00:00,500 --> 00:00:01,000\nA red car\n\n"
        "2\n00:00:05,000 --> 00:00:02,000\nbackwards\n\n"
        "3\n999999999:00:00,000 --> 999999999:00:01,000\nin a hundred thousand years\n\n"
        "4\n00:00:01,100 --> 999999999:00:00,000\nfor ever\n\n"
        "5\n00:00:01,200 --> 00:00:01,800\nA blue car\n\n");
  std::vector<std::string> lines;
  const Logger logger(LogLevel::warn,
                      [&](LogLevel, std::string_view line) { lines.emplace_back(line); });
  const auto texts = read_subtitles(clip, logger);
  std::vector<std::string> said;
  for (const auto& text : texts) {
    said.push_back(text.text);
    CHECK(text.span.begin >= MediaTime{});
    CHECK(text.span.begin < text.span.end);
    CHECK(text.span.length() <= hindsight::ingest::kLongestLength);
  }
  for (const auto* kept : {"A red car", "A blue car"})
    CHECK(std::count(said.begin(), said.end(), kept) == 1);
  CHECK(std::count(said.begin(), said.end(), "in a hundred thousand years") == 0);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("v.srt': ") != std::string::npos);
  CHECK(lines[0].find("subtitles could not be read") != std::string::npos);
}

TEST_CASE("a video without subtitles gives none") {
  const TempDir dir;
  CHECK(read_subtitles(make_clip(dir.file("v.mp4"), numbered({}, {"-c:v", "libx264"}))).empty());
  CHECK_THROWS_AS((void)read_subtitles(dir.file("missing.mp4")), hindsight::Error);
}

TEST_CASE("UTF-8 is recognised strictly enough") {
  using hindsight::ingest::detail::is_utf8;
  for (const std::string text : {"", "plain", "\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x9A\x97"}) {
    CAPTURE(text);
    CHECK(is_utf8(text));
  }
  for (const std::string text :
       {"\xC3", "\xFC", "a\xE2\x82", "\x80", "\xC0\xAF", "\xF5\x80\x80\x80"}) {
    CAPTURE(text.size());
    CHECK_FALSE(is_utf8(text));
  }
}
