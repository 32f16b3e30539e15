// The clock in a run's pictures, read off by a judge, and what it says of predicates about times
// of day ("Does the clock say 21:09?").
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "index/store.h"
#include "query/judge.h"
#include "query/running_clock.h"

namespace hindsight::query {

/// Borrows store and judge.  Not thread-safe.
class ClockReader {
 public:
  ClockReader(const index::Store& store, Judge& judge) : store_(store), judge_(judge) {}

  /// The clock that the predicate is about; null where it is about no time of day, or one that is
  /// finer than what the clock shows, the judge reads no texts, or no clock runs there.  Reads it
  /// off up to a few hundred of the run's pairs, the first of the global order; off a few dozen
  /// where these show no times of day.
  const RunningClock* clock_of(const std::string& predicate, std::int64_t run_id);

  /// Where the clock shows what the predicate says; empty without a clock.
  [[nodiscard]] Intervals shows(const std::string& predicate,
                                std::int64_t run_id,
                                const TimeSpan& within);

  /// Judge::p_yes(), but where a time of day was read off a pair and the clock shows another one in
  /// both of its frames, or the predicate's, the clock is right.
  [[nodiscard]] std::vector<double> p_yes(const std::string& predicate,
                                          std::span<const index::StoredPair> pairs);

 private:
  /// What a predicate asks: the question that reads the clock, and the time.
  struct Asked {
    std::string question;
    TimeOfDay time;
  };
  [[nodiscard]] std::optional<Asked> asked_of(const std::string& predicate) const;
  const RunningClock* clock_of(const Asked& asked, std::int64_t run_id);
  std::optional<RunningClock> read(const std::string& question, std::int64_t run_id);

  const index::Store& store_;
  Judge& judge_;
  std::map<std::pair<std::string, std::int64_t>, std::optional<RunningClock>> clocks_;
};

}  // namespace hindsight::query
