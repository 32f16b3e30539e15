#include "app/generation_flags.h"

#include "app/choice.h"

#include "model/config.h"
#include "model/generation.h"

namespace hindsight::app {

void add_generation_flags(CLI::App& verb, GenerationFlags& flags) {
  verb.add_option("--max-new-tokens",
                  flags.max_new_tokens,
                  "Length of the answer; 0: as the model's files say")
      ->check(not_negative());
  verb.add_option("--temperature", flags.temperature, "0: the likeliest answer; above 0: sample");
  verb.add_option("--top-k",
                  flags.top_k,
                  "When sampling: among the k likeliest tokens; 0: all; 1: the likeliest answer");
  verb.add_option("--top-p",
                  flags.top_p,
                  "When sampling: among the likeliest tokens of this total probability");
  verb.add_option("--repetition-penalty", flags.repetition_penalty, "Above 1: repeat less");
  verb.add_option("--seed", flags.seed, "When sampling: the same seed gives the same answer");
}

model::GenerationOptions generation_options(const GenerationFlags& flags,
                                            const std::filesystem::path& model_dir) {
  auto options = model::load_generation_options(model_dir, model::load_model_config(model_dir));
  if (flags.max_new_tokens > 0) options.max_new_tokens = flags.max_new_tokens;
  const bool is_greedy = !options.do_sample || options.top_k == 1;
  const bool raises_top_k = options.do_sample && flags.top_k.value_or(1) != 1;
  if (flags.temperature) options.do_sample = *flags.temperature != 0;
  if (is_greedy && options.do_sample && (flags.temperature || raises_top_k)) {
    options.temperature = 1.0;
    options.top_k = 0;
    options.top_p = 1.0;
  }
  if (options.do_sample) options.temperature = flags.temperature.value_or(options.temperature);
  options.top_k = flags.top_k.value_or(options.top_k);
  options.top_p = flags.top_p.value_or(options.top_p);
  options.repetition_penalty = flags.repetition_penalty.value_or(options.repetition_penalty);
  options.seed = flags.seed;
  model::check(options);
  return options;
}

}  // namespace hindsight::app
