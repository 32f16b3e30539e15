// Questions that single pairs answer.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "query/detail/in_view.h"
#include "query/detail/named_replies.h"
#include "query/detail/noun_phrase.h"
#include "query/detail/number_predicate.h"
#include "query/detail/question_words.h"
#include "query/detail/verbs.h"
#include "query/detail/written_text.h"

namespace hindsight::query::detail {
namespace {

class LookReader : private QuestionWords {
 public:
  using QuestionWords::QuestionWords;

  std::optional<Plan> read() const {
    for (const auto form : {&LookReader::places,
                            &LookReader::color,
                            &LookReader::reading,
                            &LookReader::direction,
                            &LookReader::carried,
                            &LookReader::most_at_once,
                            &LookReader::count_things}) {
      if (auto plan = (this->*form)()) return plan;
    }
    return std::nullopt;
  }

 private:
  /// "which scenes does the video show, in order of first appearance", "how many different places
  /// are there".
  MaybePlan places() const {
    auto rest = after_any({"how many", "in how many"});
    const auto type = rest ? AnswerType::count : AnswerType::list;
    if (!rest) rest = after_any({"in which/what", "which/what", "list all the", "list the/all"});
    if (!rest) return std::nullopt;
    rest = skip_front(*rest, "different distinct");
    if (!is_any(*rest, 0, "places scenes locations settings") || at_) return std::nullopt;
    rest = rest->subspan(1);
    while (!rest->empty()) {
      std::optional<Words> behind;
      for (const std::string_view part : {"does/did the/this video/film/clip/recording",
                                          "of the/this video/film/clip/recording",
                                          "show/have/contain/play",
                                          "are/were there",
                                          "are/were shown/visible/seen",
                                          "can be seen",
                                          "as they first appear",
                                          "as they appear",
                                          "in order of first appearance",
                                          "in order of appearance",
                                          "in the order of their appearance",
                                          "in order",
                                          "appear",
                                          ",",
                                          "in"}) {
        behind = after_pattern(*rest, part);
        if (behind) break;
      }
      if (!behind) return std::nullopt;
      rest = behind;
    }
    return Plan{.type = type, .look = "What place is this?"};
  }

  /// "what colour is the first car", "what is the colour of the car that leaves last".
  MaybePlan color() const {
    auto rest = after_any({"what/which colour/color is/was/are/were/does/did/has/had",
                           "what is/was the colour/color of"});
    if (!rest) return std::nullopt;
    // "which colour does the car have that appears first": having the colour, nothing else.
    std::vector<Word> having(rest->begin(), rest->end());
    for (std::size_t i = 1; i < having.size(); ++i) {
      if (!is_any(having, i, "have had")) continue;
      if (i + 1 < having.size() && !is_any(having, i + 1, "that which who when")) continue;
      having.erase(having.begin() + static_cast<std::ptrdiff_t>(i));
      break;
    }
    rest = Words(having);
    const auto subject = subject_of(*rest);
    if (!subject) return std::nullopt;
    const bool is_person = *subject == "person" || subject->starts_with("person ");
    const auto of = is_person ? fmt::format("clothing of the {}", *subject) : *subject;
    auto found = event(*rest);
    // Seen best where it was first seen, unless it is the leaving that is asked about.
    if (found && found->edge == Edge::whole) found->edge = Edge::begin;
    if (!found && !at_) return std::nullopt;
    return look(AnswerType::text, fmt::format("What colour is the {}?", of), std::move(found));
  }

  /// "what does the sign say", "what time does the clock show", "what is the title of the slide".
  MaybePlan reading() const {
    Words rest = words_;
    if (const auto time = after_any({"what time does/did the", "what time is it on the"})) {
      rest = *time;
    } else if (const auto title = after_any({"what/which is/was the"});
               title && is_any(*title, 0, "title slide headline heading caption")) {
      rest = *title;
    } else if (const auto thing = after_any({"what does/did the",
                                             "what is/was written on the",
                                             "what is/was on the",
                                             "what can be read on the",
                                             "what text is/was on the",
                                             "read the",
                                             "what is the text on the"})) {
      rest = *thing;
    } else {
      return std::nullopt;
    }
    const auto surface = is(rest, 0, "door") ? Surface{"door", 1} : read_surface(rest);
    if (!surface) return std::nullopt;
    const auto question = reading_question(surface->name);
    const Words verb = skip_front(rest.subspan(surface->num_words), "say show read display");
    if (verb.empty())
      return look(AnswerType::text, question, plain_event(where_shown(rest, *surface)));
    if (!is_any(verb, 0, "when while as")) return std::nullopt;
    return look(AnswerType::text, question, event(verb.subspan(1)));
  }

  /// The words for what is in view where the surface at their front can be read: a title's slide.
  static Words where_shown(Words words, const Surface& surface) {
    if (is(words, 3, "slide") && surface.num_words == 4) return words.subspan(3, 1);
    return words.first(is(words, 0, "slide") ? 1 : surface.num_words);
  }

  /// "which way does the car go, left or right", "does it move to the left or to the right".
  MaybePlan direction() const {
    auto rest = after_any({"which/what way does/did/is/was",
                           "in which/what direction does/did/is/was",
                           "which/what direction does/did/is/was"});
    const auto ways = two_ways();
    const bool is_choice =
        !rest && is_any(words_, 0, "does did is was") && words_.size() > 3 && ways;
    if (is_choice) rest = words_.subspan(1);
    if (!rest) return std::nullopt;
    std::size_t verb = 0;
    while (verb < rest->size()) {
      if (is_one_of(lemma_at(*rest, verb), "go move drive walk run ride head travel")) break;
      ++verb;
    }
    const auto subject = subject_of(rest->first(verb));
    auto found = plain_event(rest->first(verb));
    if (verb == rest->size() || !subject || !found) return std::nullopt;
    auto which_way = fmt::format("Which way is the {} moving?", *subject);
    if (ways) which_way = name_replies(which_way, ways->first, ways->second);
    return look(AnswerType::text, which_way, std::move(found));
  }

  /// "left or right", "up or down".
  std::optional<std::pair<std::string, std::string>> two_ways() const {
    constexpr std::string_view kWays = "left right up down";
    for (std::size_t i = 1; i + 1 < words_.size(); ++i) {
      if (!is(words_, i, "or")) continue;
      const Words other = skip_front(words_.subspan(i + 1), "to the");
      if (!is_any(words_, i - 1, kWays) || !is_any(other, 0, kWays)) return std::nullopt;
      return std::pair(words_[i - 1].text, other[0].text);
    }
    return std::nullopt;
  }

  /// "what is the person carrying".
  MaybePlan carried() const {
    const auto rest = after_any({"what is/was/does/did/are/were"});
    if (!rest || rest->size() < 2) return std::nullopt;
    if (!is_one_of(lemma_at(*rest, rest->size() - 1), "carry hold have")) return std::nullopt;
    const Words who = rest->first(rest->size() - 1);
    const auto subject = subject_of(who);
    auto found = plain_event(who);
    if (!subject || !found) return std::nullopt;
    return look(
        AnswerType::text, fmt::format("What is the {} carrying?", *subject), std::move(found));
  }

  /// "how many people are there at most", "the maximum number of cars", "when are the most people
  /// visible".
  MaybePlan most_at_once() const {
    Words rest = without_together(words_);
    auto type = AnswerType::count;
    if (const auto number =
            after_any({"what is/was the maximum/highest/largest/greatest/most number of"})) {
      rest = without_together(*number);
    } else if (const auto time = after_any({"when are/were the most",
                                            "when are/were there the most",
                                            "when are/were most",
                                            "when do/did the most",
                                            "when is/was the number of"})) {
      type = AnswerType::when;
      rest = skip_back(without_together(*time), "highest greatest largest maximal the");
      if (is(words_, 4, "of") && rest.size() == time->size()) return std::nullopt;
    } else if (const auto many = after_pattern(rest, "how many");
               many && many->size() > 1 && !at_) {
      const bool says_most = is(*many, many->size() - 1, "most");
      // "how many can be seen at once" asks for no more.
      if (!says_most && rest.size() == words_.size()) return std::nullopt;
      const Words counted = says_most ? skip_back(many->first(many->size() - 1), "the") : *many;
      if (says_most && !is(counted, counted.size() - 1, "at")) return std::nullopt;
      rest = says_most ? without_together(counted.first(counted.size() - 1)) : counted;
    } else {
      return std::nullopt;
    }
    std::size_t end = 0;
    while (end < rest.size() && !auxiliary_at(rest, end) && !is_visible(rest.subspan(end)) &&
           lemma_at(rest, end).empty() && !is_any(rest, end, "that which who"))
      ++end;
    const auto noun = read_thing(rest.first(end));
    const Words there =
        skip_front(rest.subspan(end), "that which who is are was were can be do you see appear");
    if (!noun || noun->count > 0 || !(is_visible(there) || is_scene(there))) return std::nullopt;
    auto visible = plain_event(rest.first(end));
    if (!visible || visible->node.op != PlanOp::timeline || visible->edge != Edge::whole)
      return std::nullopt;
    visible->node = apply(PlanOp::most, {std::move(visible->node)});
    if (type == AnswerType::when) visible->name = "the most " + join(rest.first(end));
    return plan_of(type, std::move(*visible));
  }

  /// "how many cars appear", "how many people are visible at 1:30".
  MaybePlan count_things() const {
    auto counted = after_any({"how many",
                              "count the number of",
                              "count the",
                              "count all",
                              "count",
                              "what is/was the number of",
                              "what is/was the total number of",
                              "the number of",
                              "number of"});
    if (!counted || counted->empty()) return std::nullopt;
    if (const Words all = skip_back(*counted, "total altogether overall");
        all.size() < counted->size())
      counted = skip_back(all, "in");
    std::vector<Word> once(counted->begin(), counted->end());
    const bool per_hour = take_per_hour(once);
    const Words rest = skip_front(once, "different distinct separate");
    std::size_t end = 0;
    while (end < rest.size() && !auxiliary_at(rest, end) && lemma_at(rest, end).empty() &&
           !is_any(rest, end, "when while before after during between since until that"))
      ++end;
    const auto noun = read_thing(rest.first(end));
    const bool is_time = is_any(rest, 0, "times seconds minutes hours");
    // Of colours and kinds no picture shows one.
    const bool is_property = is_any(rest, 0, kProperties) || is_any(rest, 0, "brand brands");
    if (!noun || is_time || is_property) return std::nullopt;
    // Of several that come, nobody knows which were there before.
    const bool comes_again = read_motion(rest.subspan(end)) == Motion::returns ||
                             std::any_of(rest.begin(), rest.end(), [](const Word& word) {
                               return word.text == "again";
                             });
    if (comes_again) return std::nullopt;
    const bool shows_number = is_any(rest, end, "is are was were do can") || end == rest.size();
    const auto when = std::find_if(rest.begin() + static_cast<std::ptrdiff_t>(end),
                                   rest.end(),
                                   [](const Word& word) { return word.text == "when"; });
    if (shows_number && (at_ || when != rest.end())) {
      const auto doing_until = at_ ? rest.end() : when;
      auto question =
          number_question(*noun, {rest.begin() + static_cast<std::ptrdiff_t>(end), doing_until});
      if (question.empty()) return std::nullopt;
      auto found = at_ ? std::nullopt : plain_event({when + 1, rest.end()});
      return look(AnswerType::count, std::move(question), std::move(found));
    }
    // "have passed when the truck comes" is more than what is there then.
    if (is_any(rest, end, "have has had") && std::ranges::count(rest, "when", &Word::text) > 0)
      return std::nullopt;
    if (noun->noun == "thing") return std::nullopt;
    auto found = plain_event(counted_clause(rest, end));
    if (!found) return std::nullopt;
    // Intervals in which somebody sits are not those who sit, nor stretches without one.
    const bool is_doing = found->node.op == PlanOp::timeline &&
                          is_any(rest, end, "is are was were") &&
                          !at_least_predicate(found->node.predicate, 2) && noun->count == 0;
    if (is_doing || found->node.op == PlanOp::negation) return std::nullopt;
    tell_apart(found->node);
    auto plan = plan_of(AnswerType::count, std::move(*found));
    plan.per_hour = per_hour;
    return plan;
  }

  /// What is asked of one picture: how many there are, or how many "are sitting"; empty where the
  /// words say neither.
  static std::string number_question(const NounPhrase& noun, Words doing) {
    const auto& plural = noun.plural.empty() ? noun.noun : noun.plural;
    const Words bare = skip_front(doing, "there is are was were do did can could you we see be");
    if (is_visible(bare) || is_scene(bare)) return counting_question(plural);
    const bool is_state = is_any(doing, 0, "is are was were") && !is_any(bare, 0, "left gone");
    return is_state ? fmt::format("How many {} are {}?", plural, join(bare)) : std::string();
  }

  /// "cars appear before the truck" of "cars do appear before the truck"; end: of the noun.
  static std::vector<Word> counted_clause(Words rest, std::size_t end) {
    std::vector<Word> clause(rest.begin(), rest.end());
    for (const std::string_view seen :
         {"are/were there", "do/did/can/could you/we see", "can/could be seen"}) {
      const auto tail = after_pattern(rest.subspan(end), seen);
      if (!tail) continue;
      clause.assign(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(end));
      clause.insert(clause.end(), tail->begin(), tail->end());
      break;
    }
    // "how many people are in the room": those that are seen; "in the car": those in it.
    if (is_any(clause, end, "are were is was") &&
        is_any(clause, end + 1, "in on at under behind near inside outside by") &&
        clause.size() > end + 2)
      clause.erase(clause.begin() + static_cast<std::ptrdiff_t>(end));
    if (is_scene(Words(clause).subspan(std::min(end, clause.size())))) clause.resize(end);
    if (is_any(clause, end, "do did have has can could"))
      clause.erase(clause.begin() + static_cast<std::ptrdiff_t>(end));
    return clause;
  }

  /// Takes "per hour" out of the words; whether it was there.
  static bool take_per_hour(std::vector<Word>& words) {
    for (std::size_t i = 1; i + 1 < words.size(); ++i) {
      if (!is_any(words, i, "per each every an") || !is(words, i + 1, "hour")) continue;
      const auto at = words.begin() + static_cast<std::ptrdiff_t>(i);
      words.erase(at, at + 2);
      return true;
    }
    return false;
  }
};

}  // namespace

std::optional<Plan> read_look_question(Words words,
                                       std::string_view question,
                                       std::optional<MediaTime> at) {
  return LookReader(words, question, at).read();
}

}  // namespace hindsight::query::detail
