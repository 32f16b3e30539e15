// The grammar of time expressions: which words of a question form one, and the stretch it names.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/media_time.h"
#include "query/detail/time_lexer.h"

namespace hindsight::query::detail {

struct FoundPhrase {
  std::size_t first = 0;  ///< words [first, next)
  std::size_t next = 0;
  TimeSpan span;
  /// A bound ("after T") cuts what is read; a stretch ("at T") adds to it.
  bool is_bound = false;
  /// A comma and "and" before it that make no sense without it.
  std::size_t num_joints = 0;
  /// Of "at T": T itself, where the span is what is read around it within the video.
  std::optional<MediaTime> moment{};
};

/// All time expressions among `words`, in order, without overlap.  `name` and `end` are the
/// video's, for messages and for "last", halves and A:B.  Throws Error(usage) as read_time_words
/// does.
[[nodiscard]] std::vector<FoundPhrase> find_time_phrases(Words words,
                                                         MediaTime end,
                                                         std::string_view name);

}  // namespace hindsight::query::detail
