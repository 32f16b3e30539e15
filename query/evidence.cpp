#include "query/evidence.h"

#include <algorithm>
#include <cctype>

#include "query/time_words.h"

namespace hindsight::query {
namespace {

using namespace std::chrono_literals;

constexpr MediaDuration kRounding = 1s;
constexpr std::string_view kNotSeenStart = "not seen";

/// A pair that was shown.
struct Shown {
  const VideoReading* reading = nullptr;
  const Candidate* candidate = nullptr;
};

std::vector<Shown> shown_pairs(const std::vector<VideoReading>& readings) {
  std::vector<Shown> shown;
  for (const auto& reading : readings) {
    for (const auto& choice : reading.selection.choices) {
      shown.push_back({&reading, &reading.candidates[choice.candidate]});
    }
  }
  return shown;
}

/// Pairs that the stated times touch.  In several videos the same time may have been shown: the
/// video with the more relevant pair is meant.
std::vector<Shown> stated_pairs(std::string_view text,
                                const std::vector<VideoReading>& readings,
                                const std::vector<Shown>& shown) {
  MediaTime end;
  for (const auto& reading : readings) end = std::max(end, reading.scope.video.end);
  std::vector<Shown> found;
  for (const TimeSpan& stated : read_stated_times(text, end)) {
    // Exactly covered beats covered within the tolerance.
    const auto covered = [&](const Shown& s) {
      const auto& covers = s.candidate->pair.covers;
      return covers.begin <= stated.end && stated.begin < covers.end;
    };
    const bool exact = std::any_of(shown.begin(), shown.end(), covered);
    const Shown* best = nullptr;
    const auto fits = [&](const Shown& s) {
      return exact ? covered(s) : may_mean(stated, s.candidate->pair.covers);
    };
    for (const auto& s : shown) {
      if (fits(s) && (!best || s.candidate->relevance() > best->candidate->relevance())) best = &s;
    }
    if (!best) continue;
    for (const auto& s : shown) {
      if (fits(s) && s.reading == best->reading) found.push_back(s);
    }
  }
  return found;
}

std::vector<Shown> most_relevant(std::vector<Shown> shown) {
  std::stable_sort(shown.begin(), shown.end(), [](const Shown& a, const Shown& b) {
    return a.candidate->relevance() > b.candidate->relevance();
  });
  shown.resize(std::min(shown.size(), kMaxRelevant));
  return shown;
}

/// The share of `all` (ascending) below `value`, equal ones counting half.
double share_below(const std::vector<double>& all, double value) {
  const auto [low, high] = std::equal_range(all.begin(), all.end(), value);
  const auto below = static_cast<double>(low - all.begin());
  const auto equal = static_cast<double>(high - low);
  return (below + equal / 2) / static_cast<double>(all.size());
}

}  // namespace

std::vector<EvidenceInterval> find_evidence(std::string_view text,
                                            const std::vector<VideoReading>& readings) {
  const auto shown = shown_pairs(readings);
  auto basis = EvidenceBasis::stated;
  auto chosen = stated_pairs(text, readings, shown);
  if (chosen.empty()) {
    basis = EvidenceBasis::relevance;
    chosen = most_relevant(shown);
  }
  std::vector<double> all;
  for (const auto& reading : readings) {
    for (const auto& candidate : reading.candidates) all.push_back(candidate.relevance());
  }
  std::sort(all.begin(), all.end());
  // `shown` is by video and time, and pointers into its readings keep that order.
  const auto order = [&](const Shown& s) {
    return std::pair(s.reading, std::pair(s.candidate->pair.covers, s.candidate->pair.first));
  };
  std::sort(chosen.begin(), chosen.end(), [&](const Shown& a, const Shown& b) {
    return order(a) < order(b);
  });
  chosen.erase(
      std::unique(chosen.begin(),
                  chosen.end(),
                  [](const Shown& a, const Shown& b) { return a.candidate == b.candidate; }),
      chosen.end());

  std::vector<EvidenceInterval> intervals;
  for (const auto& s : chosen) {
    const auto& pair = s.candidate->pair;
    const auto& scope = s.reading->scope;
    const double score = share_below(all, s.candidate->relevance());
    if (!intervals.empty() && intervals.back().video_id == scope.video.id &&
        pair.covers.begin <= intervals.back().span.end) {
      auto& last = intervals.back();
      last.span.end = std::max(last.span.end, pair.covers.end);
      last.score = std::max(last.score, score);
      last.pairs.push_back(pair);
    } else {
      intervals.push_back({.video = scope.label,
                           .video_id = scope.video.id,
                           .video_hash = scope.video.content_hash,
                           .span = pair.covers,
                           .score = score,
                           .basis = basis,
                           .pairs = {pair}});
    }
  }
  return intervals;
}

bool may_mean(const TimeSpan& stated, const TimeSpan& shown) {
  return shown.begin - kRounding <= stated.end && stated.begin < shown.end + kRounding;
}

bool states_finding(std::string_view text) {
  const auto is_letter = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  const auto first = std::find_if(text.begin(), text.end(), is_letter);
  if (first == text.end()) return false;
  const std::string_view content = text.substr(static_cast<std::size_t>(first - text.begin()));
  const auto start = content.substr(0, kNotSeenStart.size());
  return !std::equal(
      start.begin(), start.end(), kNotSeenStart.begin(), kNotSeenStart.end(), [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == b;
      });
}

}  // namespace hindsight::query
