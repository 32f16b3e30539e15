#include "query/detail/phases.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "query/detail/replies.h"
#include "query/relevance.h"

namespace hindsight::query::detail {
namespace {

/// Phases that cost less than this to join are one.  One picture of a car among many of an empty
/// road costs more, a picture that is described in slightly other words less.
constexpr double kLeastDifference = 0.2;
/// What is in so many of the pictures is what a digest says of all, up to kMostCommon things.
constexpr double kCommon = 0.5;
constexpr std::size_t kMostCommon = 5;
/// Things that it names besides.
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

/// A part of descriptions, "a red car" of "a red car; a tree".
struct Thing {
  std::string_view text;
  std::size_t count = 0;  ///< pictures that have it
  std::size_t first_picture = 0;
  std::size_t last_picture = 0;
};

void add_thing(std::vector<Thing>& things, std::string_view text, std::size_t picture) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const auto known = std::find_if(
      things.begin(), things.end(), [&](const Thing& thing) { return thing.text == text; });
  if (known == things.end()) {
    things.push_back({text, 1, picture, picture});
  } else if (known->last_picture != picture) {
    ++known->count;
    known->last_picture = picture;
  }
}

/// The commonest first, equals in the order in which they appear.
std::vector<Thing> things_in(std::span<const std::string> descriptions) {
  std::vector<Thing> things;
  for (std::size_t picture = 0; picture < descriptions.size(); ++picture) {
    const std::string_view all = descriptions[picture];
    for (std::size_t begin = 0; begin <= all.size();) {
      const auto end = std::min(all.find(';', begin), all.size());
      add_thing(things, all.substr(begin, end - begin), picture);
      begin = end + 1;
    }
  }
  std::stable_sort(things.begin(), things.end(), [](const Thing& a, const Thing& b) {
    return a.count > b.count;
  });
  return things;
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
  if (descriptions.empty()) return {};
  auto things = things_in(descriptions);
  const auto num_pictures = static_cast<double>(descriptions.size());
  const auto share = [&](const Thing& thing) {
    return static_cast<double>(thing.count) / num_pictures;
  };
  // Where there is something in most of the pictures, nothing is not what they show.
  std::string empty_rest;
  const bool is_empty_first = things.size() > 1 && says_nothing(normalized_reply(std::string(things.front().text)));
  if (is_empty_first && share(things.front()) < kCommon) {
    empty_rest = fmt::format("; nothing in {:.0f} % of the pictures", 100 * share(things.front()));
    things.erase(things.begin());
  }
  std::size_t num_common = 1;
  while (num_common < std::min(things.size(), kMostCommon) && share(things[num_common]) >= kCommon)
    ++num_common;
  Digest digest{
      .text = {}, .share = share(things.front()), .typical = things.front().first_picture};
  const std::size_t num_named = std::min(things.size(), num_common + kMostOthers);
  for (std::size_t i = 0; i < num_named; ++i) {
    digest.text += i == 0 ? "" : i == num_common ? " (also: " : "; ";
    digest.text += things[i].text;
  }
  if (num_named < things.size()) digest.text += fmt::format("; {} more", things.size() - num_named);
  if (num_named > num_common) digest.text += ")";
  if (digest.share >= kCommon && digest.share < 1) digest.text.insert(0, "mostly ");
  digest.text += empty_rest;
  return digest;
}

}  // namespace hindsight::query::detail
