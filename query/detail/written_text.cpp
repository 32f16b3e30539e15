#include "query/detail/written_text.h"

#include <fmt/format.h>

namespace hindsight::query::detail {
namespace {

constexpr std::string_view kFront = "Does the ";
constexpr std::string_view kSay = " say ";

}  // namespace

std::string says_predicate(std::string_view thing, std::string_view text) {
  return fmt::format("{}{}{}{}?", kFront, thing == "slide title" ? "slide" : thing, kSay, text);
}

std::string reading_question(std::string_view thing) {
  return thing == "clock" ? "What time does the clock show?"
                          : fmt::format("What does the {} say?", thing);
}

std::optional<WrittenText> written_text_of(std::string_view predicate) {
  if (!predicate.starts_with(kFront) || !predicate.ends_with('?')) return std::nullopt;
  predicate.remove_prefix(kFront.size());
  predicate.remove_suffix(1);
  const auto say = predicate.find(kSay);
  if (say == 0 || say == std::string_view::npos) return std::nullopt;
  const auto text = predicate.substr(say + kSay.size());
  if (text.empty()) return std::nullopt;
  return WrittenText{.thing = std::string(predicate.substr(0, say)), .text = std::string(text)};
}

}  // namespace hindsight::query::detail
