// Yes-or-no questions about a frame pair.
#pragma once

#include <optional>

#include "world/pair_subjects.h"

namespace hindsight::world {

/// A yes-or-no question before it has words.
struct Judgement {
  Ask ask;
  Words words;
  bool truth;
  bool combination = false;  ///< it is about a kind and colour that training never shows
};

class Judgements : PairSubjects {
 public:
  using PairSubjects::PairSubjects;
  /// One of a random kind whose answer is `wanted`; empty when the pair does not offer it.
  std::optional<Judgement> draw(bool wanted);

 private:
  std::optional<Judgement> draw_of_kind(int which, bool wanted);
  std::optional<Judgement> draw_visible(bool wanted);
  std::optional<Judgement> draw_motion(bool wanted);
  std::optional<Judgement> draw_carrying(bool wanted);
  std::optional<Judgement> draw_state();
  std::optional<Judgement> draw_saying(bool wanted);
  std::optional<Judgement> draw_number();
  std::optional<Judgement> draw_order();
  std::optional<Judgement> draw_surroundings();
  std::string other_text(std::string_view board, const std::string& text);
};

}  // namespace hindsight::world
