// Questions that compare things: which came first, which holds longer, which is seen more often, in
// which order they come.
#include <algorithm>

#include <fmt/format.h>

#include "query/detail/compared_things.h"
#include "query/detail/in_view.h"
#include "query/detail/noun_phrase.h"
#include "query/detail/question_words.h"
#include "query/detail/verbs.h"
#include "query/evaluate.h"

namespace hindsight::query::detail {
namespace {

class OrderReader : private QuestionWords {
 public:
  using QuestionWords::QuestionWords;

  std::optional<Plan> read() const {
    for (const auto form : {&OrderReader::which_first,
                            &OrderReader::which_more_often,
                            &OrderReader::which_longer,
                            &OrderReader::more_than,
                            &OrderReader::order}) {
      if (auto plan = (this->*form)()) return plan;
    }
    return std::nullopt;
  }

 private:
  /// noun: of "which car ...", what "the blue one" is.  verb: what all things of the list do, where
  /// it is more than to appear: "leave".
  MaybePlan order_of_list(Words list,
                          Pick pick = Pick::all,
                          Words noun = {},
                          Words verb = {}) const {
    Plan plan{.type = AnswerType::order, .pick = pick};
    for (const Words thing : split_list(list)) {
      auto found = thing_that(with_noun(thing, noun), verb);
      if (!found) return std::nullopt;
      plan.of.push_back(std::move(found->node));
      plan.names.push_back(std::move(found->name));
    }
    constexpr std::size_t kMost = 16;
    if (plan.of.size() < 2 || plan.of.size() > kMost) return std::nullopt;
    return plan;
  }

  /// A thing that does what the verb says, by the thing's name.
  std::optional<Event> thing_that(Words thing, Words verb) const {
    // "the door open" of "in which order did the door open and the light go on".
    const bool is_turned = verb.empty() && own_verb(thing) > 0 && asks_what_they_do();
    auto found = is_turned ? read_event(thing, question_, Auxiliary::do_, Togetherness::occurrences)
                           : plain_event(thing);
    if (!found || verb.empty()) return found;
    std::vector<Word> clause(thing.begin(), thing.end());
    clause.insert(clause.end(), verb.begin(), verb.end());
    auto doing = plain_event(clause);
    if (doing) doing->name = std::move(found->name);
    return doing;
  }

  /// "in which order do/did ...".
  bool asks_what_they_do() const {
    for (std::size_t i = 0; i + 1 < words_.size(); ++i) {
      if (is(words_, i, "order")) return is_any(words_, i + 1, "do does did");
    }
    return false;
  }

  bool has_or() const {
    return std::any_of(words_.begin(), words_.end(), [](const Word& w) { return w.text == "or"; });
  }

  /// "which came first, the car or the truck", "did the car or the truck come first".
  MaybePlan which_first() const {
    std::size_t first = 1;
    while (first < words_.size() && !is_any(words_, first, "first earlier last later")) ++first;
    if (first == words_.size() || !has_or()) return std::nullopt;
    const Pick pick = is_any(words_, first, "last later") ? Pick::last : Pick::first;
    return pick_one(first, first, pick);
  }

  /// "which VERB first, A or B" and "did A or B VERB first"; at and last: where the words that
  /// compare begin and end.
  MaybePlan pick_one(std::size_t at, std::size_t last, Pick pick) const {
    constexpr std::size_t kMostBefore = 8;
    if (is_any(words_, 0, "what which who") && at <= kMostBefore) {
      const auto compared = read_compared(words_.subspan(1, at - 1), !is(words_, 0, "who"));
      if (!compared) return std::nullopt;
      return order_of_list(list_behind(last), pick, compared->noun, compared->verb);
    }
    const auto auxiliary = auxiliary_at(words_, 0);
    if (!auxiliary || last + 1 < words_.size()) return std::nullopt;
    const Words clause = words_.subspan(1, at - 1);
    Words list = clause;
    const auto verb = take_verb(list);
    // "did the man or the woman fall first": a verb that is not known is no part of a thing.
    if (*auxiliary == Auxiliary::do_ && list.size() == clause.size()) return std::nullopt;
    return order_of_list(list, pick, {}, verb);
  }

  /// "which comes more often, cars or trucks", "do cars or trucks come more often".
  MaybePlan which_more_often() const {
    if (!has_or()) return std::nullopt;
    for (std::size_t i = 1; i + 1 < words_.size(); ++i) {
      const bool is_often = is_any(words_, i, "more most less least") &&
                            is_any(words_, i + 1, "often frequently times");
      if (!is_often) continue;
      const Pick pick = is_any(words_, i, "more most") ? Pick::most : Pick::fewest;
      std::size_t mark = i + 2;
      while (mark < words_.size() && !is_any(words_, mark, ", :")) ++mark;
      // "more often after the dog, a car or a truck", "more often open, ...".
      const bool is_narrowed =
          mark < words_.size() && !is_visible(words_.subspan(i + 2, mark - i - 2));
      return is_narrowed ? std::nullopt : pick_one(i, i + 1, pick);
    }
    return std::nullopt;
  }

  /// Counts single things on all sides, or on none: intervals in which there are some are fewer.
  static void tell_all_apart(Plan& plan) {
    auto told = plan.of;
    for (auto& node : told) tell_apart(node);
    if (std::ranges::all_of(told, tells_arrivals)) plan.of = std::move(told);
  }

  /// "are there more cars or trucks".
  MaybePlan more_of_two(std::size_t more) const {
    Words list = words_.subspan(more + 1);
    const auto verb = take_verb(list);
    auto plan = order_of_list(list, is(words_, more, "more") ? Pick::most : Pick::fewest, {}, verb);
    if (plan) tell_all_apart(*plan);
    return plan;
  }

  /// "are there more cars than trucks", "do more cars go left than right", "does a red car appear
  /// more often than a blue one".
  MaybePlan more_than() const {
    const auto auxiliary = auxiliary_at(words_, 0);
    if (!auxiliary || at_) return std::nullopt;
    std::size_t more = 1;
    while (more < words_.size() && !is_any(words_, more, "more fewer less")) ++more;
    std::size_t than = more + 1;
    while (than < words_.size() && !is(words_, than, "than")) ++than;
    if (than == words_.size() && more <= 2 && has_or()) return more_of_two(more);
    // "more than two cars" is a number.
    if (than + 1 >= words_.size() || than == more + 1) return std::nullopt;
    const bool is_often = is_any(words_, more + 1, "often frequently") && than == more + 2;
    const bool is_of_things = more == 1 || (more == 2 && is(words_, 1, "there")) ||
                              (more == 3 && is_any(words_, 1, "you we") && is(words_, 2, "see"));
    if (!is_often && !is_of_things) return std::nullopt;
    Words first =
        is_often ? words_.subspan(1, more - 1) : words_.subspan(more + 1, than - more - 1);
    const Words second = skip_back(words_.subspan(than + 1), "do does did are is were was");
    const Words clause = first;
    const auto verb = take_verb(first);
    const Words said = clause.subspan(first.size());
    // "does the man drink more often than the woman", "is the light on more often than off".
    const bool lacks_verb =
        first.size() == clause.size() && ((*auxiliary == Auxiliary::do_ && more != 3) || is_often);
    if (lacks_verb) return std::nullopt;
    Plan plan{.type = AnswerType::yes_no};
    plan.pick = is(words_, more, "more") ? Pick::most : Pick::fewest;
    // "go left than right", "leave than enter": the same things.
    const bool is_way = !read_direction(second).empty() && verb.size() > 1;
    const bool is_verb = !verb.empty() && !lemma_at(second, 0).empty();
    const bool is_same = is_way || is_verb;
    // "than people at night", "than usual", "coming than going": of which of both is not clear.
    const bool is_open = std::ranges::any_of(second, [](const Word& word) {
      return is_one_of(word.text, kConnectors) || word.text.ends_with("ing");
    });
    bool is_placed = false;
    for (std::size_t i = 0; i < second.size(); ++i)
      is_placed = is_placed || is_scene(second.subspan(i));
    if (first.empty() || second.empty() || is_open || is_placed ||
        is_any(second, 0, "usual normal ever expected"))
      return std::nullopt;
    auto other = verb;
    if (is_same) {
      other.resize(is_way ? 1 : 0);
      other.insert(other.end(), second.begin(), second.end());
    }
    // As it was put: "people leave", "enter".
    const std::vector<Word> how(said.begin(), said.end());
    auto other_how = other;
    if (is_way) other_how.front() = said.front();
    const std::vector<Word> subject(first.begin(), first.end());
    const auto rival = is_same ? subject : with_noun(second, first.subspan(head_of(first), 1));
    const auto add = [&](const std::vector<Word>& thing,
                         const std::vector<Word>& does,
                         const std::vector<Word>& told) {
      auto found = thing_that(thing, does);
      if (!found) return false;
      plan.of.push_back(std::move(found->node));
      plan.names.push_back(is_same ? fmt::format("{} {}", join(thing), join(told))
                                   : std::move(found->name));
      return true;
    };
    if (!add(subject, verb, how) || !add(rival, other, other_how)) return std::nullopt;
    if (!is_often) tell_all_apart(plan);
    return plan;
  }

  /// "which is shown longer in all, a table or a road", "which takes up more of the video, A or B".
  MaybePlan which_longer() const {
    constexpr std::size_t kMostBefore = 6;
    if (!is_any(words_, 0, "what which who") || !has_or()) return std::nullopt;
    std::size_t compared = 1;
    while (compared < std::min(words_.size(), kMostBefore) &&
           !is_any(words_, compared, "longer longest more most shorter shortest less least"))
      ++compared;
    if (compared >= std::min(words_.size(), kMostBefore)) return std::nullopt;
    // How often is not how long.
    if (is_any(words_, compared + 1, "often frequently times")) return std::nullopt;
    // Nothing but how long it is to be seen: "has more wheels" and "is shorter" are about the
    // thing.
    constexpr std::string_view kSeen =
        "shown seen visible view screen lasts last takes take appears stays stay stayed";
    std::size_t list = compared + 1;
    while (list < words_.size() && !is_any(words_, list, ", :")) ++list;
    const Words before = words_.subspan(1, compared - 1);
    const bool is_seen =
        std::ranges::any_of(before, [&](const Word& word) { return is_one_of(word.text, kSeen); });
    const Words between =
        list == words_.size() ? Words{} : words_.subspan(compared + 1, list - compared - 1);
    constexpr std::string_view kMore =
        "in all total time of the video on screen for long altogether overall up view camera";
    if (!is_seen || !skip_front(between, kMore).empty()) return std::nullopt;
    const bool is_short = is_any(words_, compared, "shorter shortest less least");
    return order_of_list(list_behind(compared), is_short ? Pick::shortest : Pick::longest);
  }

  /// The list that a question names after a comma, or right behind word `i`.
  Words list_behind(std::size_t i) const {
    for (std::size_t mark = i + 1; mark < words_.size(); ++mark) {
      if (is_any(words_, mark, ", :")) return words_.subspan(mark + 1);
    }
    return skip_front(words_.subspan(i + 1), "-");
  }

  /// "in which order do A, B and C appear", "what is the order of A, B and C", "put A, B in order".
  MaybePlan order() const {
    if (const auto list = after_any({"what is/was the order of", "order", "sort"}))
      return order_of_list(is_any(*list, 0, "by in") ? list_behind(0) : *list);
    if (const auto list = after_any({"put", "list"}); list && list->size() > 2) {
      std::size_t end = 0;
      while (end < list->size() && !is_any(*list, end, "in by")) ++end;
      const Words manner = list->subspan(end);
      const bool in_order = after_pattern(manner, "in order") ||
                            after_pattern(manner, "in the order") ||
                            after_pattern(manner, "by time");
      if (!in_order) return std::nullopt;
      // "put these in the order of their appearance: A, B, C"
      const bool is_ahead = end == 1 && is_any(*list, 0, "these them those");
      return order_of_list(is_ahead ? list_behind(0) : list->first(end));
    }
    auto rest = after_any({"in what/which order do/does/did/are/were/is",
                           "what/which order do/does/did/are/were/is"});
    if (!rest) return std::nullopt;
    // "in which order do these appear: A, B and C"
    if (is_any(*rest, 0, "these those they the"))
      for (std::size_t i = 1; i < rest->size(); ++i)
        if (is(*rest, i, ":")) return order_of_list(rest->subspan(i + 1));
    std::vector<Word> things;
    for (std::size_t i = 0; i < rest->size(); ++i) {
      // "first appear" is what all of them do.
      if (!is(*rest, i, "first") || lemma_at(*rest, i + 1) != "appear")
        things.push_back((*rest)[i]);
    }
    Words list = skip_back(things, "in");
    const auto verb = take_verb(list);
    return order_of_list(list, Pick::all, {}, verb);
  }
};

}  // namespace

std::optional<Plan> read_order_question(Words words,
                                        std::string_view question,
                                        std::optional<MediaTime> at) {
  return OrderReader(words, question, at).read();
}

}  // namespace hindsight::query::detail
