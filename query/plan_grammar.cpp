#include "query/plan_grammar.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/error.h"
#include "query/detail/colors.h"
#include "query/detail/noun_phrase.h"
#include "query/detail/question_frame.h"
#include "query/detail/question_words.h"
#include "query/detail/verbs.h"

namespace hindsight::query {
namespace {

using namespace detail;

constexpr std::size_t kMostWords = 80;
/// Questions about a whole range, form by form.
class RangeReader : private QuestionWords {
 public:
  using QuestionWords::QuestionWords;

  std::optional<Plan> read() const {
    if (auto plan = read_order_question(words_, question_, at_)) return plan;
    for (const auto form : {&RangeReader::count_events,
                            &RangeReader::time_until,
                            &RangeReader::time_between,
                            &RangeReader::share,
                            &RangeReader::duration,
                            &RangeReader::list,
                            &RangeReader::when,
                            &RangeReader::first_one_is,
                            &RangeReader::yes_no,
                            &RangeReader::find}) {
      if (auto plan = (this->*form)()) return plan;
    }
    return std::nullopt;
  }

 private:
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
                           "how many seconds/minutes/hours pass/passed/lie between",
                           "how long is/was it from"});
    bool turned = false;
    if (!rest) {
      rest = after_any({"how long after", "how after"});  // "soon after" is "after" (plain_words)
      turned = rest.has_value();
    }
    // Each is tried, and those within its parts again.
    constexpr std::ptrdiff_t kMostJoints = 4;
    if (!rest || std::ranges::count(*rest, "and", &Word::text) > kMostJoints) return std::nullopt;
    for (std::size_t i = 1; i + 1 < rest->size(); ++i) {
      const bool is_joint =
          turned ? auxiliary_at(*rest, i).has_value() : is_any(*rest, i, "and to until");
      if (!is_joint) continue;
      auto a = event(with_thing_of(rest->first(i), rest->subspan(i + 1)));
      auto b = event(rest->subspan(turned ? i : i + 1));
      if (!a || !b) continue;
      Event stretch{apply(PlanOp::stretch, {std::move(a->node), std::move(b->node)}),
                    Edge::whole,
                    a->name + " to " + b->name};
      return plan_of(AnswerType::duration, std::move(stretch));
    }
    return std::nullopt;
  }

  /// "is the longest time the door is open", "is the longest stretch without a car".
  std::optional<Event> longest_or_shortest(Words words) const {
    const auto of =
        after_pattern(words, "is/was the longest/shortest time/stretch/period/interval/span/phase");
    if (!of) return std::nullopt;
    const bool is_without = is(*of, 0, "without");
    auto found = event(skip_front(*of, "that when in which during for where without with"),
                       Togetherness::moments);
    if (!found) return std::nullopt;
    if (is_without) {
      found->node = apply(PlanOp::negation, {std::move(found->node)});
      found->name = "without " + found->name;
    }
    found->node = apply(is(words, 2, "longest") ? PlanOp::longest : PlanOp::shortest,
                        {std::move(found->node)});
    return found;
  }

  /// "how long does it take until the first car appears": when it does.
  MaybePlan time_until() const {
    const auto rest = after_any({"how long does/did/will it take until/before",
                                 "how long is/was it until/before",
                                 "how long until/before",
                                 "how much time passes/passed until/before",
                                 "how after the start/beginning",
                                 "how long after the start/beginning",
                                 "how soon"});
    // "how soon after A does B" is the time between both.
    if (!rest || is(*rest, 0, "after")) return std::nullopt;
    auto found = event(*rest);
    if (!found) return std::nullopt;
    if (found->edge == Edge::whole) found->edge = Edge::begin;
    if (found->node.op != PlanOp::nth) found->node = apply(PlanOp::nth, {std::move(found->node)});
    return plan_of(AnswerType::when, std::move(*found));
  }

  /// "what percentage of the time is a car visible".
  MaybePlan share() const {
    if (at_) return std::nullopt;
    const auto of = after_any({"what/which percentage/share/fraction/proportion",
                               "for what/which percentage/share/fraction/proportion",
                               "how much of the time"});
    if (!of) return std::nullopt;
    constexpr std::string_view kWhole = "time video clip recording footage film movie";
    const Words rest = skip_front(*of, "of the this whole entire");
    const Words asked = skip_front(rest, kWhole);
    // "of the cars" is no share of the time.
    const bool is_of_things =
        is(*of, 0, "of") && of->size() > 1 && asked.size() == rest.size() && !auxiliary_at(rest, 0);
    if (is_of_things) return std::nullopt;
    auto found = event(asked, Togetherness::moments);
    if (!found) return std::nullopt;
    found->edge = Edge::whole;
    auto plan = plan_of(AnswerType::duration, std::move(*found));
    plan.share = true;
    return plan;
  }

  /// "how long is the door open", "for how many seconds can a car be seen".
  MaybePlan duration() const {
    for (const std::string_view front : {"what", "how long"}) {
      const auto extreme = after_pattern(words_, front);
      if (!extreme) continue;
      if (auto found = longest_or_shortest(*extreme))
        return plan_of(AnswerType::duration, std::move(*found));
    }
    // How long it is so around a moment is not how long it has been so then.
    if (at_) return std::nullopt;
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
    // "how long does the door stay open": staying is being.
    std::vector<Word> plain(rest->begin(), rest->end());
    for (auto& word : plain) {
      if (is_one_of(word.text, "stay stays stayed remain remains remained")) word.text = "is";
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
    if (const auto ending = after_any({"until when", "till when"})) {
      auto found = event(*ending, Togetherness::moments);
      if (!found) return std::nullopt;
      found->edge = Edge::end;
      return plan_of(AnswerType::when, std::move(*found));
    }
    auto rest = after_any({"when exactly",
                           "when",
                           "at what/which time/times/moment/moments/point/points/second/minute",
                           "what time/times",
                           "in what/which part/parts",
                           "during what/which times",
                           "since when",
                           "show me/us when",
                           "what second/minute",
                           "the moment when/that",
                           "the moment",
                           "the times when",
                           "the time/times when/that/of/at",
                           "time/times of",
                           "give me/us the time/times/moment when/that/of",
                           "where in the video",
                           "from when to when"});
    if (!rest || rest->empty()) return std::nullopt;
    if (auto found = longest_or_shortest(*rest))
      return plan_of(AnswerType::when, std::move(*found));
    auto found = event(*rest, Togetherness::moments);
    if (!found) return std::nullopt;
    return plan_of(AnswerType::when, std::move(*found));
  }

  /// The words without the colour at their end; empty where there is none.
  static Words before_color(Words words) {
    const bool ends_in_color = words.size() > 1 && is_color(words.back().text);
    return ends_in_color ? words.first(words.size() - 1) : Words{};
  }

  /// "Is a red car visible?" of a car and "red".
  static PlanNode of_color(std::string_view noun, std::string_view color) {
    NounPhrase phrase;
    phrase.noun =
        noun == "person" ? fmt::format("person in {}", color) : fmt::format("{} {}", color, noun);
    return timeline_of(fmt::format("Is {} visible?", phrase.with_article()));
  }

  /// "is the first car red", "was the last dog black".
  MaybePlan first_one_is() const {
    const Words which = before_color(words_);
    const bool is_negative =
        std::ranges::count(which, "not", &Word::text) > 0 || is(which, which.size() - 1, "in");
    if (!is_any(words_, 0, "is was") || which.size() < 3 || is_negative || at_) return std::nullopt;
    auto found = plain_event(which.subspan(1));
    const auto noun = subject_of(which.subspan(1));
    if (!found || !noun || found->node.op != PlanOp::nth) return std::nullopt;
    found->node =
        apply(PlanOp::both, {std::move(found->node), of_color(*noun, words_.back().text)});
    found->edge = Edge::whole;
    return plan_of(AnswerType::yes_no, std::move(*found));
  }

  /// What one types into a search box: "red car", "show the dogs", "first time a truck appears".
  MaybePlan find() const {
    const Words rest = skip_front(words_, "show me us find search look for locate list get all");
    const bool is_asked = rest.size() < words_.size();
    constexpr std::size_t kMostBare = 5;
    if (at_ || rest.empty() || auxiliary_at(rest, 0)) return std::nullopt;
    const bool is_thing = read_thing(rest) && !behind_motion(rest);
    const Words which = skip_front(rest, "the");
    const bool names_time =
        is_any(which, 0, "first last second third next") &&
        (is(which, 1, "time") ||
         (which.size() > 1 && names_common_thing(split_words(subject_of(which).value_or("-")))));
    // "all colours of cars", "the number of cars": no picture shows one.
    const bool is_property = is_any(which, 0, kProperties) || is_any(which, 0, "number percentage");
    if (is_property) return std::nullopt;
    // Words alone may be anything: an answer, a greeting, another language.
    const bool is_known = rest.size() <= kMostBare && names_common_thing(rest);
    if (!names_time && !(is_thing && (is_asked || is_known))) return std::nullopt;
    auto found = plain_event(rest);
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
    // That all are so at one moment is not that they are.
    const bool is_all = is_any(asked, 1, "all every each everyone everybody") && !at_;
    auto found = event(positive, Togetherness::existence);
    if (!found || is_all) return std::nullopt;
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
      if (is_any(written, i, "together simultaneously moment instant")) return true;
      if (is(written, i, "at") && (is(written, i + 1, "once") || is(written, i + 2, "same")))
        return true;
    }
    return false;
  }
};

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
