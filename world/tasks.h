// Questions about one frame pair with their true answers.
#pragma once

#include <string>
#include <vector>

#include "world/language.h"

namespace hindsight::world {

struct Task {
  std::string skill;  ///< describe, judge, read, direction, count, change, absent, attribute, place
  std::string question;
  std::string answer;
  std::string phrasing;
  bool held_out = false;     ///< the phrasing
  bool combination = false;  ///< it is about a kind and colour that training never shows
};

/// About 8 to 16 tasks, never more than 20; what cannot be decided fairly is left out.  Half of the
/// judgements are "no".
[[nodiscard]] std::vector<Task> make_tasks(const PairTruth& truth, Split split, Rng& rng);

}  // namespace hindsight::world
