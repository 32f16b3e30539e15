// Flags that say how the model writes, shared by the verbs that let it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include <CLI/CLI.hpp>

#include "model/vision_language_model.h"

namespace hindsight::app {

struct GenerationFlags {
  int max_new_tokens = 0;  ///< 0: as generation_config.json says
  std::optional<double> temperature{};
  std::optional<int> top_k{};
  std::optional<double> top_p{};
  std::optional<double> repetition_penalty{};
  std::uint64_t seed = 0;
};

void add_generation_flags(CLI::App& verb, GenerationFlags& flags);

/// The model's own values with the flags over them.  A temperature above 0 samples, even from a
/// model whose files say greedy; so does a top-k other than 1 where the files say do_sample with a
/// top-k of 1.  Of such files the sampling values are not taken: a temperature of 0.01 or a top-p
/// of 0.001 would silently undo the flag.  Throws Error(usage) for values out of range.
[[nodiscard]] model::GenerationOptions generation_options(const GenerationFlags& flags,
                                                          const std::filesystem::path& model_dir);

}  // namespace hindsight::app
