#include "query/detail/named_replies.h"

#include <fmt/format.h>

namespace hindsight::query::detail {
namespace {

constexpr std::string_view kOr = " or ";

bool is_one_word(std::string_view text) {
  return !text.empty() && text.find(' ') == std::string_view::npos;
}

}  // namespace

std::optional<NamedReplies> named_replies_of(std::string_view question) {
  const auto comma = question.rfind(", ");
  if (comma == std::string_view::npos || !question.ends_with('?')) return std::nullopt;
  const auto named = question.substr(comma + 2, question.size() - comma - 3);
  const auto middle = named.find(kOr);
  if (middle == std::string_view::npos) return std::nullopt;
  const auto one = named.substr(0, middle);
  const auto other = named.substr(middle + kOr.size());
  if (!is_one_word(one) || !is_one_word(other)) return std::nullopt;
  return NamedReplies{.question = fmt::format("{}?", question.substr(0, comma)),
                      .replies = {std::string(one), std::string(other)}};
}

std::string name_replies(std::string_view question, std::string_view one, std::string_view other) {
  return fmt::format("{}, {}{}{}?", question.substr(0, question.size() - 1), one, kOr, other);
}

}  // namespace hindsight::query::detail
