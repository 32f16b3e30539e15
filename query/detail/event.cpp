#include "query/detail/event.h"

#include <algorithm>
#include <cctype>

#include "query/detail/compared_things.h"
#include "query/detail/in_view.h"
#include "query/detail/noun_phrase.h"
#include "query/detail/verbs.h"

namespace hindsight::query::detail {
namespace {

/// Of one event.  Every "between" is tried with every "and", within each other: time grows with
/// their number as a power.
constexpr std::ptrdiff_t kMostConnectors = 4;

/// Which of its occurrences a clause names, and the clause without saying so.
struct Ordinal {
  std::vector<Word> words;
  int n = 0;  ///< 0: none was named
  /// "the last time the door was open": the clause is a sentence of its own, never turned round.
  bool is_time_of = false;
  bool is_of_thing = false;  ///< "the first dog", not "first", "the first time"
};

/// -1 is the last one.
std::optional<Number> ordinal_at(Words words, std::size_t i) {
  constexpr double kMost = 1e6;
  // Names and places that begin like one: "first aid", "second hand", "next to the door".
  const bool is_name = is_any(
      words,
      i + 1,
      "- aid hand class base minute to world floor row place half act period quarter round lap");
  if (is_any(words, i, "first last second third next") && is_name) return std::nullopt;
  if (is(words, i, "last")) return Number{-1, i + 1};
  if (is(words, i, "next")) return Number{1, i + 1};
  if (is(words, i, "another")) return Number{2, i + 1};
  const auto number = read_ordinal(words, i);
  if (!number || number->value < 1 || number->value > kMost) return std::nullopt;
  return number;
}

/// Whether what stands at `i` says which of the things that the clause is about, or which time:
/// "the first car", "the car that appears first", "first appears", not "the person in the second
/// row".
bool is_of_clause(Words words, std::size_t i, std::size_t next) {
  if (i == 0 || next >= words.size() || is(words, next, "time")) return true;
  const bool is_early = i == 1 || (i == 2 && is_any(words, 0, "is was are were when"));
  if (is_any(words, i - 1, "the a this that his her its their")) return is_early;
  return !is_any(words, i - 1, "to in into on of at from through by") &&
         lemma_at(words, i - 1).empty();
}

/// "for the first time", "the second time that", "first".
Ordinal take_ordinal(Words words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto n = ordinal_at(words, i);
    if (!n || !is_of_clause(words, i, n->next)) continue;
    // "hits another man".
    if (is(words, i, "another") && i > 0) continue;
    std::size_t first = i;
    std::size_t next = n->next;
    const bool is_time = is(words, next, "time");
    if (is_time) {
      ++next;
      if (is(words, next, "that")) ++next;
      if (first > 0 && is(words, first - 1, "the")) --first;
      if (first > 0 && is(words, first - 1, "for")) --first;
    }
    std::vector<Word> rest(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(first));
    rest.insert(rest.end(), words.begin() + static_cast<std::ptrdiff_t>(next), words.end());
    const bool is_of_thing =
        !is_time && next < words.size() && (i == 0 || is_any(words, i - 1, "the this that"));
    return {std::move(rest), static_cast<int>(n->value), is_time && first == 0, is_of_thing};
  }
  return {{words.begin(), words.end()}, 0};
}

/// "the car that appears" and "the car to appear" as "the car appears".
std::vector<Word> without_relative(std::vector<Word> words) {
  for (std::size_t i = 1; i < words.size(); ++i) {
    const bool relative = is_any(words, i, "that which who");
    // "the first car to appear", not "begins to rain" or "from red to green".
    const bool infinitive =
        is(words, i, "to") && i + 1 < words.size() && lemma_at(words, i + 1) == words[i + 1].text &&
        lemma_at(words, i - 1).empty() && (i <= 2 || names_common_thing(Words(words).first(i))) &&
        !is_any(words, i - 1, "start starts started begin begins began");
    if (!relative && !infinitive) continue;
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(i));
    if (infinitive) words[i].text = third_person(words[i].text);
    break;
  }
  return words;
}

/// In the letters of the question: what is written somewhere and names keep their capitals.
std::vector<Word> as_written(Words words, std::string_view question) {
  std::vector<Word> written(words.begin(), words.end());
  for (Word& word : written) {
    const auto letters = question.substr(word.begin, word.end - word.begin);
    const bool is_first = question.find_first_not_of(" \t") == word.begin;
    if (!is_first && std::ranges::equal(letters, word.text, {}, [](unsigned char c) {
          return static_cast<char>(std::tolower(c));
        }))
      word.text = letters;
  }
  return written;
}

/// What a clause that was turned round says: "a red car appear" behind "does" is told as "a red car
/// appears", "the door open" behind "is" as "the door is open".  verb: Clause::verb.
std::string as_statement(Words words,
                         std::string_view question,
                         std::optional<std::size_t> verb,
                         Auxiliary auxiliary) {
  std::vector<Word> told = as_written(words, question);
  const auto at = std::find_if(
      told.begin(), told.end(), [&](const Word& word) { return verb && word.begin == *verb; });
  const bool is_it =
      !verb && told.size() > 1 && is_any(told, 0, "it there something anything nothing");
  if (is_it && auxiliary == Auxiliary::do_) told[1].text = third_person(told[1].text);
  const bool are = is(told, 0, "there") && singular_of(told.back().text) != told.back().text;
  if (is_it && auxiliary == Auxiliary::be)
    told.insert(told.begin() + 1, Word{.text = are ? "are" : "is"});
  if (is_it) return join(told);
  if (at == told.end() || at == told.begin()) return join(told);
  const std::string& subject = std::prev(at)->text;
  const bool is_plural = singular_of(subject) != subject;
  const auto insert = [&](std::string_view text) {
    told.insert(at, Word{.text = std::string(text)});
  };
  switch (auxiliary) {
    case Auxiliary::none:
      break;
    case Auxiliary::be:
      insert(is_plural ? "are" : "is");
      break;
    case Auxiliary::have:
      insert(is_plural ? "have" : "has");
      break;
    case Auxiliary::can:
      insert("can");
      break;
    case Auxiliary::do_:
      if (is(told, static_cast<std::size_t>(at - told.begin()), "not"))
        insert(is_plural ? "do" : "does");
      else if (!is_plural)
        at->text = third_person(at->text);
      break;
  }
  return join(told);
}

/// Reads one event; see read_event().
class EventReader {
 public:
  EventReader(std::string_view question, Auxiliary auxiliary, Togetherness togetherness)
      : question_(question), auxiliary_(auxiliary), togetherness_(togetherness) {}

  std::optional<Event> read(Words words) const {
    const auto num_connectors = std::count_if(words.begin(), words.end(), [](const Word& word) {
      return is_one_of(word.text, kConnectors) || word.text == "within";
    });
    if (num_connectors > kMostConnectors) return std::nullopt;
    if (is(words, 0, "there")) {
      const Words moment = words.subspan(1);
      const Words behind = behind_moment(moment);
      if (behind.size() < moment.size())
        return EventReader(question_, Auxiliary::none, togetherness_).read(behind);
    }
    for (std::size_t i = 1; i < words.size(); ++i) {
      if (auto event = near_at(words, i)) return event;
      if (!is_any(words, i, kConnectors)) continue;
      if (auto event = joined_at(words, i)) return event;
    }
    const bool has_connector = std::any_of(words.begin(), words.end(), [](const Word& word) {
      return is_one_of(word.text, kConnectors);
    });
    if (has_connector) return std::nullopt;
    auto main = read_main(words, auxiliary_);
    if (!main) return std::nullopt;
    return finish(std::move(*main));
  }

 private:
  /// A main clause whose ordinal is not applied yet: "the first car after X" is the first of those
  /// after X.
  struct Main {
    Clause clause;
    int n = 0;
    bool is_of_thing = false;  ///< see Ordinal
  };

  std::optional<Main> read_main(Words words, Auxiliary auxiliary) const {
    const Ordinal ordinal = take_ordinal(words);
    // The auxiliary of "when was the last time ..." is no verb of the clause.
    if (ordinal.is_time_of) auxiliary = Auxiliary::none;
    auto clause = read_clause(without_relative(ordinal.words), question_, auxiliary);
    if (!clause) return std::nullopt;
    // The third from the left is a place, not a time.
    for (std::size_t i = 0; ordinal.n != 0 && i + 2 < words.size(); ++i)
      if (is(words, i, "from") && is_any(words, i + 2, "left right front back"))
        return std::nullopt;
    if (clause->name.empty())
      clause->name = as_statement(words, question_, clause->verb, auxiliary);
    return Main{std::move(*clause), ordinal.n, ordinal.is_of_thing};
  }

  /// A clause behind a connector: never turned round.
  std::optional<Event> read_reference(Words words) const {
    return EventReader(question_, Auxiliary::none, Togetherness::occurrences).read(words);
  }

  static Event finish(Main main) {
    Event event{std::move(main.clause.node), main.clause.edge, std::move(main.clause.name)};
    event.is_several = main.clause.is_several;
    event.is_presence = main.clause.is_presence && main.n == 0;
    event.is_of_nth = main.is_of_thing && !main.clause.is_presence;
    if (main.n == 0) return event;
    PlanNode chosen = apply(PlanOp::nth, {std::move(event.node)});
    chosen.n = main.n;
    event.node = std::move(chosen);
    return event;
  }

  std::optional<Event> joined_at(Words words, std::size_t i) const {
    auto main = read_main(words.first(i), auxiliary_);
    // A state is cut, an event and "the first time it is open" are chosen.
    const bool is_cut = main && main->clause.edge == Edge::whole && main->n == 0 &&
                        togetherness_ != Togetherness::occurrences;
    // "does the first car after the truck appear": the verb stands behind both.
    if (!main) main = read_main(words.first(i), Auxiliary::none);
    const Words rest = words.subspan(i + 1);
    if (!main || rest.empty() || is_place(words, i)) return std::nullopt;
    // One moment in which both hold does not make it so whenever the other holds.
    if (is(words, i, "whenever") && togetherness_ == Togetherness::existence) return std::nullopt;
    // "another after the truck" is the first after it.
    if (is(words, 0, "another") && is_any(words, i, "after since")) main->n = 1;
    auto& node = main->clause.node;
    if (is(words, i, "between")) {
      auto bounds = read_bounds(rest);
      if (!bounds) return std::nullopt;
      node = is_cut ? cut_between(std::move(node), std::move(*bounds))
                    : apply(PlanOp::between,
                            {std::move(node), bounds->first.node, bounds->second.node});
      return finish(std::move(*main));
    }
    auto reference =
        read_reference(is_thing_alone(rest) ? with_noun(rest, head_in(words.first(i)))
                                            : std::vector<Word>(rest.begin(), rest.end()));
    if (!reference) return std::nullopt;
    // "leaves before the woman" is before she leaves.
    const bool also_leaves = main->clause.edge == Edge::end && reference->is_presence &&
                             reference->edge == Edge::whole && is_any(words, i, "before after");
    if (also_leaves) {
      reference->node = apply(PlanOp::offsets, {std::move(reference->node)});
      reference->edge = Edge::end;
    }
    const auto& connector = words[i].text;
    const auto op = is_cut ? cut_of(connector, reference->edge) : op_of(connector, reference->edge);
    node = apply(op, {std::move(node), std::move(reference->node)});
    return finish(std::move(*main));
  }

  /// Since the first, until the next of the second.
  static PlanNode cut_between(PlanNode node, std::pair<Event, Event> bounds) {
    auto& [first, second] = bounds;
    const bool from_end = first.edge == Edge::end;
    auto next =
        apply(from_end ? PlanOp::after_end : PlanOp::after, {std::move(second.node), first.node});
    auto later = apply(from_end ? PlanOp::since_end : PlanOp::since,
                       {std::move(node), std::move(first.node)});
    return apply(second.edge == Edge::end ? PlanOp::until_end : PlanOp::until,
                 {std::move(later), std::move(next)});
  }

  /// The operator that cuts a state, where there is one.
  PlanOp cut_of(std::string_view connector, Edge reference_edge) const {
    const bool by_end = reference_edge == Edge::end;
    // Whether something is so before X is whether it begins before X.
    const bool is_before = connector == "before" || connector == "until";
    if (is_before && togetherness_ == Togetherness::moments)
      return by_end ? PlanOp::until_end : PlanOp::until;
    if (connector == "after" || connector == "since")
      return by_end ? PlanOp::since_end : PlanOp::since;
    return op_of(connector, reference_edge);
  }

  PlanOp op_of(std::string_view connector, Edge reference_edge) const {
    const bool by_end = reference_edge == Edge::end;
    if (connector == "before" || connector == "until")
      return by_end ? PlanOp::before_end : PlanOp::before;
    if (connector == "after" || connector == "since")
      return by_end ? PlanOp::after_end : PlanOp::after;
    if (connector == "when" && reference_edge == Edge::begin) return PlanOp::at_begin;
    if (connector == "when" && by_end) return PlanOp::at_end;
    return togetherness_ == Togetherness::moments ? PlanOp::both : PlanOp::sharing;
  }

  /// "is the dog between the car and the truck" is about where it is.
  bool is_place(Words words, std::size_t i) const {
    const Words main = is(words, 0, "there") ? words.subspan(1) : words;
    return auxiliary_ == Auxiliary::be && is(words, i, "between") &&
           read_thing(main.first(i - (words.size() - main.size()))).has_value() &&
           !is_visible(words.subspan(i - 1, 1)) && !is_any(words, i - 1, "on off open closed shut");
  }

  /// "the blue one", not "the light is blue" or "there is no one".
  static bool is_thing_alone(Words words) {
    return std::ranges::none_of(
        words, [](const Word& word) { return word.text == "no" || is_one_of(word.text, kBe); });
  }

  /// "car" of "does the red car come": what "the blue one" behind it is.
  static std::vector<Word> head_in(Words words) {
    if (auxiliary_at(words, 0)) words = words.subspan(1);
    const std::size_t verb = own_verb(words);
    const auto subject = subject_of(verb > 0 ? words.first(verb) : words);
    if (!subject) return {};
    auto named = split_words(*subject);
    return {named[head_of(named)]};
  }

  std::optional<std::pair<Event, Event>> read_bounds(Words words) const {
    for (std::size_t i = 1; i + 1 < words.size(); ++i) {
      if (!is(words, i, "and")) continue;
      auto first = read_reference(with_thing_of(words.first(i), words.subspan(i + 1)));
      auto second = read_reference(words.subspan(i + 1));
      if (first && second) return std::pair(std::move(*first), std::move(*second));
    }
    return std::nullopt;
  }

  /// "within 10 seconds of the truck".
  std::optional<Event> near_at(Words words, std::size_t i) const {
    if (!is(words, i, "within")) return std::nullopt;
    const auto amount = read_amount(words, i + 1);
    if (!amount || !is_any(words, amount->next, "of from")) return std::nullopt;
    auto main = read_main(words.first(i), auxiliary_);
    auto reference = read_reference(words.subspan(amount->next + 1));
    if (!main || !reference) return std::nullopt;
    PlanNode close =
        apply(PlanOp::near, {std::move(main->clause.node), std::move(reference->node)});
    close.distance = amount->length;
    main->clause.node = std::move(close);
    return finish(std::move(*main));
  }

  std::string_view question_;
  Auxiliary auxiliary_;
  Togetherness togetherness_;
};

}  // namespace

std::vector<Word> with_thing_of(Words first, Words second) {
  std::vector<Word> whole(first.begin(), first.end());
  const Words bare = skip_front(first, "the");
  const auto n = ordinal_at(bare, 0);
  if (!n || n->next != bare.size()) return whole;
  const auto rest = take_ordinal(second).words;
  const auto thing = skip_front(rest, "the");
  whole.insert(whole.end(), thing.begin(), thing.end());
  return whole;
}

std::optional<Event> read_event(Words words,
                                std::string_view question,
                                Auxiliary auxiliary,
                                Togetherness togetherness) {
  return EventReader(question, auxiliary, togetherness).read(words);
}

std::vector<Words> split_list(Words words) {
  std::vector<Words> things;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= words.size(); ++i) {
    if (i < words.size() && !is_any(words, i, ", and or :")) continue;
    const Words thing = skip_front(words.subspan(begin, i - begin), "both either");
    if (!thing.empty()) things.push_back(thing);
    begin = i + 1;
  }
  return things;
}

std::optional<std::string> subject_of(Words words) {
  const Ordinal ordinal = take_ordinal(words);
  const Words all = ordinal.words;
  // The longest beginning that is a noun phrase with nothing of a verb or clause in it.
  std::size_t end = 0;
  const auto ends_it = [&](std::size_t i) {
    const bool is_place = is(all, i, "to") && i > 0 && is(all, i - 1, "next");
    return !is_place && is_any(all,
                               i,
                               "that which who to after before while when during between until "
                               "since is was are were");
  };
  while (end < all.size() && !ends_it(end)) ++end;
  for (; end > 0; --end) {
    const auto noun = read_noun_phrase(all.first(end));
    const bool is_whole = end == all.size() || !is_any(all, end, "in with");
    if (noun && is_whole) return noun->noun;
  }
  return std::nullopt;
}

}  // namespace hindsight::query::detail
