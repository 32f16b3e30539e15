#include "world/tasks.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

namespace hindsight::world {
namespace {

/// A yes-or-no question before it has words.
struct Judgement {
  Ask ask;
  Words words;
  bool truth;
  bool combination = false;
};

Ask how_to_read(std::string_view board) {
  return board == "clock"     ? Ask::read_clock
         : board == "display" ? Ask::read_display
         : board == "slide"   ? Ask::read_slide
         : board == "title"   ? Ask::read_title
                              : Ask::read_sign;
}

class TaskMaker {
 public:
  TaskMaker(const PairTruth& truth, Split split, Rng& rng)
      : truth_(truth), split_(split), rng_(rng) {}

  std::vector<Task> make() {
    add_description();
    for (int i = 0; i < 4; ++i) add_count();
    add_directions();
    add_readings();
    add_attributes();
    add_absent();
    add_changes();
    for (int i = 0; i < 14 && tasks_.size() < kMostTasks; ++i) add_judgement(i % 2 == 0);
    if (tasks_.size() < kMostTasks) add_place();
    return std::move(tasks_);
  }

 private:
  static constexpr std::size_t kMostTasks = 20;

  const PairTruth& truth_;
  Split split_;
  Rng& rng_;
  std::vector<Task> tasks_;

  void add(std::string_view skill,
           Ask what,
           const Words& words,
           std::string answer,
           bool combination = false) {
    const Asked asked = ask(what, words, split_, rng_);
    for (const auto& task : tasks_)
      if (task.question == asked.question) return;
    tasks_.push_back({std::string(skill),
                      asked.question,
                      std::move(answer),
                      asked.phrasing,
                      asked.held_out,
                      combination});
  }

  /// How many things match; empty when it cannot be decided.
  std::optional<int> count(const Subject& subject) const {
    int n = 0;
    for (const auto& thing : truth_.things) {
      if (thing.entity->kind != subject.kind) continue;
      if (!thing.clear || (subject.color && !thing.color_clear)) return std::nullopt;
      n += !subject.color || thing.entity->color == *subject.color ? 1 : 0;
    }
    return n;
  }
  /// Whether at least one certainly matches, or certainly none does.
  std::optional<bool> any(const Subject& subject,
                          const std::function<std::optional<bool>(const Thing&)>& holds) const {
    bool doubt = false;
    for (const auto& thing : truth_.things) {
      if (thing.entity->kind != subject.kind) continue;
      const bool named = thing.clear && (!subject.color || thing.color_clear);
      if (named && subject.color && thing.entity->color != *subject.color) continue;
      const auto held = named ? holds(thing) : std::nullopt;
      if (held == true) return true;
      doubt |= held == std::nullopt;
    }
    return doubt ? std::nullopt : std::optional(false);
  }
  static std::optional<bool> always(const Thing&) { return true; }

  const Thing* draw_thing(bool colored) {
    std::vector<const Thing*> fit;
    for (const auto& thing : truth_.things)
      if (colored ? thing.color_clear : thing.clear) fit.push_back(&thing);
    return fit.empty() ? nullptr : rng_.pick(fit);
  }
  /// The only one of its description among the things, with or without its colour.
  std::optional<Subject> unique_subject(const Thing& thing) {
    const Subject plain{thing.entity->kind, std::nullopt};
    const Subject colored{thing.entity->kind, thing.entity->color};
    if (rng_.chance(0.4F) && count(plain) == 1) return plain;
    if (thing.color_clear && count(colored) == 1) return colored;
    return count(plain) == 1 ? std::optional(plain) : std::nullopt;
  }
  bool is_combination(const Subject& s) const { return s.color && is_held_out(s.kind, *s.color); }

  Kind draw_kind() { return rng_.pick(truth_.kinds); }
  /// Who may carry something in such a place.
  Kind draw_carrier() {
    const auto& kinds = truth_.kinds;
    const bool hands = std::find(kinds.begin(), kinds.end(), Kind::hand) != kinds.end();
    return hands && rng_.chance(0.5F) ? Kind::hand : Kind::person;
  }
  /// Something visible, or (for a "no") something that shares all but one attribute with it.
  Subject draw_subject(bool present) {
    const Thing* thing = draw_thing(true);
    Subject s = thing != nullptr ? Subject{thing->entity->kind, thing->entity->color}
                                 : Subject{draw_kind(), std::nullopt};
    if (thing == nullptr && rng_.chance(0.6F)) s.color = draw_color(s.kind, split_, rng_);
    if (!present) {
      if (s.color && rng_.chance(0.6F))
        s.color = draw_color(s.kind, split_, rng_);
      else
        s.kind = draw_kind();
      if (s.color && split_ == Split::train && is_held_out(s.kind, *s.color)) s.color.reset();
    }
    if (rng_.chance(0.3F)) s.color.reset();
    return s;
  }

  std::optional<Judgement> draw_judgement(int which, bool wanted) {
    if (which < 4) {
      const Subject s = draw_subject(wanted);
      const auto truth = any(s, always);
      if (truth)
        return Judgement{Ask::visible, {.a = a_noun(s, rng_.below(2))}, *truth, is_combination(s)};
    } else if (which < 6) {
      return draw_motion(wanted);
    } else if (which == 6) {
      return draw_carrying(wanted);
    } else if (which == 7) {
      return draw_state();
    } else if (which == 8) {
      return draw_saying(wanted);
    } else if (which == 9) {
      return draw_number();
    } else if (which == 10) {
      return draw_order();
    } else {
      return draw_surroundings();
    }
    return std::nullopt;
  }

  std::optional<Judgement> draw_motion(bool wanted) {
    const Thing* thing = draw_thing(true);
    if (thing == nullptr || !can_move(thing->entity->kind) || thing->motion == Motion::unclear)
      return std::nullopt;
    Subject s{thing->entity->kind,
              rng_.chance(0.5F) ? std::optional(thing->entity->color) : std::nullopt};
    if (rng_.chance(0.3F)) {
      const auto moves = any(s, [](const Thing& t) {
        return t.motion == Motion::unclear ? std::nullopt
                                           : std::optional(t.motion != Motion::still);
      });
      if (!moves) return std::nullopt;
      return Judgement{Ask::moving, {.a = a_noun(s)}, *moves, is_combination(s)};
    }
    const auto motion = wanted && thing->motion != Motion::still
                            ? thing->motion
                            : static_cast<Motion>(rng_.below(4));
    const auto truth = any(s, [&](const Thing& t) {
      return t.motion == Motion::unclear ? std::nullopt : std::optional(t.motion == motion);
    });
    if (!truth) return std::nullopt;
    return Judgement{
        Ask::moving_to, {.a = a_noun(s), .b = toward(motion)}, *truth, is_combination(s)};
  }

  std::optional<Judgement> draw_carrying(bool wanted) {
    const Thing* thing = draw_thing(true);
    if (thing == nullptr) return std::nullopt;
    const Thing* holder = thing->holder != 0 ? truth_.find(thing->holder) : nullptr;
    const Kind who = holder != nullptr ? holder->entity->kind : draw_carrier();
    Subject held{thing->entity->kind, thing->entity->color};
    if (holder == nullptr)
      held = {rng_.chance(0.5F) ? Kind::bag : thing->entity->kind, std::nullopt};
    if (!wanted && rng_.chance(0.6F)) held.color = draw_color(held.kind, split_, rng_);
    if (can_move(held.kind) || held.kind == Kind::hand) return std::nullopt;
    if (rng_.chance(0.4F)) held.color.reset();
    const auto present = any({who, std::nullopt}, always);
    if (present != true) return std::nullopt;
    const auto truth = any(held, [&](const Thing& t) -> std::optional<bool> {
      if (t.holder == 0) return false;
      const Thing* by = truth_.find(t.holder);
      return by == nullptr || !by->clear ? std::nullopt : std::optional(by->entity->kind == who);
    });
    if (!truth) return std::nullopt;
    return Judgement{Ask::carrying,
                     {.a = a_noun({who, std::nullopt}), .b = a_noun(held)},
                     *truth,
                     is_combination(held)};
  }

  std::optional<Judgement> draw_state() {
    if (truth_.states.empty()) return std::nullopt;
    const auto& state = rng_.pick(truth_.states);
    if (!state.clear) return std::nullopt;
    const bool lamp = state.what == "light";
    const std::string asked = lamp                ? (rng_.chance(0.5F) ? "on" : "off")
                              : rng_.chance(0.5F) ? "open"
                                                  : "closed";
    return Judgement{Ask::state, {.a = state.what, .b = asked}, asked == state.value};
  }

  std::string spoil(std::string text) {
    constexpr std::string_view kDigits = "0123456789";
    constexpr std::string_view kLetters = "ABCDEFGHJKLMNPRSTUVWXYZ";
    for (;;) {
      char& c = text[static_cast<std::size_t>(rng_.below(static_cast<int>(text.size())))];
      const char before = c;
      if (c >= '0' && c <= '9')
        c = rng_.pick(kDigits);
      else if (c >= 'A' && c <= 'Z')
        c = rng_.pick(kLetters);
      if (c != before) return text;
    }
  }

  std::optional<Judgement> draw_saying(bool wanted) {
    if (truth_.texts.empty()) return std::nullopt;
    const auto& text = rng_.pick(truth_.texts);
    if (!text.readable || text.text != text.before) return std::nullopt;
    return Judgement{
        Ask::says, {.a = text.what, .b = wanted ? text.text : spoil(text.text)}, wanted};
  }

  std::optional<Judgement> draw_number() {
    const Thing* thing = draw_thing(true);
    if (thing == nullptr) return std::nullopt;
    const Subject s{thing->entity->kind,
                    rng_.chance(0.3F) ? std::optional(thing->entity->color) : std::nullopt};
    const auto n = count(s);
    if (!n) return std::nullopt;
    constexpr std::array<std::string_view, 4> kNumbers = {"", "", "two", "three"};
    const int asked = rng_.whole(2, 3);
    if (*n > asked) return std::nullopt;
    return Judgement{Ask::how_many_at_least,
                     {.a = std::string(kNumbers[static_cast<std::size_t>(asked)]), .b = nouns(s)},
                     *n == asked,
                     is_combination(s)};
  }

  std::optional<Judgement> draw_order() {
    const Thing* a = draw_thing(true);
    const Thing* b = draw_thing(true);
    if (a == nullptr || a == b) return std::nullopt;
    const auto sa = unique_subject(*a), sb = unique_subject(*b);
    const float apart = b->boxes[1].center_x() - a->boxes[1].center_x();
    if (!sa || !sb || std::abs(apart) < 0.13F * static_cast<float>(truth_.width))
      return std::nullopt;
    const bool left = rng_.chance(0.5F);
    return Judgement{Ask::left_of,
                     {.a = noun(*sa), .b = noun(*sb), .c = left ? "left" : "right"},
                     left == (apart > 0),
                     is_combination(*sa) || is_combination(*sb)};
  }

  std::optional<Judgement> draw_surroundings() {
    const int which = rng_.below(3);
    if (which == 0 && truth_.outdoors && truth_.time != TimeOfDay::dusk)
      return Judgement{Ask::night, {}, truth_.time == TimeOfDay::night};
    if (which == 1 && truth_.outdoors) return Judgement{Ask::raining, {}, truth_.rain};
    bool moves = false;
    for (const auto& t : truth_.things) {
      if (t.motion == Motion::unclear || !t.clear) return std::nullopt;
      moves |= t.motion != Motion::still;
    }
    for (const auto& s : truth_.states)
      if (!s.clear) return std::nullopt;
    return Judgement{Ask::anything_moving, {}, moves};
  }

  /// Of the answer that the worlds offer more often only this share is asked, so that the kind of
  /// question alone does not tell the answer.  Measured on 2,000 pairs.
  static float share_asked(Ask what, bool truth) {
    switch (what) {
      case Ask::how_many_at_least:
        return truth ? 1 : 0.3F;
      case Ask::visible:
        return truth ? 1 : 0.72F;
      case Ask::moving_to:
        return truth ? 1 : 0.6F;
      case Ask::moving:
        return truth ? 0.61F : 1;
      case Ask::carrying:
        return truth ? 1 : 0.51F;
      case Ask::raining:
        return truth ? 1 : 0.38F;
      case Ask::night:
        return truth ? 1 : 0.5F;
      case Ask::anything_moving:
        return truth ? 1 : 0.35F;
      default:
        return 1;
    }
  }

  /// One kind of question, one wished answer; nothing is added when the pair does not offer it.
  void add_judgement(bool wanted) {
    const int which = rng_.below(12);
    for (int trial = 0; trial < 10; ++trial) {
      const auto j = draw_judgement(which, wanted);
      if (!j || j->truth != wanted) continue;
      if (!rng_.chance(share_asked(j->ask, wanted))) return;
      add("judge", j->ask, j->words, wanted ? "yes" : "no", j->combination);
      return;
    }
  }

  void add_description() {
    std::string text = describe(truth_);
    if (!text.empty() && (text != "nothing" || rng_.chance(0.5F))) {
      bool combination = false;
      for (const auto& t : truth_.things)
        combination |= is_held_out(t.entity->kind, t.entity->color);
      add("describe", Ask::describe, {}, std::move(text), combination);
    }
  }

  void add_count() {
    Subject s = draw_subject(!rng_.chance(0.2F));
    if (rng_.chance(0.5F)) s.color.reset();
    const auto n = count(s);
    if (n && (*n > 1 || rng_.chance(0.3F)))
      add("count", Ask::count, {.a = nouns(s)}, fmt::format("{}", *n), is_combination(s));
  }

  void add_directions() {
    constexpr int kMost = 4;
    int asked = 0;
    for (const auto& t : truth_.things) {
      if (!can_move(t.entity->kind) || !t.clear || t.motion == Motion::unclear) continue;
      const auto s = unique_subject(t);
      if (!s || ++asked > kMost) continue;
      add("direction",
          Ask::direction,
          {.a = noun(*s)},
          std::string(to_string(t.motion)),
          is_combination(*s));
    }
  }

  void add_readings() {
    for (const auto& text : truth_.texts)
      if (text.readable && text.text == text.before)
        add("read", how_to_read(text.what), {}, text.text);
  }

  void add_attributes() {
    for (const auto& t : truth_.things) {
      const Subject plain{t.entity->kind, std::nullopt};
      if (t.color_clear && count(plain) == 1 && t.entity->kind != Kind::hand)
        add("attribute",
            Ask::color_of,
            {.a = t.entity->kind == Kind::person ? "clothing of the person" : noun(plain)},
            std::string(to_string(t.entity->color)),
            is_held_out(t.entity->kind, t.entity->color));
      const Thing* holder = t.holder != 0 ? truth_.find(t.holder) : nullptr;
      if (holder == nullptr || !t.color_clear || !holder->clear) continue;
      const auto s = unique_subject(*holder);
      if (s)
        add("attribute",
            Ask::carried_thing,
            {.a = noun(*s)},
            a_noun({t.entity->kind, t.entity->color}),
            is_held_out(t.entity->kind, t.entity->color));
    }
  }

  void add_absent() {
    Subject s = draw_subject(false);
    if (count(s) != 0) return;
    const bool direction = can_move(s.kind) && rng_.chance(0.5F);
    if (!direction && s.color) s.color.reset();
    if (count(s) != 0) return;
    add("absent",
        direction ? Ask::direction : Ask::color_of,
        {.a = noun(s)},
        fmt::format("there is no {}", noun(s)),
        is_combination(s));
  }

  void add_place() {
    const std::string here = scene_noun(truth_.scene);
    if (here.empty()) return;
    if (rng_.chance(0.3F)) add("place", Ask::place, {}, here);
    if (!rng_.chance(0.3F) || tasks_.size() >= kMostTasks) return;
    std::string asked = here;
    const bool elsewhere = rng_.chance(0.5F);
    while (elsewhere && asked == here) asked = scene_noun(draw_scene(split_, rng_));
    const Ask wording = rng_.chance(0.5F) ? Ask::is_place : Ask::visible;
    add("judge", wording, {.a = asked}, asked == here ? "yes" : "no");
  }

  void add_changes() {
    std::vector<std::string> changes;
    for (const auto& s : truth_.states) {
      if (s.value == s.before) continue;
      if (s.what != "light") return;
      changes.push_back(fmt::format("the light goes {}", s.value));
    }
    for (const auto& t : truth_.texts) {
      if (t.text == t.before) continue;
      if (!t.readable) return;
      changes.push_back(fmt::format("the {} changes from {} to {}", t.what, t.before, t.text));
    }
    if (changes.empty() && (truth_.texts.empty() || rng_.chance(0.955F))) return;
    std::string text;
    for (const auto& c : changes) text += (text.empty() ? "" : "; ") + c;
    add("change", Ask::changes, {}, text.empty() ? "nothing" : text);
  }
};

}  // namespace

std::vector<Task> make_tasks(const PairTruth& truth, Split split, Rng& rng) {
  return TaskMaker(truth, split, rng).make();
}

}  // namespace hindsight::world
