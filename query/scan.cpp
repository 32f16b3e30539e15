#include "query/scan.h"

#include <algorithm>
#include <map>
#include <numeric>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/error.h"
#include "query/boundaries.h"
#include "query/relevance.h"
#include "query/representatives.h"

namespace hindsight::query {
namespace {

constexpr double kNotLooked = -1;
constexpr double kAsked = -2;
constexpr int kMaxTextHits = 20;
constexpr std::int64_t kMostLooks = 6000;
/// First looks at a run that is not looked at whole, unless `most_share` of its pairs are more.
constexpr std::size_t kMostSeeds = 1000;
/// Of pairs in a row whose representatives show it, at least each so-maniest is looked at.
constexpr std::size_t kStride = 8;

/// The likeliest interval: of those that were ruled out only where there is no other.
Timeline likeliest_beside(const std::vector<RuledOut>& ruled_out,
                          Timeline timeline,
                          std::size_t surest) {
  const auto is_ruled_out = [&](const HeldInterval& interval) {
    return find_ruled_out(ruled_out, interval.span) != nullptr;
  };
  if (!std::ranges::all_of(timeline.intervals, is_ruled_out))
    std::erase_if(timeline.intervals, is_ruled_out);
  auto likeliest = likeliest_of(std::move(timeline), surest);
  for (const auto& other : ruled_out) {
    const bool is_taken =
        !likeliest.intervals.empty() && other.span.overlaps(likeliest.intervals.front().span);
    if (!is_taken) likeliest.ruled_out.push_back(other);
  }
  return likeliest;
}

/// Half of the surest look in `ranges`, at most `off`: what is taken for granted may be surely
/// nowhere, and then it is where it is least unlikely.
double likely_level(const std::vector<ScoredPair>& pairs, const Intervals& ranges, double off) {
  constexpr double kLeast = 0.2;
  double surest = 0;
  for (const auto& scored : pairs) {
    const auto covers = [&](const TimeSpan& range) { return scored.pair.covers.overlaps(range); };
    if (std::ranges::any_of(ranges, covers)) surest = std::max(surest, scored.p_yes);
  }
  return std::min(std::max(surest / 2, kLeast), off);
}

bool is_share(double share) { return share >= 0 && share <= 1; }

}  // namespace

const Hysteresis& hysteresis_for(const std::string& predicate,
                                 const ScanOptions& options,
                                 const Judge& judge) {
  if (judge.is_read_as_text(predicate)) return options.read;
  return judge.is_read(predicate) ? options.counted : options.judged;
}

std::size_t affordable_looks(std::int64_t num_parameters) {
  constexpr std::int64_t kLeast = 400;
  constexpr std::int64_t kTwoBillion = 2'000'000'000;
  const auto looks = kLeast * kTwoBillion / std::max<std::int64_t>(num_parameters, 1);
  return static_cast<std::size_t>(std::clamp(looks, kLeast, kMostLooks));
}

Scanner::Scanner(const index::Store& store,
                 const index::RunRecord& run,
                 Judge& judge,
                 model::LanguageModel& language_model,
                 const model::Tokenizer& tokenizer,
                 const ScanOptions& options)
    : store_(store),
      run_(run),
      judge_(judge),
      clock_(store, judge),
      language_model_(language_model),
      tokenizer_(tokenizer),
      options_(options),
      pairs_(store.pairs_by_time(run.id)) {
  if (!is_share(options.coarse_share) || !is_share(options.vector_share) ||
      !is_share(options.most_share) || !is_share(options.representatives))
    throw Error(ErrorCode::usage, "the shares of a scan must lie between 0 and 1");
  // A pair that covers nothing repeats another one's frames at another size.
  std::erase_if(pairs_, [](const auto& pair) { return pair.covers.empty(); });
  find_changes();
  const auto affordable = affordable_looks(language_model.info().num_parameters);
  may_contrast_ = options.contrast.value_or(affordable == std::size_t{kMostLooks});
  const auto whole_below = options.whole_below.value_or(affordable);
  is_whole_ = pairs_.size() <= whole_below;
  if (is_whole_) return;
  const double most = options.most_share * static_cast<double>(pairs_.size());
  std::vector<std::int64_t> ids;
  for (const auto& pair : pairs_) ids.push_back(pair.id);
  vectors_ = vectors_of(store.pair_vectors(run.id), ids);
  const auto seeds = std::max(static_cast<double>(std::min(whole_below / 2, kMostSeeds)), most);
  representative_of_ = representatives_of(
      store, run.id, vectors_, static_cast<std::size_t>(options.representatives * seeds));
}

void Scanner::find_changes() {
  // Activity and shots are kept stretch by stretch: where a stretch ends, neither need end.
  for (const auto& active : store_.activity(run_.id)) active_.push_back(active.span);
  active_ = unite(active_);
  std::map<int, MediaTime> begins;
  for (const auto& pair : pairs_) {
    const auto [it, is_new] = begins.try_emplace(pair.stretch, pair.covers.begin);
    if (!is_new) it->second = std::min(it->second, pair.covers.begin);
  }
  for (const TimeSpan& shot : store_.shots(run_.id)) {
    const bool is_stretch = std::any_of(begins.begin(), begins.end(), [&](const auto& stretch) {
      return stretch.second == shot.begin;
    });
    if (!is_stretch) cuts_.push_back(shot.begin);
  }
  meet_at_changes(pairs_, active_, cuts_);
}

std::size_t ScanReport::*Scanner::counter_of(Reason reason) {
  switch (reason) {
    case Reason::representative:
      return &ScanReport::representatives;
    case Reason::likeness:
      return &ScanReport::by_likeness;
    case Reason::vector:
      return &ScanReport::by_vector;
    case Reason::text:
      return &ScanReport::by_text;
    case Reason::change:
      return &ScanReport::by_change;
    case Reason::rank:
    case Reason::none:
      break;
  }
  return &ScanReport::by_rank;
}

Timeline Scanner::timeline(const std::string& predicate,
                           const Intervals& ranges,
                           Existence existence) {
  scores_.assign(pairs_.size(), kNotLooked);
  hysteresis_ = hysteresis_for(predicate, options_, judge_);
  contrast_ = may_contrast_ ? contrast_of(predicate, language_model_.info().words) : std::nullopt;
  if (!pairs_.empty())
    shown_ =
        clock_.shows(predicate, run_.id, {pairs_.front().covers.begin, pairs_.back().covers.end});
  auto reasons = choose_seeds(predicate);
  // Representatives may lie anywhere.
  std::vector<bool> is_within(pairs_.size());
  for (const TimeSpan& range : ranges) {
    Window window;
    if (!find_window(predicate, range, reasons, window)) continue;
    look_first(predicate, reasons, window);
    // What is found between two that show it may leave an edge undecided.
    for (bool is_wider = true; is_wider;) {
      refine(predicate, reasons, window);
      const Window before = window;
      widen(predicate, reasons, window);
      is_wider = window != before;
    }
    for (std::size_t i = window.first; i <= window.last; ++i) is_within[i] = true;
  }
  ScanReport report{.predicate = predicate};
  const auto* clock = clock_.clock_of(predicate, run_.id);
  if (clock != nullptr) report.clock = *clock;
  std::vector<ScoredPair> scored;
  for (std::size_t i = 0; i < pairs_.size(); ++i) {
    if (scores_[i] < 0) continue;
    ++(report.*counter_of(reasons[i]));
    if (is_within[i]) scored.push_back({pairs_[i], scores_[i]});
  }
  const auto finish = [&](Timeline whole) {
    const auto ceasing = judge_.is_read_as_text(predicate) ? Ceasing::is_replaced : Ceasing::leaves;
    auto placed = place_boundaries(std::move(whole), active_, cuts_, ceasing);
    if (clock != nullptr) placed = place_at_ends_of(shown_, clock->error, cuts_, std::move(placed));
    return clip(std::move(placed), ranges);
  };
  auto whole = make_timeline(predicate, scored, hysteresis_);
  if (contrast_) report.compared = rule_out(whole, *contrast_, hysteresis_, judge_);
  reports_.push_back(std::move(report));
  auto found = finish(std::move(whole));
  if (!found.intervals.empty() || existence == Existence::open) return found;
  const double level = likely_level(scored, ranges, hysteresis_.off);
  const Hysteresis likely{.on = level, .off = level};
  return likeliest_beside(
      found.ruled_out, finish(make_timeline(predicate, scored, likely)), hysteresis_.surest);
}

std::vector<Scanner::Reason> Scanner::choose_seeds(const std::string& predicate) const {
  std::vector<Reason> seeds(pairs_.size(), Reason::none);
  if (is_whole_) {
    std::fill(seeds.begin(), seeds.end(), Reason::rank);
    return seeds;
  }
  seed_by_rank(seeds);
  seed_by_text(seeds, predicate);
  seed_by_clock(seeds);
  seed_by_vector(seeds, predicate);
  for (std::size_t i = 0; i < pairs_.size(); ++i)
    if (seeds[i] == Reason::none && static_cast<std::size_t>(representative_of_[i]) == i)
      seeds[i] = Reason::representative;
  return seeds;
}

void Scanner::seed_by_rank(std::vector<Reason>& seeds) const {
  std::map<int, std::vector<std::size_t>> stretches;
  for (std::size_t i = 0; i < pairs_.size(); ++i) stretches[pairs_[i].stretch].push_back(i);
  for (auto& [number, members] : stretches) {
    std::sort(members.begin(), members.end(), [&](std::size_t a, std::size_t b) {
      return pairs_[a].rank < pairs_[b].rank;
    });
    const auto share = options_.coarse_share * static_cast<double>(members.size());
    members.resize(std::max<std::size_t>(1, static_cast<std::size_t>(share)));
    for (const std::size_t i : members) seeds[i] = Reason::rank;
  }
  // Every pair lies between two seeds.
  seeds.front() = Reason::rank;
  seeds.back() = Reason::rank;
}

void Scanner::seed_by_text(std::vector<Reason>& seeds, const std::string& predicate) const {
  const auto words = content_words(predicate);
  if (words.empty()) return;
  const auto hits = store_.search_texts(fmt::format("{}", fmt::join(words, " ")),
                                        {.video_ids = {run_.video_id}, .limit = kMaxTextHits});
  for (const auto& hit : hits) {
    const MediaTime middle = hit.text.span.begin + hit.text.span.length() / 2;
    const auto found = std::find_if(pairs_.begin(), pairs_.end(), [&](const auto& pair) {
      return pair.covers.contains(middle);
    });
    if (found == pairs_.end()) continue;
    auto& seed = seeds[static_cast<std::size_t>(found - pairs_.begin())];
    if (seed == Reason::none) seed = Reason::text;
  }
}

void Scanner::seed_by_clock(std::vector<Reason>& seeds) const {
  for (const TimeSpan& shown : shown_) {
    const auto from = std::ranges::lower_bound(pairs_, shown.begin, {}, &index::StoredPair::first);
    const auto to = std::ranges::lower_bound(pairs_, shown.end, {}, &index::StoredPair::first);
    if (from == to) continue;
    const auto best = std::ranges::min_element(from, to, {}, &index::StoredPair::rank);
    auto& seed = seeds[static_cast<std::size_t>(best - pairs_.begin())];
    if (seed == Reason::none) seed = Reason::text;
  }
}

void Scanner::seed_by_vector(std::vector<Reason>& seeds, const std::string& predicate) const {
  const auto share =
      static_cast<std::size_t>(options_.vector_share * static_cast<double>(pairs_.size()));
  if (share == 0) return;
  const auto closeness =
      score_pairs(vectors_, embed_words(content_words(predicate), language_model_, tokenizer_));
  for (const std::size_t i : best_positions(closeness, share))
    if (seeds[i] == Reason::none) seeds[i] = Reason::vector;
}

bool Scanner::is_like(const std::string& predicate, std::size_t i) {
  const auto representative = static_cast<std::size_t>(representative_of_[i]);
  look(predicate, {representative});
  return scores_[representative] >= options_.alike;
}

bool Scanner::is_first(const std::string& predicate, std::vector<Reason>& reasons, std::size_t i) {
  if (reasons[i] != Reason::none && reasons[i] != Reason::change) return true;
  if (is_whole_ || !is_like(predicate, i)) return false;
  // Whether it is one does not depend on the window: of a row its ends, and some between.
  const bool is_end = !is_like(predicate, i - 1) || !is_like(predicate, i + 1);
  if (!is_end && i % kStride != 0) return false;
  reasons[i] = Reason::likeness;
  return true;
}

void Scanner::look_first(const std::string& predicate,
                         std::vector<Reason>& reasons,
                         const Window& window) {
  std::vector<std::size_t> looks;
  for (std::size_t i = window.first; i <= window.last; ++i) {
    if (reasons[i] != Reason::none) looks.push_back(i);
    if (!is_whole_) looks.push_back(static_cast<std::size_t>(representative_of_[i]));
  }
  look(predicate, looks);
  looks.clear();
  for (std::size_t i = window.first; i <= window.last; ++i)
    if (is_first(predicate, reasons, i)) looks.push_back(i);
  look(predicate, looks);
}

bool Scanner::find_window(const std::string& predicate,
                          const TimeSpan& range,
                          std::vector<Reason>& reasons,
                          Window& window) {
  const auto covers = [&](const index::StoredPair& pair) { return pair.covers.overlaps(range); };
  const auto first = std::find_if(pairs_.begin(), pairs_.end(), covers);
  if (first == pairs_.end()) return false;
  const auto last = std::find_if(pairs_.rbegin(), pairs_.rend(), covers);
  window = {static_cast<std::size_t>(first - pairs_.begin()),
            static_cast<std::size_t>(pairs_.rend() - last) - 1};
  // One more on either side, so that it is known what the range's first and last pair follow on.
  if (window.first > 0) --window.first;
  if (window.last + 1 < pairs_.size()) ++window.last;
  while (!is_first(predicate, reasons, window.first)) --window.first;
  while (!is_first(predicate, reasons, window.last)) ++window.last;
  return true;
}

void Scanner::look(const std::string& predicate, const std::vector<std::size_t>& positions) {
  std::vector<std::size_t> fresh;
  std::vector<index::StoredPair> wanted;
  for (const std::size_t i : positions) {
    if (scores_[i] != kNotLooked) continue;
    scores_[i] = kAsked;  // once, however often it is named
    fresh.push_back(i);
    wanted.push_back(pairs_[i]);
  }
  if (fresh.empty()) return;
  const auto scores = clock_.p_yes(predicate, wanted);
  for (std::size_t k = 0; k < fresh.size(); ++k) scores_[fresh[k]] = scores[k];
}

bool Scanner::is_undecided(const Window& window, std::size_t edge) const {
  if (scores_[edge] < hysteresis_.off) return false;
  if (contrast_) return true;
  std::vector<ScoredPair> run;
  // Representatives beyond the window say nothing of the pairs between.
  for (std::size_t n = 0; n <= window.last - window.first; ++n) {
    const std::size_t at = edge == window.first ? window.first + n : window.last - n;
    if (scores_[at] == kNotLooked) continue;
    if (scores_[at] < hysteresis_.off) break;
    run.push_back({pairs_[at], scores_[at]});
  }
  return evidence_of(distinct_looks(run), hysteresis_.surest) < enough_evidence(hysteresis_);
}

void Scanner::widen(const std::string& predicate, std::vector<Reason>& reasons, Window& window) {
  while (window.first > 0 && is_undecided(window, window.first)) {
    do {
      --window.first;
    } while (!is_first(predicate, reasons, window.first));
    look_first(predicate, reasons, {window.first, window.first});
  }
  while (window.last + 1 < pairs_.size() && is_undecided(window, window.last)) {
    do {
      ++window.last;
    } while (!is_first(predicate, reasons, window.last));
    look_first(predicate, reasons, {window.last, window.last});
  }
}

std::size_t Scanner::between(std::size_t before, std::size_t after) const {
  const std::size_t middle = (before + after) / 2;
  if (after - before < 2 || is_whole_) return before;
  const bool holds_before = scores_[before] >= hysteresis_.off;
  const bool holds_after = scores_[after] >= hysteresis_.off;
  if (!holds_before && !holds_after) return before;
  const auto is_doubtful = [&](std::size_t i) {  // what stands for it does not show it
    return scores_[static_cast<std::size_t>(representative_of_[i])] < options_.alike;
  };
  std::vector<std::size_t> doubtful;
  for (std::size_t i = before + 1; i < after; ++i)
    if (is_doubtful(i)) doubtful.push_back(i);
  if (holds_before && holds_after) {
    // Where it misled already, it is not asked again.
    if (doubtful.empty() || is_doubtful(before) || is_doubtful(after)) return before;
    return doubtful[doubtful.size() / 2];
  }
  // Most things do not stay long.  Every other time, as what stands for a pair may mislead.
  if (doubtful.empty() || (after - before) % 2 == 0) return middle;
  return holds_before ? doubtful.front() : doubtful.back();
}

void Scanner::refine(const std::string& predicate,
                     std::vector<Reason>& reasons,
                     const Window& window) {
  for (;;) {
    std::vector<std::size_t> looks;
    std::size_t before = window.first;
    for (std::size_t i = window.first + 1; i <= window.last; ++i) {
      if (scores_[i] < 0) continue;
      const auto next = between(before, i);
      if (scores_[next] < 0) looks.push_back(next);
      before = i;
    }
    if (looks.empty()) return;
    for (const std::size_t i : looks)
      if (reasons[i] == Reason::none) reasons[i] = Reason::change;
    look(predicate, looks);
  }
}

}  // namespace hindsight::query
