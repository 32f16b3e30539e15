#include "ingest/sources.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "core/error.h"
#include "support/child.h"
#include "support/temp_dir.h"

namespace fs = std::filesystem;
using hindsight::Error;
using hindsight::ErrorCode;
using hindsight::ingest::expand_inputs;
using hindsight::ingest::Source;
using hindsight::ingest::spool;
using hindsight::ingest::SpoolGuard;
using hindsight::test::TempDir;

namespace {

void touch(const fs::path& path) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << "x";
}

/// Names relative to `dir`.
std::vector<std::string> expanded(const TempDir& dir, std::vector<std::string> inputs) {
  for (auto& input : inputs) {
    if (input != "-" && input.find("://") == std::string::npos) input = dir.file(input);
  }
  std::vector<std::string> names;
  for (const auto& source : expand_inputs(inputs)) {
    const auto relative = fs::path(source.path).lexically_relative(dir.path());
    names.push_back(source.path.starts_with("/") ? relative.string() : source.path);
  }
  return names;
}

}  // namespace

TEST_CASE("inputs are expanded in the order in which they were typed") {
  const TempDir dir;
  for (const char* name : {"b.mp4",
                           "a.MKV",
                           "notes.txt",
                           "odd[1].mp4",
                           "x.dat",
                           "y.dat",
                           "sub/c.webm",
                           "sub/deep/d.ts",
                           "sub/.hidden.mp4",
                           ".git/e.mp4"}) {
    touch(dir.path() / name);
  }
  using Names = std::vector<std::string>;
  struct Row {
    std::string name;
    Names inputs;
    Names expected;
  };
  const std::vector<Row> rows{
      {"a file, whatever its extension", {"notes.txt"}, {"notes.txt"}},
      {"several files, no duplicates", {"b.mp4", "a.MKV", "./b.mp4"}, {"b.mp4", "a.MKV"}},
      {"a folder, recursively", {"sub"}, {"sub/c.webm", "sub/deep/d.ts"}},
      {"a folder and a file in it", {"sub/deep/d.ts", "sub"}, {"sub/deep/d.ts", "sub/c.webm"}},
      {"a glob takes the videos",
       {"*"},
       {"sub/c.webm", "sub/deep/d.ts", "a.MKV", "b.mp4", "odd[1].mp4"}},
      {"a glob of other files", {"*.dat"}, {"x.dat", "y.dat"}},
      {"an existing name is not a pattern", {"odd[1].mp4"}, {"odd[1].mp4"}},
      {"URLs and the standard input",
       {"http://h/v.mp4", "-", "-", "http://h/v.mp4"},
       {"http://h/v.mp4", "-"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    auto found = expanded(dir, row.inputs);
    auto expected = row.expected;
    if (row.name == "a glob takes the videos") {
      std::ranges::sort(found);
      std::ranges::sort(expected);
    }
    CHECK(found == expected);
  }
  CHECK(expand_inputs({"-"}).at(0).name == "stdin");
}

TEST_CASE("a folder on the way that may not be entered is said to be one") {
  const TempDir dir;
  touch(dir.path() / "shut/a.mp4");
  const auto input = (dir.path() / "shut/a.mp4").string();
  chmod(dir.path().c_str(), 0755);
  chmod((dir.path() / "shut").c_str(), 0);
  CHECK(hindsight::test::in_child([&]() -> std::string {
          hindsight::test::become_nobody();
          try {
            (void)expand_inputs({input});
          } catch (const hindsight::Error& e) {
            return e.what();
          }
          return "no error";
        }) == "cannot read '" + input +
                  "': a folder on the way to it may not be entered; check its permissions");
  chmod((dir.path() / "shut").c_str(), 0700);
}

TEST_CASE("inputs that lead nowhere are refused in one sentence") {
  const TempDir dir;
  touch(dir.path() / "docs/readme.txt");
  struct Row {
    std::string input;
    std::string reason;
  };
  const std::vector<Row> rows{
      {"missing.mp4", "there is no such file; check the path"},
      {"*.mp4", "no file matches this pattern; check the folder and the quotes"},
      {"docs", "the folder holds no file with the extension of a video; name the file itself"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.input);
    try {
      (void)expand_inputs({dir.file(row.input)});
      FAIL("nothing was thrown");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::unreadable_input);
      CHECK(std::string(error.what()) ==
            "cannot read '" + dir.file(row.input) + "': " + row.reason);
    }
  }
}

TEST_CASE("what is said of a spooled copy names its source") {
  const Source copy{"stdin", "/tmp/spool-1", true};
  CHECK(hindsight::ingest::said_of(copy, "cannot read '/tmp/spool-1': it is cut off") ==
        "cannot read 'stdin': it is cut off");
  CHECK(hindsight::ingest::said_of(copy, "/tmp/spool-1, /tmp/spool-1") == "stdin, stdin");
  CHECK(hindsight::ingest::said_of(copy, "nothing of it") == "nothing of it");
  // A name may contain the path.
  CHECK(hindsight::ingest::said_of({"http://h/a", "a", true}, "a") == "http://h/a");
  CHECK(hindsight::ingest::said_of({"v", "/v.mp4", false}, "'/v.mp4'") == "'/v.mp4'");
}

TEST_CASE("a spooled copy lives as long as its guard, and a file is not copied") {
  const TempDir dir;
  touch(dir.path() / "v.mp4");
  const auto same = spool({"v", dir.file("v.mp4")}, dir.file("spool"));
  CHECK_FALSE(same.spooled);
  CHECK(same.path == dir.file("v.mp4"));
  { const SpoolGuard guard(same); }
  CHECK(fs::exists(dir.file("v.mp4")));
  touch(dir.path() / "copy");
  { const SpoolGuard guard(Source{"stdin", dir.file("copy"), true}); }
  CHECK_FALSE(fs::exists(dir.file("copy")));
}

TEST_CASE("what a URL says of a user goes into no name") {
  struct Row {
    std::string url;
    std::string name;
  };
  const std::vector<Row> rows{
      {"rtsp://me:secret@camera/1", "rtsp://camera/1"},
      {"http://me@host:81/v.mp4?a=b@c", "http://host:81/v.mp4?a=b@c"},
      {"https://host/a@b.mp4", "https://host/a@b.mp4"},
      {"https://me:p@ss@host", "https://host"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.url);
    const auto sources = hindsight::ingest::expand_inputs({row.url});
    REQUIRE(sources.size() == 1);
    CHECK(sources[0].name == row.name);
    CHECK(sources[0].path == row.url);
  }
}

TEST_CASE("what is kept of a source finds it again from elsewhere, and tells no password") {
  using hindsight::ingest::lasting_path;
  CHECK(lasting_path({"v.mp4", "v.mp4"}) == (fs::current_path() / "v.mp4").string());
  CHECK(lasting_path({"/videos/v.mp4", "/videos/v.mp4"}) == "/videos/v.mp4");
  CHECK(lasting_path({"http://h/a.m3u8", "http://me:secret@h/a.m3u8"}) == "http://h/a.m3u8");
  CHECK(lasting_path({"http://h/v.mp4", "/tmp/spool-1", true}) == "http://h/v.mp4");
  CHECK(lasting_path({"stdin", "/tmp/spool-1", true}) == "stdin");
}
