#include "evaluation/score.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdlib>

namespace hindsight::evaluation {
namespace {

constexpr std::array<std::string_view, 13> kNumberWords = {"zero",
                                                           "one",
                                                           "two",
                                                           "three",
                                                           "four",
                                                           "five",
                                                           "six",
                                                           "seven",
                                                           "eight",
                                                           "nine",
                                                           "ten",
                                                           "eleven",
                                                           "twelve"};
constexpr std::size_t kMaxWords = 12;

std::vector<TimeSpan> merged(std::span<const TimeSpan> spans) {
  std::vector<TimeSpan> sorted(spans.begin(), spans.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<TimeSpan> result;
  for (const TimeSpan& span : sorted) {
    if (span.empty()) continue;
    if (!result.empty() && span.begin <= result.back().end) {
      result.back().end = std::max(result.back().end, span.end);
    } else {
      result.push_back(span);
    }
  }
  return result;
}

double total_seconds(std::span<const TimeSpan> spans) {
  double sum = 0;
  for (const TimeSpan& span : spans) sum += to_seconds(span.length());
  return sum;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto finish = [&] {
    const auto number = std::find(kNumberWords.begin(), kNumberWords.end(), word);
    if (number != kNumberWords.end()) word = std::to_string(number - kNumberWords.begin());
    if (!word.empty() && word != "a" && word != "an" && word != "the") words.push_back(word);
    word.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    // A point or colon between digits belongs to a number or a clock.
    const bool inside_number = (c == '.' || c == ':') && i > 0 && i + 1 < text.size() &&
                               std::isdigit(static_cast<unsigned char>(text[i - 1])) != 0 &&
                               std::isdigit(static_cast<unsigned char>(text[i + 1])) != 0;
    if (std::isalnum(c) != 0 || c >= 0x80 || inside_number) {
      word.push_back(static_cast<char>(std::tolower(c)));
    } else {
      finish();
    }
  }
  finish();
  return words;
}

std::string join(std::span<const std::string> words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// Where the words of `part` stand together in `words`, from `begin` on.
std::optional<std::size_t> find_words(std::span<const std::string> words,
                                      std::span<const std::string> part,
                                      std::size_t begin) {
  const auto at = std::search(
      words.begin() + static_cast<std::ptrdiff_t>(begin), words.end(), part.begin(), part.end());
  if (part.empty() || at == words.end()) return std::nullopt;
  return static_cast<std::size_t>(at - words.begin());
}

bool is_exact_text(const Truth& truth, const std::string& answer) {
  const auto wanted = words_of(*truth.text);
  const auto given = words_of(answer);
  if (wanted.empty() || given.empty()) return false;
  if (is_yes_no(truth)) return given.front() == wanted.front();
  return given.size() <= kMaxWords && find_words(given, wanted, 0).has_value();
}

bool holds_in_order(const std::vector<std::string>& items, const std::string& answer) {
  const auto given = words_of(answer);
  std::size_t begin = 0;
  for (const auto& item : items) {
    const auto wanted = words_of(item);
    const auto at = find_words(given, wanted, begin);
    if (!at) return false;
    begin = *at + wanted.size();
  }
  return !items.empty();
}

Score score_number(const BenchmarkQuestion& question, const Response& response) {
  const double truth = *question.truth.number;
  const auto number = response.number ? response.number : first_number(response.text);
  if (!number) return {};
  const double off = std::abs(*number - truth);
  switch (question.rule) {
    case Rule::absolute:
      return {off <= question.tolerance, off};
    case Rule::relative:
      return {off <= question.tolerance * std::abs(truth), off};
    default:
      return {off == 0, off};
  }
}

}  // namespace

double intersection_over_union(std::span<const TimeSpan> a, std::span<const TimeSpan> b) {
  const auto left = merged(a);
  const auto right = merged(b);
  double both = 0;
  for (const TimeSpan& x : left) {
    for (const TimeSpan& y : right) {
      if (x.overlaps(y)) both += to_seconds(intersect(x, y).length());
    }
  }
  const double either = total_seconds(left) + total_seconds(right) - both;
  return left.empty() || right.empty() ? 0 : both / either;
}

std::string normalized(std::string_view text) { return join(words_of(text)); }

bool is_yes_no(const Truth& truth) {
  if (!truth.text) return false;
  const std::string text = normalized(*truth.text);
  return text == "yes" || text == "no";
}

std::optional<double> first_number(std::string_view text) {
  for (const auto& word : words_of(text)) {
    if (std::isdigit(static_cast<unsigned char>(word.front())) == 0) continue;
    char* end = nullptr;
    const double number = std::strtod(word.c_str(), &end);
    const std::string_view unit(end);
    if (unit.empty() || unit == "s" || unit == "seconds") return number;
  }
  return std::nullopt;
}

Score score(const BenchmarkQuestion& question, const Response& response) {
  if (question.rule == Rule::refusal) return {!response.found, 0};
  if (!response.found) return {};
  if (question.rule == Rule::iou) {
    const double iou = intersection_over_union(*question.truth.intervals, response.intervals);
    return {iou >= question.tolerance, iou};
  }
  if (question.truth.number) return score_number(question, response);
  if (question.truth.list) return {holds_in_order(*question.truth.list, response.text), 0};
  return {is_exact_text(question.truth, response.text), 0};
}

}  // namespace hindsight::evaluation
