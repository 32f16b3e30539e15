#include "query/verify_answer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <regex>
#include <set>

#include <fmt/format.h>

#include "core/error.h"
#include "query/clock_reader.h"
#include "query/contrast.h"
#include "query/detail/cited_pairs.h"
#include "query/detail/replies.h"
#include "query/detail/stated_numbers.h"
#include "query/evaluate.h"
#include "query/evidence.h"
#include "query/judge.h"
#include "query/scan.h"
#include "query/sentence.h"
#include "query/summary.h"
#include "query/time_words.h"

namespace hindsight::query {
namespace {

/// Text has milliseconds, and a duration is the sum of rounded times.
constexpr MediaDuration kRounding = std::chrono::milliseconds{1};

void refuse_other_model(const Answer& stated, const model::ModelInfo& model) {
  if (stated.made_by.language_fingerprint == model.language_fingerprint &&
      stated.made_by.vision_fingerprint == model.vision_fingerprint)
    return;
  throw Error(
      ErrorCode::model,
      fmt::format("the answer was made by another model ({}, {:.12}) than {} ({:.12}); name "
                  "that one with --model",
                  stated.model,
                  stated.made_by.language_fingerprint,
                  model.directory,
                  model.language_fingerprint));
}

/// Checks one answer; see verify_answer().
class Checker {
 public:
  Checker(const Answer& stated,
          const index::Store& store,
          model::LanguageModel& language_model,
          const model::Tokenizer& tokenizer)
      : stated_(stated),
        cited_(store, language_model.info()),
        judge_(store, language_model, tokenizer, KeepLooks::fresh),
        clock_(store, judge_),
        words_(language_model.info().words) {}

  AnswerCheck run() {
    collect();
    look_again();
    for (std::size_t i = 0; i < stated_.intervals.size(); ++i) check_interval(i);
    check_questions();
    check_times();
    check_value();
    check_absence();
    const bool all_hold =
        std::all_of(check_.looks.begin(), check_.looks.end(), [](const auto& look) {
          return look.verdict == LookVerdict::holds;
        });
    if (!check_.faults.empty() || !all_hold)
      check_.verdict = AnswerVerdict::does_not_hold;
    else if (!check_.looks.empty())
      check_.verdict = AnswerVerdict::holds;
    return std::move(check_);
  }

 private:
  void fault(std::string sentence) { check_.faults.push_back(std::move(sentence)); }

  void collect() {
    for (std::size_t i = 0; i < stated_.intervals.size(); ++i) {
      const auto& interval = stated_.intervals[i];
      for (const auto& look : interval.looks) {
        check_.looks.push_back({.video = interval.video, .stated = look, .reply = {}});
        pairs_.push_back(cited_.find(interval.video, interval.video_hash, look.pair));
        interval_of_.push_back(i);
      }
    }
    if (!stated_.findings) return;
    for (const auto& counter : stated_.findings->counter_evidence) {
      check_.looks.push_back({.video = counter.video,
                              .stated = {.pair = counter.pair,
                                         .question = counter.predicate,
                                         .reply = std::nullopt,
                                         .p_yes = counter.p_yes,
                                         .is_true = false},
                              .is_counter = true,
                              .reply = {}});
      pairs_.push_back(cited_.find(counter.video, counter.video_hash, counter.pair));
      interval_of_.push_back(stated_.intervals.size());
      if (counter.rather.empty()) continue;
      auto rather = check_.looks.back();
      rather.stated.question = counter.rather;
      rather.stated.p_yes = counter.p_rather;
      ruled_out_.insert(check_.looks.size() - 1);
      if (counter.rather_pair) rather.stated.pair = *counter.rather_pair;
      pairs_.push_back(cited_.find(counter.video, counter.video_hash, rather.stated.pair));
      check_.looks.push_back(std::move(rather));
      interval_of_.push_back(stated_.intervals.size());
    }
  }

  /// From this on a look at one pair begins an interval.
  double sure_of(const std::string& predicate) const {
    const ScanOptions options;
    return hysteresis_for(predicate, options, judge_).on;
  }

  /// Question by question, as the model looks at many pairs at once.
  void look_again() {
    std::map<std::pair<bool, std::string>, std::vector<std::size_t>> asked;
    for (std::size_t i = 0; i < check_.looks.size(); ++i) {
      const auto& stated = check_.looks[i].stated;
      if (pairs_[i]) asked[{stated.reply.has_value(), stated.question}].push_back(i);
    }
    for (const auto& [question, positions] : asked) {
      std::vector<index::StoredPair> pairs;
      for (const std::size_t i : positions) pairs.push_back(*pairs_[i]);
      if (question.first) {
        const auto replies = question.second == kDescribe ? describe(judge_, pairs)
                                                          : judge_.replies(question.second, pairs);
        for (std::size_t k = 0; k < positions.size(); ++k)
          judge_reply(check_.looks[positions[k]], replies[k]);
      } else {
        const auto scores = clock_.p_yes(question.second, pairs);
        for (std::size_t k = 0; k < positions.size(); ++k) {
          auto& look = check_.looks[positions[k]];
          judge_score(look, scores[k]);
          // Before enough of a clock had been read, a pair was judged by itself.
          if (look.verdict == LookVerdict::differs)
            judge_score(look, judge_.p_yes(question.second, {&pairs[k], 1}).front());
        }
      }
    }
  }

  static void judge_reply(LookCheck& look, const std::string& reply) {
    look.reply = reply;
    look.verdict = reply == *look.stated.reply ? LookVerdict::holds : LookVerdict::differs;
  }

  static void judge_score(LookCheck& look, double p_yes) {
    look.p_yes = p_yes;
    const bool is_near = std::abs(p_yes - look.stated.p_yes) <= kLookTolerance;
    look.verdict = is_near ? LookVerdict::holds : LookVerdict::differs;
  }

  void check_interval(std::size_t number) {
    const auto& interval = stated_.intervals[number];
    const auto name = fmt::format("{} to {} of {}",
                                  to_clock(interval.span.begin),
                                  to_clock(interval.span.end),
                                  interval.video);
    if (interval.basis != EvidenceBasis::looked) return;
    TimeSpan around{interval.span.end, interval.span.begin};
    std::map<std::string, bool> shown;  // by question
    std::set<std::string> held;         // questions of which the whole interval is said to be true
    for (std::size_t i = 0; i < check_.looks.size(); ++i) {
      if (interval_of_[i] != number || !pairs_[i]) continue;
      auto now = check_.looks[i].stated;
      now.p_yes = check_.looks[i].p_yes;
      auto& is_shown = shown[now.question];
      is_shown = is_shown || says_so(now);
      if (now.is_true && !now.reply) held.insert(now.question);
      const auto near = cited_.neighbours(*pairs_[i]);
      around = {std::min(around.begin, near.before.value_or(*pairs_[i]).covers.begin),
                std::max(around.end, near.after.value_or(*pairs_[i]).covers.end)};
    }
    if (shown.empty()) return fault(fmt::format("{} cites no pair that is in the store", name));
    for (const auto& [question, is_shown] : shown)
      if (!is_shown) fault(fmt::format("no pair of {} shows it: \"{}\"", name, question));
    // A phase lies between pairs that were described, which need not be neighbours.
    if (stated_.is_summary) return;
    if (interval.span.begin < around.begin - kRounding ||
        interval.span.end > around.end + kRounding)
      fault(fmt::format("{} reaches beyond the pairs that it cites", name));
    if (holds_throughout()) check_ends(number, name, held);
  }

  /// Whether each interval of the plan is one of a predicate, as it was found.
  bool holds_throughout() const {
    if (!stated_.findings || stated_.findings->plan.of.empty()) return false;
    const auto leaves = leaves_of(stated_.findings->plan.of.front());
    return leaves.size() == 1 && leaves.front().is_true;
  }

  /// The pairs before the first and behind the last one that is cited: where one lies within the
  /// interval it has to show what is `held` there too.
  void check_ends(std::size_t number, const std::string& name, const std::set<std::string>& held) {
    const auto& span = stated_.intervals[number].span;
    std::vector<index::StoredPair> cited;
    for (std::size_t i = 0; i < check_.looks.size(); ++i)
      if (interval_of_[i] == number && pairs_[i]) cited.push_back(*pairs_[i]);
    const auto [first, last] = std::ranges::minmax_element(cited, {}, &index::StoredPair::first);
    for (const auto& pair : {cited_.neighbours(*first).before, cited_.neighbours(*last).after}) {
      if (!pair || pair->first < span.begin || pair->second >= span.end) continue;
      for (const auto& question : held) {
        const double p_yes = clock_.p_yes(question, std::array{*pair}).front();
        if (p_yes >= Hysteresis{}.off - kLookTolerance) continue;
        const auto at = to_clock(pair->first);
        fault(fmt::format("{} lies in {}, and \"{}\" is {:.2f} there", at, name, question, p_yes));
      }
    }
  }

  /// A plan's answer rests on its plan's predicates.
  void check_questions() {
    if (!stated_.findings) return;
    const auto& plan = stated_.findings->plan;
    const auto predicates = askable_predicates(plan);
    std::set<std::string> known(predicates.begin(), predicates.end());
    known.insert(plan.look);
    for (const auto& predicate : predicates) {
      const auto contrast = contrast_of(predicate, words_);
      if (!contrast) continue;
      known.insert(contrast->rivals.begin(), contrast->rivals.end());
      known.insert(contrast->kinds.begin(), contrast->kinds.end());
    }
    for (const auto& look : check_.looks) {
      if (known.insert(look.stated.question).second)
        fault(fmt::format("its plan does not ask \"{}\"", look.stated.question));
    }
  }

  /// Of text that code wrote, which has milliseconds.
  bool is_evidence(MediaTime time) const {
    return std::any_of(
        stated_.intervals.begin(), stated_.intervals.end(), [&](const auto& interval) {
          return interval.span.begin - kRounding <= time && time <= interval.span.end + kRounding;
        });
  }

  bool is_evidence(const TimeSpan& stated_by_model) const {
    return std::any_of(
        stated_.intervals.begin(), stated_.intervals.end(), [&](const auto& interval) {
          return may_mean(stated_by_model, interval.span);
        });
  }

  static const std::regex& clock() {
    static const std::regex pattern(R"(\d\d+:\d\d:\d\d\.\d\d\d)");
    return pattern;
  }

  void check_times() {
    if (!stated_.found) return;
    const auto outside = [&](MediaTime time) {
      fault(fmt::format("the time {} lies in no interval of the evidence", to_clock(time)));
    };
    if (!stated_.findings) {
      // A summary tells what is in the pictures, and a clock in one shows any time.
      if (stated_.is_summary) return;
      for (const auto& time : read_stated_times(stated_.text, MediaTime{MediaDuration::max() / 4}))
        if (!is_evidence(time)) outside(time.begin);
      return;
    }
    // What a clock in the picture says is no time of the video.
    if (stated_.findings->plan.type == AnswerType::text) return;
    const std::sregex_iterator end;
    for (std::sregex_iterator it(stated_.text.begin(), stated_.text.end(), clock()); it != end;
         ++it) {
      const auto time = parse_time(it->str());
      if (time && !is_evidence(*time)) outside(*time);
    }
  }

  void check_value() {
    if (!stated_.found || !stated_.findings) return;
    const auto& plan = stated_.findings->plan;
    const auto& value = stated_.findings->value;
    auto numbers = detail::faults_of_numbers(stated_);
    // Times are checked by themselves: those in the text are rounded from finer ones.
    const auto timeless = [](const std::string& text) {
      return std::regex_replace(text, clock(), "T");
    };
    if (numbers.empty()) {
      const auto sentence = to_sentence(*stated_.findings, stated_.intervals);
      if (timeless(sentence) != timeless(stated_.text))
        fault(fmt::format("its text is not what its value says: \"{}\"", sentence));
    }
    for (auto& sentence : numbers) fault(std::move(sentence));
    if (picks_by_number(plan)) return;
    if (const auto* truth = std::get_if<bool>(&value)) check_truth(*truth);
    const auto* listed = std::get_if<std::vector<std::string>>(&value);
    if (listed != nullptr && is_inventory(plan)) {
      for (const auto& text : *listed) check_reply(text, detail::phrase_of);
    }
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) return;
    if (plan.type == AnswerType::order) {
      if (std::find(plan.names.begin(), plan.names.end(), *text) == plan.names.end())
        fault(fmt::format("it picks \"{}\", which its plan does not name", *text));
      return;
    }
    check_reply(*text, std::identity());
  }

  /// `as_stated`: what the answer makes of a reply.
  template <class AsStated>
  void check_reply(const std::string& text, AsStated as_stated) {
    const bool is_replied = std::any_of(check_.looks.begin(), check_.looks.end(), [&](auto& look) {
      return look.stated.reply && look.verdict == LookVerdict::holds &&
             as_stated(look.reply) == text;
    });
    if (!is_replied) fault(fmt::format("no pair is replied to with \"{}\"", text));
  }

  void check_truth(bool value) {
    const auto& plan = stated_.findings->plan;
    const auto holds = plan.at ? holds_at_moment() : std::optional(!stated_.intervals.empty());
    if (!holds || value == (*holds != plan.never)) return;
    fault(fmt::format(
        "it says {}, but its evidence says {}", value ? "yes" : "no", value ? "no" : "yes"));
  }

  /// What the look at the plan's moment says; empty where several decide together, or hysteresis.
  std::optional<bool> holds_at_moment() const {
    const auto& nodes = stated_.findings->plan.of;
    if (nodes.empty()) return std::nullopt;
    const auto leaves = leaves_of(nodes.front());
    const bool is_simple =
        nodes.front().op == PlanOp::timeline || nodes.front().op == PlanOp::negation;
    if (!is_simple || leaves.size() != 1) return std::nullopt;
    for (const auto& look : check_.looks) {
      const bool is_it = !look.is_counter && look.stated.question == leaves.front().predicate;
      if (!is_it || look.verdict == LookVerdict::missing) continue;
      const double sure = sure_of(look.stated.question);
      if (look.p_yes >= Hysteresis{}.off && look.p_yes < sure) return std::nullopt;
      // Whether another colour or kind ruled it out rests on more pairs than the one that is cited.
      if (look.p_yes >= sure && contrast_of(look.stated.question, words_)) return std::nullopt;
      return (look.p_yes >= sure) == leaves.front().is_true;
    }
    return std::nullopt;
  }

  /// Of "no", 0 and "not seen".
  void check_absence() {
    if (!stated_.intervals.empty()) return;
    for (std::size_t i = 0; i < check_.looks.size(); ++i) {
      const auto& look = check_.looks[i];
      const bool is_excused = ruled_out_.contains(i) && check_.looks[++i].p_yes >= kLikelyRival;
      if (is_excused || look.verdict == LookVerdict::missing ||
          look.p_yes < sure_of(look.stated.question))
        continue;
      fault(fmt::format("{} of {} speaks against it: \"{}\" is likely there",
                        to_clock(look.stated.pair.first),
                        look.video,
                        look.stated.question));
    }
  }

  const Answer& stated_;
  detail::CitedPairs cited_;
  Judge judge_;
  ClockReader clock_;
  std::vector<std::string> words_;
  AnswerCheck check_;
  std::set<std::size_t> ruled_out_;  ///< looks behind each of which that at its rival stands
  // One for each look.
  std::vector<std::optional<index::StoredPair>> pairs_;
  std::vector<std::size_t> interval_of_;
};

}  // namespace

std::string_view to_string(LookVerdict verdict) {
  switch (verdict) {
    case LookVerdict::holds:
      return "holds";
    case LookVerdict::differs:
      return "differs";
    case LookVerdict::missing:
      return "missing";
  }
  return "";
}

std::string_view to_string(AnswerVerdict verdict) {
  switch (verdict) {
    case AnswerVerdict::holds:
      return "holds";
    case AnswerVerdict::does_not_hold:
      return "does_not_hold";
    case AnswerVerdict::nothing_to_check:
      return "nothing_to_check";
  }
  return "";
}

AnswerCheck verify_answer(const Answer& stated,
                          const index::Store& store,
                          model::LanguageModel& language_model,
                          const model::Tokenizer& tokenizer) {
  refuse_other_model(stated, language_model.info());
  return Checker(stated, store, language_model, tokenizer).run();
}

}  // namespace hindsight::query
