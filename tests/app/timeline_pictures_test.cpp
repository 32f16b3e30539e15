// timeline --html and --png, as a user runs them.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "app/planned.h"
#include "app/written_page.h"
#include "ingest/video_reader.h"
#include "model/sha256.h"
#include "query/html.h"
#include "support/run_command.h"

using namespace hindsight::test;
namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The first fault in how the page's elements nest; empty: none.
std::string nesting_fault(const std::string& page) {
  static const std::set<std::string> empty_elements{"meta", "img", "br"};
  static const std::regex tag(R"re(<(/?)([a-z][a-z0-9]*)((?:[^<>"]|"[^"]*")*)>)re");
  std::vector<std::string> open;
  std::size_t at = page.find("<html");
  for (std::smatch match;;) {
    const auto next = page.find('<', at);
    if (next == std::string::npos) break;
    // One tag at a time: a picture's data is too long for the expression.
    const auto end = page.find('>', next);
    if (end == std::string::npos) return "no end of a tag at " + page.substr(next, 40);
    auto text = page.substr(next, end + 1 - next);
    if (const auto data = text.find("src=\"data:"); data != std::string::npos)
      text.erase(data, text.find('"', data + 5) + 1 - data);
    if (!std::regex_match(text, match, tag)) return "no tag: " + text.substr(0, 80);
    const std::string name = match[2];
    at = end + 1;
    if (match[1] == "/") {
      if (open.empty() || open.back() != name) return "</" + name + "> closes nothing";
      open.pop_back();
    } else if (!empty_elements.contains(name)) {
      open.push_back(name);
      if (name == "script" || name == "style") at = page.find("</" + name + ">", at);
    }
  }
  return open.empty() ? "" : "<" + open.back() + "> is not closed";
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

std::string hex_to_bytes(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

/// The gaps of a page: kind and seconds.
std::vector<std::string> gaps_of(const Json& data) {
  std::vector<std::string> gaps;
  for (const auto& gap : data["gaps"]) {
    const auto text = data["gapTexts"][gap[2].get<std::size_t>()].get<std::string>();
    gaps.push_back(std::to_string(std::lround(gap[0].get<double>() / 1000)) + "-" +
                   std::to_string(std::lround(gap[1].get<double>() / 1000)) + " " +
                   text.substr(0, text.find(' ', 3)));
  }
  return gaps;
}

}  // namespace

TEST_CASE("the page is one well-formed file that fetches nothing and runs its own script alone") {
  const TempDir dir;
  const auto clip = two_shots_with_a_box(dir.file(R"("><img src=x onerror=alert(1)>&'.mp4)"));
  const auto result = run_unlimited({"timeline", clip, "--html", dir.file("out.html")});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  CHECK(has(result.err, "wrote " + dir.file("out.html") + ": "));
  const auto page = read_bytes(dir.file("out.html"));
  CHECK(page.starts_with("<!doctype html>\n<html lang=\"en\">\n"));
  CHECK(nesting_fault(page) == "");
  CHECK(has(page, "<h1>&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&amp;&#39;.mp4</h1>"));
  CHECK_FALSE(has(page, "<img src=x"));
  for (const std::string part :
       {"http:", "https:", "<link", "href", "url(", "@import", "fetch(", "XMLHttp", "src=\"/"}) {
    CAPTURE(part);
    CHECK_FALSE(has(page, part));
  }
  CHECK(count_of(page, "src=\"") == count_of(page, "src=\"data:image/jpeg;base64,/9j/"));

  CHECK(count_of(page, "<script") == 2);
  const auto script = between(page, "<script>", "</script>");
  const auto hash = hex_to_bytes(sha256(
      {reinterpret_cast<const std::uint8_t*>(script.data()), script.size()}));
  CHECK(has(page,
            "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src "
            "'sha256-" +
                hindsight::query::to_base64(hash) + "'\""));
}

TEST_CASE("the page holds what plan and timeline print: every pair, shot and activity") {
  const TempDir dir;
  const auto clip = two_shots_with_a_box(dir.file("film.mp4"));
  const auto result = run_unlimited({"timeline", clip, "--html", dir.file("out.html")});
  REQUIRE(result.exit_code == 0);
  // The rows are on the page; --format asks for them all the same.
  CHECK(has(result.out, "shots     2"));
  CHECK_FALSE(has(result.out, "from          to"));
  const auto page = read_bytes(dir.file("out.html"));
  const auto data = page_data(page);
  const auto plan = Json::parse(run_unlimited({"plan", clip, "--json", "--explain"}).out);
  const auto ms = [](const Json& seconds) { return std::llround(seconds.get<double>() * 1000); };
  CHECK(data["end"] == ms(plan["duration"]));
  REQUIRE(data["pairs"].size() == plan["pairs"].size());
  REQUIRE(data["pairs"].size() >= 4);
  for (std::size_t i = 0; i < data["pairs"].size(); ++i) {
    CAPTURE(i);
    const auto& pair = data["pairs"][i];
    const auto& planned = plan["pairs"][i];
    CHECK(pair[0] == ms(planned["from"]));
    CHECK(pair[1] == ms(planned["to"]));
    CHECK(pair[4] == planned["width"]);
    CHECK(pair[5] == planned["height"]);
    CHECK(data["reasons"][pair[6].get<std::size_t>()] == planned["reason"]);
    const auto figure =
        between(page, "<figure data-rank=\"" + std::to_string(i) + "\" ", "</figure>");
    CHECK(has(figure, "<img alt=\"the picture at 00:00:"));
    CHECK(has(figure,
              "<span>" + std::to_string(pair[4].get<int>()) + "x" +
                  std::to_string(pair[5].get<int>()) + ", "));
    CHECK(has(figure, planned["reason"].get<std::string>() + ", rank " + std::to_string(i) + "<"));
  }
  REQUIRE(data["shots"].size() == 2);
  CHECK(data["shots"][1] == Json({20000, 40000, 1}));
  REQUIRE(data["activity"].size() == 1);
  CHECK(std::abs(data["activity"][0][0].get<double>() - 5000) < 500);
  // A curve point a second; what moves stands out of it.
  const auto& motion = data["motion"]["values"];
  CHECK(data["motion"]["step"] == 1000);
  CHECK(motion[6].get<int>() >= 100);
  CHECK(motion[15].get<int>() < 100);
  const auto& bytes = data["bytes"]["all"];
  REQUIRE(bytes.size() == data["bytes"]["key"].size());
  CHECK(bytes.size() >= 40);
  // The windows that the ladder opened, and why.
  REQUIRE(data["windows"].size() == plan["ladder"]["windows"]["opened"].size());
  REQUIRE_FALSE(data["windows"].empty());
  for (std::size_t i = 0; i < data["windows"].size(); ++i) {
    const auto& opened = plan["ladder"]["windows"]["opened"][i];
    CHECK(data["windows"][i][0] == ms(opened["from"]));
    CHECK(data["windowReasons"][data["windows"][i][2].get<std::size_t>()] == opened["reason"]);
  }
  CHECK(data["gaps"].empty());
}

TEST_CASE("--every-frame shows as read from end to end, and --format prints beside the page") {
  const TempDir dir;
  const auto clip = two_shots_with_a_box(dir.file("film.mp4"));
  const auto result = run_unlimited({"timeline",
                                     clip,
                                     "--every-frame",
                                     "--format",
                                     "csv",
                                     "--html",
                                     dir.file("out.html"),
                                     "--thumbnails",
                                     "0"});
  REQUIRE(result.exit_code == 0);
  CHECK(result.out.starts_with("kind,from,to,score\nshot,0.000000,20.000000,\n"));
  const auto page = read_bytes(dir.file("out.html"));
  CHECK_FALSE(has(page, "<figure"));
  const auto data = page_data(page);
  CHECK(data["windows"] == Json::array({{0, 40000, 4}}));
  CHECK(data["windowReasons"][4] == "all");
}

TEST_CASE("gaps: what the budget leaves out, holes in the file, and what cannot be decoded") {
  const TempDir dir;
  const auto clip = two_shots_with_a_box(dir.file("film.mp4"));
  const auto gaps = [&](const std::string& path, std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"timeline", path, "--html", dir.file("out.html"), "--force"});
    const auto result = run_unlimited(more);
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    return gaps_of(page_data(read_bytes(dir.file("out.html"))));
  };
  CHECK(gaps(clip, {"--coverage-floor", "15"}).empty());
  CHECK(gaps(clip, {"--max-tokens", "1"}) == std::vector<std::string>{"0-40 no pair"});
  CHECK(has(read_bytes(dir.file("out.html")), "0 pairs, 0 tokens \u00b7 1 gap"));

  // A camera that was away for half of a minute.
  const auto holed = make_clip(dir.file("holed.mp4"),
                               {"-f",
                                "lavfi",
                                "-i",
                                "testsrc2=s=160x90:r=25:d=20",
                                "-vf",
                                "setpts='PTS+gt(N,249)*30/TB'",
                                "-vsync",
                                "vfr",
                                "-g",
                                "25"});
  const auto found = gaps(holed);
  INFO(found.size());
  CHECK(std::ranges::count(found, "10-40 no picture") == 1);
}

TEST_CASE("what cannot be decoded is a gap, and the rest has its pictures") {
  const TempDir dir;
  const auto clip = make_clip(
      dir.file("film.mp4"),
      {"-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=60", "-g", "50", "-sc_threshold", "0"});
  const auto size = static_cast<std::streamoff>(fs::file_size(clip));
  // A third of the packets, in the middle of the file.
  std::fstream(clip, std::ios::in | std::ios::out | std::ios::binary).seekp(size / 3)
      << std::string(static_cast<std::size_t>(size / 3), '\xff');
  const auto result = run_unlimited(
      {"timeline", clip, "--html", dir.file("out.html"), "--png", dir.file("out.png")});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  const auto page = read_bytes(dir.file("out.html"));
  CHECK(nesting_fault(page) == "");
  CHECK(has(page, "packets or pictures could not be decoded fully"));
  CHECK(count_of(page, "<img ") >= 5);
  const auto data = page_data(page);
  CHECK(data["gapTexts"][2] == "not decoded: the file is damaged");
  double seconds = 0;
  for (const auto& gap : data["gaps"]) {
    if (gap[2] != 2) continue;
    CHECK(gap[0].get<double>() >= 15000);
    CHECK(gap[1].get<double>() <= 45000);
    seconds += (gap[1].get<double>() - gap[0].get<double>()) / 1000;
  }
  CHECK(seconds == doctest::Approx(20).epsilon(0.2));
}

TEST_CASE("the contact sheet is a PNG of the size that is told, with a tile for each picture") {
  const TempDir dir;
  const auto clip = two_shots_with_a_box(dir.file("film.mp4"));
  for (const std::string count : {"1", "3", "200"}) {
    CAPTURE(count);
    const auto result = run_unlimited(
        {"timeline", clip, "--png", dir.file("out.png"), "--thumbnails", count, "--force"});
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    // Without a page the rows are printed.
    CHECK(has(result.out, "from          to"));
    const auto probed = run_command({"ffprobe",
                                     "-v",
                                     "error",
                                     "-show_entries",
                                     "stream=codec_name,width,height",
                                     "-of",
                                     "csv=p=0:s=x",
                                     dir.file("out.png")});
    REQUIRE(probed.out.starts_with("pngx"));
    const auto size = probed.out.substr(4, probed.out.find('\n') - 4);
    CHECK(has(result.err, ", " + size + ", "));
    hindsight::ingest::VideoReader reader(dir.file("out.png"));
    const auto sheet = reader.next()->rgb();
    // Below the heading, the first tile: a picture with colours in it, and letters under it.
    const auto* in_picture = sheet.view().row(48 + 50) + 3 * (8 + 40);
    CHECK((in_picture[0] != 0x16 || in_picture[1] != 0x18));
    std::size_t ink = 0;
    for (int y = 48 + 108 + 4; y < 48 + 108 + 4 + 48; ++y) {
      for (int x = 8; x < 200; ++x) ink += sheet.view().row(y)[3 * x] == 0xec ? 1U : 0U;
    }
    CHECK(ink > 300);
  }
}

TEST_CASE("ten hours make a page of bounded size") {
  const TempDir dir;
  const auto clip = make_clip(dir.file("long.mp4"),
                              {"-f",
                               "lavfi",
                               "-i",
                               "testsrc2=s=64x48:r=1:d=36000",
                               "-preset",
                               "ultrafast",
                               "-g",
                               "10"});
  const auto result =
      run_unlimited({"timeline", clip, "--html", dir.file("out.html"), "--thumbnails", "20"});
  INFO(result.err);
  REQUIRE(result.exit_code == 0);
  const auto page = read_bytes(dir.file("out.html"));
  const auto data = page_data(page);
  const auto num_pairs = data["pairs"].size();
  CHECK(num_pairs >= 1800);
  CHECK(count_of(page, "<img ") == 20);
  CHECK(data["motion"]["values"].size() <= 20'000);
  CHECK(data["bytes"]["all"].size() <= 20'000);
  CHECK(data["bytes"]["step"] == 2000);
  CHECK(page.size() < 20 * 12'000 + num_pairs * 60 + 700'000);
}

TEST_CASE("files that are in the way or cannot be written, and flags that contradict each other") {
  const TempDir dir;
  const auto clip = two_shots_with_a_box(dir.file("film.mp4"));
  std::ofstream(dir.file("there.html")) << "mine";
  std::ofstream(dir.file("broken.mp4")) << "no video";
  struct Row {
    std::vector<std::string> arguments;
    int exit_code;
    std::string message;
  };
  const auto there = dir.file("there.html");
  const std::vector<Row> rows{
      {{clip, "--html", there}, 2, "there.html' exists already; give --force to replace it"},
      {{clip, "--png", there}, 2, "there.html' exists already; give --force to replace it"},
      {{clip, "--html", clip, "--force"}, 2, "film.mp4' is the video itself; name another file"},
      {{clip, "--html", dir.path().string()}, 2, "is a folder; name a file in it"},
      {{clip, "--html", ""}, 2, "the name of the file to write is empty"},
      {{clip, "--html", dir.file("no/out.html")}, 6, "its folder is not there; make it first"},
      {{clip, "--html", "/dev/full", "--force"}, 6, "cannot write '/dev/full'"},
      {{clip, "--html", there, "--png", there, "--force"}, 2, "--html and --png both name"},
      {{clip, "--html", there, "--png", dir.file("./there.html"), "--force"}, 2, "both name"},
      {{clip, "--thumbnails", "4"}, 2, "--thumbnails says how many pictures"},
      {{clip, "--png", dir.file("a.png"), "--thumbnails", "0"}, 2, "--thumbnails 0 wants none"},
      {{clip, "--png", dir.file("a.png"), "--thumbnails", "1001"}, 2, "--thumbnails"},
      {{clip, "--png", dir.file("a.png"), "--thumbnails", "-1"}, 2, "--thumbnails"},
      {{clip, "--html"}, 2, "--html"},
      {{dir.file("none.mp4"), "--html", dir.file("a.html")}, 3, "none.mp4"},
      {{dir.file("broken.mp4"), "--html", dir.file("a.html")}, 3, "broken.mp4"},
  };
  for (const auto& row : rows) {
    auto arguments = row.arguments;
    arguments.insert(arguments.begin(), "timeline");
    const auto result = run_unlimited(arguments);
    CAPTURE(row.message);
    CAPTURE(result.err);
    CHECK(result.exit_code == row.exit_code);
    CHECK(has(result.err, row.message));
    CHECK(std::ranges::count(result.err, '\n') == 1);
  }
  CHECK(read_bytes(there) == "mine");
  CHECK_FALSE(fs::exists(dir.file("a.html")));
  CHECK_FALSE(fs::exists(dir.file("a.png")));
  REQUIRE(run_unlimited({"timeline", clip, "--html", there, "--force"}).exit_code == 0);
  CHECK(read_bytes(there).starts_with("<!doctype html>"));
}
