#include "pipeline/input_guard.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "core/error.h"
#include "pipeline/taken_away.h"
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
  auto rows = hindsight::test::taken_away();
  rows.push_back({"grown",
                  [](const std::string& path) { std::ofstream(path, std::ios::app) << "x"; },
                  "changed"});
  rows.push_back({"replaced",
                  [](const std::string& path) {
                    std::ofstream(path + ".new") << "0123456789";
                    std::filesystem::rename(path + ".new", path);
                  },
                  "changed"});
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const TempDir dir;
    const auto path = dir.file("a.mp4");
    std::ofstream(path) << "0123456789";
    const InputGuard guard("my video", path);
    row.happens(path);
    const auto message = sentence(row, "my video");
    CHECK_THROWS_WITH_AS(guard.check(), message.c_str(), Error);
  }
}

TEST_CASE("what is no local file is not watched") {
  const InputGuard guard("stream", "http://localhost/video.mp4");
  CHECK_NOTHROW(guard.check());
}
