#include "world/tasks.h"

#include <algorithm>

#include <fmt/format.h>

#include "world/judgements.h"

namespace hindsight::world {
namespace {

Ask how_to_read(std::string_view board) {
  return board == "clock"     ? Ask::read_clock
         : board == "display" ? Ask::read_display
         : board == "slide"   ? Ask::read_slide
         : board == "title"   ? Ask::read_title
                              : Ask::read_sign;
}

class TaskMaker : PairSubjects {
 public:
  TaskMaker(const PairTruth& truth, Split split, Rng& rng)
      : PairSubjects(truth, split, rng), judgements_(truth, split, rng) {}

  std::vector<Task> make() {
    add_description();
    for (int i = 0; i < 4; ++i) add_count();
    add_directions();
    add_readings();
    add_attributes();
    add_absent();
    add_missing_board();
    add_changes();
    for (int i = 0; i < 14 && tasks_.size() < kMostTasks; ++i) add_judgement(i % 2 == 0);
    if (tasks_.size() < kMostTasks) add_place();
    return std::move(tasks_);
  }

 private:
  static constexpr std::size_t kMostTasks = 20;

  Judgements judgements_;
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

  void add_judgement(bool wanted) {
    const auto j = judgements_.draw(wanted);
    if (j) add("judge", j->ask, j->words, wanted ? "yes" : "no", j->combination);
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

  void add_missing_board() {
    const auto board = draw_missing_board();
    if (board && rng_.chance(0.3F))
      add("absent", how_to_read(*board), {}, fmt::format("there is no {}", *board));
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
