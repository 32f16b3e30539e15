#include "query/detail/phases.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "query/relevance.h"

namespace hindsight::query::detail {
namespace {

/// Phases that cost less than this to join are one.  One picture of a car among many of an empty
/// road costs more, a picture that is described in slightly other words less.
constexpr double kLeastDifference = 0.2;
/// Descriptions that a digest names besides the commonest.
constexpr std::size_t kMostOthers = 4;

/// Some pictures and how often each word is said of them.
struct Segment {
  PhaseRange range;
  std::map<std::string, double> words;

  double size() const { return static_cast<double>(range.last - range.first + 1); }
};

/// Cosine of the words' counts; pictures of which nothing is said are alike.
double likeness(const Segment& a, const Segment& b) {
  double product = 0;
  double a_squares = 0;
  double b_squares = 0;
  for (const auto& [word, count] : a.words) {
    a_squares += count * count;
    if (const auto it = b.words.find(word); it != b.words.end()) product += count * it->second;
  }
  for (const auto& [word, count] : b.words) b_squares += count * count;
  if (a_squares == 0 || b_squares == 0) return a_squares == b_squares ? 1 : 0;
  return product / std::sqrt(a_squares * b_squares);
}

/// Ward's criterion with (1 - cosine) as the distance: short stretches join before long ones.
double cost_of_joining(const Segment& a, const Segment& b) {
  return a.size() * b.size() / (a.size() + b.size()) * (1 - likeness(a, b));
}

void join(Segment& a, const Segment& b) {
  a.range.last = b.range.last;
  for (const auto& [word, count] : b.words) a.words[word] += count;
}

}  // namespace

std::vector<PhaseRange> find_phases(std::span<const std::string> descriptions, std::size_t most) {
  std::vector<Segment> segments;
  for (std::size_t i = 0; i < descriptions.size(); ++i) {
    if (i > 0 && descriptions[i] == descriptions[i - 1]) {
      segments.back().range.last = i;
      for (const auto& word : content_words(descriptions[i])) segments.back().words[word] += 1;
      continue;
    }
    Segment& segment = segments.emplace_back(Segment{{i, i}, {}});
    for (const auto& word : content_words(descriptions[i])) segment.words[word] += 1;
  }
  std::vector<double> costs;  // of joining i and i + 1
  for (std::size_t i = 0; i + 1 < segments.size(); ++i)
    costs.push_back(cost_of_joining(segments[i], segments[i + 1]));
  while (!costs.empty()) {
    const auto cheapest = std::min_element(costs.begin(), costs.end());
    if (*cheapest >= kLeastDifference && segments.size() <= most) break;
    const auto at = cheapest - costs.begin();
    const auto i = static_cast<std::size_t>(at);
    join(segments[i], segments[i + 1]);
    segments.erase(segments.begin() + at + 1);
    costs.erase(cheapest);
    if (i > 0) costs[i - 1] = cost_of_joining(segments[i - 1], segments[i]);
    if (i < costs.size()) costs[i] = cost_of_joining(segments[i], segments[i + 1]);
  }
  std::vector<PhaseRange> phases;
  for (const auto& segment : segments) phases.push_back(segment.range);
  return phases;
}

Digest digest(std::span<const std::string> descriptions) {
  struct Said {
    std::string_view text;
    std::size_t count = 0;
    std::size_t first = 0;
  };
  std::vector<Said> said;
  for (std::size_t i = 0; i < descriptions.size(); ++i) {
    const auto same = std::find_if(
        said.begin(), said.end(), [&](const Said& s) { return s.text == descriptions[i]; });
    if (same == said.end())
      said.push_back({descriptions[i], 1, i});
    else
      ++same->count;
  }
  if (said.empty()) return {};
  std::stable_sort(
      said.begin(), said.end(), [](const Said& a, const Said& b) { return a.count > b.count; });
  Digest digest{
      .text = std::string(said.front().text),
      .share = static_cast<double>(said.front().count) / static_cast<double>(descriptions.size()),
      .typical = said.front().first};
  if (said.size() == 1) return digest;
  if (said.front().count > 1) digest.text = "mostly " + digest.text;
  const std::size_t named = std::min(said.size() - 1, kMostOthers);
  for (std::size_t i = 1; i <= named; ++i)
    digest.text += fmt::format("{}{}", i == 1 ? "; also " : " / ", said[i].text);
  if (named + 1 < said.size()) digest.text += fmt::format(" and {} more", said.size() - 1 - named);
  return digest;
}

}  // namespace hindsight::query::detail
