// A measured number beside the peer or the physical limit it is compared with, measured in the same
// run.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hindsight::bench {

/// One row of the table, one JSON object with --json.
struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  std::string peer;       ///< what `peer_value` is: a program or a limit; empty when there is none
  double peer_value = 0;  ///< same unit as `value`
  std::optional<std::pair<double, double>> interval{};  ///< 95 %, of `value`
  /// value / peer_value: 1 is as good as the peer; empty peers give 0.
  [[nodiscard]] double ratio() const { return peer_value > 0 ? value / peer_value : 0; }
};

/// Where inputs are kept between runs and what the benchmarks may call.
struct Setup {
  std::string data_dir;   ///< generated clips and checkpoints; made when missing
  std::string hindsight;  ///< the program
  std::string clip;       ///< a short real video
  int repeats = 3;        ///< medians are of this many runs
};

using Benchmark = std::vector<Figure> (*)(const Setup&);

std::vector<Figure> bench_read(const Setup& setup);
std::vector<Figure> bench_ingest(const Setup& setup);
std::vector<Figure> bench_store(const Setup& setup);
std::vector<Figure> bench_vision(const Setup& setup);
std::vector<Figure> bench_language(const Setup& setup);
std::vector<Figure> bench_ask(const Setup& setup);
std::vector<Figure> bench_query(const Setup& setup);
std::vector<Figure> bench_recall(const Setup& setup);
std::vector<Figure> bench_tiers(const Setup& setup);

/// Median wall seconds of `setup.repeats` calls, after one call that is not counted.
[[nodiscard]] double median_seconds(const Setup& setup, const std::function<void()>& work);

/// Runs a shell command; throws when it fails.
void shell(const std::string& command);

/// `setup.clip` repeated by packet copy to about `seconds`; made once.  Returns its path.
[[nodiscard]] std::string looped_clip(const Setup& setup, int seconds);

/// A Qwen2-VL checkpoint of the 2B shape with generated weights (4.4 GB); made once.  Returns its
/// folder.
[[nodiscard]] std::string checkpoint_2b(const Setup& setup);

}  // namespace hindsight::bench
