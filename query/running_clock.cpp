#include "query/running_clock.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <set>
#include <tuple>

#include <fmt/format.h>

namespace hindsight::query {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr MediaDuration kHalfDay = hours{12};
constexpr MediaDuration kDay = hours{24};

/// 0 .. period.
MediaDuration wrap(MediaDuration time, MediaDuration period) {
  const MediaDuration rest = time % period;
  return rest < MediaDuration::zero() ? rest + period : rest;
}

/// One or two digits below `limit`; -1 for anything else.
int read_part(std::string_view text, int limit) {
  int value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = error == std::errc{} && end == text.data() + text.size();
  return is_number && text.size() <= 2 && value >= 0 && value < limit ? value : -1;
}

/// A reading as what it says of the clock: `at_begin` lies in [from, to).
struct Vote {
  MediaDuration from;
  MediaDuration to;
  TimeOfDay time;
  MediaTime at;

  bool agrees(MediaDuration at_begin, MediaDuration period) const {
    return wrap(at_begin - from, period) < to - from;
  }
};

std::vector<Vote> votes_of(std::span<const ClockReading> readings) {
  std::vector<Vote> votes;
  for (const auto& reading : readings) {
    const auto time = read_time_of_day(reading.text);
    if (!time) continue;
    // One of the two frames showed it at least.
    votes.push_back({time->since_midnight - reading.second.since_start,
                     time->since_midnight + time->length - reading.first.since_start,
                     *time,
                     reading.first});
  }
  return votes;
}

/// The times that most votes agree with, the first of equals.  Twice round the dial, so that none
/// is cut at midnight.
TimeSpan most_agreed(const std::vector<Vote>& votes, MediaDuration period) {
  std::vector<std::tuple<MediaDuration, int>> steps;
  for (const auto& vote : votes) {
    const auto from = wrap(vote.from, period);
    for (const auto turn : {MediaDuration{}, period}) {
      steps.emplace_back(from + turn, 1);
      steps.emplace_back(from + turn + (vote.to - vote.from), -1);
    }
  }
  std::ranges::sort(steps);  // what ends at a time ends before what begins there
  int most = 0;
  int open = 0;
  TimeSpan best;
  for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
    open += std::get<int>(steps[i]);
    if (open <= most) continue;
    most = open;
    best = {MediaTime{std::get<0>(steps[i])}, MediaTime{std::get<0>(steps[i + 1])}};
  }
  return best;
}

/// What most of the votes agree with, however few they are.
RunningClock likeliest(const std::vector<Vote>& votes, MediaDuration period) {
  const auto agreed = most_agreed(votes, period);
  RunningClock clock{.at_begin = wrap((agreed.begin + agreed.length() / 2).since_start, period),
                     .period = period,
                     .error = agreed.length() / 2,
                     .finest = minutes{1},
                     .readings = static_cast<int>(votes.size())};
  for (const auto& vote : votes) {
    if (!vote.agrees(clock.at_begin, period)) continue;
    ++clock.agreeing;
    clock.finest = std::min(clock.finest, vote.time.length);
  }
  return clock;
}

/// On the dial that more of the votes fit; of equals a day where one that agrees looks like one.
RunningClock likeliest(const std::vector<Vote>& votes) {
  const auto day = likeliest(votes, kDay);
  const auto half = likeliest(votes, kHalfDay);
  if (day.agreeing != half.agreeing) return day.agreeing > half.agreeing ? day : half;
  const bool is_day = std::ranges::any_of(votes, [&](const Vote& vote) {
    return (vote.time.needs_day || vote.time.has_zero) && vote.agrees(day.at_begin, kDay);
  });
  return is_day ? day : half;
}

/// Enough of them, of enough different times.
bool is_clock(const RunningClock& clock, const std::vector<Vote>& votes) {
  std::set<MediaDuration> times;
  for (const auto& vote : votes)
    if (vote.agrees(clock.at_begin, clock.period)) times.insert(vote.time.since_midnight);
  return clock.agreeing >= kLeastClockReadings && std::ssize(times) >= kLeastClockTimes;
}

/// Whether the others tell another time in a stretch of their own, rather than being misread here
/// and there.
bool has_another(const RunningClock& clock, const std::vector<Vote>& votes) {
  std::vector<Vote> others;
  for (const auto& vote : votes)
    if (!vote.agrees(clock.at_begin, clock.period)) others.push_back(vote);
  if (others.empty()) return false;
  const auto other = likeliest(others);
  if (!is_clock(other, others)) return false;
  std::vector<MediaTime> times;
  for (const auto& vote : others)
    if (vote.agrees(other.at_begin, other.period)) times.push_back(vote.at);
  const auto [first, last] = std::ranges::minmax(times);
  const auto between = std::ranges::count_if(votes, [&, first = first, last = last](const Vote& v) {
    return first <= v.at && v.at <= last && v.agrees(clock.at_begin, clock.period);
  });
  return between < other.agreeing;
}

}  // namespace

std::optional<TimeOfDay> read_time_of_day(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const int hour = read_part(text.substr(0, colon), 24);
  const auto rest = text.substr(colon + 1);
  const auto second_colon = std::min(rest.find(':'), rest.size());
  const int minute = read_part(rest.substr(0, second_colon), 60);
  if (hour < 0 || minute < 0 || second_colon != 2) return std::nullopt;
  TimeOfDay time{.since_midnight = hours{hour} + minutes{minute},
                 .length = minutes{1},
                 .needs_day = hour == 0 || hour > 12,
                 .has_zero = text.front() == '0'};
  if (second_colon == rest.size()) return time;
  const int second = read_part(rest.substr(second_colon + 1), 60);
  if (second < 0 || rest.size() != 5) return std::nullopt;
  time.since_midnight += seconds{second};
  time.length = seconds{1};
  return time;
}

std::optional<bool> RunningClock::shows_at(const TimeOfDay& time, MediaTime at) const {
  if (time.needs_day && period == kHalfDay) return false;
  const auto shown = [&](MediaDuration begin) {
    return wrap(begin + at.since_start - time.since_midnight, period) < time.length;
  };
  const bool early = shown(at_begin - error);
  const bool is_sure = early == shown(at_begin) && early == shown(at_begin + error);
  return is_sure ? std::optional(early) : std::nullopt;
}

Intervals RunningClock::shows(const TimeOfDay& time, const TimeSpan& within) const {
  Intervals shown;
  if (time.needs_day && period == kHalfDay) return shown;
  // The first of its turns that ends within.
  const auto begin = time.since_midnight - at_begin;
  const auto behind = wrap(begin + time.length - within.begin.since_start, period);
  for (MediaTime end = within.begin + behind; end - time.length < within.end; end = end + period) {
    const auto part = intersect({end - time.length, end}, within);
    if (!part.empty()) shown.push_back(part);
  }
  return shown;
}

std::string RunningClock::text_at_begin() const {
  const std::chrono::hh_mm_ss parts(std::chrono::floor<seconds>(at_begin));
  const auto hour = parts.hours().count();
  return fmt::format("{:02}:{:02}:{:02}",
                     hour == 0 && period == kHalfDay ? 12 : hour,
                     parts.minutes().count(),
                     parts.seconds().count());
}

std::optional<RunningClock> fit_clock(std::span<const ClockReading> readings) {
  const auto votes = votes_of(readings);
  if (votes.empty()) return std::nullopt;
  const auto clock = likeliest(votes);
  const bool is_found =
      is_clock(clock, votes) && 2 * clock.agreeing > clock.readings && !has_another(clock, votes);
  return is_found ? std::optional(clock) : std::nullopt;
}

}  // namespace hindsight::query
