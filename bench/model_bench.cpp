// The vision tower and the language model at the 2B shape, against what this machine's matrix units
// and memory can do. Weights are generated: the amount of work is that of the real checkpoint.

#include <algorithm>
#include <numeric>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "bench/figure.h"
#include "model/config.h"
#include "model/torch/load.h"

namespace hindsight::bench {
namespace {

using model::GridThw;

/// Multiply-adds count as two.  One patch goes through all blocks; four make one token in the
/// merger.
double vision_flops(const model::ModelConfig& config, const GridThw& grid) {
  const double parameters = static_cast<double>(model::count_parameters(config).vision);
  const double width = config.vision.width;
  const double merger = 16 * width * width + 4 * width * config.text.hidden_size;
  const auto patches = static_cast<double>(grid.num_patches());
  const double attention = 4 * patches * patches * width * config.vision.depth / grid.t;
  return 2 * (parameters - merger) * patches + 2 * merger * patches / 4 + attention;
}

/// Parameters that every token is multiplied with: all but the embedding rows that are only looked
/// up.
double language_parameters(const model::ModelConfig& config) {
  const double all = static_cast<double>(model::count_parameters(config).language);
  return config.text.tie_word_embeddings
             ? all
             : all - 1.0 * config.text.vocab_size * config.text.hidden_size;
}

/// GB/s at which all cores together read a block far larger than the caches.
double memory_read_gbps(const Setup& setup) {
  const std::vector<std::uint64_t> block(std::size_t{1} << 27, 1);
  const unsigned threads = std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::uint64_t> sums(threads);
  const double seconds = median_seconds(setup, [&] {
    std::vector<std::jthread> workers;
    for (unsigned t = 0; t < threads; ++t) {
      workers.emplace_back([&, t] {
        const auto part = block.size() / threads;
        const auto begin = block.begin() + static_cast<std::ptrdiff_t>(t * part);
        sums[t] =
            std::accumulate(begin, begin + static_cast<std::ptrdiff_t>(part), std::uint64_t{0});
      });
    }
  });
  if (std::accumulate(sums.begin(), sums.end(), std::uint64_t{0}) == 0) return 0;
  return static_cast<double>(block.size() * sizeof(std::uint64_t)) / seconds / 1e9;
}

/// What the processor's matrix products reach in the dtype that a model runs in here: bf16 where it
/// multiplies bf16 natively, else fp32.
struct MatrixPeak {
  std::string dtype;
  double gflops = 0;
  double bytes_per_value = 0;
};

MatrixPeak matrix_peak(const std::string& dtype) {
  const auto backend = model::torch::backend_info(/*measure=*/true);
  if (dtype == "bf16") return {dtype, backend.bf16_gflops, 2};
  return {dtype, backend.fp32_gflops, 4};
}

model::Prompt text_prompt(int length) {
  model::TextPart ids(static_cast<std::size_t>(length));
  std::iota(ids.begin(), ids.end(), 100);
  return {ids};
}

}  // namespace

std::vector<Figure> bench_vision(const Setup& setup) {
  const auto dir = checkpoint_2b(setup);
  const auto config = model::load_model_config(dir);
  const auto tower = model::torch::load_vision_tower(dir, {}, {});
  const MatrixPeak peak = matrix_peak(tower->info().dtype);
  std::vector<Figure> figures{{"vision.matrix_peak_" + peak.dtype, peak.gflops, "GF/s", "", 0}};
  for (const GridThw grid : {GridThw{1, 18, 32}, GridThw{1, 36, 64}}) {
    model::PixelPatches patches{
        grid, std::vector<float>(static_cast<std::size_t>(grid.num_patches()) * 1176, 0.1F)};
    const double seconds =
        median_seconds(setup, [&] { (void)tower->encode(std::span(&patches, 1)); });
    const double tokens_per_second = static_cast<double>(grid.num_tokens()) / seconds;
    const double limit =
        static_cast<double>(grid.num_tokens()) * peak.gflops * 1e9 / vision_flops(config, grid);
    figures.push_back({fmt::format("vision.2b.{}x{}", grid.w * 14, grid.h * 14),
                       tokens_per_second,
                       "tokens/s",
                       peak.dtype + " matrix peak",
                       limit});
  }
  return figures;
}

std::vector<Figure> bench_language(const Setup& setup) {
  const auto dir = checkpoint_2b(setup);
  const auto config = model::load_model_config(dir);
  const auto language = model::torch::load_language_model(dir, {}, {});
  const MatrixPeak peak = matrix_peak(language->info().dtype);
  constexpr int kPromptLength = 1024;
  constexpr int kNewTokens = 16;
  std::vector<double> prefill;
  std::vector<double> decode;
  for (int i = 0; i < setup.repeats; ++i) {
    const auto generation =
        language->generate(text_prompt(kPromptLength), {.max_new_tokens = kNewTokens + 1});
    prefill.push_back(kPromptLength / generation.prefill_seconds);
    decode.push_back(kNewTokens / generation.decode_seconds);
  }
  std::sort(prefill.begin(), prefill.end());
  std::sort(decode.begin(), decode.end());
  const double parameters = language_parameters(config);
  const double bandwidth = memory_read_gbps(setup);
  return {
      {"language.memory_read", bandwidth, "GB/s", "", 0},
      {"language.2b.prefill",
       prefill[prefill.size() / 2],
       "tokens/s",
       peak.dtype + " matrix peak",
       peak.gflops * 1e9 / (2 * parameters)},
      {"language.2b.decode",
       decode[decode.size() / 2],
       "tokens/s",
       "memory bandwidth",
       bandwidth * 1e9 / (peak.bytes_per_value * parameters)},
  };
}

}  // namespace hindsight::bench
