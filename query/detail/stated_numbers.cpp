#include "query/detail/stated_numbers.h"

#include <algorithm>
#include <cmath>
#include <numeric>

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
    if (picks_by_number(plan_))
      check_counts();
    else if (const auto* number = std::get_if<double>(&findings_.value))
      check_number(*number);
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

  /// Of "three at once": its intervals cite looks at so many.
  void check_most(double number) {
    const auto& one = plan_.of.front().of.front().predicate;
    const auto asked = at_least_predicate(one, static_cast<int>(number));
    for (const auto& interval : intervals_) {
      const bool is_cited = std::ranges::any_of(
          interval.looks, [&](const CitedLook& look) { return asked && look.question == *asked; });
      if (!is_cited)
        return fault(fmt::format("it says {:g} at once but cites no look at so many", number));
    }
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
      Plan one;
      one.of.push_back(plan_.of[i]);
      const auto asked = askable_predicates(one);
      for (std::size_t k = 0; k < counts[i]; ++k, ++interval) {
        const bool is_cited = std::ranges::any_of(
            interval->looks, [&](const CitedLook& look) { return asked.contains(look.question); });
        if (!is_cited)
          return fault(fmt::format("it counts {} to {} for what was not looked for there",
                                   to_clock(interval->span.begin),
                                   to_clock(interval->span.end)));
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
    return name != nullptr && !is_tie && at < plan_.names.size() && *name == plan_.names[at];
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
