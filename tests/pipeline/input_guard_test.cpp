#include "pipeline/input_guard.h"

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/error.h"
#include "support/temp_dir.h"

using hindsight::Error;
using hindsight::pipeline::InputGuard;
using hindsight::test::TempDir;

TEST_CASE("a file that stays as it is passes") {
  const TempDir dir;
  std::ofstream(dir.file("a.mp4")) << "0123456789";
  const InputGuard guard("a.mp4", dir.file("a.mp4"));
  CHECK_NOTHROW(guard.check());
  CHECK_NOTHROW(guard.check());
}

TEST_CASE("a file that is taken away or written to is named") {
  struct Row {
    std::string name;
    std::function<void(const std::string&)> happens;
    std::string what;
  };
  const std::vector<Row> rows{
      {"removed", [](const std::string& path) { std::filesystem::remove(path); }, "vanished"},
      {"shortened",
       [](const std::string& path) { std::filesystem::resize_file(path, 5); },
       "changed"},
      {"grown",
       [](const std::string& path) { std::ofstream(path, std::ios::app) << "x"; },
       "changed"},
      {"replaced",
       [](const std::string& path) {
         std::ofstream(path + ".new") << "0123456789";
         std::filesystem::rename(path + ".new", path);
       },
       "changed"}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const TempDir dir;
    const auto path = dir.file("a.mp4");
    std::ofstream(path) << "0123456789";
    const InputGuard guard("my video", path);
    row.happens(path);
    const auto message =
        "'my video' " + row.what +
        " while it was read; what was finished before is kept, repeat the command when the whole "
        "file is there";
    CHECK_THROWS_WITH_AS(guard.check(), message.c_str(), Error);
  }
}

TEST_CASE("what is no local file is not watched") {
  const InputGuard guard("stream", "http://localhost/video.mp4");
  CHECK_NOTHROW(guard.check());
}
