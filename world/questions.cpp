#include "world/questions.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "world/question_sheet.h"

namespace hindsight::world {
namespace {

constexpr double kForever = std::numeric_limits<double>::infinity();

bool apart(const Group& a, const Group& b) {
  return std::abs(a.seen[0].begin - b.seen[0].begin) >= kApart;
}

std::string length_rule(double seconds) { return seconds < 15 ? "abs<=1.5" : "relative<=0.1"; }

/// When it is there, how long, which way it goes.
void add_group(QuestionSheet& sheet, const Group& g) {
  if (!g.glimpses.empty() || g.seen.empty() || g.seen.size() > kMaxOccurrences) return;
  const std::string a = a_noun(g.subject);
  const int others = sheet.rivals(g.subject);
  sheet.add({g.seen.size() == 1 ? "when" : "all_occurrences",
             Ask::when,
             {.a = a},
             {.intervals = g.seen},
             "iou>=0.5",
             g.seen,
             others});
  if (g.members.size() != 1 || g.seen.size() != 1) return;
  const Presence& p = *g.members.front();
  const double seconds = g.seen[0].end - g.seen[0].begin;
  sheet.add({"duration",
             Ask::how_long,
             {.a = a},
             {.seconds = seconds},
             length_rule(seconds),
             g.seen,
             others});
  if (can_move(g.subject.kind) && std::abs(p.last_x - p.first_x) > 0.35F)
    sheet.add({"direction",
               Ask::goes,
               {.a = noun(g.subject)},
               {.text = p.last_x > p.first_x ? "right" : "left"},
               "exact",
               g.seen,
               others});
}

void add_reading(QuestionSheet& sheet, const Reading& r) {
  if (r.glimpsed || r.seen.size() > kMaxOccurrences) return;
  const int others = sheet.rivals(r.what);
  const Words words{.a = board_noun(r.what), .b = r.text};
  sheet.add({r.seen.size() == 1 ? "when" : "all_occurrences",
             Ask::when_says,
             words,
             {.intervals = r.seen},
             "iou>=0.5",
             r.seen,
             others});
  if (r.seen.size() != 1) return;
  const double seconds = r.seen[0].end - r.seen[0].begin;
  sheet.add({"duration",
             Ask::how_long_says,
             words,
             {.seconds = seconds},
             length_rule(seconds),
             r.seen,
             others});
}

/// Only where everyone came once: whether someone who returns counts twice is no question of
/// seeing.
void add_count(QuestionSheet& sheet,
               const Subject& subject,
               const std::vector<const Presence*>& members) {
  const bool once = std::all_of(members.begin(), members.end(), [](const Presence* p) {
    return merge(p->clear, kApart).size() == 1;
  });
  if (!once || members.size() > kMaxOccurrences) return;
  std::vector<Interval> evidence;
  for (const auto* p : members) evidence.insert(evidence.end(), p->clear.begin(), p->clear.end());
  sheet.add({"count_events",
             Ask::how_many_pass,
             {.a = nouns(subject)},
             {.value = members.size()},
             "exact",
             merge(evidence, 0),
             sheet.rivals(subject)});
}

void add_kind(QuestionSheet& sheet, Kind kind) {
  std::vector<const Presence*> members;
  for (const auto* p : sheet.by_begin)
    if (p->entity.kind == kind) members.push_back(p);
  for (const auto& g : sheet.groups)
    if (g.subject.kind == kind && g.glimpses.empty() && g.members.size() > 1)
      add_count(sheet, g.subject, g.members);
  if (members.empty()) return;
  const Subject plain{kind, std::nullopt};
  if (!sheet.is_doubtful(kind, 0, kForever)) add_count(sheet, plain, members);
  const auto color = [&](Ask what, const Presence* p) {
    sheet.add({"attribute",
               what,
               {.a = noun(plain)},
               {.text = std::string(to_string(p->entity.color))},
               "exact",
               {p->clear.front()},
               static_cast<int>(members.size()) - 1});
  };
  const auto follows = [](const Presence* a, const Presence* b) {
    return b->clear.front().begin - a->clear.front().begin > kApart;
  };
  const bool alone = members.size() == 1;
  if ((alone || follows(members[0], members[1])) &&
      !sheet.is_doubtful(kind, 0, members[0]->clear.front().end))
    color(Ask::first_color, members.front());
  if (!alone && follows(members[members.size() - 2], members.back()) &&
      !sheet.is_doubtful(kind, members.back()->clear.front().begin, kForever))
    color(Ask::last_color, members.back());
}

void add_order_of_three(QuestionSheet& sheet, std::vector<const Group*> named) {
  for (std::size_t i = 0; i < 3; ++i)
    if (!apart(*named[i], *named[(i + 1) % 3])) return;
  const Words words{
      a_noun(named[0]->subject), a_noun(named[1]->subject), a_noun(named[2]->subject)};
  const int others = sheet.rivals(named[0]->subject);
  std::sort(named.begin(), named.end(), [](const Group* a, const Group* b) {
    return a->seen[0].begin < b->seen[0].begin;
  });
  std::vector<std::string> list;
  std::vector<Interval> evidence;
  for (const auto* g : named) {
    list.push_back(a_noun(g->subject));
    evidence.push_back(g->seen[0]);
  }
  sheet.add({"order", Ask::order, words, {.list = list}, "exact", evidence, others});
}

void add_orders(QuestionSheet& sheet) {
  const auto once = sheet.single();
  for (std::size_t i = 0; i + 1 < once.size(); ++i) {
    const auto& a = *once[i];
    const auto& b = *once[i + 1];
    if (!apart(a, b)) continue;
    sheet.add({"before_after",
               Ask::comes_before,
               {.a = a_noun(a.subject), .b = a_noun(b.subject)},
               yes_or_no(a.seen[0].begin < b.seen[0].begin),
               "exact",
               {a.seen[0], b.seen[0]},
               sheet.rivals(a.subject)});
    if (i + 2 < once.size()) add_order_of_three(sheet, {&a, &b, once[i + 2]});
  }
}

/// The colour of what comes after something named.
void add_successors(QuestionSheet& sheet) {
  for (const auto* g : sheet.single()) {
    if (!can_move(g->subject.kind)) continue;
    const auto& all = sheet.by_begin;
    const auto next = std::find_if(all.begin(), all.end(), [&](const Presence* p) {
      return p->entity.kind == g->subject.kind &&
             p->clear.front().begin >= g->seen[0].begin + kApart;
    });
    if (next != all.end() &&
        !sheet.is_doubtful(g->subject.kind, g->seen[0].begin, (*next)->clear.front().end))
      sheet.add({"two_hop",
                 Ask::color_after,
                 {.a = noun({g->subject.kind, std::nullopt}),
                  .b = fmt::format("the {}", noun(g->subject))},
                 {.text = std::string(to_string((*next)->entity.color))},
                 "exact",
                 {g->seen[0], (*next)->clear.front()},
                 sheet.rivals(g->subject)});
  }
}

/// The text that a board shows all the while something is there.
void add_text_beside(QuestionSheet& sheet, const Group& g) {
  const Interval seen = g.seen[0];
  for (const auto& r : sheet.readings) {
    const bool whole = std::any_of(r.seen.begin(), r.seen.end(), [&](const Interval& i) {
      return i.begin <= seen.begin - 0.5 && i.end >= seen.end;
    });
    if (r.what == "clock" || !whole) continue;
    const bool late = sheet.rng.chance(0.5F);
    sheet.add({late ? "two_hop" : "during",
               late ? Ask::says_when : Ask::says_during,
               {.a = board_noun(r.what), .b = a_noun(g.subject)},
               {.text = r.text},
               "exact",
               g.seen,
               sheet.rivals(r.what)});
    return;
  }
}

void add_overlaps(QuestionSheet& sheet) {
  const auto once = sheet.single();
  for (const auto* g : once) {
    add_text_beside(sheet, *g);
    // The nearest in time makes the harder question.
    const auto distance = [&](const Group* other) {
      return std::abs(other->seen[0].begin - g->seen[0].begin) + (other == g ? 1e9 : 0);
    };
    const auto* near =
        *std::min_element(once.begin(), once.end(), [&](const Group* a, const Group* b) {
          return distance(a) < distance(b);
        });
    if (near == g) return;
    const Interval a = g->seen[0], b = near->seen[0];
    const double common = std::min(a.end, b.end) - std::max(a.begin, b.begin);
    if (common > 1 || common < -kApart)
      sheet.add({"during",
                 Ask::during,
                 {.a = a_noun(g->subject), .b = a_noun(near->subject)},
                 yes_or_no(common > 0),
                 "exact",
                 {a, b},
                 sheet.rivals(g->subject)});
  }
}

/// Shares all but one attribute with something that is there, and never occurs itself.
void add_absent(QuestionSheet& sheet) {
  for (const auto& g : sheet.groups) {
    if (g.members.empty()) continue;
    Subject other = g.subject;
    if (sheet.rng.chance(0.7F)) {
      other.color = draw_color(other.kind, sheet.chronicle.story().split, sheet.rng);
    } else {
      other.kind = sheet.rng.pick(sheet.groups).subject.kind;
      const auto colors = colors_of(other.kind);
      if (std::find(colors.begin(), colors.end(), *other.color) == colors.end()) continue;
    }
    const bool occurs =
        std::any_of(sheet.groups.begin(), sheet.groups.end(), [&](const Group& seen) {
          return seen.subject.kind == other.kind && seen.subject.color == other.color;
        });
    if (!occurs)
      sheet.add(
          {"absent", Ask::when, {.a = a_noun(other)}, {}, "refusal", {}, sheet.rivals(other)});
  }
}

}  // namespace

std::string_view length_class(double seconds) {
  return seconds < 1 ? "instant" : seconds < 8 ? "short" : seconds < 60 ? "medium" : "long";
}

std::vector<std::string> make_questions(const Chronicle& chronicle,
                                        const std::string& video,
                                        int per_type) {
  QuestionSheet sheet(chronicle, video, per_type);
  for (const auto& g : sheet.groups) add_group(sheet, g);
  for (int k = 0; k < kNumKinds; ++k)
    if (can_move(static_cast<Kind>(k))) add_kind(sheet, static_cast<Kind>(k));
  add_orders(sheet);
  add_successors(sheet);
  add_overlaps(sheet);
  for (const auto& r : sheet.readings) add_reading(sheet, r);
  add_moments(sheet);
  add_absent(sheet);
  add_scenes(sheet);
  add_phases(sheet);
  return sheet.take_lines();
}

}  // namespace hindsight::world
