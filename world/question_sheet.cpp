#include "world/question_sheet.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "world/questions.h"

namespace hindsight::world {
namespace {

using nlohmann::ordered_json;

double rounded(double seconds) { return std::round(seconds * 100) / 100; }

ordered_json spans(const std::vector<Interval>& intervals) {
  auto out = ordered_json::array();
  for (const auto& i : intervals) out.push_back({rounded(i.begin), rounded(i.end)});
  return out;
}

ordered_json to_json(const Answer& answer) {
  if (answer.text) return {{"text", *answer.text}};
  if (answer.value) return {{"value", *answer.value}};
  if (answer.seconds) return {{"seconds", rounded(*answer.seconds)}};
  if (answer.intervals) return {{"intervals", spans(*answer.intervals)}};
  if (answer.list) return {{"list", *answer.list}};
  return {{"found", false}};
}

/// Coming into view and going out of it is no glimpse.
void append_glimpses(std::vector<Interval>& glimpses, const Seen& seen) {
  for (const auto& d : seen.doubtful) {
    double alone = d.end - d.begin, gap = kApart;
    for (const auto& c : seen.clear) {
      const double apart = std::max(c.begin - d.end, d.begin - c.end);
      alone += std::min(apart, 0.0);
      gap = std::min(gap, apart);
    }
    if (gap >= kApart || alone > kApart) glimpses.push_back(d);
  }
}

}  // namespace

QuestionSheet::QuestionSheet(const Chronicle& told, std::string video, int per_type)
    : chronicle(told),
      rng(Rng(told.story().seed).fork(99)),
      video_(std::move(video)),
      per_type_(per_type) {
  for (const auto& [id, presence] : chronicle.presences()) {
    auto& group = group_of(presence.entity);
    append_glimpses(group.glimpses, presence);
    if (presence.clear.empty()) continue;
    by_begin.push_back(&presence);
    group.members.push_back(&presence);
    group.seen.insert(group.seen.end(), presence.clear.begin(), presence.clear.end());
  }
  for (auto& g : groups) g.seen = merge(g.seen, kApart);
  for (const auto& [key, seen] : chronicle.readings()) {
    std::vector<Interval> glimpses;
    append_glimpses(glimpses, seen);
    if (!seen.clear.empty())
      readings.push_back({key.first, key.second, merge(seen.clear, kApart), !glimpses.empty()});
  }
  std::stable_sort(by_begin.begin(), by_begin.end(), [](const auto* a, const auto* b) {
    return a->clear.front().begin < b->clear.front().begin;
  });
  rng.shuffle(groups);
  rng.shuffle(readings);
  put_needles_first();
}

void QuestionSheet::put_needles_first() {
  const auto& story = chronicle.story();
  const auto wanted = [&](const auto& matches) {
    return std::any_of(story.needles.begin(), story.needles.end(), matches);
  };
  std::stable_partition(groups.begin(), groups.end(), [&](const Group& g) {
    return wanted([&](const Needle& n) {
      const auto at = story.cast.find(n.entity);
      return at != story.cast.end() && g.subject.kind == at->second.kind &&
             g.subject.color == at->second.color;
    });
  });
  std::stable_partition(readings.begin(), readings.end(), [&](const Reading& r) {
    return wanted([&](const Needle& n) { return n.text == r.text && n.what == r.what; });
  });
}

void QuestionSheet::add(const Question& q) {
  if (used_[q.type] >= per_type_) return;
  const Asked asked = ask(q.ask, q.words, chronicle.story().split, rng);
  if (!asked_.insert(asked.question).second) return;
  const std::string stem = video_.substr(0, video_.rfind('.'));
  double shortest = 1e9;
  for (const auto& i : q.evidence) shortest = std::min(shortest, i.end - i.begin);
  lines_.push_back(
      ordered_json{{"id", fmt::format("{}-{}-{}", stem, q.type, ++used_[q.type])},
                   {"video", video_},
                   {"type", q.type},
                   {"question", asked.question},
                   {"answer", to_json(q.answer)},
                   {"scoring", q.scoring},
                   {"phrasing", asked.phrasing},
                   {"held_out", asked.held_out},
                   {"distractors", q.distractors},
                   {"length_class", q.evidence.empty() ? "none" : length_class(shortest)},
                   {"evidence", spans(q.evidence)}}
          .dump());
}

bool QuestionSheet::is_doubtful(Kind kind, double begin, double end) const {
  return std::any_of(groups.begin(), groups.end(), [&](const Group& g) {
    return g.subject.kind == kind &&
           std::any_of(g.glimpses.begin(), g.glimpses.end(), [&](const Interval& i) {
             return i.begin < end && i.end > begin;
           });
  });
}

std::vector<const Group*> QuestionSheet::single() const {
  std::vector<const Group*> out;
  for (const auto& g : groups)
    if (g.glimpses.empty() && g.members.size() == 1 && g.seen.size() == 1) out.push_back(&g);
  return out;
}

int QuestionSheet::rivals(const Subject& s) const {
  return static_cast<int>(std::count_if(by_begin.begin(), by_begin.end(), [&](const Presence* p) {
    return s.color ? (p->entity.kind == s.kind) != (p->entity.color == *s.color)
                   : p->entity.kind != s.kind;
  }));
}

int QuestionSheet::rivals(std::string_view what) const {
  const auto same = std::count_if(
      readings.begin(), readings.end(), [&](const Reading& r) { return r.what == what; });
  return std::max(0, static_cast<int>(same) - 1);
}

Group& QuestionSheet::group_of(const Entity& entity) {
  for (auto& g : groups)
    if (g.subject.kind == entity.kind && g.subject.color == entity.color) return g;
  return groups.emplace_back(Group{.subject = {entity.kind, entity.color}});
}

}  // namespace hindsight::world
