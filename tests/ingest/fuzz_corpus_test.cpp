// What the fuzzer starts from, and what it once found, through the same entry without libFuzzer.
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "fuzz/read_everything.h"
#include "support/temp_dir.h"

namespace fs = std::filesystem;

namespace {

using Bytes = std::vector<std::uint8_t>;

std::vector<fs::path> corpus() {
  const fs::path folder = fs::path(hindsight::test::source_dir()) / "tests/fuzz/corpus";
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

Bytes read_bytes(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Wild numbers, flipped bits, a missing end.
Bytes mutated(Bytes bytes, std::mt19937& random) {
  if (bytes.empty()) return bytes;
  for (int i = 0; i < 8; ++i) {
    bytes[random() % bytes.size()] ^= static_cast<std::uint8_t>(1U << random() % 8);
  }
  const auto at = random() % bytes.size();
  for (auto i = at; i < std::min(at + 4, bytes.size()); ++i) bytes[i] = i == at ? 0x7F : 0xFF;
  if (random() % 4 == 0) bytes.resize(1 + random() % bytes.size());
  return bytes;
}

}  // namespace

TEST_CASE("the corpus of the fuzzer is read or refused, nothing else") {
  const auto files = corpus();
  REQUIRE(files.size() > 30);
  std::uintmax_t total = 0;
  for (const auto& file : files) {
    CAPTURE(file.filename().string());
    total += fs::file_size(file);
    CHECK_NOTHROW(hindsight::test::read_everything(read_bytes(file)));
  }
  CHECK(total < 2'000'000);
}

TEST_CASE("so are damaged copies of it") {
  for (const auto& file : corpus()) {
    const auto bytes = read_bytes(file);
    for (unsigned seed = 1; seed <= 3; ++seed) {
      CAPTURE(file.filename().string());
      CAPTURE(seed);
      std::mt19937 random(seed);
      CHECK_NOTHROW(hindsight::test::read_everything(mutated(bytes, random)));
    }
  }
}

TEST_CASE("bytes that are no video are refused") {
  CHECK_NOTHROW(hindsight::test::read_everything({}));
  for (const std::size_t size : {1U, 16U, 4096U}) {
    CHECK_NOTHROW(hindsight::test::read_everything(Bytes(size, 0)));
    CHECK_NOTHROW(hindsight::test::read_everything(Bytes(size, 0xFF)));
  }
}
