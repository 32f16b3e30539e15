#include "query/detail/noun_clauses.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "query/detail/in_view.h"
#include "query/detail/number_predicate.h"
#include "query/detail/verbs.h"
#include "query/detail/written_clause.h"

namespace hindsight::query::detail {
namespace {

/// "a bag", not "a beard".
bool can_be_carried(std::string_view thing) {
  const auto words = split_words(thing);
  return !words.empty() &&
         is_one_of(singular_of(words[head_of(words)].text),
                   "bag box ball bottle backpack suitcase handbag umbrella phone briefcase basket "
                   "parcel package bucket cup glass book laptop camera knife gun stick board tray");
}

/// A noun phrase that is there, and no more.
std::optional<Clause> visible(const NounPhrase& noun) {
  auto clause = seen(noun);
  clause.is_presence = true;
  return clause;
}

/// Reads what is said of a noun phrase; see read_verb_phrase().
class VerbReader {
 public:
  VerbReader(const NounPhrase& noun, std::string_view question, Auxiliary auxiliary)
      : noun_(noun), question_(question), auxiliary_(auxiliary) {}

  std::optional<Clause> read(Words verb_phrase) const {
    // "the truck has left", "the door has been open".
    const bool is_perfect = is_any(verb_phrase, 0, "has have had") &&
                            (!lemma_at(verb_phrase, 1).empty() || is(verb_phrase, 1, "been"));
    if (is_perfect) verb_phrase = verb_phrase.subspan(1);
    const bool has_be = auxiliary_ == Auxiliary::be || is_any(verb_phrase, 0, kBe);
    Words rest = skip_front(verb_phrase, kBe);
    if (rest.size() > 1) rest = skip_front(rest, "still");
    // "only one bottle is left".
    const bool remains = has_be && rest.size() == 1 && is_any(rest, 0, "left remaining");
    const bool is_left = has_be && is(rest, 0, "left") && !is(rest, 1, "of");
    if (is_left && (!remains || noun_.number.empty())) return std::nullopt;
    // "how long is the guard gone".
    if (has_be && rest.size() == 1 && is_any(rest, 0, "gone away absent"))
      return negated(seen(noun_));
    if (is_visible(rest) || (remains && !noun_.number.empty())) {
      // "does a car visible", "a car do seen" are no English.
      if (rest.empty() && has_be && auxiliary_ == Auxiliary::none && !verb_phrase.empty())
        return std::nullopt;
      return visible(noun_);
    }
    if (auto clause = read_saying(noun_, rest, question_)) return clause;
    // "somebody is in the room", told as a statement.
    if (has_be && auxiliary_ == Auxiliary::none && rest.size() > 1 && noun_.number.empty() &&
        is_any(rest, 0, "in on at under behind near inside outside beside")) {
      auto placed = split_words(noun_.noun);
      placed.insert(placed.end(), rest.begin(), rest.end());
      if (const auto there = read_thing(placed)) return seen(*there);
    }
    for (const auto rule : {&VerbReader::carries,
                            &VerbReader::has_side,
                            &VerbReader::changes_state,
                            &VerbReader::stops,
                            &VerbReader::moves,
                            &VerbReader::comes_or_goes}) {
      if (auto clause = (this->*rule)(rest)) return clause;
    }
    // "the door closed" happens, "the door is closed" is.
    if (!has_be && auxiliary_ == Auxiliary::none && rest.size() == 1 && is(rest, 0, "closed"))
      return begins(timeline_of(fmt::format("Is the {} closed?", noun_.noun)));
    return has_state(rest, has_be);
  }

 private:
  std::optional<Clause> carries(Words rest) const {
    const auto lemma = lemma_at(rest, 0);
    Words thing = rest.empty() ? rest : rest.subspan(1);
    const bool picks_up = lemma == "pick" && is(thing, 0, "up");
    const bool puts_down = lemma == "put" && is(thing, 0, "down");
    if (picks_up || puts_down) thing = thing.subspan(1);
    const bool drops = puts_down || lemma == "drop";
    if (!(picks_up || drops || lemma == "carry" || lemma == "hold" || lemma == "have"))
      return std::nullopt;
    const auto held = read_thing(thing);
    if (!held || !noun_.number.empty()) return std::nullopt;
    // "has a beard", "holds the door open", "picks up speed".
    if (lemma == "have" && !can_be_carried(held->noun)) return std::nullopt;
    if (is_any(thing, thing.size() - 1, "open closed up down off out") ||
        is_any(thing, 0, "up off out on"))
      return std::nullopt;
    auto clause =
        whole(fmt::format("Is {} carrying {}?", noun_.with_article(), held->with_article()));
    if (picks_up) return begins(std::move(clause.node));
    if (drops) return Clause{apply(PlanOp::offsets, {std::move(clause.node)}), Edge::end, {}};
    return clause;
  }

  std::optional<Clause> has_side(Words rest) const {
    rest = skip_front(rest, "to on the");
    if (!is_any(rest, 0, "left right") || !is(rest, 1, "of")) return std::nullopt;
    const auto other = read_thing(rest.subspan(2));
    if (!other) return std::nullopt;
    // Asked where one of them is missing, a model says anything.
    auto side = timeline_of(
        fmt::format("Is the {} to the {} of the {}?", noun_.noun, rest[0].text, other->noun));
    return Clause{
        apply(PlanOp::both,
              {std::move(side), std::move(seen(noun_).node), std::move(seen(*other).node)}),
        Edge::whole,
        {}};
  }

  /// "the door opens", "the light is turned off".
  std::optional<Clause> changes_state(Words rest) const {
    const auto state_of = [&](std::string_view state) {
      return begins(timeline_of(fmt::format("Is the {} {}?", noun_.noun, state)));
    };
    if (rest.size() == 1) {
      const bool bare = auxiliary_ == Auxiliary::do_;
      const auto& word = rest[0].text;
      if (word == "opens" || word == "opened" || word == "opening" || (bare && word == "open"))
        return state_of("open");
      if (word == "closes" || word == "closing" || (bare && (word == "close" || word == "shut")))
        return state_of("closed");
    }
    const bool turns = is_any(rest,
                              0,
                              "goes go going went gone turns turn turned turning comes come "
                              "came coming switched switches switch put");
    // An alarm that goes off is on.
    const bool is_light = is_one_of(split_words(noun_.noun).back().text,
                                    "light lamp display screen monitor tv television sign power "
                                    "lantern headlight beamer projector");
    const bool goes = is_any(rest, 0, "goes go going went gone");
    if (rest.size() == 2 && goes && !is_light) return std::nullopt;
    if (rest.size() == 2 && goes && is(rest, 1, "out")) return state_of("off");
    if (rest.size() == 2 && turns && is_any(rest, 1, "on off")) return state_of(rest[1].text);
    return std::nullopt;
  }

  std::optional<Clause> stops(Words rest) const {
    bool stops = lemma_at(rest, 0) == "stop" && (rest.size() == 1 || is(rest, 1, "moving"));
    // "a bus stop" and "the pit stop" are no buses and pits that do.
    const bool is_place = is(rest, 0, "stop") && auxiliary_ == Auxiliary::none &&
                          noun_.plural.empty() && noun_.number.empty();
    if (stops && noun_.noun == "rain")
      return Clause{apply(PlanOp::offsets, {timeline_of("Is it raining?")}), Edge::end, {}};
    // A game that stops is over, not still.
    const bool can_move = names_common_thing(split_words(noun_.noun));
    if (is_place || !noun_.number.empty() || (stops && !can_move)) return std::nullopt;
    const bool still =
        join(rest) == "still" || (lemma_at(rest, 0) == "stand" && is(rest, 1, "still"));
    if (!stops && !still) return std::nullopt;
    auto standing =
        apply(PlanOp::both,
              {timeline_of(fmt::format("Is {} visible?", noun_.with_article())),
               apply(PlanOp::negation,
                     {timeline_of(fmt::format("Is {} moving?", noun_.with_article()))})});
    if (stops) return begins(std::move(standing));
    return Clause{std::move(standing), Edge::whole, {}};
  }

  std::optional<Clause> moves(Words rest) const {
    const auto lemma = lemma_at(rest, 0);
    if (lemma.empty() || !noun_.number.empty()) return std::nullopt;
    const bool comes = is_one_of(lemma, "come enter arrive appear pass") && is(rest, 1, "from");
    if (!comes && !is_one_of(lemma, "move go drive walk run ride head travel pass"))
      return std::nullopt;
    if (rest.size() == 1 && lemma == "move")
      return whole(fmt::format("Is {} moving?", noun_.with_article()));
    const auto direction = read_direction(rest.subspan(1));
    if (direction.empty()) return std::nullopt;
    return whole(fmt::format("Is {} moving {}?", noun_.with_article(), direction));
  }

  std::optional<Clause> comes_or_goes(Words rest) const {
    const auto motion = read_motion(rest);
    // "is the emergency exit ..." asks about no exiting.
    const bool is_noun =
        auxiliary_ == Auxiliary::be && !rest.empty() && rest[0].text == lemma_at(rest, 0);
    // "does the car turn left" asks about no leaving.
    const bool is_side = auxiliary_ == Auxiliary::do_ && is(rest, 0, "left");
    if (motion == Motion::none || is_noun || is_side) return std::nullopt;
    // More than ten that pass are not eleven at once.
    if (noun_.is_compared) return std::nullopt;
    auto clause = visible(noun_);
    clause->edge = motion == Motion::leaves ? Edge::end : Edge::begin;
    if (motion == Motion::leaves) clause->node = apply(PlanOp::offsets, {std::move(clause->node)});
    // Who returns was there before.
    if (motion == Motion::returns)
      clause->node = apply(PlanOp::after, {clause->node, clause->node});
    return clause;
  }

  /// "the door is open", "the lamp is on", "a man is wearing a hat".
  std::optional<Clause> has_state(Words rest, bool has_be) const {
    if (!has_be || rest.empty()) return std::nullopt;
    if (rest.size() == 1 && is_any(rest, 0, "open opened closed shut on off"))
      return whole(fmt::format("Is the {} {}?",
                               noun_.noun,
                               is(rest, 0, "opened") ? "open"
                               : is(rest, 0, "shut") ? "closed"
                                                     : rest[0].text));
    const bool is_doing = is_participle(rest[0]);
    // "while the light is red", "before the table is empty".
    const bool is_so = auxiliary_ == Auxiliary::none && rest.size() == 1 &&
                       rest[0].kind == Word::Kind::word && noun_.number.empty() &&
                       noun_.plural.empty() && lemma_at(rest, 0).empty() &&
                       !is_any(rest, 0, "here back left right over done");
    if (!is_doing && is_so) return whole(fmt::format("Is the {} {}?", noun_.noun, rest[0].text));
    if (!is_doing) return std::nullopt;
    if (noun_.number.empty())
      return whole(fmt::format("Is {} {}?", noun_.with_article(), join(rest)));
    if (noun_.is_compared || noun_.plural.empty()) return std::nullopt;
    return whole(fmt::format("Are {} {} {}?", noun_.number, noun_.plural, join(rest)));
  }

  const NounPhrase& noun_;
  std::string_view question_;
  Auxiliary auxiliary_;
};

}  // namespace

Clause whole(std::string predicate) { return {timeline_of(std::move(predicate)), {}, {}}; }
Clause begins(PlanNode node) { return {apply(PlanOp::onsets, {std::move(node)}), Edge::begin, {}}; }
std::optional<Clause> negated(std::optional<Clause> clause) {
  if (!clause) return std::nullopt;
  Clause none{apply(PlanOp::negation, {std::move(clause->node)}), Edge::whole, {}};
  none.verb = clause->verb;
  return none;
}

Clause seen(const NounPhrase& noun) {
  if (noun.is_compared || (!noun.number.empty() && !noun.plural.empty()))
    return Clause{visible_number(noun), Edge::whole, {}};
  const auto subject = noun.with_article();
  // "a person carrying a bag" and "a car moving to the left" are judged as what they do.
  for (const std::string_view doing : {" carrying ", " holding ", " moving ", " wearing "}) {
    if (subject.find(doing) != std::string::npos) return whole(fmt::format("Is {}?", subject));
  }
  auto with = noun.noun.find(" with ");
  if (with != std::string::npos && !can_be_carried(noun.noun.substr(with + 6)))
    with = std::string::npos;
  const auto holder = noun.noun.substr(0, with);
  if (with != std::string::npos && is_one_of(holder, "person man woman child boy girl"))
    return whole(fmt::format("Is a {} carrying {}?", holder, noun.noun.substr(with + 6)));
  return whole(fmt::format("Is {} visible?", subject));
}

std::optional<Clause> read_verb_phrase(const NounPhrase& noun,
                                       Words verb_phrase,
                                       std::string_view question,
                                       Auxiliary auxiliary) {
  return VerbReader(noun, question, auxiliary).read(verb_phrase);
}

}  // namespace hindsight::query::detail
