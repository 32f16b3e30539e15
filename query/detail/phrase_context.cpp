#include "query/detail/phrase_context.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "core/error.h"

namespace hindsight::query::detail {
namespace {

using namespace std::chrono_literals;

/// From this length on, people speak of a recording by the clock: "10:00" is hours and minutes.
constexpr MediaDuration kClockLength = 12h;
/// A stated time may exceed the end by what rounding to whole seconds adds.
constexpr MediaDuration kRounding = 1s;

constexpr std::string_view kRecordings =
    "video videos recording footage film movie clip tape file stream show game match episode "
    "lecture talk meeting session presentation it";
constexpr std::string_view kFunctionWords =
    "and or but what who whom when where which why how does do did is are was were has have had "
    "can could will would the a an in into on it there to then that this he she they i you we if "
    "please";

}  // namespace

MediaDuration PhraseContext::tolerance(MediaDuration unit) {
  return unit >= 1h ? 5min : unit >= 1min ? 30s : 2s;
}

FoundPhrase PhraseContext::phrase(std::size_t first,
                                  std::size_t next,
                                  TimeSpan span,
                                  bool is_bound) const {
  if (span.empty()) {
    throw Error(ErrorCode::usage,
                fmt::format("the question's \"{}\" names no part of {}, which lasts {}",
                            words_text(first, next),
                            name_,
                            to_clock(end_)));
  }
  return {first, next, span, is_bound, 0};
}

std::string PhraseContext::words_text(std::size_t first, std::size_t next) const {
  std::string text;
  for (std::size_t i = first; i < next; ++i) {
    if (i > first && !words_[i].glued) text += ' ';
    text += words_[i].text;
  }
  return text;
}

MediaTime PhraseContext::portion(int index, int parts) const {
  return MediaTime::from_ns(end_.ns() / parts * index + (index == parts ? end_.ns() % parts : 0));
}

TimeSpan PhraseContext::around(MediaTime t, MediaDuration half) const {
  return intersect({t - half, t + half}, {{}, end_});
}

bool PhraseContext::clock_fits(const Instant& instant) const {
  return end_.since_start >= kClockLength && instant.by_the_clock && *instant.by_the_clock <= end_;
}

MediaTime PhraseContext::resolve(const Instant& instant) const {
  return resolve(instant, clock_fits(instant));
}

MediaTime PhraseContext::resolve(const Instant& instant, bool by_the_clock) const {
  const MediaTime time = by_the_clock ? *instant.by_the_clock : instant.time;
  check_inside(time);
  return std::min(time, end_);
}

void PhraseContext::check_inside(MediaTime t) const {
  if (t >= end_ + kRounding) refuse_outside(to_clock(t));
}

void PhraseContext::refuse_outside(const std::string& what) const {
  throw Error(ErrorCode::usage,
              fmt::format("the question asks about {}, but {} lasts {}; name a time within it",
                          what,
                          name_,
                          to_clock(end_)));
}

void PhraseContext::refuse_time_of_day(std::size_t i) const {
  if (!is_any(words_, i, "at around about after before since until between from by")) return;
  const std::size_t at = i + 1;
  if (at >= words_.size() ||
      (words_[at].kind != Word::Kind::number && words_[at].kind != Word::Kind::clock))
    return;
  const bool dotted =
      is_any(words_, at + 1, "a p") && is(words_, at + 2, ".") && is(words_, at + 3, "m");
  if (!is_any(words_, at + 1, "am pm") && !dotted) return;
  throw Error(ErrorCode::usage,
              fmt::format("the question names a time of day, {}, but {} has no wall clock; say "
                          "how far into the video "
                          "it is, such as 1:30:00",
                          words_text(at, dotted ? at + 4 : at + 2),
                          name_));
}

std::size_t PhraseContext::skip_introduction(std::size_t i) const {
  if (is_any(words_, i, "in during within throughout over for of from")) ++i;
  if (is_any(words_, i, "the its this that")) ++i;
  if (is(words_, i, "very")) ++i;
  return i;
}

std::optional<std::size_t> PhraseContext::skip_of(std::size_t i) const {
  if (!is_any(words_, i, "of into")) {
    // "at 5 minutes in the video"
    if (is(words_, i, "in") && is_any(words_, i + 1, "the this") &&
        is_any(words_, i + 2, kRecordings))
      return i + 3;
    return i;
  }
  std::size_t at = i + 1;
  if (is_any(words_, at, "the this that my our your")) ++at;
  if (!is_any(words_, at, kRecordings)) return std::nullopt;
  return at + 1;
}

bool PhraseContext::ends_clause(std::size_t i) const {
  return i >= words_.size() || words_[i].kind == Word::Kind::mark ||
         is_any(words_, i, kFunctionWords);
}

bool PhraseContext::stands_alone(const Instant& instant) const {
  if (instant.is_clock) return true;
  std::size_t next = instant.next;
  if (!skip_of(next) || is_any(words_, next, "later after before ago long apart earlier per older"))
    return false;
  if (is(words_, next, "-")) ++next;
  return !instant.singular || ends_clause(skip_of(next).value_or(next)) ||
         is_any(words_, next, "mark point");
}

bool PhraseContext::asks_what_happens() const {
  for (std::size_t i = 0; i < words_.size(); ++i) {
    if (is_any(words_,
               i,
               "happen happens happened happening occur occurs occurred going change changes "
               "changed")) {
      return true;
    }
  }
  return false;
}

}  // namespace hindsight::query::detail
