#include "bench/figure.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include <fmt/format.h>

namespace hindsight::bench {

double median_seconds(const Setup& setup, const std::function<void()>& work) {
  work();
  std::vector<double> seconds;
  for (int i = 0; i < setup.repeats; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    seconds.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  std::sort(seconds.begin(), seconds.end());
  return seconds[seconds.size() / 2];
}

void shell(const std::string& command) {
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

std::string looped_clip(const Setup& setup, int seconds) {
  const auto path = fmt::format("{}/loop{}.mp4", setup.data_dir, seconds);
  if (!std::filesystem::exists(path)) {
    shell(
        fmt::format("ffmpeg -v error -y -stream_loop -1 -i '{}' -t {} -map 0:v -c copy "
                    "'{}.part.mp4' && mv '{}.part.mp4' '{}'",
                    setup.clip,
                    seconds,
                    path,
                    path,
                    path));
  }
  return path;
}

std::string checkpoint_2b(const Setup& setup) {
  const auto dir = setup.data_dir + "/qwen2-vl-2b-random";
  if (!std::filesystem::exists(dir + "/config.json")) {
    shell(fmt::format("'{}' model make-random --shape 2b --family qwen2_vl --seed 1 --out '{}'",
                      setup.hindsight,
                      dir));
  }
  return dir;
}

}  // namespace hindsight::bench
