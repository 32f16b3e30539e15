#include "query/clock_reader.h"

#include <algorithm>

#include "query/detail/written_text.h"

namespace hindsight::query {
namespace {

constexpr std::size_t kFirstReadings = 40;
constexpr int kReadings = 200;
/// How sure the clock is of what it shows in a pair that was read otherwise: surer than one
/// reading that begins an interval (ScanOptions::read).
constexpr double kRight = 0.95;

}  // namespace

std::optional<ClockReader::Asked> ClockReader::asked_of(const std::string& predicate) const {
  if (!judge_.is_read_as_text(predicate)) return std::nullopt;
  const auto written = detail::written_text_of(predicate);
  const auto time = read_time_of_day(written->text);
  if (!time) return std::nullopt;
  return Asked{.question = detail::reading_question(written->thing), .time = *time};
}

const RunningClock* ClockReader::clock_of(const Asked& asked, std::int64_t run_id) {
  const auto [it, is_new] = clocks_.try_emplace({asked.question, run_id});
  if (is_new) it->second = read(asked.question, run_id);
  // A clock of minutes says nothing of seconds.
  const bool is_told = it->second && it->second->finest <= asked.time.length;
  return is_told ? &*it->second : nullptr;
}

const RunningClock* ClockReader::clock_of(const std::string& predicate, std::int64_t run_id) {
  const auto asked = asked_of(predicate);
  return asked ? clock_of(*asked, run_id) : nullptr;
}

std::optional<RunningClock> ClockReader::read(const std::string& question, std::int64_t run_id) {
  const auto pairs = store_.pairs(run_id, {}, kReadings);
  std::vector<ClockReading> readings;
  int times = 0;
  const auto read_off = [&](std::span<const index::StoredPair> some) {
    const auto texts = judge_.replies(question, some);
    for (std::size_t i = 0; i < some.size(); ++i) {
      readings.push_back({some[i].first, some[i].second, texts[i]});
      if (read_time_of_day(texts[i])) ++times;
    }
  };
  const auto first = std::min(pairs.size(), kFirstReadings);
  read_off(std::span(pairs).first(first));
  if (2 * times > static_cast<int>(first)) read_off(std::span(pairs).subspan(first));
  return fit_clock(readings);
}

Intervals ClockReader::shows(const std::string& predicate,
                             std::int64_t run_id,
                             const TimeSpan& within) {
  const auto asked = asked_of(predicate);
  const auto* clock = asked ? clock_of(*asked, run_id) : nullptr;
  return clock == nullptr ? Intervals{} : clock->shows(asked->time, within);
}

std::vector<double> ClockReader::p_yes(const std::string& predicate,
                                       std::span<const index::StoredPair> pairs) {
  auto scores = judge_.p_yes(predicate, pairs);
  const auto asked = asked_of(predicate);
  if (!asked) return scores;
  std::vector<std::size_t> corrected;
  std::vector<double> rather;
  std::vector<index::StoredPair> doubted;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto* clock = clock_of(*asked, pairs[i].run_id);
    if (clock == nullptr) continue;
    const auto is_shown = clock->shows_at(asked->time, pairs[i].first);
    if (!is_shown || is_shown != clock->shows_at(asked->time, pairs[i].second)) continue;
    const double p = *is_shown ? std::max(scores[i], kRight) : std::min(scores[i], 1 - kRight);
    if (p == scores[i]) continue;
    corrected.push_back(i);
    rather.push_back(p);
    doubted.push_back(pairs[i]);
  }
  if (doubted.empty()) return scores;
  const auto texts = judge_.replies(asked->question, doubted);
  for (std::size_t k = 0; k < doubted.size(); ++k)
    if (read_time_of_day(texts[k])) scores[corrected[k]] = rather[k];
  return scores;
}

}  // namespace hindsight::query
