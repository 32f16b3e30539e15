// Questions that name what may be replied: "Which way is the car moving, left or right?".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hindsight::query::detail {

struct NamedReplies {
  std::string question;              ///< without them: "Which way is the car moving?"
  std::vector<std::string> replies;  ///< two words
};
/// The parts of "…, left or right?"; empty for any other question.
[[nodiscard]] std::optional<NamedReplies> named_replies_of(std::string_view question);

/// `question`, which ends in "?", with the two replies named.
[[nodiscard]] std::string name_replies(std::string_view question,
                                       std::string_view one,
                                       std::string_view other);

}  // namespace hindsight::query::detail
