#include "query/detail/verbs.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "query/detail/noun_phrase.h"

namespace hindsight::query::detail {
namespace {

/// Base form and the other ones, which regular endings do not give.
constexpr std::array<std::pair<std::string_view, std::string_view>, 38> kVerbs{
    {{"appear", ""},
     {"reappear", ""},
     {"enter", ""},
     {"arrive", ""},
     {"emerge", ""},
     {"pass", ""},
     {"cross", ""},
     {"return", ""},
     {"show", "shown"},
     {"turn", ""},
     {"come", "came"},
     {"drive", "drove driven"},
     {"walk", ""},
     {"run", "ran running"},
     {"ride", "rode"},
     {"go", "went gone"},
     {"step", "stepped stepping"},
     {"move", ""},
     {"leave", "left"},
     {"disappear", ""},
     {"vanish", ""},
     {"exit", ""},
     {"depart", ""},
     {"head", ""},
     {"travel", "travelled travelling"},
     {"stop", "stopped stopping"},
     {"stand", "stood"},
     {"carry", "carries carried"},
     {"hold", "held"},
     {"have", "has had"},
     {"pick", ""},
     {"put", "putting"},
     {"drop", "dropped dropping"},
     {"say", "said"},
     {"read", ""},
     {"display", ""},
     {"open", ""},
     {"close", ""}}};
constexpr std::string_view kAppear = "appear reappear enter arrive emerge pass cross return";
constexpr std::string_view kLeave = "leave disappear vanish exit depart";
constexpr std::string_view kGo = "drive walk run ride go step move head come travel";
constexpr std::string_view kInwards = "in into by past through along up across";
constexpr std::string_view kOutwards = "out away off";
constexpr std::string_view kReturn = "return reappear";
/// Those that are no nouns, as "emergency exit" is.
constexpr std::string_view kMotions =
    "appear reappear enter arrive emerge come leave disappear vanish depart";
constexpr std::string_view kToPlace =
    "of from to through past into in on at by out across along behind near towards toward onto "
    "over under between inside outside around up down";
/// Places by themselves: "leaves the yard", but not "leaves the bag".
constexpr std::string_view kPlaces =
    "picture view frame room scene left right image screen camera sight shot video corridor hall "
    "hallway street road yard garden house home building office shop store station gate door "
    "doorway entrance exit gateway square park garage lot lobby kitchen lane crossing bridge "
    "platform stage table counter queue desk side edge top bottom corner middle centre center "
    "front back background foreground area place premises site zone field pitch court beach school "
    "church airport harbour town city village forest path pavement sidewalk driveway "
    "floor tunnel lecture";

bool is_form_of(std::string_view word, std::string_view lemma, std::string_view irregular) {
  if (word == lemma) return true;
  const std::string stem(lemma.ends_with('e') ? lemma.substr(0, lemma.size() - 1) : lemma);
  const std::string base(lemma);
  for (const auto& form : {base + "s", base + "es", stem + "ed", stem + "ing"})
    if (word == form) return true;
  return !irregular.empty() && is_one_of(word, irregular);
}

/// A noun alone, with what describes it in front: no "corridor carrying a bag", no "10 seconds".
bool is_plain_noun(Words words) {
  const auto noun = read_thing(words);
  return noun && noun->number.empty() && head_of(words) + 1 == words.size() &&
         !read_number(words, 0) && !unit_of(words.back());
}

/// Nothing, or places: "the picture", "of the room", "from the left", "by".  What is left of a
/// question behind them would be ignored.
bool is_place(Words words) {
  while (!words.empty()) {
    std::size_t to = 0;
    while (to < 2 && is_any(words, to, kToPlace)) ++to;
    if (to == words.size()) return is_any(words, 0, kInwards);
    words = words.subspan(to);
    const Words body = is_any(words, 0, "the a an this that") ? words.subspan(1) : words;
    std::size_t end = 0;
    while (end < body.size() && !is_any(body, end, kToPlace)) ++end;
    if (end == 0) return false;
    // "into the net" and "through the red light" are what happens, not where it is seen; "the left
    // door" is one of two.
    const bool is_known = is_any(body, end - 1, kPlaces);
    const bool comes_from = to > 0 && is(words, to - 1, "from") && is_any(body, 0, "left right");
    const bool is_side = comes_from || (end > 1 && is_any(body, 0, "left right other red green"));
    if (!is_known || is_side || !is_plain_noun(body.first(end))) return false;
    words = body.subspan(end);
  }
  return true;
}

}  // namespace

bool is_scene(Words words) {
  // "in the first frame" and "in the background" are a part of what is seen.
  const bool is_part = std::ranges::any_of(words, [](const Word& word) {
    return is_one_of(
        word.text,
        "first last second third next other background foreground front back left right "
        "side edge corner middle centre center top bottom");
  });
  return is_any(words, 0, "in on at") && words.size() > 1 && !is_part && is_place(words);
}

std::string_view lemma_at(Words words, std::size_t i) {
  if (i >= words.size()) return {};
  for (const auto& [lemma, irregular] : kVerbs)
    if (is_form_of(words[i].text, lemma, irregular)) return lemma;
  return {};
}

bool is_participle(const Word& word) { return word.text.ends_with("ing") && word.text.size() > 4; }

std::string third_person(std::string_view verb) {
  if (verb == "have") return "has";
  if (verb == "be") return "is";
  const auto ends = [&](std::string_view tail) { return verb.ends_with(tail); };
  const bool vowel_before_y = ends("ay") || ends("ey") || ends("oy") || ends("uy");
  if (ends("y") && !vowel_before_y) return std::string(verb.substr(0, verb.size() - 1)) + "ies";
  const bool hisses = ends("s") || ends("x") || ends("z") || ends("ch") || ends("sh") || ends("o");
  return std::string(verb) + (hisses ? "es" : "s");
}

Motion read_motion(Words words) {
  const auto lemma = lemma_at(words, 0);
  const bool is_side = is(words, 0, "left") && is(words, 1, "of");
  if (lemma.empty() || is_side) return Motion::none;
  const bool turns_up = is_one_of(lemma, "turn show") && is(words, 1, "up");
  if (turns_up) return is_place(words.subspan(2)) ? Motion::appears : Motion::none;
  const Words rest = words.subspan(1);
  if (is_one_of(lemma, kLeave)) return is_place(rest) ? Motion::leaves : Motion::none;
  const bool is_going = is_one_of(lemma, kGo);
  // What an alarm does.
  if (lemma == "go" && is(rest, 0, "off") && rest.size() == 1) return Motion::none;
  if (lemma == "come" && is(rest, 0, "back"))
    return is_place(rest.subspan(1)) ? Motion::returns : Motion::none;
  if (is_going && is_any(rest, 0, kOutwards))
    return is_place(rest.subspan(1)) ? Motion::leaves : Motion::none;
  if (is(words, 0, "gone")) return rest.empty() ? Motion::leaves : Motion::none;
  const bool is_coming = is_going && (is_any(rest, 0, kInwards) ||
                                      (lemma == "come" && (rest.empty() || is(rest, 0, "from"))));
  if (is_coming && !read_direction(rest).empty()) return Motion::none;
  if (!is_coming && !is_one_of(lemma, kAppear)) return Motion::none;
  if (!is_place(rest)) return Motion::none;
  return is_one_of(lemma, kReturn) ? Motion::returns : Motion::appears;
}

std::optional<Words> behind_motion(Words words) {
  for (std::size_t i = 1; i + 1 < words.size(); ++i) {
    const bool is_side = is(words, i, "left") && is(words, i + 1, "of");
    if (!is_side && is_one_of(lemma_at(words, i), kMotions) && read_thing(words.first(i)))
      return words.subspan(i + 1);
  }
  return std::nullopt;
}

bool is_object(Words words) {
  return is_any(words, 0, "the a an") && is_plain_noun(words.subspan(1));
}

std::string_view read_direction(Words words) {
  const auto text = join(words);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kDirections{
      {{"left", "to the left"},
       {"right", "to the right"},
       {"to the left", "to the left"},
       {"to the right", "to the right"},
       {"towards the left", "to the left"},
       {"towards the right", "to the right"},
       {"from the left", "to the right"},
       {"from the right", "to the left"},
       {"from left to right", "to the right"},
       {"from the left to the right", "to the right"},
       {"from right to left", "to the left"},
       {"from the right to the left", "to the left"},
       {"leftwards", "to the left"},
       {"rightwards", "to the right"},
       {"up", "up"},
       {"upwards", "up"},
       {"down", "down"},
       {"downwards", "down"}}};
  for (const auto& [said, asked] : kDirections)
    if (text == said) return asked;
  return {};
}

}  // namespace hindsight::query::detail
