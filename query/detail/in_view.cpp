#include "query/detail/in_view.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "query/detail/noun_phrase.h"

namespace hindsight::query::detail {

bool is_visible(Words words) {
  if (words.empty()) return true;
  const auto text = join(words);
  constexpr std::array<std::string_view, 18> kSaid{"visible",
                                                   "seen",
                                                   "there",
                                                   "present",
                                                   "shown",
                                                   "around",
                                                   "in view",
                                                   "in sight",
                                                   "on screen",
                                                   "on camera",
                                                   "in frame",
                                                   "in the picture",
                                                   "in the frame",
                                                   "in the scene",
                                                   "in the image",
                                                   "on the screen",
                                                   "to be seen",
                                                   "in shot"};
  return std::find(kSaid.begin(), kSaid.end(), text) != kSaid.end();
}

Words behind_moment(Words words) {
  const Words moment = skip_front(words, "a any one");
  if (!is_any(moment, 0, "moment time point instant")) return words;
  // The "which" of "at which" may be gone.
  const Words behind = skip_front(moment.subspan(1), "at in during with when where which that");
  return behind.size() + 1 < moment.size() ? skip_front(behind, "both") : words;
}

Words without_together(Words words) {
  for (const std::string_view tail :
       {"at once", "at the same time", "together", "simultaneously"}) {
    const auto length = static_cast<std::size_t>(std::count(tail.begin(), tail.end(), ' ')) + 1;
    if (words.size() > length && join(words.last(length)) == tail)
      return words.first(words.size() - length);
  }
  return words;
}

}  // namespace hindsight::query::detail
