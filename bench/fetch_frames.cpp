// fetch_frames VIDEO [OUT | --decode-only] < TIMES
// Reads the pictures that are on screen at TIMES (nanoseconds, one a line) as RGB, on one thread,
// and prints the time of each; with OUT their bytes are written there, one picture after another;
// with --decode-only they are not made into RGB.  What bench/peer_readers.py sets against other
// readers.

#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "ingest/video_reader.h"

using namespace hindsight;

namespace {

void fetch(const std::string& video, std::istream& times, bool as_rgb, std::ofstream& out) {
  ingest::VideoReader reader(video, {.threads = 1});
  for (std::int64_t ns = 0; times >> ns;) {
    reader.seek(MediaTime::from_ns(ns));
    const auto frame = reader.next();
    if (!frame) throw std::runtime_error(fmt::format("nothing is on screen at {} ns", ns));
    fmt::print("{}\n", frame->time().ns());
    if (!as_rgb) continue;
    const auto picture = frame->rgb();
    if (out.is_open()) {
      out.write(reinterpret_cast<const char*>(picture.samples.data()),
                static_cast<std::streamsize>(picture.samples.size()));
    }
  }
  if (!times.eof()) throw std::runtime_error("a line of the times is not a number of nanoseconds");
  if (out.is_open() && !out.flush()) throw std::runtime_error("the pictures cannot be written");
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  if (arguments.empty() || arguments.size() > 2) {
    fmt::print(stderr, "usage: fetch_frames VIDEO [OUT | --decode-only] < TIMES\n");
    return 2;
  }
  try {
    std::ofstream out;
    const bool as_rgb = arguments.back() != "--decode-only";
    if (arguments.size() == 2 && as_rgb) {
      out.open(arguments[1], std::ios::binary);
      if (!out) throw std::runtime_error(fmt::format("cannot write '{}'", arguments[1]));
    }
    fetch(arguments[0], std::cin, as_rgb, out);
  } catch (const std::exception& e) {
    fmt::print(stderr, "fetch_frames: {}\n", e.what());
    return 1;
  }
  return 0;
}
