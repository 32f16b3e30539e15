// What tells a red car from an orange one, and from a red truck: the same question asked of every
// other colour, and of every other kind of thing.
//
// Note [One thing, one colour]: looks at one pair are not independent.  A picture with one car that
// says "yes" to a red car and a surer "yes" to an orange one shows an orange car.  Given the odds
// of each colour and how many things of the kind are visible, at most so many colours are there:
// the probability of one of them is that of a conditional Bernoulli distribution (Chen and Liu
// 1997, "Statistical applications of the Poisson-binomial and conditional Bernoulli
// distributions").
//
// Note [One thing, one kind]: a red truck of which the picture's edge shows the cab is a red car to
// the model for a moment, and a purple box a person in purple.  Where clearly more speaks for
// another kind in the same colour, at the pairs that speak most for this one, it is that kind.
// Things that people carry are not ruled out by people: whoever wears red may carry a red bag. What
// cuts a truck to a car is over within a second, so that trucks are looked for beside a car as
// well.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "query/judge.h"
#include "query/timeline.h"

namespace hindsight::query {

/// What is asked beside a predicate about something of one colour.
struct Contrast {
  std::vector<std::string> rivals;  ///< "Is an orange car visible?", of every other colour
  std::vector<std::string> kinds;   ///< "Is a red truck visible?", of every other kind of thing
  std::vector<std::string> larger;  ///< those of them of which a part may look like it
  std::string two;                  ///< "Are two cars visible?"
  std::string three;                ///< "Are three cars visible?"
};

/// Of predicates like "Is a red car visible?" and "Is a person in red visible?"; empty for others.
/// known_words: sorted, other colours are left out; empty: all are known.
[[nodiscard]] std::optional<Contrast> contrast_of(std::string_view predicate,
                                                  const std::vector<std::string>& known_words);

/// The probability of what one look gives `p_yes`, knowing what looks at the same pair give the
/// rivals, two things of the kind and three of them; all 0..1.  Never above `p_yes`.
[[nodiscard]] double p_among(double p_yes,
                             std::span<const double> rivals,
                             double p_two,
                             double p_three);

/// No rival that is less likely at an interval's surest pair rules it out.
inline constexpr double kLikelyRival = 0.5;

/// Moves the intervals that other colours or kinds explain better from timeline.intervals to
/// timeline.ruled_out: the surest pairs of each are asked about every rival, every other kind and
/// how many things of the kind there are, and what speaks for the predicate is summed anew.
/// Returns how many pairs were asked.
std::size_t rule_out(Timeline& timeline,
                     const Contrast& contrast,
                     const Hysteresis& hysteresis,
                     Judge& judge);

}  // namespace hindsight::query
