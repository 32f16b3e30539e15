// The table of all wording: what can be asked, in which words, and which training never sees.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "world/language.h"

namespace hindsight::world {

struct Phrasing {
  Ask ask;
  std::string_view name;  ///< "visible.2", stable
  std::string_view text;  ///< with {a}, {A} (its first letter capital), {b}, {c} for Words
  bool held_out;          ///< used by tests alone
};
[[nodiscard]] std::span<const Phrasing> phrasings();

/// {"phrasings": [{"name", "text", "held_out"}], "nouns": [...]}, for training.
[[nodiscard]] std::string wording_json();

}  // namespace hindsight::world
