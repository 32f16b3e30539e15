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
  MediaDuration time;
};

/// Whether `at_begin` is what the vote says, round the dial.
bool agrees(const Vote& vote, MediaDuration at_begin, MediaDuration period) {
  return wrap(at_begin - vote.from, period) < vote.to - vote.from;
}

/// The times that most votes agree with.
TimeSpan most_agreed(const std::vector<Vote>& votes, MediaDuration period) {
  std::vector<std::tuple<MediaDuration, int>> steps;
  int open = 0;
  for (const auto& vote : votes) {
    const auto from = wrap(vote.from, period);
    const auto to = wrap(vote.to, period);
    steps.emplace_back(from, 1);
    steps.emplace_back(to, -1);
    if (to < from) ++open;
  }
  std::ranges::sort(steps);  // what ends at a time ends before what begins there
  int most = 0;
  TimeSpan best;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    open += std::get<int>(steps[i]);
    if (open <= most) continue;
    most = open;
    const auto end = i + 1 < steps.size() ? std::get<0>(steps[i + 1]) : period;
    best = {MediaTime{std::get<0>(steps[i])}, MediaTime{end}};
  }
  return best;
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
  if (second_colon == rest.size()) return TimeOfDay{hours{hour} + minutes{minute}, minutes{1}};
  const int second = read_part(rest.substr(second_colon + 1), 60);
  if (second < 0 || rest.size() != 5) return std::nullopt;
  return TimeOfDay{hours{hour} + minutes{minute} + seconds{second}, seconds{1}};
}

bool RunningClock::shows_at(const TimeOfDay& time, MediaTime at) const {
  return wrap(at_begin + at.since_start - time.since_midnight, period) < time.length;
}

Intervals RunningClock::shows(const TimeOfDay& time, const TimeSpan& within) const {
  Intervals shown;
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
  return fmt::format(
      "{:02}:{:02}:{:02}", parts.hours().count(), parts.minutes().count(), parts.seconds().count());
}

std::optional<RunningClock> fit_clock(std::span<const ClockReading> readings) {
  std::vector<Vote> votes;
  MediaDuration period = kHalfDay;
  for (const auto& reading : readings) {
    const auto time = read_time_of_day(reading.text);
    if (!time) continue;
    const auto hour = std::chrono::floor<hours>(time->since_midnight).count();
    if (hour == 0 || hour > 12) period = kDay;
    // One of the two frames showed it at least.
    votes.push_back({time->since_midnight - reading.second.since_start,
                     time->since_midnight + time->length - reading.first.since_start,
                     time->since_midnight});
  }
  if (votes.empty()) return std::nullopt;
  const auto agreed = most_agreed(votes, period);
  RunningClock clock{.at_begin = (agreed.begin + agreed.length() / 2).since_start,
                     .period = period,
                     .readings = static_cast<int>(votes.size()),
                     .error = to_seconds(agreed.length()) / 2};
  std::set<MediaDuration> times;
  for (const auto& vote : votes) {
    if (!agrees(vote, clock.at_begin, period)) continue;
    ++clock.agreeing;
    times.insert(vote.time);
  }
  const bool is_enough = clock.agreeing >= kLeastClockReadings &&
                         std::ssize(times) >= kLeastClockTimes &&
                         2 * clock.agreeing > clock.readings;
  return is_enough ? std::optional(clock) : std::nullopt;
}

}  // namespace hindsight::query
