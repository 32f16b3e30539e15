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
  // An answer of one token: the total is the time to that token.
  std::vector<nlohmann::json> answers;
  for (int i = 0; i < setup.repeats; ++i) {
    answers.push_back(
        json_output(fmt::format("'{}' --quiet ask 'What passes on the road?' --store '{}' --model "
                                "'{}' --max-new-tokens 1 --json",
                                setup.hindsight,
                                store,
                                model)));
  }
  const auto milliseconds = [](const nlohmann::json& answer, const char* step) {
    return answer.at("timings_ms").at(step).get<double>();
  };
  std::sort(answers.begin(), answers.end(), [&](const auto& a, const auto& b) {
    return milliseconds(a, "total") < milliseconds(b, "total");
  });
  const auto& median = answers[answers.size() / 2];
  std::vector<Figure> figures{
      {"ask.2b.visual_tokens", median.at("usage").at("visual_tokens"), "tokens", "", 0},
      {"ask.2b.time_to_first_token", milliseconds(median, "total"), "ms", "", 0},
  };
  for (const char* step : {"load", "select", "read", "prefill", "decode"})
    figures.push_back({fmt::format("ask.2b.{}", step), milliseconds(median, step), "ms", "", 0});
  return figures;
}

}  // namespace hindsight::bench
