#include "query/detail/stated_numbers.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "query/detail/number_predicate.h"
#include "query/evaluate.h"

namespace hindsight::query::detail {
namespace {

class NumberChecker {
 public:
  explicit NumberChecker(const Answer& answer)
      : plan_(answer.findings->plan), findings_(*answer.findings), intervals_(answer.intervals) {}

  std::vector<std::string> run() {
    const auto& value = findings_.value;
    const bool is_number = plan_.type == AnswerType::count || plan_.type == AnswerType::duration;
    if (is_number != std::holds_alternative<double>(value) ||
        (plan_.type == AnswerType::yes_no) != std::holds_alternative<bool>(value))
      fault(fmt::format("its value is not what '{}' has", to_string(plan_.type)));
    else if (picks_by_number(plan_))
      check_counts();
    else if (is_number)
      check_number(std::get<double>(value));
    return std::move(faults_);
  }

 private:
  void fault(std::string sentence) { faults_.push_back(std::move(sentence)); }

  void check_number(double number) {
    const bool is_most = !plan_.of.empty() && plan_.of.front().op == PlanOp::most;
    const bool counts_intervals = plan_.type == AnswerType::count && !plan_.per_hour && !is_most &&
                                  (plan_.look.empty() || is_inventory(plan_));
    if (counts_intervals && number != static_cast<double>(intervals_.size()))
      fault(fmt::format("it counts {:g} but shows {} intervals", number, intervals_.size()));
    if (is_most && plan_.type == AnswerType::count) check_most(number);
    if (plan_.type == AnswerType::duration) check_length(number);
  }

  void check_length(double number) {
    MediaDuration length{};
    for (const auto& interval : intervals_) length += interval.span.length();
    const double seconds = to_seconds(length);
    if (!plan_.share && std::abs(number - seconds) > 0.01)
      fault(fmt::format("it says {:g} seconds but its intervals last {:g}", number, seconds));
    if (!plan_.share) return;
    const double asked = to_seconds(findings_.coverage.length);
    if (asked <= 0) return fault("it states a share of nothing");
    const double percent = 100 * seconds / asked;
    if (std::abs(number - percent) > 0.01)
      fault(fmt::format("it says {:g} % but its intervals are {:g} %", number, percent));
  }

  /// Of "three at once": its intervals cite looks that say so.
  void check_most(double number) {
    constexpr double kMost = 9;
    const bool is_whole = number >= 0 && number <= kMost && number == std::floor(number);
    if (!is_whole || (number == 0) != intervals_.empty())
      return fault(fmt::format("it says {:g} at once", number));
    const auto& one = plan_.of.front().of.front().predicate;
    const auto asked =
        number == 1 ? std::optional(one) : at_least_predicate(one, static_cast<int>(number));
    for (const auto& interval : intervals_) {
      if (!asked || !says(interval, {*asked}))
        return fault(fmt::format("it says {:g} at once but cites no look that says so", number));
    }
  }

  /// Whether a look that is cited says that one of the predicates holds.
  static bool says(const EvidenceInterval& interval, const std::set<std::string>& predicates) {
    return std::ranges::any_of(interval.looks, [&](const CitedLook& look) {
      return look.is_true && predicates.contains(look.question);
    });
  }

  /// Of what was compared by number: as many intervals of each as it counts, and what follows.
  void check_counts() {
    const auto& counts = findings_.counts;
    const auto total = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
    if (counts.size() != plan_.of.size() || total != intervals_.size())
      return fault(fmt::format(
          "it counts {} but shows {} intervals", fmt::join(counts, " and "), intervals_.size()));
    auto interval = intervals_.begin();
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const auto leaves = leaves_of(plan_.of[i]);
      Plan one;
      one.of.push_back(plan_.of[i]);
      const auto asked = askable_predicates(one);
      MediaTime begin{};
      std::string video;
      for (std::size_t k = 0; k < counts[i] && interval != intervals_.end(); ++k, ++interval) {
        const bool is_shown = !leaves.front().is_true || says(*interval, asked);
        const bool is_next = interval->video_hash != video || interval->span.begin >= begin;
        const bool is_again = k > 0 && !tells_arrivals(plan_.of[i]) &&
                              interval->span == std::prev(interval)->span &&
                              interval->video_hash == std::prev(interval)->video_hash;
        if (!is_shown || !is_next || is_again)
          return fault(fmt::format("it counts {} to {} for what is not shown there, or twice",
                                   to_clock(interval->span.begin),
                                   to_clock(interval->span.end)));
        begin = interval->span.begin;
        video = interval->video_hash;
      }
    }
    if (!follows(counts))
      fault(fmt::format("its counts, {}, say otherwise", fmt::join(counts, " and ")));
  }

  /// Whether the value is what the counts say.
  bool follows(const std::vector<std::size_t>& counts) const {
    const auto best = plan_.pick == Pick::most ? std::ranges::max_element(counts)
                                               : std::ranges::min_element(counts);
    const bool is_tie = std::ranges::count(counts, *best) > 1;
    const auto at = static_cast<std::size_t>(best - counts.begin());
    if (const auto* truth = std::get_if<bool>(&findings_.value))
      return *truth == (at == 0 && !is_tie);
    const auto* name = std::get_if<std::string>(&findings_.value);
    return name != nullptr && !is_tie && *name == name_of(plan_, at);
  }

  const Plan& plan_;
  const PlanFindings& findings_;
  const std::vector<EvidenceInterval>& intervals_;
  std::vector<std::string> faults_;
};

}  // namespace

std::vector<std::string> faults_of_numbers(const Answer& answer) {
  return NumberChecker(answer).run();
}

}  // namespace hindsight::query::detail
