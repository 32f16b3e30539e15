#include "query/time_words.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.h"
#include "query/detail/time_lexer.h"
#include "query/detail/time_phrases.h"
#include "query/operators.h"

namespace hindsight::query {
namespace {

using detail::FoundPhrase;
using detail::Word;

/// Stretches add up, bounds cut, bounds joined by "or" add up among themselves.
Intervals combine(const std::vector<FoundPhrase>& found, detail::Words words, MediaTime end) {
  Intervals stretches;
  std::vector<Intervals> bounds;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i].is_bound) {
      stretches.push_back(found[i].span);
      continue;
    }
    const bool alternative = i > 0 && found[i - 1].is_bound &&
                             found[i].first == found[i - 1].next + 1 &&
                             is(words, found[i].first - 1, "or");
    if (!alternative) bounds.emplace_back();
    bounds.back().push_back(found[i].span);
  }
  Intervals ranges = stretches.empty() ? Intervals{{{}, end}} : unite(std::move(stretches));
  for (Intervals& bound : bounds) ranges = both(ranges, unite(std::move(bound)));
  return ranges;
}

/// `question` without the bytes of the phrases, spaces and commas put right.
std::string without(std::string_view question,
                    const std::vector<Word>& words,
                    const std::vector<FoundPhrase>& found) {
  std::string rest;
  std::vector<bool> taken(words.size());
  for (const auto& phrase : found) {
    for (std::size_t i = phrase.first - phrase.num_joints; i < phrase.next; ++i) taken[i] = true;
  }
  bool has_content = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (taken[i]) continue;
    const bool is_mark = words[i].kind == Word::Kind::mark;
    if (is_mark && !has_content) continue;
    const bool apart = !words[i].glued || taken[i - 1];
    if (apart && has_content && !is_any(words, i, ", . ? ! ; : )")) rest += ' ';
    rest += question.substr(words[i].begin, words[i].end - words[i].begin);
    has_content = true;
  }
  return rest;
}

struct StatedTime {
  TimeSpan span;
  std::size_t next = 0;
};

/// "<12.5 seconds>" reads like "12.5 seconds".
std::vector<Word> split_without_brackets(std::string_view text) {
  auto words = detail::split_words(text);
  std::erase_if(words, [](const Word& word) { return word.text == "<" || word.text == ">"; });
  return words;
}

std::optional<StatedTime> stated_instant(detail::Words words, std::size_t i) {
  // "a minute", "second 5": too often no time in a description.
  if (words[i].kind != Word::Kind::clock && !detail::read_number(words, i)) return std::nullopt;
  const auto instant = detail::read_instant(words, i);
  if (!instant) return std::nullopt;
  return StatedTime{{instant->time, instant->time}, instant->next};
}

/// "10.0 to 12.5 seconds", "0:10-0:20", "between 10 and 12 seconds".
std::optional<StatedTime> stated_interval(detail::Words words, std::size_t i) {
  const bool between = i > 0 && is(words, i - 1, "between");
  const auto first = detail::read_instant(words, i);
  const auto bare = detail::read_number(words, i);
  if (!first && !bare) return std::nullopt;
  const std::size_t joint = first ? first->next : bare->next;
  if (!is_any(words, joint, between ? "and to -" : "to until till -")) return std::nullopt;
  const auto second = stated_instant(words, joint + 1);
  if (!second) return std::nullopt;
  if (first) return StatedTime{{first->time, second->span.end}, second->next};
  const auto unit = detail::unit_of(words[second->next - 1]);
  if (!unit) return std::nullopt;
  return StatedTime{{{from_seconds(bare->value * to_seconds(*unit))}, second->span.end},
                    second->next};
}

}  // namespace

TimeWords read_time_words(std::string_view question, MediaTime end, std::string_view name) {
  const auto words = detail::split_words(question);
  const auto found = detail::find_time_phrases(words, end, name);
  TimeWords result{.ranges = combine(found, words, end),
                   .question = without(question, words, found),
                   .phrases = {}};
  for (const auto& phrase : found) {
    const auto begin = words[phrase.first].begin;
    result.phrases.push_back(
        {std::string(question.substr(begin, words[phrase.next - 1].end - begin)),
         phrase.span,
         phrase.moment});
  }
  if (result.ranges.empty()) {
    throw Error(ErrorCode::usage,
                fmt::format("the times in the question exclude each other (\"{}\" and \"{}\"); ask "
                            "about one of them",
                            result.phrases.front().text,
                            result.phrases.back().text));
  }
  return result;
}

std::vector<TimeSpan> limit_ranges(const TimeWords& words,
                                   std::optional<MediaTime> from,
                                   std::optional<MediaTime> to,
                                   MediaTime end,
                                   std::string_view name) {
  const TimeSpan flags{from.value_or(MediaTime{}), std::min(to.value_or(end), end)};
  if (from && *from >= end) {
    throw Error(
        ErrorCode::usage,
        fmt::format(
            "--from {} is not in {}, which lasts {}", to_clock(*from), name, to_clock(end)));
  }
  if (flags.empty()) {
    throw Error(
        ErrorCode::usage,
        fmt::format(
            "--from {} is not before --to {}", to_clock(flags.begin), to_clock(to.value_or(end))));
  }
  auto ranges = both(words.ranges, {flags});
  if (ranges.empty()) {
    throw Error(ErrorCode::usage,
                fmt::format("the question is about \"{}\", which lies outside --from {} --to {}; "
                            "drop one of the two",
                            words.phrases.front().text,
                            to_clock(flags.begin),
                            to_clock(flags.end)));
  }
  return ranges;
}

std::vector<TimeSpan> read_stated_times(std::string_view answer, MediaTime end) {
  const auto words = split_without_brackets(answer);
  std::vector<TimeSpan> times;
  for (std::size_t i = 0; i < words.size();) {
    auto found = stated_interval(words, i);
    if (!found) found = stated_instant(words, i);
    if (found && found->span.begin <= found->span.end && found->span.end <= end)
      times.push_back(found->span);
    i = found ? found->next : i + 1;
  }
  return times;
}

}  // namespace hindsight::query
