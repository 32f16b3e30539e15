#include "query/select_pairs.h"

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "core/error.h"

namespace hindsight::query {
namespace {

/// Relevance looks at this many nearest vectors at most: in a static scene nearly all are
/// duplicates.
constexpr std::size_t kMaxLooks = 1000;

struct Limits {
  int visual_tokens = 0;
  int prompt_tokens = 0;
};

class Selector {
 public:
  Selector(std::span<const Candidate> candidates, int tokens_around_pair)
      : candidates_(candidates), tokens_around_pair_(tokens_around_pair) {}

  /// False when it does not fit; a pair of frames that is chosen already counts as taken.
  bool take(std::size_t i, ChoiceReason reason, const Limits& limits) {
    const auto& pair = candidates_[i].pair;
    if (is_taken(i)) return true;
    const int visual = result_.visual_tokens + pair.num_tokens;
    const int prompt = result_.prompt_tokens + pair.num_tokens + tokens_around_pair_;
    if (visual > limits.visual_tokens || prompt > limits.prompt_tokens) return false;
    result_.visual_tokens = visual;
    result_.prompt_tokens = prompt;
    result_.choices.push_back({i, reason});
    taken_.insert(key(i));
    return true;
  }

  bool is_taken(std::size_t i) const { return taken_.contains(key(i)); }

  Selection finish() {
    std::sort(
        result_.choices.begin(), result_.choices.end(), [&](const Choice& a, const Choice& b) {
          return key(a.candidate) < key(b.candidate);
        });
    return std::move(result_);
  }

 private:
  using Key = std::tuple<MediaTime, MediaTime, std::int64_t>;
  Key key(std::size_t i) const {
    const auto& pair = candidates_[i].pair;
    return {pair.first, pair.second, pair.video_id};
  }

  std::span<const Candidate> candidates_;
  int tokens_around_pair_;
  Selection result_;
  std::set<Key> taken_;
};

/// At most `limit` candidates of more than `above`, best first; equal ones in global order.
template <class Value>
std::vector<std::size_t> ranked(std::span<const Candidate> candidates,
                                Value value,
                                double above,
                                std::size_t limit) {
  std::vector<std::size_t> order;
  if (limit == 0) return order;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (value(candidates[i]) > above) order.push_back(i);
  }
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(std::min(limit, order.size()));
  std::partial_sort(order.begin(), end, order.end(), [&](std::size_t a, std::size_t b) {
    const double x = value(candidates[a]);
    const double y = value(candidates[b]);
    return x != y ? x > y : a < b;
  });
  order.erase(end, order.end());
  return order;
}

/// Takes from both rankings in turn until the budget is spent.
void take_relevant(Selector& selector,
                   std::span<const Candidate> candidates,
                   bool has_closeness,
                   const Limits& limits,
                   const std::function<bool(std::size_t, std::size_t)>& near_duplicates) {
  const auto by_subtitle = ranked(
      candidates, [](const Candidate& c) { return c.subtitle_hit; }, 0, candidates.size());
  const auto by_vector = ranked(
      candidates,
      [](const Candidate& c) { return c.closeness; },
      -2,
      has_closeness ? kMaxLooks : 0);
  std::vector<std::size_t> seen;
  std::size_t s = 0;
  std::size_t v = 0;
  while (s < by_subtitle.size() || v < by_vector.size()) {
    if (s < by_subtitle.size()) {
      selector.take(by_subtitle[s++], ChoiceReason::subtitle, limits);
    }
    bool looked = false;
    while (v < by_vector.size() && !looked) {
      const std::size_t i = by_vector[v++];
      const bool repeats =
          near_duplicates && std::any_of(seen.begin(), seen.end(), [&](std::size_t other) {
            return near_duplicates(i, other);
          });
      if (repeats || selector.is_taken(i)) continue;
      looked = selector.take(i, ChoiceReason::relevance, limits);
      if (!looked) return;
      seen.push_back(i);
    }
  }
}

}  // namespace

std::string_view to_string(ChoiceReason reason) {
  switch (reason) {
    case ChoiceReason::everything:
      return "everything";
    case ChoiceReason::coverage:
      return "coverage";
    case ChoiceReason::subtitle:
      return "subtitle";
    case ChoiceReason::relevance:
      return "relevance";
    case ChoiceReason::given:
      return "given";
  }
  return "";
}

Selection select_pairs(std::span<const Candidate> candidates,
                       const SelectOptions& options,
                       const std::function<bool(std::size_t, std::size_t)>& near_duplicates) {
  if (options.max_visual_tokens < 1 || options.max_prompt_tokens < 1) {
    throw Error(ErrorCode::usage, "the token budget must be at least 1");
  }
  if (!(options.coverage_share >= 0 && options.coverage_share <= 1)) {
    throw Error(ErrorCode::usage, "the share of the budget for coverage must lie between 0 and 1");
  }
  const auto take_prefix = [&](Selector& selector, ChoiceReason reason, const Limits& limits) {
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      if (!selector.take(i, reason, limits)) return false;
    }
    return true;
  };
  const auto part = [](double share, int whole) { return static_cast<int>(share * whole); };
  const Limits all{options.max_visual_tokens, options.max_prompt_tokens};
  if (Selector everything(candidates, options.tokens_around_pair);
      take_prefix(everything, ChoiceReason::everything, all)) {
    return everything.finish();
  }
  Selector selector(candidates, options.tokens_around_pair);
  const bool has_hits = std::any_of(
      candidates.begin(), candidates.end(), [](const Candidate& c) { return c.subtitle_hit > 0; });
  if (options.has_closeness || has_hits) {
    const double share = options.coverage_share;
    take_prefix(selector,
                ChoiceReason::coverage,
                {part(share, all.visual_tokens), part(share, all.prompt_tokens)});
    take_relevant(selector, candidates, options.has_closeness, all, near_duplicates);
  }
  take_prefix(selector, ChoiceReason::coverage, all);
  return selector.finish();
}

Selection take_pairs(std::span<const Candidate> candidates,
                     std::span<const std::size_t> order,
                     const SelectOptions& options) {
  const Limits all{options.max_visual_tokens, options.max_prompt_tokens};
  Selector selector(candidates, options.tokens_around_pair);
  for (const std::size_t i : order) {
    if (i >= candidates.size())
      throw Error(ErrorCode::internal,
                  fmt::format("pair {} of {} was chosen", i, candidates.size()));
    if (!selector.take(i, ChoiceReason::given, all)) break;
  }
  return selector.finish();
}

std::vector<index::StoredPair> uniform_pairs(const VideoScope& scope,
                                             const index::Store& store,
                                             int most) {
  const TimeSpan all{scope.ranges.front().begin, scope.ranges.back().end};
  const auto near = store.pairs(scope.run.id, all);
  std::vector<index::StoredPair> chosen;
  const auto choose = [&](const auto& fits) {
    for (const auto& pair : near) {
      if (static_cast<int>(chosen.size()) == most) break;
      const bool is_asked = std::ranges::any_of(
          scope.ranges, [&](const TimeSpan& range) { return fits(pair, range); });
      if (is_asked) chosen.push_back(pair);
    }
  };
  choose([](const auto& pair, const TimeSpan& range) { return range.contains(pair.first); });
  // In a short range in which no pair begins, others stand for what is there.
  if (chosen.empty())
    choose([](const auto& pair, const TimeSpan& range) { return pair.covers.overlaps(range); });
  std::sort(chosen.begin(), chosen.end(), [](const auto& a, const auto& b) {
    return std::tie(a.first, a.id) < std::tie(b.first, b.id);
  });
  return chosen;
}

std::vector<int> split_budget(int budget, std::span<const std::int64_t> claims) {
  std::vector<std::size_t> order(claims.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return claims[a] < claims[b];
  });
  std::vector<int> parts(claims.size());
  std::int64_t left = std::max(budget, 0);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto share = left / static_cast<std::int64_t>(order.size() - i);
    const auto part = std::clamp<std::int64_t>(claims[order[i]], 0, share);
    parts[order[i]] = static_cast<int>(part);
    left -= part;
  }
  return parts;
}

}  // namespace hindsight::query
