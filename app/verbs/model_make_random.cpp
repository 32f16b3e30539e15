#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/text.h"
#include "app/verbs/model.h"
#include "core/error.h"
#include "model/random_checkpoint.h"

namespace hindsight::app {
namespace {

struct MakeRandomOptions {
  std::string shape = "tiny";
  std::string family = "qwen2_vl";
  std::string out;
  std::string tokenizer;
  std::string dtype = "bf16";
  std::uint64_t seed = 0;
};

void make_random(const MakeRandomOptions& options) {
  const auto family =
      options.family == "qwen2_vl" ? model::Family::qwen2_vl : model::Family::qwen2_5_vl;
  const model::ModelConfig config = model::checkpoint_shape(options.shape, family);
  model::RandomCheckpointOptions random;
  random.seed = options.seed;
  random.type = options.dtype == "fp32" ? model::ElementType::f32 : model::ElementType::bf16;
  random.tokenizer = options.tokenizer;
  model::write_random_checkpoint(options.out, config, random);
  fmt::print("{}: {} parameters with generated weights\n",
             options.out,
             human_count(model::count_parameters(config).total()));
}

}  // namespace

void add_model_make_random(CLI::App& group, Context& /*context*/) {
  auto* verb = group.add_subcommand(
      "make-random",
      "Write a complete model folder with generated weights, for trying and measuring");
  verb->footer(
      "The same flags give the same bytes.\n"
      "Example:\n"
      "  hindsight model make-random --shape 2b --out /tmp/random-2b\n"
      "Exit codes: 0 done, 2 usage, 6 the folder cannot be written, 7 a tokenizer that cannot be "
      "used.");
  auto options = std::make_shared<MakeRandomOptions>();
  const auto names = model::checkpoint_shapes();
  verb->add_option("--shape", options->shape, fmt::format("The size: {}", fmt::join(names, ", ")))
      ->check(CLI::IsMember(std::vector<std::string>(names.begin(), names.end())))
      ->configurable(false);
  verb->add_option("--family", options->family, "qwen2_vl or qwen2_5_vl")
      ->check(CLI::IsMember({"qwen2_vl", "qwen2_5_vl"}))
      ->configurable(false);
  verb->add_option("--out", options->out, "The folder to write")->required()->configurable(false);
  verb->add_option("--seed", options->seed, "Another seed gives other weights")
      ->configurable(false);
  verb->add_option("--dtype", options->dtype, "How weights are stored: bf16 or fp32")
      ->check(CLI::IsMember({"bf16", "fp32"}))
      ->configurable(false);
  verb->add_option("--tokenizer",
                   options->tokenizer,
                   "A tokenizer.json to copy; without it, a small byte-level one is made")
      ->check(CLI::ExistingFile)
      ->configurable(false);
  verb->callback([options] { make_random(*options); });
}

}  // namespace hindsight::app
