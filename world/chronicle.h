// What a whole video showed, gathered frame by frame.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "world/box_log.h"
#include "world/renderer.h"
#include "world/story.h"

namespace hindsight::world {

/// Seconds, half open.
struct Interval {
  double begin = 0;
  double end = 0;
};

/// When something was to be seen; gaps below a second are closed.
struct Seen {
  std::vector<Interval> clear{};     ///< plainly
  std::vector<Interval> doubtful{};  ///< there, but not plainly
};

/// One entity over the video.
struct Presence : Seen {
  Entity entity{};
  float first_x = 0;  ///< middle when first and last seen plainly, shares of the width
  float last_x = 0;
};

/// What stood still enough to be counted at one moment.
struct Census {
  double t = 0;
  std::map<Kind, int> counts;
  bool doubt = false;
  std::vector<BoardSight> boards;
  std::vector<StateSight> states;
};

/// Fewer pixels than this are as good as absent.
inline constexpr float kNoPixels = 4;
/// Whether anyone who looks would see the entity and its colour.
[[nodiscard]] bool is_plain(const Sight& sight, const Entity& entity);
[[nodiscard]] bool is_plain(const BoardSight& board);
[[nodiscard]] bool is_plain(const StateSight& state);

class Chronicle {
 public:
  /// `story` must outlive the chronicle; its cast is complete whenever a shot is added.  `boxes`:
  /// is told of every shot; null: nobody is.
  Chronicle(const Story& story, double frame_seconds, BoxLog* boxes = nullptr)
      : story_(story), step_(frame_seconds), boxes_(boxes) {}
  /// Shots in the order of time; of the picture only the width is read.
  void add(double t, const Shot& shot);
  [[nodiscard]] const Story& story() const { return story_; }
  [[nodiscard]] const std::map<int, Presence>& presences() const { return presences_; }
  [[nodiscard]] const std::vector<Census>& censuses() const { return censuses_; }
  /// When a board's text was readable, by (what, text).
  [[nodiscard]] const std::map<std::pair<std::string, std::string>, Seen>& readings() const {
    return readings_;
  }

 private:
  const Story& story_;
  double step_;
  BoxLog* boxes_;
  std::map<int, Presence> presences_;
  std::vector<Census> censuses_;
  std::map<std::pair<std::string, std::string>, Seen> readings_;
};

/// Sorted and merged where the gap is below `gap` seconds.
[[nodiscard]] std::vector<Interval> merge(std::vector<Interval> intervals, double gap);

}  // namespace hindsight::world
