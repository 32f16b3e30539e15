// hindsight_bench DATA_DIR HINDSIGHT CLIP [NAME...] [--json]
// Prints a table (or one JSON object a line) of figures, each beside its peer or limit.

#include <cstdio>
#include <exception>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench/figure.h"

using namespace hindsight::bench;

namespace {

void print_figure(const Figure& figure, bool json) {
  const auto interval =
      figure.interval
          ? fmt::format(" [{:.4g}, {:.4g}]", figure.interval->first, figure.interval->second)
          : std::string();
  if (json) {
    nlohmann::ordered_json object{
        {"name", figure.name}, {"value", figure.value}, {"unit", figure.unit}};
    if (!figure.peer.empty()) {
      object["peer"] = figure.peer;
      object["peer_value"] = figure.peer_value;
      object["ratio"] = figure.ratio();
    }
    if (figure.interval) object["interval"] = {figure.interval->first, figure.interval->second};
    fmt::print("{}\n", object.dump());
  } else if (figure.peer.empty()) {
    fmt::print("{:<44} {:>12.4g} {}{}\n", figure.name, figure.value, figure.unit, interval);
  } else {
    fmt::print("{:<44} {:>12.4g} {:<12} {:>7.3f} of {:.4g} ({}){}\n",
               figure.name,
               figure.value,
               figure.unit,
               figure.ratio(),
               figure.peer_value,
               figure.peer,
               interval);
  }
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::pair<std::string, Benchmark>> benchmarks{
      {"read", bench_read},
      {"ingest", bench_ingest},
      {"store", bench_store},
      {"vision", bench_vision},
      {"language", bench_language},
      {"ask", bench_ask},
      {"query", bench_query},
      {"recall", bench_recall},
      {"tiers", bench_tiers},
  };
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const bool json = std::erase(arguments, "--json") > 0;
  if (arguments.size() < 3) {
    fmt::print(stderr, "usage: hindsight_bench DATA_DIR HINDSIGHT CLIP [NAME...] [--json]\n");
    return 2;
  }
  const Setup setup{.data_dir = arguments[0], .hindsight = arguments[1], .clip = arguments[2]};
  const std::vector<std::string> wanted(arguments.begin() + 3, arguments.end());
  for (const auto& name : wanted) {
    if (std::none_of(
            benchmarks.begin(), benchmarks.end(), [&](const auto& b) { return b.first == name; })) {
      fmt::print(stderr, "no benchmark is called {}; there are:", name);
      for (const auto& benchmark : benchmarks) fmt::print(stderr, " {}", benchmark.first);
      fmt::print(stderr, "\n");
      return 2;
    }
  }
  try {
    std::filesystem::create_directories(setup.data_dir);
    for (const auto& [name, benchmark] : benchmarks) {
      if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), name) == wanted.end())
        continue;
      for (const Figure& figure : benchmark(setup)) print_figure(figure, json);
    }
  } catch (const std::exception& e) {
    fmt::print(stderr, "hindsight_bench: {}\n", e.what());
    return 1;
  }
  return 0;
}
