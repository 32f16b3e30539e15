// What a plan sees of worlds whose truth is known: events, shots, joints.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "bench/figure.h"
#include "bench/world_log.h"
#include "ingest/packet_scan.h"
#include "pipeline/stretch_planner.h"
#include "sampler/overview.h"

namespace hindsight::bench {
namespace {

namespace fs = std::filesystem;
using sampler::StretchPlan;

// A joint is found when a shot begins in it or so much beside it: two pictures at 25 a second.
constexpr double kBeside = 0.085;
constexpr double kLong = 1;
constexpr double kPause = 1;

constexpr const char* kFamilies[] = {"road_gate",
                                     "corridor_door",
                                     "table",
                                     "parking",
                                     "sign_clock",
                                     "counter_queue",
                                     "slides",
                                     "programme"};

/// A video and its log, both without extension.
struct World {
  std::string name;
  std::string stem;
};

/// [begin, end) seconds.
struct Stretch {
  double begin = 0;
  double end = 0;
};

struct Share {
  std::int64_t of = 0;
  std::int64_t seen = 0;
  void add(bool is_seen) {
    ++of;
    seen += is_seen ? 1 : 0;
  }
  void add(const Share& other) {
    of += other.of;
    seen += other.seen;
  }
};

std::string make_world(const Setup& setup, const std::string& stem, const std::string& arguments) {
  if (!fs::exists(stem + ".mp4"))
    shell(fmt::format(
        "'{0}' make {1} --out '{2}.part.mp4' > /dev/null && "
        "for log in events boxes; do [ ! -f '{2}.part.'$log.jsonl ] || "
        "mv '{2}.part.'$log.jsonl '{2}.'$log.jsonl; done && mv '{2}.part.mp4' '{2}.mp4'",
        (fs::path(setup.hindsight).parent_path() / "hindsight-world").string(),
        arguments,
        stem));
  return stem;
}

/// Five minutes of each family, enlarged to what a camera gives, with a sensor's noise.
World large_world(const Setup& setup, const std::string& family) {
  const auto stem = fmt::format("{}/recall-{}", setup.data_dir, family);
  if (fs::exists(stem + ".mp4")) return {family, stem};
  const auto small = make_world(
      setup,
      stem + ".small",
      fmt::format("--seed 861 --family {} --minutes 5 --size 320x180 --fps 12.5 --boxes", family));
  shell(
      fmt::format("ffmpeg -nostdin -v error -y -i '{0}.mp4' -vf "
                  "scale=1280:720:flags=bicubic,noise=alls=4:allf=t:all_seed=3 -c:v libx264 "
                  "-preset veryfast -crf 23 -g 25 -sc_threshold 0 '{1}.part.mp4' && "
                  "mv '{0}.events.jsonl' '{1}.events.jsonl' && "
                  "mv '{0}.boxes.jsonl' '{1}.boxes.jsonl' && mv '{1}.part.mp4' '{1}.mp4' && "
                  "rm '{0}.mp4'",
                  small,
                  stem));
  return {family, stem};
}

std::vector<StretchPlan> plan(const World& world, const sampler::PlanOptions& options) {
  const auto scan = ingest::scan_packets(world.stem + ".mp4");
  pipeline::StretchPlanner planner(world.stem + ".mp4", scan, options, {});
  std::vector<StretchPlan> plans;
  while (auto stretch = planner.next()) plans.push_back(std::move(*stretch));
  return plans;
}

std::vector<Stretch> spans_of(const std::vector<nlohmann::json>& log,
                              const std::function<bool(const nlohmann::json&)>& wanted) {
  std::vector<Stretch> spans;
  for (const auto& line : log)
    if (wanted(line)) spans.push_back({line.at("begin"), line.at("end")});
  return spans;
}

/// Frames of pairs, ascending.
std::vector<double> looks_of(const std::vector<StretchPlan>& plans) {
  std::vector<double> looks;
  for (const auto& stretch : plans)
    for (const auto& pair : stretch.pairs)
      looks.insert(looks.end(), {to_seconds(pair.first), to_seconds(pair.second)});
  std::ranges::sort(looks);
  return looks;
}

bool holds_look(const std::vector<double>& looks, const Stretch& span) {
  const auto first = std::ranges::lower_bound(looks, span.begin);
  return first != looks.end() && *first < span.end;
}

/// No row where there is nothing to find.
void add_share(const std::string& name,
               const std::string& what,
               const Share& share,
               std::vector<Figure>& figures) {
  if (share.of == 0) return;
  figures.push_back({fmt::format("recall.{}: {}", name, what),
                     100 * static_cast<double>(share.seen) / static_cast<double>(share.of),
                     fmt::format("% of {}", share.of),
                     "",
                     0});
}

std::vector<Stretch> without(const std::vector<Stretch>& spans, const Stretch& hole) {
  std::vector<Stretch> left;
  for (const auto& span : spans)
    for (const auto& part : {Stretch{span.begin, std::min(span.end, hole.begin)},
                             Stretch{std::max(span.begin, hole.end), span.end}})
      if (part.begin < part.end) left.push_back(part);
  return left;
}

std::vector<Stretch> common(const std::vector<Stretch>& a, const std::vector<Stretch>& b) {
  std::vector<Stretch> spans;
  for (const auto& x : a)
    for (const auto& y : b)
      if (std::max(x.begin, y.begin) < std::min(x.end, y.end))
        spans.push_back({std::max(x.begin, y.begin), std::min(x.end, y.end)});
  return spans;
}

/// When each entity has a pixel in the picture, by its number.
using Presence = std::map<int, std::vector<Stretch>>;

Presence read_presence(const std::vector<nlohmann::json>& boxes) {
  Presence presence;
  double before = 0;
  for (const auto& line : boxes) {
    const double time = line.at("t");
    const double step = time - std::exchange(before, time);
    for (const auto& thing : line.at("things")) {
      auto& spans = presence[thing.at("id")];
      if (spans.empty() || time - spans.back().end > 2 * step) spans.push_back({time, time});
      spans.back().end = time + step;
    }
  }
  return presence;
}

/// When something in the picture moves or changes, pauses below a second closed.
std::vector<Stretch> moving_spans(const std::vector<nlohmann::json>& log,
                                  const Presence& presence) {
  static const std::set<std::string> kOfThings{
      "pass", "enter", "leave", "take", "put_back", "leave_behind"};
  static const std::set<std::string> kAtRest{"stop", "meet"};
  std::vector<Stretch> spans;
  for (const auto& event : log) {
    const auto what = event.at("event").get<std::string>();
    if (!tells_of_event(event) || kAtRest.contains(what)) continue;
    std::vector<Stretch> moving{{event.at("begin"), event.at("end")}};
    if (kOfThings.contains(what)) {
      const auto seen = presence.find(event.at("entity").at("id"));
      if (seen == presence.end()) continue;
      moving = common(moving, seen->second);
      for (const auto& stop : spans_of(log, [&](const nlohmann::json& line) {
             return line.at("event") == "stop" && line.at("entity") == event.at("entity");
           }))
        moving = without(moving, stop);
    }
    for (const auto& part : moving)
      if (part.begin < part.end) spans.push_back(part);
  }
  std::ranges::sort(spans, {}, &Stretch::begin);
  std::vector<Stretch> joined;
  for (const auto& span : spans) {
    if (!joined.empty() && span.begin - joined.back().end < kPause)
      joined.back().end = std::max(joined.back().end, span.end);
    else
      joined.push_back(span);
  }
  return joined;
}

/// How far the nearest begin (end) of an activity is from each begin (end) of a movement within the
/// video.
void add_boundaries(const std::vector<Stretch>& moving,
                    const std::vector<StretchPlan>& plans,
                    std::vector<double>& distances) {
  const auto activity = sampler::join_activity(plans);
  if (activity.empty()) return;
  const double end = to_seconds(plans.back().span.end);
  const auto nearest = [&](double time, auto boundary) {
    double distance = end;
    for (const auto& a : activity)
      distance = std::min(distance, std::abs(to_seconds(a.span.*boundary) - time));
    return distance;
  };
  for (const auto& span : moving) {
    if (span.begin > kPause) distances.push_back(nearest(span.begin, &TimeSpan::begin));
    if (span.end < end - kPause) distances.push_back(nearest(span.end, &TimeSpan::end));
  }
}

/// Of one video or several.
struct EventRecall {
  Share longer;
  Share shorter;
  std::vector<double> boundaries;  ///< seconds

  void add(const World& world,
           const std::vector<nlohmann::json>& log,
           const std::vector<StretchPlan>& plans) {
    const auto looks = looks_of(plans);
    for (const auto& event : spans_of(log, tells_of_event)) {
      const double length = event.end - event.begin;
      if (length >= kLeastEvent) (length >= kLong ? longer : shorter).add(holds_look(looks, event));
    }
    const auto boxes = world.stem + ".boxes.jsonl";
    if (fs::exists(boxes))
      add_boundaries(moving_spans(log, read_presence(read_lines(boxes))), plans, boundaries);
  }

  void add(const EventRecall& other) {
    longer.add(other.longer);
    shorter.add(other.shorter);
    boundaries.insert(boundaries.end(), other.boundaries.begin(), other.boundaries.end());
  }

  void tell(const std::string& name, std::vector<Figure>& figures) const {
    add_share(name, "events of 1 s and more", longer, figures);
    add_share(name, "events of 0.2 to 1 s", shorter, figures);
    if (boundaries.empty()) return;
    auto sorted = boundaries;
    const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
    std::ranges::nth_element(sorted, middle);
    figures.push_back({fmt::format("recall.{}: activity's ends are off by", name),
                       *middle,
                       fmt::format("s, median of {}", sorted.size()),
                       "",
                       0});
  }
};

/// Shots by the default plan; joints by --exact.
void add_shots(const World& world,
               const std::vector<nlohmann::json>& log,
               const std::vector<StretchPlan>& plans,
               std::vector<Figure>& figures) {
  const auto is = [](const char* what) {
    return [what](const nlohmann::json& line) { return line.at("event") == what; };
  };
  const auto looks = looks_of(plans);
  Share shots;
  for (const auto& shot : spans_of(log, is("scene")))
    if (shot.end - shot.begin >= kLong) shots.add(holds_look(looks, shot));
  add_share(world.name, "shots of 1 s and more with a pair", shots, figures);

  const auto joints = spans_of(log, is("cut"));
  std::vector<double> told;
  for (const auto& shot : sampler::join_shots(plan(world, {.exact = true})))
    if (shot.begins_at_cut) told.push_back(to_seconds(shot.span.begin));
  const auto meets = [](double time, const Stretch& joint) {
    return time >= joint.begin - kBeside && time <= joint.end + kBeside;
  };
  Share cuts;
  Share blends;
  for (const auto& joint : joints) {
    const bool found = std::ranges::any_of(told, [&](double time) { return meets(time, joint); });
    (joint.begin == joint.end ? cuts : blends).add(found);
  }
  Share right;
  for (const double time : told)
    right.add(
        std::ranges::any_of(joints, [&](const Stretch& joint) { return meets(time, joint); }));
  add_share(world.name, "cuts by --exact", cuts, figures);
  add_share(world.name, "dissolves and fades by --exact", blends, figures);
  add_share(world.name, "joints told by --exact that are some", right, figures);
}

}  // namespace

std::vector<Figure> bench_recall(const Setup& setup) {
  std::vector<Figure> figures;
  const auto tell = [&](const World& world) {
    const auto log = read_lines(world.stem + ".events.jsonl");
    const auto plans = plan(world, {});
    EventRecall recall;
    recall.add(world, log, plans);
    recall.tell(world.name, figures);
    if (world.name == "programme") add_shots(world, log, plans, figures);
    return recall;
  };
  std::vector<World> families;
  for (const char* family : kFamilies) families.push_back(large_world(setup, family));
  EventRecall all;
  for (const auto& world : families) all.add(tell(world));
  all.tell("all families", figures);
  for (const std::int64_t tokens : {15'000, 30'000, 60'000, 240'000}) {
    EventRecall recall;
    for (const auto& world : families)
      recall.add(world,
                 read_lines(world.stem + ".events.jsonl"),
                 plan(world, {.tokens_per_hour = tokens}));
    recall.tell(fmt::format("all, {} tokens an hour", tokens), figures);
  }
  for (const int minutes : {20, 60, 600}) {  // the longer ones are joined from clips
    const auto stem = fmt::format("{}/recall-{}-minutes", setup.data_dir, minutes);
    const auto arguments =
        fmt::format("--seed {} --family mix --minutes {}", 870 + minutes, minutes);
    (void)tell({fmt::format("{} minutes", minutes), make_world(setup, stem, arguments)});
  }
  return figures;
}

}  // namespace hindsight::bench
