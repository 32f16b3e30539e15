// From the question to the first word: the whole program, on a store that an ingest with the 2B
// shape left.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench/figure.h"

namespace hindsight::bench {
namespace {

/// What `command` prints on stdout, as JSON.
nlohmann::json json_output(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  if (!pipe) throw std::runtime_error("cannot run " + command);
  std::string text;
  for (int c = std::fgetc(pipe.get()); c != EOF; c = std::fgetc(pipe.get()))
    text.push_back(static_cast<char>(c));
  return nlohmann::json::parse(text);
}

}  // namespace

std::vector<Figure> bench_ask(const Setup& setup) {
  const auto model = checkpoint_2b(setup);
  const auto store = setup.data_dir + "/ask-bench.db";
  if (!std::filesystem::exists(store)) {
    shell(fmt::format(
        "'{}' --quiet ingest '{}' --store '{}' --model '{}' --max-tokens 1000 > /dev/null",
        setup.hindsight,
        setup.clip,
        store,
        model));
  }
  std::vector<double> first_token;
  double visual_tokens = 0;
  for (int i = 0; i < setup.repeats; ++i) {
    const auto answer =
        json_output(fmt::format("'{}' --quiet ask 'What passes on the road?' --store '{}' --model "
                                "'{}' --max-new-tokens 1 --json",
                                setup.hindsight,
                                store,
                                model));
    first_token.push_back(answer.at("timings_ms").at("first_token"));
    visual_tokens = answer.at("usage").at("visual_tokens");
  }
  std::sort(first_token.begin(), first_token.end());
  return {
      {"ask.2b.visual_tokens", visual_tokens, "tokens", "", 0},
      {"ask.2b.time_to_first_token", first_token[first_token.size() / 2], "ms", "", 0},
  };
}

}  // namespace hindsight::bench
