// What a whole video showed, gathered frame by frame.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "world/renderer.h"

namespace hindsight::world {

/// Seconds, half open.
struct Interval {
  double begin = 0;
  double end = 0;
};

/// One entity over the video.
struct Presence {
  Entity entity;
  std::vector<Interval> clear;  ///< plainly visible; gaps below a second are closed
  bool doubtful = false;  ///< there were moments at which it was hardly visible, or its colour was
  float first_x = 0;      ///< middle when first and last seen plainly, shares of the width
  float last_x = 0;
};

/// What stood still enough to be counted at one moment.
struct Census {
  double t = 0;
  std::map<Kind, int> counts;
  bool doubt = false;
  std::vector<BoardSight> boards;
};

class Chronicle {
 public:
  Chronicle(const World& world, double frame_seconds) : world_(world), step_(frame_seconds) {}
  void add(double t, const Shot& shot);
  [[nodiscard]] const World& world() const { return world_; }
  [[nodiscard]] const std::map<int, Presence>& presences() const { return presences_; }
  [[nodiscard]] const std::vector<Census>& censuses() const { return censuses_; }
  /// When a board's text was readable, by (what, text).
  [[nodiscard]] const std::map<std::pair<std::string, std::string>, std::vector<Interval>>&
  readings() const {
    return readings_;
  }

 private:
  const World& world_;
  double step_;
  std::map<int, Presence> presences_;
  std::vector<Census> censuses_;
  std::map<std::pair<std::string, std::string>, std::vector<Interval>> readings_;
};

/// Sorted and merged where the gap is below `gap` seconds.
[[nodiscard]] std::vector<Interval> merge(std::vector<Interval> intervals, double gap);

}  // namespace hindsight::world
