#include "evaluation/baselines.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"

namespace hindsight::evaluation {
namespace {

constexpr std::array<Baseline, 4> kBaselines = {
    Baseline::blind, Baseline::prior, Baseline::uniform, Baseline::oracle};

using Questions = std::vector<const BenchmarkQuestion*>;
using Lengths = std::map<std::string, MediaDuration>;

/// Equal for questions with the same answer, as far as the most frequent one is sought.
std::string answer_key(const BenchmarkQuestion& question) {
  const Truth& truth = question.truth;
  if (truth.absent) return "absent";
  if (truth.intervals) return "intervals";
  if (truth.number)
    return question.rule == Rule::exact ? fmt::format("number {}", *truth.number) : "number";
  if (truth.text) return "text " + normalized(*truth.text);
  std::vector<std::string> items;
  for (const auto& item : *truth.list) items.push_back(normalized(item));
  return fmt::format("list {}", fmt::join(items, ", "));
}

/// Of a video that lasts `length`.
TimeSpan mean_interval(const Questions& questions, const Lengths& lengths, MediaDuration length) {
  double middle = 0;
  double extent = 0;
  int n = 0;
  for (const auto* question : questions) {
    const double whole = to_seconds(lengths.at(question->video));
    for (const TimeSpan& span : *question->truth.intervals) {
      middle += (to_seconds(span.begin) + to_seconds(span.end)) / 2 / whole;
      extent += to_seconds(span.length()) / whole;
      ++n;
    }
  }
  if (n == 0) return {};
  const double seconds = to_seconds(length);
  const double from = (middle - extent / 2) / n * seconds;
  const double to = (middle + extent / 2) / n * seconds;
  return {{from_seconds(std::max(from, 0.0))}, {from_seconds(std::min(to, seconds))}};
}

double median_number(const Questions& questions) {
  std::vector<double> numbers;
  for (const auto* question : questions) numbers.push_back(*question->truth.number);
  std::sort(numbers.begin(), numbers.end());
  return std::midpoint(numbers[(numbers.size() - 1) / 2], numbers[numbers.size() / 2]);
}

/// questions: not empty, with the same answer_key().
Response common_answer(const Questions& questions, const Lengths& lengths, MediaDuration length) {
  const Truth& truth = questions.front()->truth;
  if (truth.absent) return {};
  Response response{.found = true};
  if (truth.intervals) {
    response.intervals = {mean_interval(questions, lengths, length)};
  } else if (truth.number) {
    response.number = median_number(questions);
    response.text = fmt::format("{}", *response.number);
  } else {
    response.text = truth.text ? *truth.text : fmt::format("{}", fmt::join(*truth.list, ", "));
  }
  return response;
}

/// The questions of this type about other videos that share the most frequent answer.
Questions most_frequent(std::span<const BenchmarkQuestion> questions,
                        const std::string& type,
                        const std::string& video) {
  std::map<std::string, Questions> by_answer;
  for (const auto& question : questions) {
    if (question.type == type && question.video != video)
      by_answer[answer_key(question)].push_back(&question);
  }
  const auto best =
      std::max_element(by_answer.begin(), by_answer.end(), [](const auto& a, const auto& b) {
        return a.second.size() < b.second.size();
      });
  return best == by_answer.end() ? Questions{} : best->second;
}

/// A time with its position among all.
using Placed = std::pair<MediaTime, std::size_t>;

/// sorted: by time, no time twice, in `range`.
std::vector<std::size_t> nearest_to_middles(std::span<const Placed> sorted,
                                            const TimeSpan& range,
                                            std::int64_t cells) {
  const double cell_ns = static_cast<double>(range.length().count()) / static_cast<double>(cells);
  std::vector<std::size_t> chosen;
  double last_cell = -1;
  double last_distance = 0;
  for (const auto& [time, position] : sorted) {
    const double at = static_cast<double>((time - range.begin).count()) / cell_ns;
    const double cell = std::floor(at);
    const double distance = std::abs(at - cell - 0.5);
    if (cell != last_cell) {
      chosen.push_back(position);
    } else if (distance < last_distance) {
      chosen.back() = position;
    } else {
      continue;
    }
    last_cell = cell;
    last_distance = distance;
  }
  return chosen;
}

/// Adds the time that is farthest from all chosen ones among those that fit.  False: none fits.
bool add_farthest(std::vector<std::size_t>& chosen,
                  std::span<const Placed> sorted,
                  std::span<const MediaTime> times,
                  const Fits& fits) {
  std::vector<std::pair<MediaDuration, std::size_t>> by_distance;
  for (const auto& [time, position] : sorted) {
    MediaDuration nearest = MediaDuration::max();
    for (const std::size_t c : chosen)
      nearest = std::min(nearest, std::chrono::abs(time - times[c]));
    if (nearest > MediaDuration{}) by_distance.emplace_back(nearest, position);
  }
  std::stable_sort(by_distance.begin(), by_distance.end(), [](const auto& a, const auto& b) {
    return a.first > b.first;
  });
  for (const auto& [distance, position] : by_distance) {
    chosen.push_back(position);
    if (fits(chosen)) return true;
    chosen.pop_back();
  }
  return false;
}

}  // namespace

std::string_view to_string(Baseline baseline) {
  switch (baseline) {
    case Baseline::blind:
      return "blind";
    case Baseline::prior:
      return "prior";
    case Baseline::uniform:
      return "uniform";
    case Baseline::oracle:
      return "oracle";
  }
  return "";
}

std::optional<Baseline> baseline_of(std::string_view name) {
  const auto named = std::find_if(kBaselines.begin(), kBaselines.end(), [&](Baseline baseline) {
    return to_string(baseline) == name;
  });
  return named == kBaselines.end() ? std::nullopt : std::optional(*named);
}

std::vector<Baseline> parse_baselines(std::span<const std::string> names) {
  std::set<Baseline> wanted;
  bool none = false;
  for (const auto& name : names) {
    if (const auto named = baseline_of(name)) {
      wanted.insert(*named);
    } else if (name == "none") {
      none = true;
    } else {
      throw Error(ErrorCode::usage,
                  fmt::format("there is no baseline '{}'; --baseline takes none, blind, prior, "
                              "uniform and oracle",
                              name));
    }
  }
  if (none && !wanted.empty()) {
    throw Error(ErrorCode::usage,
                fmt::format("--baseline none stands beside {}; leave one of them out",
                            to_string(*wanted.begin())));
  }
  return {wanted.begin(), wanted.end()};
}

std::vector<std::optional<Response>> prior_answers(std::span<const BenchmarkQuestion> questions,
                                                   const Lengths& lengths) {
  std::map<std::pair<std::string, std::string>, std::optional<Response>> known;
  std::vector<std::optional<Response>> answers;
  for (const auto& question : questions) {
    const auto [it, is_new] = known.try_emplace({question.type, question.video});
    if (is_new) {
      const auto common = most_frequent(questions, question.type, question.video);
      if (!common.empty()) it->second = common_answer(common, lengths, lengths.at(question.video));
    }
    answers.push_back(it->second);
  }
  return answers;
}

std::optional<double> chance_of(const BenchmarkQuestion& question,
                                const std::optional<Response>& prior) {
  if (is_yes_no(question.truth)) return 0.5;
  if (!prior) return std::nullopt;
  return score(question, *prior).correct ? 1 : 0;
}

std::vector<std::size_t> spread_evenly(std::span<const MediaTime> times,
                                       const TimeSpan& range,
                                       const Fits& fits) {
  std::vector<Placed> sorted;
  for (std::size_t i = 0; i < times.size(); ++i) sorted.emplace_back(times[i], i);
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(),
                           sorted.end(),
                           [](const Placed& a, const Placed& b) { return a.first == b.first; }),
               sorted.end());
  std::vector<std::size_t> chosen;
  for (const auto& [time, position] : sorted) chosen.push_back(position);
  if (chosen.empty() || fits(chosen)) return chosen;

  chosen.clear();
  std::int64_t fitting = 0;
  std::int64_t too_many = range.length().count();  // a cell a nanosecond takes all
  while (too_many - fitting > 1) {
    const std::int64_t cells = std::midpoint(fitting, too_many);
    auto tried = nearest_to_middles(sorted, range, cells);
    if (fits(tried)) {
      chosen = std::move(tried);
      fitting = cells;
    } else {
      too_many = cells;
    }
  }
  while (add_farthest(chosen, sorted, times, fits)) {
  }
  std::sort(chosen.begin(), chosen.end(), [&](std::size_t a, std::size_t b) {
    return times[a] < times[b];
  });
  return chosen;
}

}  // namespace hindsight::evaluation
