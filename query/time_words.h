// Time words in a question limit what is read: "between 10:00 and 12:00", "in the last hour", "at
// 0:15". Words that only look like times ("at first", "the second car", "12 cars") are left alone:
// reading too much is a slower answer, reading too little is a wrong one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/media_time.h"

namespace hindsight::query {

/// One time expression of a question and the stretch it names.
struct TimePhrase {
  std::string text;  ///< as the user wrote it
  TimeSpan span;
  /// T of "at T", which is not the middle of a span that the video's ends cut.
  std::optional<MediaTime> moment{};
};

struct TimeWords {
  /// What the question is about: sorted, disjoint, non-empty, within the video.  The whole video
  /// without time words.
  std::vector<TimeSpan> ranges;
  /// The question without its time words, for retrieval.  Empty when there is nothing else in it.
  std::string question;
  std::vector<TimePhrase> phrases;  ///< in the order of the question
};

/// Reads the time words of an English question about the video `name` that ends at `end`.
///
/// Stretches ("between", "from … to", "first", "last", "at", "around", halves, thirds, the nth
/// minute) are united; bounds ("after", "since", "before", "until") cut what the others leave, or
/// are united when joined by "or".
/// - "at T" reads T and 2 s around it, 30 s when T is given in minutes, 5 min when in hours;
/// "around T" five times that.
/// - After an event word ("after he left at 0:15") "at T" is a bound: everything from, or up to, T.
/// - "beginning" and "end" are a tenth of the video, at least 10 s; "middle" is the middle third.
/// - A:B is minutes and seconds, as players show it and --from reads it.  Only in a video of at
/// least 12 hours, which
///   people speak of by the clock, it is hours and minutes where that lies in the video and A is
///   not "0".
/// - A bare number is read so only behind "after", "before", "since", "until", "at", "between" and
/// "from", with nothing behind it that it could count: "after 10" is after 10:00, "at 10" is as
/// exact as "at 10 minutes".
/// - The first or last D of a shorter video is all of it; "within D" is the first D.
/// - "in minute 5" is from 5:00 to 6:00, as players show it; "in the fifth minute" begins at 4:00.
/// Throws Error(usage) for a time beyond the end, an interval that ends before it starts, bounds
/// that exclude each other, and a time of day ("10 am"): a video has no wall clock.
[[nodiscard]] TimeWords read_time_words(std::string_view question,
                                        MediaTime end,
                                        std::string_view name);

/// The part of `words.ranges` that lies in [from, to); an absent bound is the video's.  Throws
/// Error(usage) when from is not before to or not in the video, and when nothing is left.
[[nodiscard]] std::vector<TimeSpan> limit_ranges(const TimeWords& words,
                                                 std::optional<MediaTime> from,
                                                 std::optional<MediaTime> to,
                                                 MediaTime end,
                                                 std::string_view name);

/// The times a model's answer states ("at 12.3 seconds", "<12.3 seconds>", "0:15", "from 10.0
/// to 12.0 seconds"), in its order.  A single instant has begin == end.  Times beyond `end` and
/// bare numbers are not times.
[[nodiscard]] std::vector<TimeSpan> read_stated_times(std::string_view answer, MediaTime end);

}  // namespace hindsight::query
