#include "world/language.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "world/families/family.h"
#include "world/phrasings.h"

namespace hindsight::world {
namespace {

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
  for (const auto& p : phrasings())
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

std::vector<std::string> all_nouns() {
  std::vector<std::string> out;
  for (int k = 0; k < kNumKinds; ++k) {
    for (int c = 0; c < kNumColors; ++c) {
      const Subject s{static_cast<Kind>(k), static_cast<Color>(c)};
      for (const auto& words : {a_noun(s, 0), a_noun(s, 1), nouns(s)}) out.push_back(words);
    }
    out.push_back(a_noun({static_cast<Kind>(k), std::nullopt}));
    out.push_back(nouns({static_cast<Kind>(k), std::nullopt}));
  }
  for (const auto* what : {"sign", "clock", "slide", "title"}) out.push_back(board_noun(what));
  for (const auto& [scene, words] : kScenes) out.emplace_back(words);
  return out;
}

}  // namespace hindsight::world
