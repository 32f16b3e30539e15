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

bool is_form_of(std::string_view word, std::string_view lemma, std::string_view irregular) {
  if (word == lemma) return true;
  const std::string stem(lemma.ends_with('e') ? lemma.substr(0, lemma.size() - 1) : lemma);
  const std::string base(lemma);
  for (const auto& form : {base + "s", base + "es", stem + "ed", stem + "ing"})
    if (word == form) return true;
  const Word as_word{.text = std::string(word)};
  return !irregular.empty() && is_any(Words(&as_word, 1), 0, irregular);
}

bool is_lemma(std::string_view lemma, std::string_view choices) {
  const Word word{.text = std::string(lemma)};
  return !lemma.empty() && is_any(Words(&word, 1), 0, choices);
}

/// Nothing, or a place: "the picture", "view", "of the room", "from the left".
bool is_place(Words words) {
  words = skip_front(words, "of from to the a through past into in on at by again");
  return words.empty() || read_noun_phrase(words).has_value();
}

}  // namespace

std::string_view lemma_at(Words words, std::size_t i) {
  if (i >= words.size()) return {};
  for (const auto& [lemma, irregular] : kVerbs)
    if (is_form_of(words[i].text, lemma, irregular)) return lemma;
  return {};
}

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
  if (lemma.empty()) return Motion::none;
  const bool turns_up = is_lemma(lemma, "turn show") && is(words, 1, "up");
  if (turns_up) return is_place(words.subspan(2)) ? Motion::appears : Motion::none;
  const Words rest = words.subspan(1);
  if (is_lemma(lemma, kLeave)) return is_place(rest) ? Motion::leaves : Motion::none;
  const bool is_going = is_lemma(lemma, kGo);
  if (is_going && is_any(rest, 0, kOutwards))
    return is_place(rest.subspan(1)) ? Motion::leaves : Motion::none;
  if (is(words, 0, "gone")) return rest.empty() ? Motion::leaves : Motion::none;
  const bool is_coming =
      is_going && (is_any(rest, 0, kInwards) || (lemma == "come" && rest.empty()));
  if (is_coming && !read_direction(rest).empty()) return Motion::none;
  if (is_coming) return rest.empty() || is_place(rest.subspan(1)) ? Motion::appears : Motion::none;
  if (!is_lemma(lemma, kAppear)) return Motion::none;
  return is_place(skip_front(rest, kInwards)) ? Motion::appears : Motion::none;
}

std::string_view read_direction(Words words) {
  const auto text = join(words);
  constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kDirections{
      {{"left", "to the left"},
       {"right", "to the right"},
       {"to the left", "to the left"},
       {"to the right", "to the right"},
       {"towards the left", "to the left"},
       {"towards the right", "to the right"},
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
