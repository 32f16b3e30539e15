#include "world/pair_subjects.h"

#include <algorithm>
#include <array>

namespace hindsight::world {

std::optional<int> PairSubjects::count(const Subject& subject) const {
  int n = 0;
  for (const auto& thing : truth_.things) {
    if (thing.entity->kind != subject.kind) continue;
    if (!thing.clear || (subject.color && !thing.color_clear)) return std::nullopt;
    n += !subject.color || thing.entity->color == *subject.color ? 1 : 0;
  }
  return n;
}

std::optional<bool> PairSubjects::any(
    const Subject& subject, const std::function<std::optional<bool>(const Thing&)>& holds) const {
  bool doubt = false;
  for (const auto& thing : truth_.things) {
    if (thing.entity->kind != subject.kind) continue;
    const bool named = thing.clear && (!subject.color || thing.color_clear);
    if (named && subject.color && thing.entity->color != *subject.color) continue;
    const auto held = named ? holds(thing) : std::nullopt;
    if (held == true) return true;
    doubt |= held == std::nullopt;
  }
  return doubt ? std::nullopt : std::optional(false);
}

const Thing* PairSubjects::draw_thing(bool colored) {
  std::vector<const Thing*> fit;
  for (const auto& thing : truth_.things)
    if (colored ? thing.color_clear : thing.clear) fit.push_back(&thing);
  if (fit.empty()) return nullptr;
  const Thing* thing = rng_.pick(fit);
  // Training asks more often of what is small: bags, boxes and dogs are what is learned last.
  if (split_ != Split::train || !rng_.chance(0.4F)) return thing;
  const Thing* other = rng_.pick(fit);
  return other->boxes[1].area() < thing->boxes[1].area() ? other : thing;
}

std::optional<Subject> PairSubjects::unique_subject(const Thing& thing) {
  const Subject plain{thing.entity->kind, std::nullopt};
  const Subject colored{thing.entity->kind, thing.entity->color};
  if (rng_.chance(0.4F) && count(plain) == 1) return plain;
  if (thing.color_clear && count(colored) == 1) return colored;
  return count(plain) == 1 ? std::optional(plain) : std::nullopt;
}

Kind PairSubjects::draw_carrier() {
  const auto& kinds = truth_.kinds;
  const bool hands = std::find(kinds.begin(), kinds.end(), Kind::hand) != kinds.end();
  return hands && rng_.chance(0.5F) ? Kind::hand : Kind::person;
}

Subject PairSubjects::draw_subject(bool present) {
  const Thing* thing = draw_thing(true);
  Subject s = thing != nullptr ? Subject{thing->entity->kind, thing->entity->color}
                               : Subject{draw_kind(), std::nullopt};
  if (thing == nullptr && rng_.chance(0.6F)) s.color = draw_color(s.kind, split_, rng_);
  if (!present) {
    if (s.color && rng_.chance(0.6F))
      s.color = draw_color(s.kind, split_, rng_);
    else
      s.kind = draw_kind();
    if (s.color && split_ == Split::train && is_held_out(s.kind, *s.color)) s.color.reset();
  }
  if (rng_.chance(0.3F)) s.color.reset();
  return s;
}

bool PairSubjects::shows_board(std::string_view board) const {
  return std::any_of(
      truth_.texts.begin(), truth_.texts.end(), [&](const auto& t) { return t.what == board; });
}

std::optional<std::string> PairSubjects::draw_missing_board() {
  constexpr std::array<std::string_view, 5> kBoards = {
      "sign", "display", "clock", "slide", "title"};
  const std::string board(rng_.pick(kBoards));
  // Whether a slide is a title is a matter of words.
  const bool titled = board == "slide" || board == "title";
  if (titled ? shows_board("slide") || shows_board("title") : shows_board(board))
    return std::nullopt;
  return board;
}

}  // namespace hindsight::world
