// Timelines from cached pairs, coarse to fine: some pairs of every stretch first, those that
// vectors and texts point at, and a few that stand for all the others; then those for which one
// stands that may show it; then more around every change, until each boundary lies between two
// neighbouring cached pairs.
//
// Note [Two halves are the whole]: which pairs are looked at first is decided over the whole run,
// whatever the range; a range is widened until what reaches over its edge is decided, and to its
// end where other colours may rule it out; between two pairs only those two, and what
// stands for them and for those between, decide what is looked at next.  So what is found within a
// range does not depend on the range.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "index/store.h"
#include "query/clock_reader.h"
#include "query/contrast.h"
#include "query/judge.h"
#include "query/timeline.h"

namespace hindsight::query {

struct ScanOptions {
  /// A run of up to so many pairs is looked at whole.  Empty: affordable_looks().
  std::optional<std::size_t> whole_below{};
  /// Else this share of each stretch's pairs, by rank, at least one; 0..1.
  double coarse_share = 0.01;
  /// And this share of all pairs, by closeness of their vectors to the predicate's words; 0..1.
  double vector_share = 0.01;
  /// First looks at a run that is not looked at whole: this share of its pairs, or half of
  /// `whole_below`, up to 1000, where that is more; 0..1.
  double most_share = 0.1;
  /// So much of them go to pairs that stand for all (representatives.h); 0..1.
  double representatives = 0.7;
  /// Pairs are looked at too where the one that stands for them is as probable; 0..1.
  double alike = 0.5;
  /// Of what is answered with yes or no, or counted.  In most pairs of a long video most predicates
  /// are false, so that few false alarms of many pairs outnumber the true ones: what begins an
  /// interval must be much surer than even, in one look or in three.  The pairs of one thing that
  /// passes agree, false alarms come alone.
  Hysteresis judged{.on = 0.99, .surest = 3};
  /// Of a number of things at once that is read off a count (Judge::is_read): of 34 times that
  /// hindsight-tiny saw two of a colour together in 32 worlds, 0.99 took all 23 that were there and
  /// 11 that were not, this all 23 and 3.
  Hysteresis counted{.on = 0.9975, .surest = 3};
  /// Of texts (Judge::is_read_as_text): an earlier hindsight-tiny missed half of their times with
  /// 0.95.
  Hysteresis read{.on = 0.9};
  /// Whether other colours and kinds are asked for where something of one colour seems to be
  /// (contrast.h): two dozen looks more at each of up to `judged.surest` pairs of an interval.
  /// Empty: where looks are so cheap that affordable_looks() are the most.
  std::optional<bool> contrast{};
};

/// Those of the predicate, as the judge's model is asked it.
[[nodiscard]] const Hysteresis& hysteresis_for(const std::string& predicate,
                                               const ScanOptions& options,
                                               const Judge& judge);

/// How many pairs a model of so many parameters looks at in about the time in which one of two
/// billion looks at 400; 400 to 6000.
[[nodiscard]] std::size_t affordable_looks(std::int64_t num_parameters);

/// Why pairs were looked at.
struct ScanReport {
  std::string predicate;
  std::size_t by_rank = 0;
  std::size_t by_vector = 0;
  std::size_t by_text = 0;              ///< subtitles, or the time on a clock
  std::size_t representatives = 0;      ///< of the pairs that were asked about, wherever they lie
  std::size_t by_likeness = 0;          ///< to a representative that may show it
  std::size_t by_change = 0;            ///< between two that differ
  std::size_t compared = 0;             ///< of these, were asked about other colours and kinds too
  std::optional<RunningClock> clock{};  ///< that the predicate is about
  [[nodiscard]] std::size_t total() const {
    return by_rank + by_vector + by_text + representatives + by_likeness + by_change;
  }
};

/// Whether a question asks if something holds, or takes for granted that it does somewhere.
enum class Existence : std::uint8_t { open, presupposed };

/// Scans one run.  Borrows store, judge, model and tokenizer.  Not thread-safe.
class Scanner {
 public:
  /// Reads the run's pairs, activity, shots and (above `whole_below`) vectors and representatives,
  /// which are kept in the store where they are new.  Throws Error(usage)
  /// for options out of range.
  Scanner(const index::Store& store,
          const index::RunRecord& run,
          Judge& judge,
          model::LanguageModel& language_model,
          const model::Tokenizer& tokenizer,
          const ScanOptions& options = {});

  /// Where the predicate holds within `ranges` (sorted, disjoint).  `pairs` of the result are those
  /// looked at, some of them beside the ranges.  Of what is presupposed and never surely so, the
  /// likeliest interval is taken, however unlikely, unless nothing in `ranges` reaches 0.2.
  [[nodiscard]] Timeline timeline(const std::string& predicate,
                                  const Intervals& ranges,
                                  Existence existence = Existence::open);

  [[nodiscard]] const std::vector<index::StoredPair>& pairs() const { return pairs_; }  ///< by time
  [[nodiscard]] const std::vector<ScanReport>& reports() const { return reports_; }

 private:
  enum class Reason : std::uint8_t { none, rank, vector, text, representative, likeness, change };
  struct Window {
    std::size_t first = 0;  ///< positions in pairs_, both included
    std::size_t last = 0;
    friend bool operator==(const Window&, const Window&) = default;
  };

  static std::size_t ScanReport::*counter_of(Reason reason);
  void find_changes();
  std::vector<Reason> choose_seeds(const std::string& predicate) const;
  void seed_by_rank(std::vector<Reason>& seeds) const;
  void seed_by_vector(std::vector<Reason>& seeds, const std::string& predicate) const;
  void seed_by_text(std::vector<Reason>& seeds, const std::string& predicate) const;
  void seed_by_clock(std::vector<Reason>& seeds) const;
  /// Whether what stands for the pair may show it; looks at that.
  bool is_like(const std::string& predicate, std::size_t i);
  /// Whether the pair is one of those that are looked at first, whatever the window.
  bool is_first(const std::string& predicate, std::vector<Reason>& reasons, std::size_t i);
  bool find_window(const std::string& predicate,
                   const TimeSpan& range,
                   std::vector<Reason>& reasons,
                   Window& window);
  void look(const std::string& predicate, const std::vector<std::size_t>& positions);
  void look_first(const std::string& predicate, std::vector<Reason>& reasons, const Window& window);
  void widen(const std::string& predicate, std::vector<Reason>& reasons, Window& window);
  /// The next pair to look at between two neighbouring looks; `before` where there is none.
  [[nodiscard]] std::size_t between(std::size_t before, std::size_t after) const;
  /// edge: window.first or window.last.
  [[nodiscard]] bool is_undecided(const Window& window, std::size_t edge) const;
  void refine(const std::string& predicate, std::vector<Reason>& reasons, const Window& window);

  const index::Store& store_;
  index::RunRecord run_;
  Judge& judge_;
  ClockReader clock_;
  model::LanguageModel& language_model_;
  const model::Tokenizer& tokenizer_;
  ScanOptions options_;
  bool is_whole_ = false;  ///< every pair is looked at
  bool may_contrast_ = false;
  std::vector<index::StoredPair> pairs_;
  Intervals active_;
  std::vector<MediaTime> cuts_;                  ///< but those where a stretch begins
  index::PairVectors vectors_;                   ///< of pairs_, unless all are looked at
  std::vector<std::int32_t> representative_of_;  ///< each of pairs_, likewise
  std::vector<double> scores_;        ///< of the predicate being scanned; negative: not looked at
  Hysteresis hysteresis_{};           ///< of it
  std::optional<Contrast> contrast_;  ///< of it
  Intervals shown_;                   ///< where a clock shows it
  std::vector<ScanReport> reports_;
};

}  // namespace hindsight::query
