// What `hindsight doctor` looks at: one check, one verdict, one way to mend it.
#pragma once

#include <string>
#include <vector>

#include "app/context.h"

namespace hindsight::app {

struct Check {
  enum class Verdict { ok, warning, failure };
  std::string name{};
  Verdict verdict = Verdict::ok;
  std::string finding{};
  std::string fix{};  ///< what to do; empty when all is well
};

[[nodiscard]] Check check_codecs();
/// Also times two matrix products, about a second.
[[nodiscard]] Check check_libtorch();
/// The folder that --model, the environment or the configuration names, and whether it fits memory.
[[nodiscard]] Check check_model(const Context& context);
[[nodiscard]] Check check_memory();
/// Whether the store can be opened (or made) and how much room its disk has.
[[nodiscard]] Check check_store(const Context& context);

}  // namespace hindsight::app
