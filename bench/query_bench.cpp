// What a question costs on a store of ten hours, the first time and again, and what it costs to
// rank a million vectors.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <random>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench/child.h"
#include "bench/figure.h"
#include "bench/long_store.h"
#include "query/relevance.h"

namespace hindsight::bench {
namespace {

namespace fs = std::filesystem;

constexpr double kMaxShare = 10;         // percent of the store's visual tokens
constexpr double kMaxMilliseconds = 50;  // of a repeated question, and of a ranking
constexpr double kMaxMegabytes = 1000;   // beside the weights, which are 2 MB here

struct Asked {
  const char* name;
  const char* question;
};
constexpr Asked kQuestions[]{
    {"frequent", "When is a car visible?"},
    {"rare", "When is a dog visible?"},
    {"absent", "When is a purple truck visible?"},
};

/// One answer, and what the program took for it.
struct Cost {
  double load_ms = 0;     ///< bringing the model into memory, where it was needed
  double ms = 0;          ///< without that
  double process_ms = 0;  ///< of the whole program, from its start to its end
  double share = 0;
  double looks = 0;
  double decoded = 0;
  double encoded = 0;
  double megabytes = 0;
};

Cost ask(const Setup& setup,
         const LongStore& store,
         const std::string& path,
         const char* question) {
  const auto run = run_child({setup.hindsight,
                              "--quiet",
                              "ask",
                              question,
                              "--store",
                              path,
                              "--model",
                              store.model,
                              "--json"});
  const auto answer = nlohmann::json::parse(run.output);
  const auto& usage = answer.at("usage");
  const auto& timings = answer.at("timings_ms");
  Cost cost;
  cost.load_ms = timings.at("load");
  cost.ms = timings.at("total").get<double>() - cost.load_ms;
  cost.process_ms = run.seconds * 1e3;
  cost.share = 100 * usage.at("visual_tokens").get<double>() / store.visual_tokens;
  cost.looks = usage.at("looks_computed");
  cost.decoded = usage.at("frames_decoded");
  cost.encoded = usage.at("pairs_encoded");
  cost.megabytes = run.peak_megabytes;
  return cost;
}

double median(const std::vector<Cost>& costs, double Cost::*field) {
  std::vector<double> values;
  for (const auto& cost : costs) values.push_back(cost.*field);
  std::ranges::sort(values);
  return values[values.size() / 2];
}

double highest(const std::vector<Cost>& costs, double Cost::*field) {
  double value = 0;
  for (const auto& cost : costs) value = std::max(value, cost.*field);
  return value;
}

/// The frequent, rare and absent thing, each asked fresh and again, on a copy that has no looks.
void add_questions(const Setup& setup, std::vector<Figure>& figures) {
  const auto store = ten_hour_store(setup);
  figures.push_back({"query.store.hours", store.hours, "h", "", 0});
  figures.push_back({"query.store.pairs", store.pairs, "pairs", "", 0});
  figures.push_back({"query.store.visual_tokens", store.visual_tokens, "tokens", "", 0});
  const auto copy = setup.data_dir + "/query-asked.db";
  std::vector<Cost> all;
  for (const auto& [name, question] : kQuestions) {
    std::vector<Cost> fresh;
    std::vector<Cost> repeated;
    for (int i = 0; i < setup.repeats; ++i) {
      for (const char* suffix : {"-wal", "-shm"}) fs::remove(copy + suffix);
      fs::copy_file(store.path, copy, fs::copy_options::overwrite_existing);
      fresh.push_back(ask(setup, store, copy, question));
      repeated.push_back(ask(setup, store, copy, question));
    }
    const auto add = [&](const char* what, double value, const char* unit, double limit) {
      figures.push_back(
          {fmt::format("query.{}.{}", name, what), value, unit, limit > 0 ? "limit" : "", limit});
    };
    add("fresh.tokens", median(fresh, &Cost::share), "%", kMaxShare);
    add("fresh.looks", median(fresh, &Cost::looks), "pairs", 0);
    add("fresh", median(fresh, &Cost::ms) / 1e3, "s", 0);
    add("repeated", median(repeated, &Cost::ms), "ms", kMaxMilliseconds);
    add("repeated.process", median(repeated, &Cost::process_ms), "ms", 0);
    add("repeated.looks", highest(repeated, &Cost::looks), "pairs", 0);
    all.insert(all.end(), fresh.begin(), fresh.end());
    all.insert(all.end(), repeated.begin(), repeated.end());
  }
  figures.push_back({"query.load", highest(all, &Cost::load_ms), "ms", "", 0});
  figures.push_back(
      {"query.peak_memory", highest(all, &Cost::megabytes), "MB", "limit", kMaxMegabytes});
  figures.push_back({"query.frames_decoded", highest(all, &Cost::decoded), "frames", "", 0});
  figures.push_back({"query.pairs_encoded", highest(all, &Cost::encoded), "pairs", "", 0});
}

/// Unit vectors around a common one, as pairs of one camera are.
index::PairVectors generated_vectors(std::size_t size, std::size_t width) {
  index::PairVectors vectors;
  vectors.width = static_cast<int>(width);
  vectors.codes.reserve(size * width);
  std::mt19937_64 random{1};
  std::vector<int> common(width);
  for (int& value : common) value = static_cast<int>(random() % 129) - 64;
  for (std::size_t i = 0; i < size; ++i) {
    double squares = 0;
    std::uint64_t bits = 0;
    for (std::size_t k = 0; k < width; ++k) {
      bits = k % 8 == 0 ? random() : bits >> 8;
      const int code = common[k] + static_cast<int>(bits % 64) - 32;
      vectors.codes.push_back(static_cast<std::int8_t>(code));
      squares += code * code;
    }
    vectors.scales.push_back(static_cast<float>(1 / std::sqrt(squares)));
    vectors.pair_ids.push_back(static_cast<std::int64_t>(i));
  }
  return vectors;
}

void add_ranking(const Setup& setup, std::vector<Figure>& figures) {
  constexpr std::size_t kPairs = 1'000'000;
  constexpr std::size_t kWidth = 192;
  constexpr std::size_t kBest = 1000;
  const auto vectors = generated_vectors(kPairs, kWidth);
  const std::vector<float> query(kWidth, 1 / std::sqrt(static_cast<float>(kWidth)));
  std::size_t found = 0;
  const double seconds = median_seconds(setup, [&] {
    found += query::best_positions(query::score_pairs(vectors, query), kBest).size();
  });
  if (found == 0) throw std::runtime_error("the ranking of generated vectors is flat");
  figures.push_back({"query.rank_1000000", seconds * 1e3, "ms", "limit", kMaxMilliseconds});
}

}  // namespace

std::vector<Figure> bench_query(const Setup& setup) {
  std::vector<Figure> figures;
  // In this order: a child's peak begins with what its parent holds when it forks.
  add_questions(setup, figures);
  add_ranking(setup, figures);
  return figures;
}

}  // namespace hindsight::bench
