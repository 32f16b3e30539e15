#include "query/detail/time_phrases.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "core/error.h"
#include "query/detail/clause.h"
#include "query/detail/phrase_context.h"

namespace hindsight::query::detail {
namespace {

using namespace std::chrono_literals;

/// One function a form; each looks at the words from `i` on.
class PhraseFinder : private PhraseContext {
 public:
  using PhraseContext::PhraseContext;

  std::vector<FoundPhrase> run() {
    std::vector<FoundPhrase> found;
    for (std::size_t i = 0; i < words_.size();) {
      const std::size_t last_end = found.empty() ? 0 : found.back().next;
      auto phrase = phrase_at(i, last_end);
      // "throughout" is left to the question, which asks whether it always is so.
      if (phrase && is(words_, i, "throughout") && auxiliary_at(words_, 0)) ++phrase->first;
      if (phrase && !(i > 0 && is_any(words_, i - 1, "except excluding outside not"))) {
        i = phrase->next;
        found.push_back(*phrase);
        continue_list(found);
        i = found.back().next;
      } else {
        i = phrase ? phrase->next : i + 1;
      }
    }
    return found;
  }

 private:
  std::optional<FoundPhrase> phrase_at(std::size_t i, std::size_t last_end) {
    refuse_time_of_day(i);
    for (const auto rule : {&PhraseFinder::interval,
                            &PhraseFinder::edge,
                            &PhraseFinder::fraction,
                            &PhraseFinder::nth_unit,
                            &PhraseFinder::numbered_unit,
                            &PhraseFinder::within,
                            &PhraseFinder::named_part,
                            &PhraseFinder::distance_from_end,
                            &PhraseFinder::offset_into,
                            &PhraseFinder::bound}) {
      if (auto phrase = (this->*rule)(i)) return phrase;
    }
    return moment(i, last_end);
  }

  /// "at 0:15, 0:30 and 1:00": what follows a moment in a list of clocks is one too.
  void continue_list(std::vector<FoundPhrase>& found) {
    const FoundPhrase head = found.back();
    if (head.is_bound || !is_any(words_, head.first, "at around about near")) return;
    for (;;) {
      std::size_t i = found.back().next;
      if (is(words_, i, ",")) ++i;
      if (is_any(words_, i, "and or &")) ++i;
      if (i == found.back().next || i >= words_.size() || words_[i].kind != Word::Kind::clock)
        return;
      const auto instant = *read_instant(words_, i);
      const MediaDuration half = head.span.length() > 5s ? 10s : 2s;
      const std::size_t num_joints = i - found.back().next;
      const auto time = resolve(instant);
      found.push_back({i, instant.next, around(time, half), false, num_joints, time});
    }
  }

  /// "between A and B", "from A to B", "A-B".
  std::optional<FoundPhrase> interval(std::size_t i) {
    std::size_t at = i;
    const bool between = is(words_, i, "between");
    const bool introduced = between || is(words_, i, "from");
    if (introduced || is_any(words_, i, "in during within")) ++at;
    if (is(words_, at, "the")) ++at;
    if (const auto open = open_interval(i, at)) return open;
    if (introduced) {
      if (const auto found = unit_said_once(i, at)) return found;
    }
    if (introduced) {
      if (const auto found = bare_interval(i, at)) return found;
    }
    const auto first = read_instant(words_, at);
    if (!first) return std::nullopt;
    if (!is_joint(first->next, between)) return std::nullopt;
    const std::size_t joint = first->next + 1;
    if (introduced && is(words_, joint, "the") && is(words_, joint + 1, "end")) {
      return phrase(i, joint + 2, {resolve(*first), end_});
    }
    const auto second = read_instant(words_, joint);
    if (!second || !(introduced || (first->is_clock && second->is_clock))) return std::nullopt;
    return closed_interval(i, *first, *second);
  }

  bool is_joint(std::size_t i, bool between) const {
    return is_any(words_, i, between ? "and to -" : "to until till through -");
  }

  /// "from the beginning to T".
  std::optional<FoundPhrase> open_interval(std::size_t i, std::size_t at) {
    if (!is_any(words_, i, "from between") || !is_any(words_, at, "start beginning"))
      return std::nullopt;
    if (!is_any(words_, at + 1, "to until till and")) return std::nullopt;
    const auto until = read_instant(words_, at + 2);
    if (!until) return std::nullopt;
    return phrase(i, until->next, {{}, resolve(*until)});
  }

  /// "between 5 and 10 minutes", "from minutes 5 to 10".
  std::optional<FoundPhrase> unit_said_once(std::size_t i, std::size_t at) const {
    const bool before = is_any(words_, at, "seconds minutes hours");
    const auto first = read_number(words_, before ? at + 1 : at);
    if (!first || !is_joint(first->next, is(words_, i, "between"))) return std::nullopt;
    std::optional<Instant> second;
    if (before) {
      const auto number = read_number(words_, first->next + 1);
      if (number)
        second = Instant{.time = times(number->value, *unit_of(words_[at])), .next = number->next};
      if (number) second->unit = *unit_of(words_[at]);
    } else {
      second = read_instant(words_, first->next + 1);
    }
    if (!second || second->is_clock) return std::nullopt;
    return closed_interval(i, {.time = times(first->value, second->unit)}, *second);
  }

  /// "between 10 and 12", "from 10 to 12".
  std::optional<FoundPhrase> bare_interval(std::size_t i, std::size_t at) const {
    const auto first = bare_number(at);
    if (!first || !is_joint(first->next, is(words_, i, "between"))) return std::nullopt;
    const auto second = bare_number(first->next + 1);
    if (!second || !ends_bare(second->next)) return std::nullopt;
    return closed_interval(i, *first, *second);
  }

  /// The 10 of "after 10", as 10:00 is read.
  std::optional<Instant> bare_number(std::size_t i) const {
    if (i >= words_.size() || words_[i].kind != Word::Kind::number) return std::nullopt;
    Word clock = words_[i];
    clock.kind = Word::Kind::clock;
    clock.text += ":00";
    auto instant = read_instant(Words(&clock, 1), 0);
    if (!instant) return std::nullopt;
    instant->unit = clock_fits(*instant) ? MediaDuration{1h} : MediaDuration{1min};
    instant->next = i + 1;
    return instant;
  }

  /// Nothing follows that a bare number could count or name: "at 2 places", "after 10 is shown".
  bool ends_bare(std::size_t i) const {
    if (is_any(words_, i, "and or but")) ++i;
    return i >= words_.size() || is_any(words_, i, ", . ? ! ; )") ||
           is_any(words_, i, "after since before until till at between");
  }

  /// "10:00", "5 minutes", and where it stands alone "10".
  std::optional<Instant> instant_or_bare(std::size_t i) const {
    if (const auto bare = bare_number(i); bare && ends_bare(bare->next)) return bare;
    return read_instant(words_, i);
  }

  static MediaTime times(double value, MediaDuration unit) {
    return {from_seconds(value * to_seconds(unit))};
  }

  FoundPhrase closed_interval(std::size_t i, const Instant& first, const Instant& second) const {
    // Both ends of an interval are read alike.
    const bool by_the_clock = clock_fits(first) && clock_fits(second);
    const TimeSpan span{resolve(first, by_the_clock), resolve(second, by_the_clock)};
    if (span.end <= span.begin) {
      throw Error(ErrorCode::usage,
                  fmt::format("the question names an interval that ends at {} before it starts at "
                              "{}; swap the two times",
                              to_clock(span.end),
                              to_clock(span.begin)));
    }
    return phrase(i, skip_of(second.next).value_or(second.next), span);
  }

  /// "in the first five minutes", "the last hour".
  std::optional<FoundPhrase> edge(std::size_t i) {
    std::size_t at = skip_introduction(i);
    const bool first = is_any(words_, at, "first opening initial");
    if (!first && !is_any(words_, at, "last final closing")) return std::nullopt;
    ++at;
    auto amount = read_amount(words_, at);
    if (!amount && is_any(words_, at, "second minute hour")) amount = read_units(words_, at, 1);
    if (!amount) return std::nullopt;
    const auto next = skip_of(amount->next);
    if (!next || amount->length <= 0s) return std::nullopt;
    const MediaDuration length = std::min(amount->length, end_.since_start);
    return phrase(i, *next, first ? TimeSpan{{}, {length}} : TimeSpan{end_ - length, end_});
  }

  /// "in the second half", "during the last third".
  std::optional<FoundPhrase> fraction(std::size_t i) {
    if (!is_any(words_, i, "in during throughout within over for")) return std::nullopt;
    std::size_t at = skip_introduction(i);
    const bool last = is_any(words_, at, "last final");
    const bool middle = is(words_, at, "middle");
    const auto ordinal = read_ordinal(words_, at);
    if (!last && !middle && !ordinal) return std::nullopt;
    at = ordinal ? ordinal->next : at + 1;
    const int parts = is(words_, at, "half")      ? 2
                      : is(words_, at, "third")   ? 3
                      : is(words_, at, "quarter") ? 4
                                                  : 0;
    if (parts == 0 || (middle && parts != 3)) return std::nullopt;
    const int index = last ? parts : middle ? 2 : static_cast<int>(std::min(ordinal->value, 5.0));
    const auto next = skip_of(at + 1);
    if (!next || index > parts || !ends_clause(*next)) return std::nullopt;
    return phrase(i, *next, {portion(index - 1, parts), portion(index, parts)});
  }

  /// "in the third minute".
  std::optional<FoundPhrase> nth_unit(std::size_t i) {
    if (!is_any(words_, i, "in during throughout")) return std::nullopt;
    const auto ordinal = read_ordinal(words_, skip_introduction(i));
    if (!ordinal) return std::nullopt;
    // "in the second half hour"
    const bool half = is(words_, ordinal->next, "half");
    std::size_t at = half ? ordinal->next + 1 : ordinal->next;
    if (half && is(words_, at, "-")) ++at;
    if (!is_any(words_, at, "second minute hour")) return std::nullopt;
    const auto next = skip_of(at + 1);
    if (!next || !ends_clause(*next)) return std::nullopt;
    const double unit = to_seconds(*unit_of(words_[at])) * (half ? 0.5 : 1);
    const MediaTime begin{from_seconds((ordinal->value - 1) * unit)};
    check_inside(begin);
    return phrase(i, *next, {begin, std::min(end_, begin + from_seconds(unit))});
  }

  /// "in minute 5": while a player shows 5:00 to 5:59, as "at minute 5" is 5:00.
  std::optional<FoundPhrase> numbered_unit(std::size_t i) {
    if (!is_any(words_, i, "in during throughout within")) return std::nullopt;
    if (!is_any(words_, i + 1, "second minute hour")) return std::nullopt;
    const auto instant = read_instant(words_, i + 1);
    if (!instant) return std::nullopt;
    const auto next = skip_of(instant->next);
    if (!next || !ends_clause(*next)) return std::nullopt;
    const MediaTime begin = resolve(*instant);
    return phrase(i, *next, {begin, std::min(end_, begin + instant->unit)});
  }

  /// "within 2 minutes": of the beginning.
  std::optional<FoundPhrase> within(std::size_t i) {
    if (!is(words_, i, "within")) return std::nullopt;
    const auto amount = read_amount(words_, i + 1);
    if (!amount || amount->length <= 0s) return std::nullopt;
    const auto next = skip_of(amount->next);
    if (!next || !ends_clause(*next)) return std::nullopt;
    return phrase(i, *next, {{}, {std::min(amount->length, end_.since_start)}}, true);
  }

  /// "at the beginning", "in the middle of the video", "towards the end".
  std::optional<FoundPhrase> named_part(std::size_t i) {
    if (!is_any(words_, i, "at in near towards around during")) return std::nullopt;
    std::size_t at = i + 1;
    if (is_any(words_, at, "the very")) ++at;
    if (is(words_, at, "very")) ++at;
    const auto next = skip_of(at + 1);
    if (!next || !ends_clause(*next)) return std::nullopt;
    const MediaDuration tenth =
        std::min(end_.since_start, std::max<MediaDuration>(10s, end_.since_start / 10));
    if (is_any(words_, at, "beginning start")) return phrase(i, *next, {{}, {tenth}});
    if (is(words_, at, "end") && !is(words_, i, "in"))
      return phrase(i, *next, {end_ - tenth, end_});
    // "Who stands in the middle?" is about the picture, "what happens in the middle?" about the
    // video.
    if (is(words_, at, "middle") && (*next > at + 1 || asks_what_happens())) {
      return phrase(i, *next, {portion(1, 3), portion(2, 3)});
    }
    return std::nullopt;
  }

  /// "30 seconds before the end", "a minute from the end".
  std::optional<FoundPhrase> distance_from_end(std::size_t i) {
    const std::size_t at = is(words_, i, "at") ? i + 1 : i;
    const auto amount = read_amount(words_, at);
    if (!amount || !is_any(words_, amount->next, "before from") ||
        !is(words_, amount->next + 1, "the") || !is(words_, amount->next + 2, "end")) {
      return std::nullopt;
    }
    const auto next = skip_of(amount->next + 3);
    if (!next) return std::nullopt;
    if (amount->length > end_.since_start)
      refuse_outside(to_clock({amount->length}) + " before the end");
    return moment_phrase(i, *next, end_ - amount->length, tolerance(amount->unit));
  }

  /// "five minutes into the video", "30 seconds in", "the five minute mark".
  std::optional<FoundPhrase> offset_into(std::size_t i) {
    std::size_t at = i;
    if (is_any(words_, at, "at around about")) ++at;
    if (is_any(words_, at, "around about roughly approximately")) ++at;
    if (is(words_, at, "the")) ++at;
    const auto instant = read_instant(words_, at);
    if (!instant) return std::nullopt;
    at = is(words_, instant->next, "-") ? instant->next + 1 : instant->next;
    if (is_any(words_, at, "mark point")) {
      const auto next = skip_of(at + 1);
      return moment_phrase(i, next.value_or(at + 1), resolve(*instant), tolerance(instant->unit));
    }
    const bool into = is(words_, at, "into") && skip_of(at).has_value();
    if (!into && !(is(words_, at, "in") && ends_clause(at + 1))) return std::nullopt;
    return moment_phrase(
        i, into ? *skip_of(at) : at + 1, resolve(*instant), tolerance(instant->unit));
  }

  /// "after T", "before T", "until T", "from T on".
  std::optional<FoundPhrase> bound(std::size_t i) {
    const bool after = is_any(words_, i, "after since past beyond");
    const bool before = is_any(words_, i, "before until till by");
    const bool from =
        is(words_, i, "from") || (is(words_, i, "starting") && is_any(words_, i + 1, "at from"));
    const bool up_to = is(words_, i, "up") && is_any(words_, i + 1, "to until");
    if (!after && !before && !from && !up_to) return std::nullopt;
    std::size_t at = is(words_, i, "starting") || up_to ? i + 2 : i + 1;
    if (is(words_, at, "the")) ++at;
    const bool takes_bare = is_any(words_, i, "after since before until till");
    const auto instant = takes_bare ? instant_or_bare(at) : read_instant(words_, at);
    if (!instant || !stands_alone(*instant)) return std::nullopt;
    // "from one minute to the next" is no bound.
    if (is(words_, i, "from") && !instant->is_clock &&
        !is_any(words_, instant->next, "on onwards onward")) {
      return std::nullopt;
    }
    std::size_t next = instant->next;
    if (is(words_, next, "-")) ++next;
    next = is_any(words_, next, "mark point") ? next + 1 : instant->next;
    next = skip_of(next).value_or(next);
    if (is_any(words_, next, "on onwards onward")) ++next;
    const MediaTime time = resolve(*instant);
    return phrase(i, next, before || up_to ? TimeSpan{{}, time} : TimeSpan{time, end_}, true);
  }

  /// "at T", "around T".
  std::optional<FoundPhrase> moment(std::size_t i, std::size_t last_end) {
    const bool is_at = is(words_, i, "at");
    bool vague = is_any(words_, i, "around about near approximately roughly");
    if (!is_at && !vague) return std::nullopt;
    std::size_t at = i + 1;
    if (is_at && is_any(words_, at, "around about near approximately roughly exactly")) {
      vague = !is(words_, at, "exactly");
      ++at;
    }
    const auto instant = is_at ? instant_or_bare(at) : read_instant(words_, at);
    // "about 5 minutes long" is no moment, "at about 5 minutes" is.
    if (!instant || !stands_alone(*instant) || (!is_at && !instant->is_clock)) return std::nullopt;
    const MediaTime time = resolve(*instant);
    const std::size_t next = skip_of(instant->next).value_or(instant->next);
    for (std::size_t w = i; !vague && w-- > last_end;) {
      if (is_any(words_, w, "after since")) return phrase(i, next, {time, end_}, true);
      if (is_any(words_, w, "before until till")) return phrase(i, next, {{}, time}, true);
    }
    return moment_phrase(i, next, time, tolerance(instant->unit) * (vague ? 5 : 1));
  }

  FoundPhrase moment_phrase(std::size_t i,
                            std::size_t next,
                            MediaTime time,
                            MediaDuration half) const {
    auto found = phrase(i, next, around(time, half));
    found.moment = time;
    return found;
  }
};

}  // namespace

std::vector<FoundPhrase> find_time_phrases(Words words, MediaTime end, std::string_view name) {
  return PhraseFinder(words, end, name).run();
}

}  // namespace hindsight::query::detail
