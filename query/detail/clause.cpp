#include "query/detail/clause.h"

#include <algorithm>

#include <fmt/format.h>

#include "query/detail/colors.h"
#include "query/detail/compared_things.h"
#include "query/detail/in_view.h"
#include "query/detail/noun_clauses.h"
#include "query/detail/noun_phrase.h"
#include "query/detail/verbs.h"
#include "query/detail/written_clause.h"

namespace hindsight::query::detail {
namespace {

constexpr std::string_view kAdverbs =
    "ever actually really suddenly finally again just also currently now already";

/// Reads one clause; see read_clause().
class ClauseReader {
 public:
  ClauseReader(Words words, std::string_view question, Auxiliary auxiliary)
      : words_(words), question_(question), auxiliary_(auxiliary) {}

  std::optional<Clause> read() const {
    if (words_.empty()) return std::nullopt;
    if (auto clause = read_special()) return clause;
    if (auto clause = read_text_on(words_, question_)) return clause;
    if (is_any(words_, 0, "you we one i") && is_any(words_, 1, "see notice spot"))
      return of(words_.subspan(2), Auxiliary::none).read();
    if (is(words_, 0, "there"))
      return of(behind_moment(skip_front(words_.subspan(1), kBe)), Auxiliary::none).read();
    if (const Words apart = without_together(words_); apart.size() < words_.size())
      return of(apart, auxiliary_).read();
    const Words shown = skip_front(words_, "the this");
    if (is_any(shown, 0, "picture video camera scene image clip") &&
        (lemma_at(shown, 1) == "show" || is_any(shown, 1, "contain contains")) && shown.size() > 2)
      return of(shown.subspan(2), Auxiliary::none).read();
    if (const auto some = with_somebody()) return negated(of(*some, auxiliary_).read());
    if (is(words_, 0, "no") && !is_in_capitals(words_[0], question_))
      return negated(of(words_.subspan(1), auxiliary_).read());
    const bool is_two = std::ranges::count(words_, "and", &Word::text) > 0;
    if (is(words_, 0, "both") && is_two) return of(words_.subspan(1), auxiliary_).read();
    if (is_any(words_, 0, "all every each both everyone everybody")) return read_all();
    if (is(words_, 0, "neither")) return negated(of(with_or(), auxiliary_).read());
    if (auto clause = read_beginning()) return clause;
    // "which is shown first, the light off or the light on": a thing by its state.
    const bool is_named = auxiliary_ == Auxiliary::none && words_.size() > 2 &&
                          is(words_, 0, "the") && is_any(words_, words_.size() - 1, "on off open");
    if (is_named && read_thing(words_.first(words_.size() - 1)))
      return of(words_.subspan(1), Auxiliary::be).read();
    // The first split whose verb phrase is understood to its last word.
    // A subject without a verb is a clause only where nothing was turned round.
    const std::size_t last = auxiliary_ == Auxiliary::none ? words_.size() : words_.size() - 1;
    for (std::size_t verb = 1; verb <= last; ++verb) {
      auto clause = split_at(verb);
      if (!clause) continue;
      if (verb < words_.size()) clause->verb = words_[verb].begin;
      return clause;
    }
    return read_unknown_verb();
  }

 private:
  ClauseReader of(Words words, Auxiliary auxiliary) const { return {words, question_, auxiliary}; }

  /// "somebody enters" for "no one enters", "nobody enters".
  std::optional<std::vector<Word>> with_somebody() const {
    std::size_t length = 0;
    if (is(words_, 0, "nobody")) length = 1;
    if (is(words_, 0, "no") && is(words_, 1, "one")) length = 2;
    if (is(words_, 0, "no") && is(words_, 1, "-") && is(words_, 2, "one")) length = 3;
    if (length == 0) return std::nullopt;
    std::vector<Word> some(words_.begin() + static_cast<std::ptrdiff_t>(length) - 1, words_.end());
    some.front().text = "somebody";
    return some;
  }

  /// "all lights off", "everyone wearing a helmet", as it is asked: it is not that one of them is.
  std::optional<Clause> read_all() const {
    if (auxiliary_ != Auxiliary::be || words_.size() < 3 || says_when(words_)) return std::nullopt;
    const bool is_one = is_any(words_, 0, "every each everyone everybody");
    return whole(fmt::format("{} {}?", is_one ? "Is" : "Are", join(words_)));
  }

  /// "a car or a truck" for "neither a car nor a truck".
  std::vector<Word> with_or() const {
    std::vector<Word> either(words_.begin() + 1, words_.end());
    for (auto& word : either)
      if (word.text == "nor") word.text = "or";
    return either;
  }

  /// "it starts to rain", "a car begins moving", "it stops raining": the begin or end of a state.
  std::optional<Clause> read_beginning() const {
    for (std::size_t i = 1; i + 1 < words_.size(); ++i) {
      const bool starts =
          is_any(words_, i, "start starts started starting begin begins began beginning");
      const bool stops = is_any(words_, i, "stop stops stopped cease ceases ceased");
      const Words doing = words_.subspan(i + (is(words_, i + 1, "to") ? 2 : 1));
      // "stops to let somebody cross" stops, and the other begins.
      if (!(starts || stops) || doing.empty() || (stops && is(words_, i + 1, "to"))) continue;
      // "a car stops the traffic".
      const bool is_verb = doing[0].text.ends_with("ing") || is_any(doing, 0, "rain move") ||
                           doing.size() < words_.size() - i - 1;
      if (!is_verb) continue;
      std::vector<Word> state(words_.begin(), words_.begin() + static_cast<std::ptrdiff_t>(i));
      state.insert(state.end(), doing.begin(), doing.end());
      const bool is_participle = doing[0].text.ends_with("ing");
      const bool is_it = is(state, 0, "it");
      auto clause = of(state,
                       is_participle ? Auxiliary::be
                       : is_it       ? Auxiliary::none
                                     : Auxiliary::do_)
                        .read();
      // A car that stops moving is still there.
      const bool is_moving = stops && lemma_at(doing, 0) == "move";
      if (!clause || is_moving || !is_state(clause->node)) return std::nullopt;
      auto found = starts
                       ? begins(std::move(clause->node))
                       : Clause{apply(PlanOp::offsets, {std::move(clause->node)}), Edge::end, {}};
      found.verb = words_[i].begin;
      return found;
    }
    return std::nullopt;
  }

  /// Weather, light and "anything", which have no subject of their own.
  std::optional<Clause> read_special() const {
    if (is(words_, 0, "it") && is_any(words_, 1, "get gets got become becomes became")) {
      std::vector<Word> is_so(words_.begin(), words_.end());
      is_so.erase(is_so.begin() + 1);
      auto state = of(is_so, Auxiliary::be).read_special();
      return state ? std::optional(begins(std::move(state->node))) : std::nullopt;
    }
    const Words rest = is(words_, 0, "it") ? skip_front(words_.subspan(1), kBe) : words_;
    const bool is_it = is(words_, 0, "it") || auxiliary_ == Auxiliary::none;
    if (is_it && rest.size() == 1 && is_any(rest, 0, "rain raining rains rained"))
      return whole("Is it raining?");
    if (is_it && rest.size() == 1 &&
        is_any(rest, 0, "snowing foggy sunny windy cloudy hailing stormy bright"))
      return whole(fmt::format("Is it {}?", rest[0].text));
    const auto text = join(skip_front(rest, "the"));
    if (is_it && text == "rain") return whole("Is it raining?");
    if (is_it &&
        (text == "night" || text == "dark" || text == "dark outside" || text == "at night"))
      return whole("Is it night?");
    if (is_it && (text == "day" || text == "daytime" || text == "daylight"))
      return negated(whole("Is it night?"));
    const Words moving = skip_front(words_, "any some");
    if (is_any(moving, 0, "motion movement activity") && is_visible(moving.subspan(1)))
      return whole("Is anything moving?");
    // What a picture shows of "something happens" is that something moves.
    const Words verb = skip_front(words_.subspan(1), kBe);
    const bool happens = is_any(verb, 0, "happen happens happened happening occurs occurred") ||
                         (is_any(verb, 0, "going go goes went") && is(verb, 1, "on"));
    if (!happens && lemma_at(verb, 0) != "move") return std::nullopt;
    if (is_any(words_, 0, "anything something")) return whole("Is anything moving?");
    if (is(words_, 0, "nothing")) return negated(whole("Is anything moving?"));
    return std::nullopt;
  }

  std::optional<Clause> split_at(std::size_t verb) const {
    const Words subject = words_.first(verb);
    for (std::size_t i = 1; i + 1 < subject.size(); ++i) {
      if (!is_any(subject, i, "and or but") || is(subject, i + 1, "more")) continue;
      // "two or three cars" are no two things.
      const auto number = read_number(subject, 0);
      if (number && number->next == i) return std::nullopt;
      const Words first = skip_front(subject.first(i), "both either");
      // "the red and black jacket" is one.
      if (is_color(subject[i - 1].text) && is_color(subject[i + 1].text)) return std::nullopt;
      auto a = with_subject(first, words_.subspan(verb));
      // "a car but no person".
      const bool is_without = is_any(subject, i + 1, "no not") && !is(subject, i, "or");
      if (is(subject, i, "but") && !is_without) continue;
      auto b = with_subject(subject.subspan(i + (is_without ? 2 : 1)), words_.subspan(verb));
      if (is_without) b = negated(std::move(b));
      if (!a || !b) continue;
      const auto op = is(subject, i, "or") ? PlanOp::either : PlanOp::both;
      Clause joined{apply(op, {std::move(a->node), std::move(b->node)}), a->edge, {}};
      joined.is_several = op == PlanOp::both;
      joined.is_presence = a->is_presence && b->is_presence;
      return joined;
    }
    return with_subject(subject, words_.subspan(verb));
  }

  std::optional<Clause> with_subject(Words subject, Words verb_phrase) const {
    if (const auto text = read_written(subject, verb_phrase, question_)) return text;
    if (const auto text = read_board(subject, verb_phrase, question_)) return text;
    const auto noun = read_thing(subject);
    // "a person come into the corridor" is no subject of "carrying a bag".
    if (!noun || behind_motion(subject)) return std::nullopt;
    // "does the door stand open": no door stand.
    if (auxiliary_ == Auxiliary::do_ && own_verb(subject) + 1 == subject.size() &&
        subject.size() > 1)
      return std::nullopt;
    const bool has_not = std::any_of(verb_phrase.begin(), verb_phrase.end(), [](const Word& word) {
      return word.text == "not" || word.text == "never" || word.text.ends_with("n't");
    });
    if (!has_not) return read_verb_phrase(*noun, verb_phrase, question_, auxiliary_);
    const bool is_doing = std::ranges::any_of(verb_phrase, is_participle);
    std::vector<Word> positive(verb_phrase.begin(), verb_phrase.end());
    std::erase_if(positive, [](const Word& word) {
      return word.text == "not" || word.text == "never" || word.text.ends_with("n't") ||
             word.text == "does" || word.text == "do" || word.text == "did";
    });
    auto none = negated(read_verb_phrase(*noun, positive, question_, auxiliary_));
    // Who does not wear a hat is there.
    if (none && is_doing)
      none->node = apply(PlanOp::both, {seen(*noun).node, std::move(none->node)});
    return none;
  }

  /// A question that was turned round is itself a question about a picture, whatever its verb.
  std::optional<Clause> read_unknown_verb() const {
    constexpr std::size_t kMostWords = 16;
    const bool names_something =
        is_any(words_, 0, "the a an any some someone somebody anyone anybody");
    if (words_.size() < 2 || words_.size() > kMostWords || !names_something) return std::nullopt;
    // "the blue one", without what it is one of.
    if (is_any(words_, 1, "one ones") || is_any(words_, 2, "one ones")) return std::nullopt;
    const bool is_one_clause = std::none_of(words_.begin(), words_.end(), [](const Word& word) {
      return (word.kind == Word::Kind::mark && word.text != "-") ||
             is_one_of(word.text, "but and or then so because than often only");
    });
    const auto behind = behind_motion(words_);
    const bool lacks_end = is_any(words_, words_.size() - 1, "the a an of to it they he she");
    if (!is_one_clause || lacks_end || says_when(words_) || (behind && !is_object(*behind)))
      return std::nullopt;
    if (auxiliary_ == Auxiliary::be && words_.size() < 3 && is_any(words_, 0, "the a an"))
      return std::nullopt;
    if (auxiliary_ == Auxiliary::be) return whole(fmt::format("Is {}?", join(words_)));
    // "does the blue appear" has a verb that is known, and no thing.
    const auto last = lemma_at(words_, words_.size() - 1);
    const bool is_known = words_.size() <= 3 && !last.empty() && last != "stop";
    const std::size_t with_verb = is_any(words_, 0, "someone somebody anyone anybody") ? 2 : 3;
    const bool is_plural = singular_of(words_[1].text) != words_[1].text &&
                           !words_[1].text.ends_with("'s") && words_[1].text != "news";
    if (auxiliary_ != Auxiliary::do_ || words_.size() < with_verb || is_known) return std::nullopt;
    auto clause = whole(fmt::format("{} {}?", is_plural ? "Do" : "Does", join(words_)));
    const std::size_t verb = with_verb == words_.size() ? with_verb - 1 : own_verb(words_);
    if (verb > 0) clause.verb = words_[verb].begin;
    return clause;
  }

  Words words_;
  std::string_view question_;
  Auxiliary auxiliary_;
};

}  // namespace

PlanNode timeline_of(std::string predicate) {
  return {.op = PlanOp::timeline, .predicate = upper_first(predicate)};
}

PlanNode apply(PlanOp op, std::vector<PlanNode> operands) {
  return {.op = op, .of = std::move(operands)};
}

bool is_in_capitals(const Word& word, std::string_view question) {
  const auto letters = question.substr(word.begin, word.end - word.begin);
  return letters.size() > 1 &&
         std::none_of(letters.begin(), letters.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

std::optional<Auxiliary> auxiliary_at(Words words, std::size_t i) {
  if (is_any(words, i, "is are was were isn't aren't wasn't weren't")) return Auxiliary::be;
  if (is_any(words, i, "does do did doesn't don't didn't")) return Auxiliary::do_;
  if (is_any(words, i, "has have had hasn't haven't hadn't")) return Auxiliary::have;
  if (is_any(words, i, "can could can't couldn't")) return Auxiliary::can;
  return std::nullopt;
}

std::optional<Clause> read_clause(Words words, std::string_view question, Auxiliary auxiliary) {
  while (!words.empty() && words.back().kind == Word::Kind::mark &&
         is_any(words, words.size() - 1, ". , ? ! ; :"))
    words = words.first(words.size() - 1);
  std::vector<Word> kept;
  for (std::size_t i = 0; i < words.size(); ++i) {
    // "just two cars" says how many.
    const bool is_number = is(words, i, "just") && read_number(words, i + 1);
    const bool is_adverb = is_any(words, i, kAdverbs) && !is_in_capitals(words[i], question);
    if (is_number || !is_adverb) kept.push_back(words[i]);
  }
  if (kept.empty()) return std::nullopt;
  auto clause = ClauseReader(kept, question, auxiliary).read();
  const bool is_again = std::any_of(words.begin(), words.end(), [&](const Word& word) {
    return word.text == "again" && !is_in_capitals(word, question);
  });
  // What happens again happened before.
  if (clause && is_again) clause->node = apply(PlanOp::after, {clause->node, clause->node});
  return clause;
}

}  // namespace hindsight::query::detail
