#include "world/judgements.h"

#include <array>
#include <cmath>

#include <fmt/format.h>

#include "world/board_text.h"

namespace hindsight::world {
namespace {

/// Of the answer that the worlds offer more often only this share is asked, so that the kind of
/// question alone does not tell the answer.  Measured on 2,000 pairs.
float share_asked(Ask what, bool truth, Split split) {
  switch (what) {
    case Ask::how_many_at_least:
      return truth ? 1 : 0.35F;
    case Ask::visible:
      return truth ? 1 : 0.72F;
    case Ask::moving_to:
      return truth ? 1 : 0.54F;
    case Ask::moving:
      return truth ? 0.8F : 1;
    case Ask::carrying:
      return truth ? 1 : split == Split::train ? 0.6F : 0.42F;  // more is carried there
    case Ask::raining:
      return truth ? 1 : 0.3F;
    case Ask::night:
      return truth ? 1 : 0.5F;
    case Ask::anything_moving:
      return truth ? 1 : 0.3F;
    default:
      return 1;
  }
}

}  // namespace

std::optional<Judgement> Judgements::draw(bool wanted) {
  const int which = rng_.below(12);
  for (int trial = 0; trial < 10; ++trial) {
    auto j = draw_of_kind(which, wanted);
    if (!j || j->truth != wanted) continue;
    return rng_.chance(share_asked(j->ask, wanted, split_)) ? j : std::nullopt;
  }
  return std::nullopt;
}

std::optional<Judgement> Judgements::draw_of_kind(int which, bool wanted) {
  if (which < 4) return draw_visible(wanted);
  if (which < 6) return draw_motion(wanted);
  switch (which) {
    case 6:
      return draw_carrying(wanted);
    case 7:
      return draw_state();
    case 8:
      return draw_saying(wanted);
    case 9:
      return draw_number();
    case 10:
      return draw_order();
    default:
      return draw_surroundings();
  }
}

std::optional<Judgement> Judgements::draw_visible(bool wanted) {
  const Subject s = draw_subject(wanted);
  const auto truth = any(s);
  if (!truth) return std::nullopt;
  return Judgement{Ask::visible, {.a = a_noun(s, rng_.below(2))}, *truth, is_combination(s)};
}

std::optional<Judgement> Judgements::draw_motion(bool wanted) {
  const Thing* thing = draw_thing(true);
  if (thing == nullptr || !can_move(thing->entity->kind) || thing->motion == Motion::unclear)
    return std::nullopt;
  Subject s{thing->entity->kind,
            rng_.chance(0.5F) ? std::optional(thing->entity->color) : std::nullopt};
  if (rng_.chance(0.3F)) {
    const auto moves = any(s, [](const Thing& t) {
      return t.motion == Motion::unclear ? std::nullopt
                                         : std::optional(t.motion != Motion::still);
    });
    if (!moves) return std::nullopt;
    return Judgement{Ask::moving, {.a = a_noun(s)}, *moves, is_combination(s)};
  }
  const auto motion = wanted && thing->motion != Motion::still
                          ? thing->motion
                          : static_cast<Motion>(rng_.below(4));
  const auto truth = any(s, [&](const Thing& t) {
    return t.motion == Motion::unclear ? std::nullopt : std::optional(t.motion == motion);
  });
  if (!truth) return std::nullopt;
  return Judgement{
      Ask::moving_to, {.a = a_noun(s), .b = toward(motion)}, *truth, is_combination(s)};
}

std::optional<Judgement> Judgements::draw_carrying(bool wanted) {
  const Thing* thing = draw_thing(true);
  if (thing == nullptr) return std::nullopt;
  const Thing* holder = thing->holder != 0 ? truth_.find(thing->holder) : nullptr;
  const Kind who = holder != nullptr ? holder->entity->kind : draw_carrier();
  Subject held{thing->entity->kind, thing->entity->color};
  if (holder == nullptr)
    held = {rng_.chance(0.5F) ? Kind::bag : thing->entity->kind, std::nullopt};
  if (!wanted && rng_.chance(0.6F)) held.color = draw_color(held.kind, split_, rng_);
  if (can_move(held.kind) || held.kind == Kind::hand) return std::nullopt;
  if (rng_.chance(0.4F)) held.color.reset();
  const auto present = any({who, std::nullopt});
  if (present != true) return std::nullopt;
  const auto truth = any(held, [&](const Thing& t) -> std::optional<bool> {
    if (t.holder == 0) return false;
    const Thing* by = truth_.find(t.holder);
    return by == nullptr || !by->clear ? std::nullopt : std::optional(by->entity->kind == who);
  });
  if (!truth) return std::nullopt;
  return Judgement{Ask::carrying,
                   {.a = a_noun({who, std::nullopt}), .b = a_noun(held)},
                   *truth,
                   is_combination(held)};
}

std::optional<Judgement> Judgements::draw_state() {
  if (truth_.states.empty()) return std::nullopt;
  const auto& state = rng_.pick(truth_.states);
  if (!state.clear) return std::nullopt;
  const bool lamp = state.what == "light";
  const std::string asked = lamp                ? (rng_.chance(0.5F) ? "on" : "off")
                            : rng_.chance(0.5F) ? "open"
                                                : "closed";
  return Judgement{Ask::state, {.a = state.what, .b = asked}, asked == state.value};
}

/// Another text that such a board might carry, half the time the same one with another digit:
/// nothing in it tells that it is not the written one.
std::string Judgements::other_text(std::string_view board, const std::string& text) {
  constexpr std::string_view kDigits = "0123456789";
  const auto digit = text.find_first_of(kDigits);
  std::string other = text;
  if (digit != std::string::npos && rng_.chance(0.5F)) {
    const auto last = text.find_last_of(kDigits);
    const auto at = rng_.chance(0.5F) ? digit : last;
    // Numbers do not begin with a nought, hours do not go beyond 23.
    while (other == text) other[at] = kDigits[static_cast<std::size_t>(rng_.whole(1, 9))];
    if (board != "clock" || other < "24") return other;
    other = text;
  }
  while (other == text) other = draw_board_text(board, rng_);
  return other;
}

std::optional<Judgement> Judgements::draw_saying(bool wanted) {
  if (truth_.texts.empty()) {
    const auto board = wanted ? std::nullopt : draw_missing_board();
    if (!board || !rng_.chance(0.006F)) return std::nullopt;
    return Judgement{Ask::says, {.a = *board, .b = draw_board_text(*board, rng_)}, false};
  }
  const auto& text = rng_.pick(truth_.texts);
  if (!text.readable || text.text != text.before) return std::nullopt;
  return Judgement{Ask::says,
                   {.a = text.what, .b = wanted ? text.text : other_text(text.what, text.text)},
                   wanted};
}

std::optional<Judgement> Judgements::draw_number() {
  const Thing* thing = draw_thing(true);
  if (thing == nullptr) return std::nullopt;
  const Subject s{thing->entity->kind,
                  rng_.chance(0.3F) ? std::optional(thing->entity->color) : std::nullopt};
  const auto n = count(s);
  if (!n) return std::nullopt;
  constexpr std::array<std::string_view, 4> kNumbers = {"", "", "two", "three"};
  const int asked = rng_.whole(2, 3);
  if (*n > asked) return std::nullopt;
  return Judgement{Ask::how_many_at_least,
                   {.a = std::string(kNumbers[static_cast<std::size_t>(asked)]), .b = nouns(s)},
                   *n == asked,
                   is_combination(s)};
}

std::optional<Judgement> Judgements::draw_order() {
  const Thing* a = draw_thing(true);
  const Thing* b = draw_thing(true);
  if (a == nullptr || a == b) return std::nullopt;
  const auto sa = unique_subject(*a), sb = unique_subject(*b);
  const float apart = b->boxes[1].center_x() - a->boxes[1].center_x();
  if (!sa || !sb || std::abs(apart) < 0.13F * static_cast<float>(truth_.width))
    return std::nullopt;
  const bool left = rng_.chance(0.5F);
  return Judgement{Ask::left_of,
                   {.a = noun(*sa), .b = noun(*sb), .c = left ? "left" : "right"},
                   left == (apart > 0),
                   is_combination(*sa) || is_combination(*sb)};
}

std::optional<Judgement> Judgements::draw_surroundings() {
  const int which = rng_.below(3);
  if (which == 0 && truth_.outdoors && truth_.time != TimeOfDay::dusk)
    return Judgement{Ask::night, {}, truth_.time == TimeOfDay::night};
  if (which == 1 && truth_.outdoors) return Judgement{Ask::raining, {}, truth_.rain};
  bool moves = false;
  for (const auto& t : truth_.things) {
    if (t.motion == Motion::unclear || !t.clear) return std::nullopt;
    moves |= t.motion != Motion::still;
  }
  for (const auto& s : truth_.states)
    if (!s.clear) return std::nullopt;
  return Judgement{Ask::anything_moving, {}, moves};
}

}  // namespace hindsight::world
