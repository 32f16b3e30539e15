#include <algorithm>
#include <cmath>
#include <tuple>

#include <fmt/format.h>

#include "world/question_sheet.h"

namespace hindsight::world {
namespace {

constexpr int kMoments = 60;
/// Seconds: what is said of two moments further apart was not seen in between.
constexpr double kNextSecond = 1.2;

std::string minute_text(double t) {
  const auto s = static_cast<int>(t + 0.5);
  return s >= 3600 ? fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
                   : fmt::format("{}:{:02}", s / 60, s % 60);
}

/// A second of the video, named in the question.
struct Moment {
  const std::vector<Census>& all;
  std::size_t at;
  std::string name;
  [[nodiscard]] const Census& now() const { return all[at]; }
};

/// How long the same goes on around a moment: any look in it answers the question.  Empty unless it
/// holds in the seconds before and after, too.
template <typename Holds>
std::vector<Interval> stretch_around(const Moment& m, const Holds& holds) {
  std::size_t first = m.at, last = m.at;
  if (!holds(m.now())) return {};
  while (first > 0 && m.all[first].t - m.all[first - 1].t < kNextSecond && holds(m.all[first - 1]))
    --first;
  while (last + 1 < m.all.size() && m.all[last + 1].t - m.all[last].t < kNextSecond &&
         holds(m.all[last + 1]))
    ++last;
  if (first == m.at || last == m.at) return {};
  return {{m.all[first].t, m.all[last].t}};
}

void add_count_at(QuestionSheet& sheet, const Moment& m) {
  const auto& counts = m.now().counts;
  if (counts.empty()) return;
  auto it = counts.begin();
  std::advance(it, sheet.rng.below(static_cast<int>(counts.size())));
  const auto evidence = stretch_around(m, [&](const Census& c) {
    const auto same = c.counts.find(it->first);
    return !c.doubt && same != c.counts.end() && same->second == it->second;
  });
  if (evidence.empty()) return;
  sheet.add({"count_entities",
             Ask::count_at,
             {.a = std::string(plural(it->first)), .b = m.name},
             {.value = static_cast<std::size_t>(it->second)},
             "exact",
             evidence,
             static_cast<int>(counts.size()) - 1});
}

void add_texts_at(QuestionSheet& sheet, const Moment& m) {
  for (const auto& b : m.now().boards) {
    const auto evidence = stretch_around(m, [&](const Census& c) {
      return std::any_of(c.boards.begin(), c.boards.end(), [&](const BoardSight& o) {
        return is_plain(o) && o.what == b.what && o.text == b.text;
      });
    });
    if (!evidence.empty())
      sheet.add({"reading",
                 Ask::says_at,
                 {.a = board_noun(b.what), .b = m.name},
                 {.text = b.text},
                 "exact",
                 evidence,
                 sheet.rivals(b.what)});
  }
}

void add_states_at(QuestionSheet& sheet, const Moment& m) {
  for (const auto& s : m.now().states) {
    const auto evidence = stretch_around(m, [&](const Census& c) {
      return std::any_of(c.states.begin(), c.states.end(), [&](const StateSight& o) {
        return is_plain(o) && o.what == s.what && o.value == s.value;
      });
    });
    if (evidence.empty()) continue;
    const bool yes = sheet.rng.chance(0.5F);
    const std::string other = s.value == "on"     ? "off"
                              : s.value == "off"  ? "on"
                              : s.value == "open" ? "closed"
                                                  : "open";
    sheet.add({"state",
               Ask::state_at,
               {.a = s.what, .b = yes ? s.value : other, .c = m.name},
               yes_or_no(yes),
               "exact",
               evidence,
               0});
  }
}

struct Scene {
  std::string name;
  Interval first;
  double seconds;
};

}  // namespace

void add_moments(QuestionSheet& sheet) {
  const auto& all = sheet.chronicle.censuses();
  for (int trial = 0; trial < kMoments && all.size() > 2; ++trial) {
    const auto i = static_cast<std::size_t>(sheet.rng.whole(1, static_cast<int>(all.size()) - 2));
    const double t = all[i].t;
    // The question names a whole second.
    if (std::abs(t - std::round(t)) > 0.06) continue;
    const Moment moment{all, i, minute_text(t)};
    add_count_at(sheet, moment);
    add_texts_at(sheet, moment);
    add_states_at(sheet, moment);
  }
}

void add_scenes(QuestionSheet& sheet) {
  std::vector<Scene> scenes;
  std::set<int> places;
  std::vector<Interval> all;
  for (const auto& phase : sheet.chronicle.story().phases) {
    const std::string name = scene_noun(phase.scene);
    if (name.empty()) return;
    const auto at =
        std::find_if(scenes.begin(), scenes.end(), [&](const Scene& s) { return s.name == name; });
    if (at == scenes.end())
      scenes.push_back({name, {phase.begin, phase.end}, phase.end - phase.begin});
    else
      at->seconds += phase.end - phase.begin;
    if (phase.scene != "title") places.insert(phase.place);
    all.push_back({phase.begin, phase.end});
  }
  if (scenes.size() < 2) return;
  std::vector<std::string> list;
  std::vector<Interval> firsts;
  for (const auto& s : scenes) {
    list.push_back(s.name);
    firsts.push_back(s.first);
  }
  const int others = static_cast<int>(scenes.size()) - 2;
  if (scenes.size() <= 5)
    sheet.add({"summary", Ask::scenes, {}, {.list = list}, "exact", firsts, 0});
  if (all.size() <= 4 * kMaxOccurrences)
    sheet.add({"summary", Ask::num_places, {}, {.value = places.size()}, "exact", all, 0});
  for (std::size_t i = 0; i + 1 < scenes.size(); ++i) {
    const Scene &a = scenes[i], &b = scenes[i + 1];
    const bool swapped = sheet.rng.chance(0.5F);
    const Words words{.a = swapped ? b.name : a.name, .b = swapped ? a.name : b.name};
    sheet.add({"summary",
               Ask::shown_first,
               words,
               {.text = a.name},
               "exact",
               {a.first, b.first},
               others});
    if (std::max(a.seconds, b.seconds) > 1.4 * std::min(a.seconds, b.seconds))
      sheet.add({"summary",
                 Ask::shown_longer,
                 words,
                 {.text = a.seconds > b.seconds ? a.name : b.name},
                 "exact",
                 all,
                 others});
  }
}

void add_phases(QuestionSheet& sheet) {
  std::map<std::string, Interval> first;
  for (const auto& c : sheet.chronicle.censuses())
    for (const auto& s : c.states)
      if (s.what == "light")
        first.try_emplace(fmt::format("the light {}", s.value), Interval{c.t, c.t + 1});
  for (const auto& r : sheet.readings)
    if (r.what != "clock" && !r.glimpsed)
      first.try_emplace(fmt::format("the {} {}", board_noun(r.what), r.text), r.seen.front());
  const std::vector<std::pair<std::string, Interval>> all(first.begin(), first.end());
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    const auto& [name, seen] = all[i];
    const auto& [other, other_seen] = all[i + 1];
    if (std::abs(seen.begin - other_seen.begin) < kApart ||
        name.starts_with("the light") != other.starts_with("the light"))
      continue;
    sheet.add({"summary",
               Ask::shown_first,
               {.a = name, .b = other},
               {.text = seen.begin < other_seen.begin ? name : other},
               "exact",
               {seen, other_seen},
               static_cast<int>(all.size()) - 2});
  }
}

}  // namespace hindsight::world
