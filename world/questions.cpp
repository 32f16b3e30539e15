#include "world/questions.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "world/language.h"

namespace hindsight::world {
namespace {

using nlohmann::ordered_json;

double rounded(double seconds) { return std::round(seconds * 100) / 100; }

ordered_json spans(const std::vector<Interval>& intervals) {
  auto out = ordered_json::array();
  for (const auto& i : intervals) out.push_back({rounded(i.begin), rounded(i.end)});
  return out;
}

std::string minute_text(double t) {
  const auto s = static_cast<int>(t + 0.5);
  return s >= 3600 ? fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
                   : fmt::format("{}:{:02}", s / 60, s % 60);
}

struct Group {
  Subject subject;
  std::vector<Interval> seen;
  std::vector<const Presence*> members;
};

class QuestionMaker {
 public:
  QuestionMaker(const Chronicle& chronicle, std::string video, int per_type)
      : chronicle_(chronicle),
        video_(std::move(video)),
        per_type_(per_type),
        rng_(Rng(chronicle.world().seed).fork(99)) {
    for (const auto& [id, presence] : chronicle.presences()) {
      if (presence.clear.empty()) continue;
      by_begin_.push_back(&presence);
      const Subject s{presence.entity.kind, presence.entity.color};
      auto at = std::find_if(groups_.begin(), groups_.end(), [&](const Group& g) {
        return g.subject.kind == s.kind && g.subject.color == s.color;
      });
      if (at == groups_.end()) at = groups_.insert(groups_.end(), Group{s, {}, {}});
      at->members.push_back(&presence);
      at->seen.insert(at->seen.end(), presence.clear.begin(), presence.clear.end());
    }
    for (auto& g : groups_) g.seen = merge(g.seen, 2);
    std::stable_sort(by_begin_.begin(), by_begin_.end(), [](const auto* a, const auto* b) {
      return a->clear.front().begin < b->clear.front().begin;
    });
  }

  std::vector<std::string> make() {
    rng_.shuffle(groups_);
    for (const auto& g : groups_) add_group(g);
    for (int k = 0; k < kNumKinds; ++k) add_kind(static_cast<Kind>(k));
    add_orders();
    add_moments();
    for (const auto& [key, seen] : chronicle_.readings())
      add("when",
          Ask::when_says,
          {.a = key.first, .b = key.second},
          {{"intervals", spans(merge(seen, 2))}},
          "iou>=0.5",
          merge(seen, 2));
    add_absent();
    return std::move(lines_);
  }

 private:
  const Chronicle& chronicle_;
  std::string video_;
  int per_type_;
  Rng rng_;
  std::vector<Group> groups_;
  std::vector<const Presence*> by_begin_;
  std::vector<std::string> lines_;
  std::map<std::string, int> used_;
  std::set<std::string> asked_;

  void add(const std::string& type,
           Ask what,
           const Words& words,
           const ordered_json& answer,
           std::string_view scoring,
           const std::vector<Interval>& evidence) {
    if (used_[type] >= per_type_) return;
    const Asked asked = ask(what, words, chronicle_.world().split, rng_);
    if (!asked_.insert(asked.question).second) return;
    const std::string stem = video_.substr(0, video_.rfind('.'));
    lines_.push_back(ordered_json{{"id", fmt::format("{}-{}-{}", stem, type, ++used_[type])},
                                  {"video", video_},
                                  {"type", type},
                                  {"question", asked.question},
                                  {"answer", answer},
                                  {"scoring", scoring},
                                  {"phrasing", asked.phrasing},
                                  {"held_out", asked.held_out},
                                  {"evidence", spans(evidence)}}
                         .dump());
  }

  void add_group(const Group& g) {
    const std::string a = a_noun(g.subject);
    add(g.seen.size() == 1 ? "when" : "all_occurrences",
        Ask::when,
        {.a = a},
        {{"intervals", spans(g.seen)}},
        "iou>=0.5",
        g.seen);
    if (g.members.size() != 1 || g.seen.size() != 1) return;
    const Presence& p = *g.members.front();
    add("duration",
        Ask::how_long,
        {.a = a},
        {{"seconds", rounded(g.seen[0].end - g.seen[0].begin)}},
        "abs<=1.5",
        g.seen);
    if (can_move(g.subject.kind) && std::abs(p.last_x - p.first_x) > 0.35F)
      add("direction",
          Ask::goes,
          {.a = noun(g.subject)},
          {{"text", p.last_x > p.first_x ? "right" : "left"}},
          "exact",
          g.seen);
  }

  void add_kind(Kind kind) {
    std::vector<const Presence*> members;
    for (const auto* p : by_begin_)
      if (p->entity.kind == kind) members.push_back(p);
    if (members.empty() || !can_move(kind)) return;
    std::vector<Interval> evidence;
    for (const auto* p : members) evidence.insert(evidence.end(), p->clear.begin(), p->clear.end());
    add("count_events",
        Ask::how_many_pass,
        {.a = std::string(plural(kind))},
        {{"value", members.size()}},
        "exact",
        merge(evidence, 0));
    const Subject plain{kind, std::nullopt};
    const auto color = [](const Presence* p) {
      return ordered_json{{"text", to_string(p->entity.color)}};
    };
    const auto apart = [](const Presence* a, const Presence* b) {
      return b->clear.front().begin - a->clear.front().begin > 1.5;
    };
    if (members.size() == 1 || apart(members[0], members[1]))
      add("attribute",
          Ask::first_color,
          {.a = noun(plain)},
          color(members.front()),
          "exact",
          members.front()->clear);
    if (members.size() > 1 && apart(members[members.size() - 2], members.back()))
      add("attribute",
          Ask::last_color,
          {.a = noun(plain)},
          color(members.back()),
          "exact",
          members.back()->clear);
  }

  /// Groups that appear once, so that "the red car" names one moment.
  std::vector<const Group*> single() const {
    std::vector<const Group*> out;
    for (const auto& g : groups_)
      if (g.members.size() == 1 && g.seen.size() == 1) out.push_back(&g);
    return out;
  }

  void add_orders() {
    const auto once = single();
    for (std::size_t i = 0; i + 1 < once.size(); ++i) {
      const auto& a = *once[i];
      const auto& b = *once[i + 1];
      if (std::abs(a.seen[0].begin - b.seen[0].begin) < 2) continue;
      add("before_after",
          Ask::comes_before,
          {.a = a_noun(a.subject), .b = a_noun(b.subject)},
          {{"text", a.seen[0].begin < b.seen[0].begin ? "yes" : "no"}},
          "exact",
          {a.seen[0], b.seen[0]});
    }
    for (const auto* g : once) {
      const Presence* next = nullptr;
      for (const auto* p : by_begin_) {
        if (p->entity.kind != g->subject.kind || p->clear.front().begin < g->seen[0].begin + 1.5)
          continue;
        next = p;
        break;
      }
      if (next != nullptr && can_move(g->subject.kind))
        add("two_hop",
            Ask::color_after,
            {.a = noun({g->subject.kind, std::nullopt}),
             .b = fmt::format("the {}", noun(g->subject))},
            {{"text", to_string(next->entity.color)}},
            "exact",
            {g->seen[0], next->clear.front()});
    }
  }

  void add_moments() {
    const auto& all = chronicle_.censuses();
    for (int trial = 0; trial < 40 && !all.empty(); ++trial) {
      const auto& c = rng_.pick(all);
      const std::vector<Interval> here = {{c.t, c.t + 1}};
      if (!c.doubt && !c.counts.empty()) {
        auto it = c.counts.begin();
        std::advance(it, rng_.below(static_cast<int>(c.counts.size())));
        add("count_entities",
            Ask::count_at,
            {.a = std::string(plural(it->first)), .b = minute_text(c.t)},
            {{"value", it->second}},
            "exact",
            here);
      }
      for (const auto& b : c.boards)
        if (b.clear && b.letter_height >= 7 && b.age > 2)
          add("reading",
              Ask::says_at,
              {.a = b.what, .b = minute_text(c.t)},
              {{"text", b.text}},
              "exact",
              here);
      for (const auto& dial : chronicle_.world().dials) {
        if (dial.age_at(c.t) < 2 || dial.value_at(c.t) != dial.value_at(c.t + 2)) continue;
        const bool lamp = dial.what == "light";
        const std::string asked = rng_.chance(0.5F) ? (lamp ? "on" : "open")
                                  : lamp            ? "off"
                                                    : "closed";
        add("state",
            Ask::state_at,
            {.a = dial.what, .b = asked, .c = minute_text(c.t)},
            {{"text", asked == dial.value_at(c.t) ? "yes" : "no"}},
            "exact",
            here);
      }
    }
  }

  /// Shares all but one attribute with something that is there, and never occurs itself.
  void add_absent() {
    for (const auto& g : groups_) {
      const Subject other{g.subject.kind,
                          draw_color(g.subject.kind, chronicle_.world().split, rng_)};
      const bool occurs = std::any_of(
          chronicle_.presences().begin(), chronicle_.presences().end(), [&](const auto& p) {
            return p.second.entity.kind == other.kind && p.second.entity.color == other.color;
          });
      if (!occurs)
        add("absent", Ask::when, {.a = a_noun(other)}, {{"found", false}}, "refusal", {});
    }
  }
};

}  // namespace

std::vector<std::string> make_questions(const Chronicle& chronicle,
                                        const std::string& video,
                                        int per_type) {
  return QuestionMaker(chronicle, video, per_type).make();
}

}  // namespace hindsight::world
