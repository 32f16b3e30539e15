#include "query/plan_grammar.h"

#include <algorithm>

#include "core/error.h"
#include "query/detail/compared_things.h"
#include "query/detail/noun_phrase.h"
#include "query/detail/question_words.h"
#include "query/detail/verbs.h"

namespace hindsight::query {
namespace {

using namespace detail;

constexpr std::string_view kPoliteness =
    "please can could would you tell me us do know i want to find out hindsight , and so";
constexpr std::size_t kMostWords = 80;
/// Questions about a whole range, form by form.
class RangeReader : private QuestionWords {
 public:
  using QuestionWords::QuestionWords;

  std::optional<Plan> read() const {
    for (const auto form : {&RangeReader::which_first,
                            &RangeReader::which_longer,
                            &RangeReader::order,
                            &RangeReader::count_events,
                            &RangeReader::time_between,
                            &RangeReader::duration,
                            &RangeReader::list,
                            &RangeReader::when,
                            &RangeReader::yes_no}) {
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
      const auto named = with_noun(thing, noun);
      // "the door open" of "in which order did the door open and the light go on".
      const bool is_turned = verb.empty() && own_verb(thing) > 0 && asks_what_they_do();
      auto found = is_turned
                       ? read_event(named, question_, Auxiliary::do_, Togetherness::occurrences)
                       : plain_event(named);
      if (!found) return std::nullopt;
      auto name = std::move(found->name);
      if (!verb.empty()) {
        auto clause = named;
        clause.insert(clause.end(), verb.begin(), verb.end());
        found = plain_event(clause);
        if (!found) return std::nullopt;
      }
      plan.of.push_back(std::move(found->node));
      plan.names.push_back(std::move(name));
    }
    constexpr std::size_t kMost = 16;
    if (plan.of.size() < 2 || plan.of.size() > kMost) return std::nullopt;
    return plan;
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
    constexpr std::size_t kMostBefore = 8;
    if (is_any(words_, 0, "what which who") && first <= kMostBefore) {
      const auto compared = read_compared(words_.subspan(1, first - 1), !is(words_, 0, "who"));
      if (!compared) return std::nullopt;
      return order_of_list(list_behind(first), pick, compared->noun, compared->verb);
    }
    const auto auxiliary = auxiliary_at(words_, 0);
    if (!auxiliary || first + 1 < words_.size()) return std::nullopt;
    Words list = words_.subspan(1, first - 1);
    const auto verb = take_verb(list);
    return order_of_list(list, pick, {}, verb);
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
      return order_of_list(*list);
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
    Words list = skip_back(*rest, "in");
    const auto verb = take_verb(list);
    return order_of_list(list, Pick::all, {}, verb);
  }

  /// "how many times does the door open", "how often an hour ...".
  MaybePlan count_events() const {
    auto rest = after_any({"how many times",
                           "how often",
                           "how frequently",
                           "count how often",
                           "count how many times",
                           "count the times"});
    if (!rest) return std::nullopt;
    auto hourly = after_pattern(*rest, "per/an hour");
    if (!hourly) hourly = after_pattern(*rest, "each hour");
    const bool per_hour = hourly.has_value();
    if (per_hour) rest = hourly;
    auto found = event(skip_front(*rest, "that"));
    if (!found) return std::nullopt;
    Plan plan = plan_of(AnswerType::count, std::move(*found));
    plan.per_hour = per_hour;
    return plan;
  }

  /// "how much time passes between A and B", "how long after A does B".
  MaybePlan time_between() const {
    auto rest = after_any({"how much time passes/passed/is/was/lies between",
                           "how long between",
                           "how long is/was it between",
                           "how long does/did it take from",
                           "how much time passes/passed from",
                           "how long is/was it from"});
    bool turned = false;
    if (!rest) {
      rest = after_any({"how long after", "how soon after"});
      turned = rest.has_value();
    }
    if (!rest) return std::nullopt;
    for (std::size_t i = 1; i + 1 < rest->size(); ++i) {
      const bool is_joint =
          turned ? auxiliary_at(*rest, i).has_value() : is_any(*rest, i, "and to until");
      if (!is_joint) continue;
      auto a = event(rest->first(i));
      auto b = event(rest->subspan(turned ? i : i + 1));
      if (!a || !b) continue;
      Event stretch{apply(PlanOp::stretch, {std::move(a->node), std::move(b->node)}),
                    Edge::whole,
                    a->name + " to " + b->name};
      return plan_of(AnswerType::duration, std::move(stretch));
    }
    return std::nullopt;
  }

  /// "is the longest time the door is open".
  std::optional<Event> longest_or_shortest(Words words) const {
    for (const auto op : {PlanOp::longest, PlanOp::shortest}) {
      const auto of =
          after_pattern(words,
                        op == PlanOp::longest ? "is/was the longest time/stretch/period"
                                              : "is/was the shortest time/stretch/period");
      if (!of) continue;
      auto found = event(skip_front(*of, "that when in which"), Togetherness::moments);
      if (found) found->node = apply(op, {std::move(found->node)});
      return found;
    }
    return std::nullopt;
  }

  /// "how long is the door open", "for how many seconds can a car be seen".
  MaybePlan duration() const {
    auto rest = after_any({"how long",
                           "for how long",
                           "for how many seconds/minutes/hours",
                           "how many seconds/minutes/hours",
                           "for how much time",
                           "how much time",
                           "what is the total time that",
                           "how much of the video"});
    if (!rest) return std::nullopt;
    rest = skip_front(*rest, "in total altogether");
    bool stays = false;
    while (!rest->empty() && is_any(*rest, rest->size() - 1, "for last stay")) {
      stays = stays || !is(*rest, rest->size() - 1, "for");
      rest = rest->first(rest->size() - 1);
    }
    if (auto extreme = longest_or_shortest(*rest))
      return plan_of(AnswerType::duration, std::move(*extreme));
    // "how long does the door stay open": staying is being.
    std::vector<Word> plain(rest->begin(), rest->end());
    for (auto& word : plain) {
      if (is_any(Words(&word, 1), 0, "stay stays stayed remain remains remained")) word.text = "is";
    }
    for (std::size_t i = 1; i < plain.size(); ++i) stays = stays || is(plain, i, "is");
    auto found =
        stays && auxiliary_at(plain, 0) == Auxiliary::do_
            ? read_event(Words(plain).subspan(1), question_, Auxiliary::none, Togetherness::moments)
            : event(plain, Togetherness::moments);
    if (!found) return std::nullopt;
    found->edge = Edge::whole;
    return plan_of(AnswerType::duration, std::move(*found));
  }

  MaybePlan list() const {
    const auto rest = after_any({"list all/the times when/that",
                                 "list all times when/that",
                                 "list every/each time",
                                 "list all/the moments when",
                                 "list every/all/the occurrences of",
                                 "show every/each time",
                                 "give me all times when",
                                 "all times when",
                                 "every time"});
    if (!rest) return std::nullopt;
    auto found = event(*rest, Togetherness::moments);
    if (!found) return std::nullopt;
    return plan_of(AnswerType::list, std::move(*found));
  }

  /// "when does a car appear", "at what times can a car be seen", "the moment when ...".
  MaybePlan when() const {
    auto rest = after_any({"when exactly",
                           "when",
                           "at what/which time/times/moment/moments/point/points",
                           "what time/times",
                           "in what/which part/parts",
                           "during what/which times",
                           "since when",
                           "the moment when/that",
                           "the moment",
                           "the times when",
                           "where in the video",
                           "from when to when"});
    if (!rest || rest->empty()) return std::nullopt;
    if (auto found = longest_or_shortest(*rest))
      return plan_of(AnswerType::when, std::move(*found));
    auto found = event(*rest, Togetherness::moments);
    if (!found) return std::nullopt;
    return plan_of(AnswerType::when, std::move(*found));
  }

  /// "does a car ever appear", "is the door open", "is it never dark".
  MaybePlan yes_no() const {
    const Words rest = skip_front(words_, "is it true that");
    const bool is_statement = rest.size() + 4 == words_.size();
    const Words asked = is_statement ? rest : words_;
    if (!is_statement && !auxiliary_at(asked, 0)) return std::nullopt;
    std::vector<Word> positive(asked.begin(), asked.end());
    // "Isn't there a dog?" asks whether there is one.
    if (!is_statement && positive[0].text.ends_with("n't"))
      positive[0].text.resize(positive[0].text.size() - (positive[0].text == "can't" ? 2 : 3));
    const auto num_never = std::erase_if(positive, [](const Word& w) { return w.text == "never"; });
    // At no time, rather than at some time not.
    const bool is_none = !at_ && num_never == 0 && take_no(positive, is_statement ? 0 : 1);
    auto found = event(positive, Togetherness::existence);
    if (!found) return std::nullopt;
    // One may come without the other.
    if (found->is_several && !at_ && !says_together()) return std::nullopt;
    if (found->is_of_nth) return std::nullopt;
    Plan plan = plan_of(AnswerType::yes_no, std::move(*found));
    plan.edge = Edge::whole;
    plan.never = num_never > 0 || is_none;
    plan.at = at_;
    return plan;
  }

  /// "is there no dog", "did nobody come" as "is there dog", "did somebody come".
  bool take_no(std::vector<Word>& words, std::size_t i) const {
    if (is(words, i, "there")) ++i;
    // "no more than two" is a number.
    const bool is_number = is_any(words, i + 1, "more fewer less");
    if (i >= words.size() || is_number || is_in_capitals(words[i], question_)) return false;
    const bool is_no = is(words, i, "no");
    const std::size_t one = is(words, i + 1, "-") ? i + 2 : i + 1;
    if (is(words, i, "nobody") || (is_no && is(words, one, "one"))) {
      words[i].text = "somebody";
      if (!is_no) return true;
      words.erase(words.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                  words.begin() + static_cast<std::ptrdiff_t>(one) + 1);
      return true;
    }
    if (is_no) words.erase(words.begin() + static_cast<std::ptrdiff_t>(i));
    return is_no;
  }

  /// In the question as it was put: plain_words() drops "at the same time".
  bool says_together() const {
    const auto written = split_words(question_);
    for (std::size_t i = 0; i < written.size(); ++i) {
      if (is_any(written, i, "together simultaneously")) return true;
      if (is(written, i, "at") && (is(written, i + 1, "once") || is(written, i + 2, "same")))
        return true;
    }
    return false;
  }
};

/// "after the truck, what colour is the next car" as "what colour is the next car after the truck".
/// Empty when the question does not begin with such a clause.
std::vector<Word> with_front_behind(Words words) {
  if (!is_any(words, 0, "after before while when during since once")) return {};
  std::size_t comma = 1;
  while (comma < words.size() && !is(words, comma, ",")) ++comma;
  if (comma + 1 >= words.size()) return {};
  std::vector<Word> turned(words.begin() + static_cast<std::ptrdiff_t>(comma) + 1, words.end());
  turned.insert(turned.end(), words.begin(), words.begin() + static_cast<std::ptrdiff_t>(comma));
  return turned;
}

/// Without "in the video", which everything is.
Words without_place(Words words) {
  const auto size = words.size();
  for (const std::size_t length : {std::size_t{3}, std::size_t{4}}) {
    if (size <= length || !is_any(words, size - 1, "video clip recording footage film movie"))
      continue;
    const Words tail = words.subspan(size - length);
    if (is_any(tail, 0, "in of during throughout on over") && is_any(tail, 1, "the this that") &&
        (length == 3 || is_any(tail, 2, "whole entire")))
      return words.first(size - length);
  }
  return words;
}

/// Takes "always", "throughout the video", "all the time" from a question of yes or no; true when
/// there was one.
bool take_throughout(std::vector<Word>& words, std::string_view question) {
  if (!auxiliary_at(skip_front(words, kPoliteness), 0) && !auxiliary_at(words, 0)) return false;
  const auto num_always = std::erase_if(words, [&](const Word& word) {
    return word.text == "always" && !is_in_capitals(word, question);
  });
  if (num_always > 0) return true;
  std::size_t end = words.size();
  while (end > 0 && is_any(words, end - 1, ". ? !")) --end;
  // Longest first.
  for (const std::string_view pattern :
       {"in/of/during/throughout/on/over/for the/this whole/entire "
        "video/clip/recording/footage/film/movie/time",
        "the/this whole/entire video/clip/recording/footage/film/movie/time",
        "throughout the/this video/clip/recording/footage/film/movie",
        "all the time",
        "at all times",
        "throughout"}) {
    const auto length = static_cast<std::size_t>(std::ranges::count(pattern, ' ')) + 1;
    if (end <= length || !after_pattern(Words(words).subspan(end - length), pattern)) continue;
    words.erase(words.begin() + static_cast<std::ptrdiff_t>(end - length),
                words.begin() + static_cast<std::ptrdiff_t>(end));
    return true;
  }
  return false;
}

/// Whether it always is so: never not.  Of a state; "does the door open all the time" is none.
std::optional<Plan> throughout(Plan plan) {
  if (plan.type != AnswerType::yes_no || plan.at) return plan;
  if (plan.never || !is_state(plan.of.front())) return std::nullopt;
  PlanNode node = std::move(plan.of.front());
  plan.of.front() = node.op == PlanOp::negation ? std::move(node.of.front())
                                                : apply(PlanOp::negation, {std::move(node)});
  plan.never = true;
  return plan;
}

}  // namespace

std::optional<Plan> read_question_plan(std::string_view question, std::optional<MediaTime> at) {
  auto all = plain_words(question);
  if (all.size() > kMostWords) return std::nullopt;
  const bool is_throughout = take_throughout(all, question);
  Words words = skip_back(all, ". ? !");
  words = without_place(words);
  const auto read = [&](Words asked) {
    auto plan = read_look_question(asked, question, at);
    return plan ? plan : RangeReader(asked, question, at).read();
  };
  auto plan = read(words);
  const Words polite = skip_front(words, kPoliteness);
  if (!plan && polite.size() < words.size()) plan = read(polite);
  if (!plan) plan = read(with_front_behind(polite));
  if (plan && is_throughout) plan = throughout(std::move(*plan));
  if (!plan) return std::nullopt;
  try {
    check(*plan);
  } catch (const Error&) {
    // A noun phrase too long or too strange to put to a model.
    return std::nullopt;
  }
  return plan;
}

std::optional<MediaTime> moment_of(const TimeWords& words) {
  if (words.phrases.size() != 1 || words.ranges.size() != 1) return std::nullopt;
  const auto lexed = split_words(words.phrases[0].text);
  if (!is_any(lexed, 0, "at around")) return std::nullopt;
  if (is_any(lexed, 1, "the")) return std::nullopt;
  const auto moment = words.phrases[0].moment;
  if (!moment) return std::nullopt;
  // Of a video that ends at T the last moment is meant.
  return std::min(*moment, words.ranges[0].end - MediaDuration{1});
}

}  // namespace hindsight::query
