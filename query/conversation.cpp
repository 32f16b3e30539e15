#include "query/conversation.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "query/detail/noun_phrase.h"
#include "query/detail/question_words.h"
#include "query/detail/rewording.h"
#include "query/evaluate.h"
#include "query/plan_grammar.h"
#include "query/time_words.h"

namespace hindsight::query {

using detail::after_pattern;
using detail::is_any;
using detail::Word;
using detail::Words;

namespace {

constexpr std::string_view kOpeners = "and then but so ok okay now well , please";

/// Which side of the last answer is asked about.
enum class Side { after, before, during };

/// "after that", "what comes next", "before it"; what is left must be nothing.
std::optional<Side> read_side(Words words) {
  struct Form {
    std::string_view pattern;
    Side side;
  };
  constexpr std::array kForms{Form{"after that/this/it/them/those", Side::after},
                              Form{"since that/then", Side::after},
                              Form{"next", Side::after},
                              Form{"then", Side::after},
                              Form{"later", Side::after},
                              Form{"afterwards/afterward", Side::after},
                              Form{"before that/this/it/them/those", Side::before},
                              Form{"earlier", Side::before},
                              Form{"beforehand", Side::before},
                              Form{"during that/this/it/them", Side::during},
                              Form{"meanwhile", Side::during},
                              Form{"at that time/moment/point", Side::during}};
  for (const auto& [pattern, side] : kForms) {
    if (const auto rest = after_pattern(words, pattern); rest && rest->empty()) return side;
  }
  return std::nullopt;
}

std::string to_text(const TimeSpan& span) {
  return fmt::format("{} to {}", to_clock(span.begin), to_clock(span.end));
}

/// "When does the car appear, after 00:01:22.200?": with the limits that go beyond its words.
std::string within_limits(std::string text, const Question& question) {
  if (!question.from && !question.to) return text;
  const auto limits = question.from && question.to
                          ? "from " + to_text(TimeSpan{*question.from, *question.to})
                      : question.from ? "after " + to_clock(*question.from)
                                      : "before " + to_clock(*question.to);
  return text.insert(text.find_last_not_of(" .?!") + 1, ", " + limits);
}

/// "the car leaves" for "the car appears"; "the door is open no longer".
std::string as_end(std::string name) {
  constexpr std::string_view kAppears = "appears", kVisible = "is visible";
  for (const auto begin : {kAppears, kVisible}) {
    if (!name.ends_with(begin)) continue;
    name.replace(name.size() - begin.size(), begin.size(), "leaves");
    return name;
  }
  return name + " no longer";
}

/// The same things whichever of them was asked for: without "first", "last" and "longest".
PlanNode every_one(PlanNode node) {
  if (node.op == PlanOp::offsets) {
    node.of.front() = every_one(std::move(node.of.front()));
    return node;
  }
  while (node.op == PlanOp::nth || node.op == PlanOp::longest || node.op == PlanOp::shortest) {
    PlanNode inner = std::move(node.of.front());
    node = std::move(inner);
  }
  return node;
}

}  // namespace

/// One question against what was remembered.
class Resolver {
 public:
  Resolver(const Question& scope,
           const std::optional<Conversation::Last>& last,
           std::string_view text)
      : last_(last ? &*last : nullptr), text_(text), words_(detail::plain_words(text)) {
    asked_.question = scope;
    asked_.question.text = std::string(text);
    Words words(words_);
    words = detail::skip_back(words, ". ? !");
    trimmed_ = words;
    is_opened_ = is_any(words, 0, "and but");
    bare_ = detail::skip_front(words, kOpeners);
  }

  FollowUp resolve() {
    const bool is_resolved = side() || same_again() || other_thing() || other_times() || pronoun();
    if (is_resolved && asked_.unresolved.empty() && !last_->video_hash.empty())
      asked_.question.videos = {last_->video_hash};
    return std::move(asked_);
  }

 private:
  /// Takes the question for resolved: it leans on an answer that is not there.
  bool needs_answer() {
    if (last_ != nullptr && !last_->intervals.empty()) return false;
    asked_.unresolved =
        last_ == nullptr
            ? fmt::format(
                  "nothing was asked yet that \"{}\" could follow; ask a whole question first",
                  text_)
            : fmt::format(
                  "the last question found nothing that \"{}\" could follow; ask a whole question",
                  text_);
    return true;
  }

  TimeSpan answered() const {
    TimeSpan hull = last_->intervals.front().span;
    for (const auto& interval : last_->intervals) {
      hull.begin = std::min(hull.begin, interval.span.begin);
      hull.end = std::max(hull.end, interval.span.end);
    }
    return hull;
  }

  /// Limits the question to one side of the last answer.  False, with a sentence, when nothing lies
  /// there.
  bool limit(Side side) {
    const TimeSpan hull = answered();
    auto& question = asked_.question;
    if (side != Side::before) question.from = side == Side::after ? hull.end : hull.begin;
    if (side != Side::after) question.to = side == Side::before ? hull.begin : hull.end;
    const bool is_beyond = side == Side::after && hull.end >= last_->end;
    if (!is_beyond && !(side == Side::before && hull.begin <= MediaTime{})) return true;
    asked_.unresolved = fmt::format("the last answer reaches the {} of {}, so nothing comes {} it",
                                    is_beyond ? "end" : "beginning",
                                    last_->label,
                                    is_beyond ? "after" : "before");
    return false;
  }

  /// "and after that?", "what happens after that?", "what colour is the door at that time?".
  bool side() {
    for (std::size_t i = 0; i < trimmed_.size(); ++i) {
      const auto side = read_side(trimmed_.subspan(i));
      if (!side) continue;
      const Words asked = detail::skip_front(trimmed_.first(i), kOpeners);
      const bool is_general =
          after_pattern(asked, "what happens/happened/comes/came/is/was").has_value();
      const bool is_bare = asked.empty() || after_pattern(asked, "what about").has_value();
      // "When does the car come next?" leans on nothing.
      const bool is_one_word = i + 1 == trimmed_.size();
      if (is_one_word && !is_general && !is_bare) continue;
      if (needs_answer() || !limit(*side)) return true;
      say_within(*side, is_general, is_bare, asked);
      return true;
    }
    return false;
  }

  void say_within(Side side, bool is_general, bool is_bare, Words asked) {
    const bool has_one = last_->plan && last_->plan->of.size() == 1 && !last_->plan->at;
    auto& question = asked_.question;
    if (is_bare && has_one && side != Side::during) {
      Plan plan = *last_->plan;
      auto& node = plan.of.front();
      // What follows the first is the first of what follows.
      if (node.op == PlanOp::nth) node.n = side == Side::after ? 1 : -1;
      asked_.plan = std::move(plan);
      question.text = last_->bare;
    } else if (is_bare || is_general) {
      question.text = "What happens?";
    } else {
      question.text =
          std::string(text_.substr(asked.front().begin, asked.back().end - asked.front().begin));
    }
    asked_.reading = within_limits(question.text, question);
  }

  /// "how long did it last?", "when was that?", "how many times?": of what was asked about.
  bool same_again() {
    struct Form {
      std::string_view pattern;
      AnswerType type;
      Edge edge;
    };
    constexpr std::array kForms{
        Form{"how long did/does/was/is it/that/this/they", AnswerType::duration, Edge::whole},
        Form{"for how long", AnswerType::duration, Edge::whole},
        Form{"how long", AnswerType::duration, Edge::whole},
        Form{"when did/does it/that/this/they begin/start/appear/arrive/come",
             AnswerType::when,
             Edge::begin},
        Form{"when did/does it/that/this/they end/stop/disappear/leave/finish/go",
             AnswerType::when,
             Edge::end},
        Form{"when did/does it/that/this happen/occur", AnswerType::when, Edge::whole},
        Form{"when was/is/were it/that/this/they", AnswerType::when, Edge::whole},
        Form{"when exactly", AnswerType::when, Edge::whole},
        Form{"when", AnswerType::when, Edge::whole},
        Form{"how many times", AnswerType::count, Edge::whole},
        Form{"how often", AnswerType::count, Edge::whole}};
    for (const auto& [pattern, type, edge] : kForms) {
      const auto rest = after_pattern(bare_, pattern);
      if (!rest ||
          !detail::skip_front(
               *rest, "last take go on for happen occur exactly in total did does it that this")
               .empty())
        continue;
      if (needs_answer()) return true;
      if (!last_->plan || last_->plan->of.size() != 1) {
        asked_.unresolved = fmt::format(
            "\"{}\" can mean one of several things here; name the one that is meant", text_);
        return true;
      }
      ask_same(type, edge);
      return true;
    }
    return false;
  }

  void ask_same(AnswerType type, Edge edge) {
    Plan plan{.type = type, .of = last_->plan->of, .names = last_->plan->names, .edge = edge};
    if (type == AnswerType::count) plan.of.front() = every_one(std::move(plan.of.front()));
    if (edge == Edge::end && !happens_at_end(plan.of.front())) {
      plan.of.front() = {.op = PlanOp::offsets, .of = {std::move(plan.of.front())}};
      if (!plan.names.empty()) plan.names.front() = as_end(std::move(plan.names.front()));
    }
    plan.merge = last_->plan->merge;
    asked_.question = last_->question;
    asked_.reading =
        within_limits(fmt::format("{}: {}",
                                  type == AnswerType::duration ? "how long"
                                  : type == AnswerType::when   ? "when"
                                                               : "how many times",
                                  plan.names.empty() ? last_->bare : plan.names.front()),
                      asked_.question);
    asked_.plan = std::move(plan);
  }

  /// "and the blue one?", "what about a truck?".
  bool other_thing() {
    auto thing = after_pattern(bare_, "what/how about");
    if (!thing && is_opened_) thing = bare_;
    if (!thing || thing->empty()) return false;
    if (last_ == nullptr) return detail::read_noun_phrase(*thing) && needs_answer();
    if (!last_->plan) return false;
    const auto subject = detail::find_subject(last_->question.text, *last_->plan);
    if (!subject) return false;
    auto text = detail::with_other_subject(last_->question.text, *subject, *thing);
    if (!text) return false;
    asked_.question = last_->question;
    asked_.question.text = std::move(*text);
    asked_.reading = within_limits(asked_.question.text, asked_.question);
    return true;
  }

  /// "and in the last hour?", "and between 5:00 and 6:00?".
  bool other_times() {
    if (last_ == nullptr) return false;
    const auto times = read_time_words(text_, last_->end, last_->label);
    const auto rest = detail::plain_words(times.question);
    if (times.phrases.empty() ||
        !detail::skip_front(rest, "and then but what how about , . ? !").empty())
      return false;
    std::string phrases;
    for (const auto& phrase : times.phrases) phrases += " " + phrase.text;
    std::string bare = last_->bare;
    bare.erase(bare.find_last_not_of(" .?!") + 1);
    asked_.question.text = bare + phrases + "?";
    asked_.reading = asked_.question.text;
    return true;
  }

  /// "what colour is it?": of what was last asked about, where it was found.
  bool pronoun() {
    if (last_ == nullptr || !last_->plan) return false;
    const auto times = read_time_words(text_, last_->end, last_->label);
    if (read_question_plan(times.question, moment_of(times))) return false;
    const auto subject = detail::find_subject(last_->question.text, *last_->plan);
    if (!subject) return false;
    auto text = detail::with_pronoun_named(text_, words_, *subject);
    if (!text) return false;
    asked_.question.text = std::move(*text);
    asked_.reading = asked_.question.text;
    const auto plan = read_question_plan(asked_.question.text, std::nullopt);
    if (!plan || plan->look.empty() || last_->intervals.empty()) return true;
    // Of the first answer, not of whatever else is called so.
    const TimeSpan first = last_->intervals.front().span;
    asked_.question.from = first.begin;
    asked_.question.to = first.end;
    asked_.reading = within_limits(asked_.question.text, asked_.question);
    return true;
  }

  const Conversation::Last* last_;
  std::string_view text_;
  std::vector<Word> words_;
  Words trimmed_;  ///< without the mark at its end
  Words bare_;     ///< and without what opens it
  bool is_opened_ = false;
  FollowUp asked_;
};

FollowUp Conversation::resolve(std::string_view text) const {
  return Resolver(scope_, last_, text).resolve();
}

void Conversation::remember(const FollowUp& asked,
                            const QuestionPlan& question,
                            const Answer& answer) {
  const auto of_first = [&](const VideoScope& scope) {
    return answer.intervals.empty() || scope.video.id == answer.intervals.front().video_id;
  };
  const auto scope = std::find_if(question.scopes.begin(), question.scopes.end(), of_first);
  const auto& shown = scope != question.scopes.end() ? *scope : question.scopes.front();
  Last last{.question = asked.question,
            .bare = shown.words.question.empty() ? asked.question.text : shown.words.question,
            .plan = answer.findings ? std::optional(answer.findings->plan) : std::nullopt,
            .intervals = {},
            .video_hash = {},
            .label = shown.label,
            .end = shown.video.end};
  for (const auto& interval : answer.intervals) {
    if (answer.found && interval.video_id == shown.video.id) last.intervals.push_back(interval);
  }
  if (!last.intervals.empty()) last.video_hash = shown.video.content_hash;
  last_ = std::move(last);
}

}  // namespace hindsight::query
