#include "query/detail/written_text.h"

#include <fmt/format.h>

#include "query/detail/noun_phrase.h"
#include "query/detail/verbs.h"

namespace hindsight::query::detail {
namespace {

constexpr std::string_view kFront = "Does the ";
constexpr std::string_view kSay = " say ";

constexpr std::string_view kSurfaces =
    "sign clock display slide screen board banner plate label title headline heading caption "
    "poster scoreboard";
constexpr std::string_view kSlideTitle = "slide title";

}  // namespace

std::optional<Surface> read_surface(Words words) {
  if (is_any(words, 0, "title heading") && is(words, 1, "of") && is(words, 2, "the") &&
      is(words, 3, "slide"))
    return Surface{std::string(kSlideTitle), 4};
  const bool is_two = (is_any(words, 0, "slide") && is_any(words, 1, "title heading")) ||
                      (is_any(words, 0, "number license licence") && is(words, 1, "plate")) ||
                      (is_any(words, 0, "street road shop") && is(words, 1, "sign"));
  if (is_two)
    return Surface{is(words, 0, "slide") ? std::string(kSlideTitle) : join(words.first(2)), 2};
  if (is(words, 0, "title") && is(words, 1, "card")) return Surface{"title", 2};
  if (!is_any(words, 0, kSurfaces)) return std::nullopt;
  return Surface{words[0].text, 1};
}

std::string says_predicate(std::string_view thing, std::string_view text) {
  return fmt::format("{}{}{}{}?", kFront, thing == kSlideTitle ? "slide" : thing, kSay, text);
}

std::string reading_question(std::string_view thing) {
  if (thing == "clock") return "What time does the clock show?";
  if (thing == kSlideTitle) return "What is the title of the slide?";
  return fmt::format("What does the {} say?", thing);
}

std::optional<WrittenText> written_text_of(std::string_view predicate) {
  if (!predicate.starts_with(kFront) || !predicate.ends_with('?')) return std::nullopt;
  predicate.remove_prefix(kFront.size());
  predicate.remove_suffix(1);
  const auto say = predicate.find(kSay);
  if (say == 0 || say == std::string_view::npos) return std::nullopt;
  const auto text = predicate.substr(say + kSay.size());
  if (text.empty()) return std::nullopt;
  const auto thing = predicate.substr(0, say);
  return WrittenText{.thing = std::string(thing == "slide" ? kSlideTitle : thing),
                     .text = std::string(text)};
}

}  // namespace hindsight::query::detail
