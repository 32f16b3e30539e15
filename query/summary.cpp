#include "query/summary.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "core/error.h"
#include "query/detail/noun_phrase.h"
#include "query/detail/phases.h"
#include "query/detail/question_words.h"
#include "query/detail/replies.h"
#include "query/select_pairs.h"

namespace hindsight::query {
namespace {

constexpr int kMaxDescriptionTokens = 48;
/// Of a section: what is more is joined, and named behind "also".
constexpr std::size_t kMostPhases = 12;

void check(const SummaryOptions& options) {
  if (options.max_pairs < 1) {
    throw Error(ErrorCode::usage,
                fmt::format("{} pairs make no summary; describe at least 1", options.max_pairs));
  }
  if (options.every < MediaDuration{})
    throw Error(ErrorCode::usage, "sections of negative length make no summary");
}

std::string to_phrase(const std::string& reply) {
  auto phrase = detail::phrase_of(reply);
  return phrase.empty() ? "nothing that the model has words for" : phrase;
}

/// Makes sections and phases of described pairs.  Borrows all of them.
class Merging {
 public:
  Merging(const std::vector<index::StoredPair>& pairs,
          const std::vector<std::string>& descriptions,
          const std::vector<TimeSpan>& shots)
      : pairs_(pairs), descriptions_(descriptions), shots_(shots) {}

  Section section(const TimeSpan& span) const {
    const auto begin_of = [&](MediaTime time) {
      return static_cast<std::size_t>(
          std::lower_bound(pairs_.begin(),
                           pairs_.end(),
                           time,
                           [](const auto& pair, MediaTime t) { return pair.first < t; }) -
          pairs_.begin());
    };
    const std::size_t first = begin_of(span.begin);
    const std::size_t count = begin_of(span.end) - first;
    Section section{.span = span, .text = {}, .phases = {}};
    if (count == 0) {
      add_what_lasts(section);
      return section;
    }
    const auto said = std::span(descriptions_).subspan(first, count);
    section.text = detail::digest(said).text;
    for (const auto& range : detail::find_phases(said, kMostPhases))
      section.phases.push_back(phase(first + range.first, first + range.last));
    section.phases.front().span.begin = span.begin;
    section.phases.back().span.end = span.end;
    return section;
  }

 private:
  /// In a section in which no pair begins the one before it stands for what is there, if any does.
  void add_what_lasts(Section& section) const {
    const auto found = std::ranges::find_if(
        pairs_, [&](const auto& pair) { return pair.covers.contains(section.span.begin); });
    if (found == pairs_.end()) return;
    const auto at = static_cast<std::size_t>(found - pairs_.begin());
    section.phases.push_back(phase(at, at));
    section.phases.front().span = section.span;
    section.text = section.phases.front().text;
  }

  Phase phase(std::size_t first, std::size_t last) const {
    const auto digest = detail::digest(std::span(descriptions_).subspan(first, last - first + 1));
    Phase phase{.span = {first > 0 ? boundary(first - 1) : pairs_[first].covers.begin,
                         last + 1 < pairs_.size() ? boundary(last) : pairs_[last].covers.end},
                .text = digest.text,
                .share = digest.share,
                .pairs = {},
                .descriptions = {}};
    for (const std::size_t i : {first, first + digest.typical, last}) {
      if (!phase.pairs.empty() && phase.pairs.back().id == pairs_[i].id) continue;
      phase.pairs.push_back(pairs_[i]);
      phase.descriptions.push_back(descriptions_[i]);
    }
    return phase;
  }

  /// Between pair `i` and the next: the first cut, else the middle.
  MediaTime boundary(std::size_t i) const {
    const MediaTime before = pairs_[i].second;
    const MediaTime after = std::max(before, pairs_[i + 1].first);
    const auto shot = std::upper_bound(
        shots_.begin(), shots_.end(), before, [](MediaTime time, const TimeSpan& candidate) {
          return time < candidate.begin;
        });
    if (shot != shots_.end() && shot->begin <= after) return shot->begin;
    return before + (after - before) / 2;
  }

  const std::vector<index::StoredPair>& pairs_;
  const std::vector<std::string>& descriptions_;
  const std::vector<TimeSpan>& shots_;
};

/// Every range cut at the multiples of `every` (0: nowhere) and at `reached`, behind which nothing
/// has been read.
std::vector<TimeSpan> section_spans(const std::vector<TimeSpan>& ranges,
                                    MediaDuration every,
                                    MediaTime reached) {
  std::vector<TimeSpan> spans;
  for (const TimeSpan& range : ranges) {
    MediaTime begin = range.begin;
    while (begin < range.end) {
      MediaTime end = range.end;
      if (every > MediaDuration{})
        end = std::min(end, MediaTime{(begin.since_start / every + 1) * every});
      if (begin < reached) end = std::min(end, reached);
      spans.push_back({begin, end});
      begin = end;
    }
  }
  return spans;
}

}  // namespace

std::vector<std::string> describe(Judge& judge, std::span<const index::StoredPair> pairs) {
  auto descriptions = judge.replies(std::string(kDescribe), pairs, kMaxDescriptionTokens);
  for (auto& description : descriptions) description = to_phrase(std::move(description));
  return descriptions;
}

Summary summarize(const VideoScope& scope,
                  const index::Store& store,
                  model::LanguageModel& language_model,
                  const model::Tokenizer& tokenizer,
                  const SummaryOptions& options) {
  check(options);
  Summary summary{.video = scope.label,
                  .video_id = scope.video.id,
                  .video_hash = scope.video.content_hash,
                  .ranges = scope.ranges,
                  .text = {},
                  .sections = {},
                  .num_pairs = 0,
                  .coverage = {},
                  .complete = scope.run.complete,
                  .usage = {},
                  .not_kept = {}};
  const auto pairs = uniform_pairs(scope, store, options.max_pairs);
  summary.num_pairs = static_cast<int>(pairs.size());
  summary.coverage = look_coverage(pairs, scope.ranges);
  if (pairs.empty()) return summary;

  Judge judge(store, language_model, tokenizer, options.keep);
  const auto descriptions = describe(judge, pairs);
  judge.keep();
  summary.usage = judge.usage();
  summary.not_kept = judge.not_kept();

  const auto shots = store.shots(scope.run.id);
  const Merging merging(pairs, descriptions, shots);
  const MediaTime reached =
      scope.run.complete ? scope.video.end : store.run_stats(scope.run.id).reached;
  for (const TimeSpan& span : section_spans(scope.ranges, options.every, reached))
    summary.sections.push_back(merging.section(span));
  summary.text = detail::digest(descriptions).text;
  return summary;
}

bool asks_for_summary(std::string_view question) {
  using detail::Words;
  constexpr std::string_view kPolite =
      "please can could you tell give show write me us i want to a an";
  constexpr std::string_view kEverything =
      "this that the it whole entire full complete all of in video film clip recording footage "
      "movie "
      "here for short brief please me us . ? !";
  const auto all = detail::plain_words(question);
  const Words words = detail::skip_front(all, kPolite);
  const auto is_rest = [&](std::string_view pattern) {
    const auto rest = detail::after_pattern(words, pattern);
    return rest && detail::skip_front(*rest, kEverything).empty();
  };
  const Words brief = detail::skip_front(words, "short brief quick");
  if (const auto rest = detail::after_pattern(brief, "summary/summarise/summarize/overview/recap");
      rest && detail::skip_front(*rest, kEverything).empty())
    return true;
  if (const auto rest = detail::after_pattern(words, "what is/was")) {
    const auto about = detail::skip_front(*rest, kEverything);
    if (detail::is(about, 0, "about") && about.size() < rest->size())
      return detail::skip_front(about.subspan(1), kEverything).empty();
  }
  return is_rest("describe the/this video/film/clip/recording/footage/movie") ||
         is_rest("what happens/happened") || is_rest("what is/was going on") ||
         is_rest("describe what happens/happened") || is_rest("describe what is/was happening") ||
         is_rest("describe the scene/picture/image") || is_rest("what is/are/was/were visible") ||
         is_rest("what can be seen") || is_rest("what can/do/did/could you/we/i see") ||
         is_rest("what is/was there") || is_rest("what is/was shown") ||
         is_rest("what is/was happening") ||
         is_rest("what is/was in the/this video/film/clip/recording/footage/movie");
}

}  // namespace hindsight::query
