#include "world/language.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "world/families/family.h"

namespace hindsight::world {
namespace {

struct Phrasing {
  Ask ask;
  std::string_view name;
  std::string_view text;
  bool held_out;
};

constexpr std::array kPhrasings = {
    Phrasing{Ask::describe, "describe.0", "Describe what you see.", false},
    Phrasing{Ask::describe, "describe.1", "What is in the picture?", false},
    Phrasing{Ask::describe, "describe.2", "List everything visible from left to right.", false},
    Phrasing{Ask::describe, "describe.3", "What can be seen in the picture?", true},
    Phrasing{Ask::visible, "visible.0", "Is {a} visible?", false},
    Phrasing{Ask::visible, "visible.1", "Is there {a}?", false},
    Phrasing{Ask::visible, "visible.2", "Do you see {a}?", false},
    Phrasing{Ask::visible, "visible.3", "Can {a} be seen?", false},
    Phrasing{Ask::visible, "visible.4", "{A} is visible.", false},
    Phrasing{Ask::visible, "visible.5", "Does the picture show {a}?", true},
    Phrasing{Ask::moving_to, "moving_to.0", "Is {a} moving {b}?", false},
    Phrasing{Ask::moving_to, "moving_to.1", "Does {a} move {b}?", false},
    Phrasing{Ask::moving_to, "moving_to.2", "{A} is moving {b}.", false},
    Phrasing{Ask::moving_to, "moving_to.3", "Is there {a} moving {b}?", true},
    Phrasing{Ask::moving, "moving.0", "Is {a} moving?", false},
    Phrasing{Ask::moving, "moving.1", "Does {a} move?", false},
    Phrasing{Ask::moving, "moving.2", "{A} is moving.", true},
    Phrasing{Ask::carrying, "carrying.0", "Is {a} carrying {b}?", false},
    Phrasing{Ask::carrying, "carrying.1", "Does {a} carry {b}?", false},
    Phrasing{Ask::carrying, "carrying.2", "Is {a} holding {b}?", false},
    Phrasing{Ask::carrying, "carrying.3", "Does {a} have {b}?", true},
    Phrasing{Ask::state, "state.0", "Is the {a} {b}?", false},
    Phrasing{Ask::state, "state.1", "The {a} is {b}.", false},
    Phrasing{Ask::state, "state.2", "Do you see that the {a} is {b}?", true},
    Phrasing{Ask::says, "says.0", "Does the {a} say {b}?", false},
    Phrasing{Ask::says, "says.1", "Does the {a} show {b}?", false},
    Phrasing{Ask::says, "says.2", "The {a} says {b}.", false},
    Phrasing{Ask::says, "says.3", "Is {b} written on the {a}?", true},
    Phrasing{Ask::how_many_at_least, "at_least.0", "Are there {a} {b}?", false},
    Phrasing{Ask::how_many_at_least, "at_least.1", "Are {a} {b} visible?", false},
    Phrasing{Ask::how_many_at_least, "at_least.2", "Do you see {a} {b}?", true},
    Phrasing{Ask::left_of, "left_of.0", "Is the {a} to the {c} of the {b}?", false},
    Phrasing{Ask::left_of, "left_of.1", "Is the {a} {c} of the {b}?", false},
    Phrasing{Ask::left_of, "left_of.2", "The {a} is {c} of the {b}.", true},
    Phrasing{Ask::night, "night.0", "Is it night?", false},
    Phrasing{Ask::night, "night.1", "Is it dark outside?", false},
    Phrasing{Ask::raining, "raining.0", "Is it raining?", false},
    Phrasing{Ask::raining, "raining.1", "It is raining.", true},
    Phrasing{Ask::anything_moving, "anything_moving.0", "Is anything moving?", false},
    Phrasing{Ask::anything_moving, "anything_moving.1", "Does anything move?", false},
    Phrasing{Ask::anything_moving, "anything_moving.2", "Is there anything moving?", true},
    Phrasing{Ask::read_sign, "read_sign.0", "What does the sign say?", false},
    Phrasing{Ask::read_sign, "read_sign.1", "Read the sign.", false},
    Phrasing{Ask::read_sign, "read_sign.2", "What is written on the sign?", false},
    Phrasing{Ask::read_sign, "read_sign.3", "What is on the sign?", true},
    Phrasing{Ask::read_clock, "read_clock.0", "What time does the clock show?", false},
    Phrasing{Ask::read_clock, "read_clock.1", "Read the clock.", false},
    Phrasing{Ask::read_clock, "read_clock.2", "What time is it on the clock?", true},
    Phrasing{Ask::read_display, "read_display.0", "What does the display show?", false},
    Phrasing{Ask::read_display, "read_display.1", "Read the display.", false},
    Phrasing{Ask::read_display, "read_display.2", "What does the display say?", false},
    Phrasing{Ask::read_display, "read_display.3", "What is on the display?", true},
    Phrasing{Ask::read_slide, "read_slide.0", "What is the title of the slide?", false},
    Phrasing{Ask::read_slide, "read_slide.1", "Read the title of the slide.", false},
    Phrasing{Ask::read_slide, "read_slide.2", "Which title does the slide have?", true},
    Phrasing{Ask::read_title, "read_title.0", "What does the title say?", false},
    Phrasing{Ask::read_title, "read_title.1", "Read the title.", false},
    Phrasing{Ask::read_title, "read_title.2", "Which title is on the screen?", true},
    Phrasing{Ask::direction, "direction.0", "Which way is the {a} moving?", false},
    Phrasing{Ask::direction, "direction.1", "In which direction does the {a} move?", false},
    Phrasing{Ask::direction, "direction.2", "Which way does the {a} move?", true},
    Phrasing{Ask::count, "count.0", "How many {a} are visible?", false},
    Phrasing{Ask::count, "count.1", "How many {a} are there?", false},
    Phrasing{Ask::count, "count.2", "How many {a} do you see?", false},
    Phrasing{Ask::count, "count.3", "How many {a} can be seen?", true},
    Phrasing{Ask::count_all, "count_all.0", "How many things are visible?", false},
    Phrasing{Ask::color_of, "color_of.0", "What colour is the {a}?", false},
    Phrasing{Ask::color_of, "color_of.1", "Which colour does the {a} have?", false},
    Phrasing{Ask::color_of, "color_of.2", "What is the colour of the {a}?", true},
    Phrasing{Ask::carried_thing, "carried_thing.0", "What is the {a} carrying?", false},
    Phrasing{Ask::carried_thing, "carried_thing.1", "What does the {a} hold?", false},
    Phrasing{Ask::carried_thing, "carried_thing.2", "What does the {a} carry?", true},
    Phrasing{Ask::changes, "changes.0", "What changes?", false},
    Phrasing{Ask::changes, "changes.1", "What changes in the picture?", true},
    Phrasing{Ask::place, "place.0", "What place is this?", false},
    Phrasing{Ask::place, "place.1", "Where is this?", false},
    Phrasing{Ask::place, "place.2", "Which place does the picture show?", true},
    Phrasing{Ask::is_place, "is_place.0", "Is this {a}?", false},
    Phrasing{Ask::is_place, "is_place.1", "Does this show {a}?", false},
    Phrasing{Ask::is_place, "is_place.2", "This is {a}.", true},
    Phrasing{Ask::when, "when.0", "When is {a} visible?", false},
    Phrasing{Ask::when, "when.1", "When does {a} appear?", false},
    Phrasing{Ask::when, "when.2", "At what times can {a} be seen?", true},
    Phrasing{Ask::how_many_pass, "pass.0", "How many {a} appear?", false},
    Phrasing{Ask::how_many_pass, "pass.1", "How many {a} come into view?", true},
    Phrasing{Ask::first_color, "first.0", "What colour is the first {a}?", false},
    Phrasing{Ask::last_color, "last.0", "What colour is the last {a}?", false},
    Phrasing{Ask::how_long, "how_long.0", "How long is {a} visible?", false},
    Phrasing{Ask::how_long, "how_long.1", "For how many seconds can {a} be seen?", true},
    Phrasing{Ask::comes_before, "before.0", "Does {a} appear before {b}?", false},
    Phrasing{Ask::comes_before, "before.1", "Is {a} seen earlier than {b}?", true},
    Phrasing{Ask::count_at, "count_at.0", "How many {a} are visible at {b}?", false},
    Phrasing{Ask::says_at, "says_at.0", "What does the {a} say at {b}?", false},
    Phrasing{Ask::says_at, "says_at.1", "What is on the {a} at {b}?", true},
    Phrasing{Ask::when_says, "when_says.0", "When does the {a} say {b}?", false},
    Phrasing{Ask::state_at, "state_at.0", "Is the {a} {b} at {c}?", false},
    Phrasing{Ask::goes, "goes.0", "Does the {a} move to the left or to the right?", false},
    Phrasing{Ask::goes, "goes.1", "Which way does the {a} go, left or right?", true},
    Phrasing{
        Ask::color_after, "after.0", "What colour is the {a} that appears next after {b}?", false},
    Phrasing{Ask::color_after, "after.1", "After {b}, what colour is the next {a}?", true},
    Phrasing{Ask::when_says, "when_says.1", "At what times does the {a} show {b}?", false},
    Phrasing{Ask::when_says, "when_says.2", "When can one read {b} on the {a}?", true},
    Phrasing{
        Ask::first_color, "first.1", "Which colour does the {a} have that appears first?", true},
    Phrasing{Ask::last_color, "last.1", "Which colour does the {a} have that appears last?", true},
    Phrasing{Ask::count_at, "count_at.1", "At {b}, how many {a} are there?", false},
    Phrasing{Ask::count_at, "count_at.2", "How many {a} can be seen at {b}?", true},
    Phrasing{Ask::state_at, "state_at.1", "At {c}, is the {a} {b}?", true},
    Phrasing{Ask::order, "order.0", "In which order do these appear: {a}, {b} and {c}?", false},
    Phrasing{
        Ask::order, "order.1", "Put these in the order of their appearance: {a}, {b}, {c}.", true},
    Phrasing{Ask::during, "during.0", "Is {a} visible while {b} is visible?", false},
    Phrasing{Ask::during, "during.1", "Are {a} and {b} visible at the same time?", false},
    Phrasing{
        Ask::during, "during.2", "Can {a} be seen during the time in which {b} is in view?", true},
    Phrasing{
        Ask::says_during, "says_during.0", "What does the {a} say while {b} is visible?", false},
    Phrasing{Ask::says_during, "says_during.1", "While {b} is in view, what is on the {a}?", true},
    Phrasing{Ask::says_when, "says_when.0", "What does the {a} say when {b} appears?", false},
    Phrasing{Ask::says_when, "says_when.1", "At the moment {b} appears, what is on the {a}?", true},
    Phrasing{Ask::how_long_says, "long_says.0", "How long does the {a} say {b}?", false},
    Phrasing{
        Ask::how_long_says, "long_says.1", "For how many seconds does the {a} show {b}?", true},
    Phrasing{Ask::shown_first, "shown_first.0", "Which is shown first, {a} or {b}?", false},
    Phrasing{Ask::shown_first, "shown_first.1", "What comes first in the video, {a} or {b}?", true},
    Phrasing{
        Ask::shown_longer, "shown_longer.0", "Which is shown longer in all, {a} or {b}?", false},
    Phrasing{
        Ask::shown_longer, "shown_longer.1", "Which takes up more of the video, {a} or {b}?", true},
    Phrasing{Ask::scenes,
             "scenes.0",
             "Which scenes does the video show, in order of first appearance?",
             false},
    Phrasing{Ask::scenes, "scenes.1", "List the scenes of the video as they first appear.", true},
    Phrasing{Ask::num_places, "places.0", "How many different places does the video show?", false},
    Phrasing{
        Ask::num_places, "places.1", "In how many different places does the video play?", true},
};

std::string fill(std::string_view text, const Words& words) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{') {
      out += text[i];
      continue;
    }
    const char which = text[i + 1];
    std::string part = which == 'a' || which == 'A' ? words.a : which == 'b' ? words.b : words.c;
    if (which == 'A' && !part.empty() && part[0] >= 'a' && part[0] <= 'z')
      part[0] = static_cast<char>(part[0] - 'a' + 'A');
    out += part;
    i += 2;
  }
  return out;
}

bool starts_with_vowel(std::string_view word) {
  return !word.empty() && std::string_view("aeiou").find(word[0]) != std::string_view::npos;
}

std::string motion_words(const Thing& thing) {
  if (!can_move(thing.entity->kind)) return "";
  return thing.motion == Motion::still ? " not moving"
                                       : fmt::format(" moving {}", to_string(thing.motion));
}

std::string thing_words(const PairTruth& truth, const Thing& thing) {
  std::string words = a_noun({thing.entity->kind, thing.entity->color});
  for (const auto& other : truth.things)
    if (other.holder == thing.entity->id)
      words += fmt::format("{} {}",
                           thing.entity->kind == Kind::person ? " carrying" : " holding",
                           a_noun({other.entity->kind, other.entity->color}));
  return words + motion_words(thing);
}

constexpr std::size_t kMaxDescribed = 5;

constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kScenes = {{
    {"road_gate", "a road"},
    {"table", "a table"},
    {"sign_clock", "a wall with a sign"},
    {"slides", "a lecture"},
    {"title", "a title card"},
    {"parking", "a car park"},
    {"corridor_door", "a corridor"},
    {"counter_queue", "a counter"},
}};

}  // namespace

std::string noun(const Subject& s, int style) {
  if (!s.color) return std::string(to_string(s.kind));
  if (s.kind == Kind::person)
    return style == 1 ? fmt::format("person dressed in {}", to_string(*s.color))
                      : fmt::format("person in {}", to_string(*s.color));
  if (s.kind == Kind::hand)
    return fmt::format("hand with {} {} sleeve",
                       starts_with_vowel(to_string(*s.color)) ? "an" : "a",
                       to_string(*s.color));
  return fmt::format("{} {}", to_string(*s.color), to_string(s.kind));
}

std::string a_noun(const Subject& s, int style) {
  const std::string n = noun(s, style);
  return fmt::format("{} {}", starts_with_vowel(n) ? "an" : "a", n);
}

std::string nouns(const Subject& s) {
  if (!s.color) return std::string(plural(s.kind));
  if (s.kind == Kind::person) return fmt::format("people in {}", to_string(*s.color));
  if (s.kind == Kind::hand) return fmt::format("hands with {} sleeves", to_string(*s.color));
  return fmt::format("{} {}", to_string(*s.color), plural(s.kind));
}

Asked ask(Ask what, const Words& words, Split split, Rng& rng) {
  std::vector<const Phrasing*> usual, held;
  for (const auto& p : kPhrasings)
    if (p.ask == what) (p.held_out ? held : usual).push_back(&p);
  const bool rare = split == Split::test && !held.empty() && rng.chance(0.33F);
  const Phrasing& p = *rng.pick(rare ? held : usual);
  return {fill(p.text, words), std::string(p.name), p.held_out};
}

std::string board_noun(std::string_view what) {
  return std::string(what == "slide" ? "slide title" : what);
}

std::string scene_noun(std::string_view scene) {
  for (const auto& [name, noun] : kScenes)
    if (name == scene) return std::string(noun);
  return "";
}

std::string draw_scene(Split split, Rng& rng) {
  const auto is_shown = [&](std::string_view scene) {
    return split == Split::test || std::ranges::none_of(families(), [&](const Family& family) {
             return family.name == scene && !family.in_training;
           });
  };
  for (;;) {
    const std::string_view scene = rng.pick(kScenes).first;
    if (is_shown(scene)) return std::string(scene);
  }
}

std::string toward(Motion motion) {
  if (motion == Motion::left || motion == Motion::right)
    return fmt::format("to the {}", to_string(motion));
  return std::string(to_string(motion));
}

std::string describe(const PairTruth& truth) {
  std::vector<std::string> parts;
  float last_x = -100;
  for (const auto& thing : truth.things) {
    if (!thing.color_clear) return "";
    if (can_move(thing.entity->kind) && thing.motion == Motion::unclear) return "";
    if (thing.holder != 0 && truth.find(thing.holder) != nullptr) continue;
    if (thing.boxes[1].center_x() - last_x < 0.03F * static_cast<float>(truth.width)) return "";
    last_x = thing.boxes[1].center_x();
    parts.push_back(thing_words(truth, thing));
  }
  for (const auto& text : truth.texts) {
    if (!text.readable || text.text != text.before) return "";
    parts.push_back(fmt::format("{} {}", text.what, text.text));
  }
  for (const auto& state : truth.states) {
    if (!state.clear) return "";
    parts.push_back(fmt::format("{} {}", state.what, state.value));
  }
  if (parts.size() > kMaxDescribed) return "";
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : "; ") + part;
  return out.empty() ? "nothing" : out;
}

std::vector<std::string> all_wording() {
  std::vector<std::string> lines;
  for (const auto& p : kPhrasings) lines.push_back(fill(p.text, {"a", "b", "c"}));
  for (int k = 0; k < kNumKinds; ++k) {
    for (int c = 0; c < kNumColors; ++c) {
      const Subject s{static_cast<Kind>(k), static_cast<Color>(c)};
      for (const auto& line : {a_noun(s, 0), a_noun(s, 1), nouns(s)}) lines.push_back(line);
    }
    lines.push_back(a_noun({static_cast<Kind>(k), std::nullopt}));
    lines.push_back(nouns({static_cast<Kind>(k), std::nullopt}));
  }
  for (const auto* what : {"sign", "clock", "slide", "title"}) lines.push_back(board_noun(what));
  for (const auto& [scene, noun] : kScenes) lines.emplace_back(noun);
  return lines;
}

}  // namespace hindsight::world
