// All wording: noun phrases, questions in many phrasings, canonical answers.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "world/pair_truth.h"

namespace hindsight::world {

/// What a question is about, by kind and, where given, colour.
struct Subject {
  Kind kind;
  std::optional<Color> color;
};

/// "red car", "person in red", "hand with a red sleeve"; `style` 1 varies the wording of clothes.
[[nodiscard]] std::string noun(const Subject& subject, int style = 0);
/// With its article: "a red car", "an orange ball".
[[nodiscard]] std::string a_noun(const Subject& subject, int style = 0);
/// "red cars", "people in red".
[[nodiscard]] std::string nouns(const Subject& subject);

/// What can be asked; each has several phrasings in phrasings.cpp.
enum class Ask {
  describe,
  visible,
  moving_to,
  moving,
  carrying,
  state,
  says,
  how_many_at_least,
  left_of,
  night,
  raining,
  anything_moving,
  read_sign,
  read_clock,
  read_display,
  read_slide,
  read_title,
  direction,
  count,
  count_all,
  color_of,
  carried_thing,
  changes,
  place,
  is_place,
  // Over a whole video:
  when,
  how_many_pass,
  first_color,
  last_color,
  how_long,
  comes_before,
  count_at,
  says_at,
  when_says,
  state_at,
  goes,
  color_after,
  order,
  during,
  says_during,
  says_when,
  how_long_says,
  shown_first,
  shown_longer,
  scenes,
  num_places
};

struct Asked {
  std::string question;
  std::string phrasing;   ///< "visible.2": stable name of the phrasing
  bool held_out = false;  ///< a phrasing that training never sees
};
/// Fills {a}, {b}, {c}.  Training draws no held-out phrasing; testing draws one in three.
struct Words {
  std::string a{};
  std::string b{};
  std::string c{};
};
[[nodiscard]] Asked ask(Ask what, const Words& words, Split split, Rng& rng);

/// What a board is called in a question about its text: "sign", "slide title".
[[nodiscard]] std::string board_noun(std::string_view what);
/// What a family's scene is called, "a road"; empty when it has no name.
[[nodiscard]] std::string scene_noun(std::string_view scene);
/// The scenes that have a name; training draws none of a family that it never shows.
[[nodiscard]] std::string draw_scene(Split split, Rng& rng);

/// "to the left", "up" as used in questions; left and right vary.
[[nodiscard]] std::string toward(Motion motion);

/// The canonical description, left to right; empty when something in the pair cannot be decided.
[[nodiscard]] std::string describe(const PairTruth& truth);

/// Every noun phrase that can occur: for making a vocabulary.
[[nodiscard]] std::vector<std::string> all_nouns();

}  // namespace hindsight::world
