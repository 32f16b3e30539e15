// What a frame pair offers to ask about.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "world/language.h"

namespace hindsight::world {

/// Draws subjects of questions whose answers are certain.  What it is made of must outlive it.
class PairSubjects {
 public:
  PairSubjects(const PairTruth& truth, Split split, Rng& rng)
      : truth_(truth), split_(split), rng_(rng) {}

 protected:
  const PairTruth& truth_;
  Split split_;
  Rng& rng_;

  /// How many things match; empty when it cannot be decided.
  [[nodiscard]] std::optional<int> count(const Subject& subject) const;
  /// Whether at least one certainly matches and `holds`, or certainly none does.
  [[nodiscard]] std::optional<bool> any(
      const Subject& subject,
      const std::function<std::optional<bool>(const Thing&)>& holds = always) const;
  static std::optional<bool> always(const Thing&) { return true; }
  [[nodiscard]] bool is_combination(const Subject& s) const {
    return s.color && is_held_out(s.kind, *s.color);
  }
  /// One that is clear, with or without its colour; null: there is none.
  const Thing* draw_thing(bool colored);
  /// The only one of its description among the things, with or without its colour.
  std::optional<Subject> unique_subject(const Thing& thing);
  /// Something visible, or (for a "no") something that shares all but one attribute with it.
  Subject draw_subject(bool present);
  /// Who may carry something in such a place.
  Kind draw_carrier();
  /// A board that the picture does not show; empty when the drawn one is there.
  std::optional<std::string> draw_missing_board();

 private:
  [[nodiscard]] bool shows_board(std::string_view board) const;
  Kind draw_kind() { return rng_.pick(truth_.kinds); }
};

}  // namespace hindsight::world
