// Clips: stretches of a world, rendered and encoded once, that can stand behind one another in a
// long video wherever the scene stands still in the same way.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ingest/segment_writer.h"
#include "world/families/family.h"
#include "world/renderer.h"

namespace hindsight::world {

/// Of a camera's time before its first picture: what was under way then has come into view.
inline constexpr double kWarmUp = 2;

struct Clip {
  ingest::EncodedSegment packets{};
  std::vector<Shot> frames{};    ///< one a picture, without its pixels
  std::vector<Event> events{};   ///< times from the clip's first picture on
  std::map<int, Entity> cast{};  ///< whoever has a pixel in it
  std::size_t camera = 0;
  std::string entry{};  ///< how the scene stands still at the first picture
  std::string exit{};   ///< likewise where the next picture would be
  bool idle = false;    ///< nothing moves or changes in it
};

/// A place where something of a kind could be seen well.
struct Station {
  Entity like;
  Placement placement;
  float ground = 0;
};

/// A moment at which nothing moves.
struct Pause {
  double t = 0;
  std::string key;
};

/// One fixed view of one scene.
struct CameraSet {
  World world;
  std::vector<std::size_t> clips{};  ///< positions in Library::clips
  std::vector<Station> stations{};
  std::vector<Pause> pauses{};
};

struct LibraryOptions {
  std::uint64_t seed = 1;
  std::string family = "mix";
  Split split = Split::test;
  int cameras = 4;
  double seconds = 30;  ///< rendered of each camera
  ingest::VideoWriterOptions video{};
  /// Kinds and colours that no clip may show.
  std::vector<Combination> reserved{};
};

struct Library {
  std::vector<CameraSet> cameras{};
  std::vector<Clip> clips{};
};

[[nodiscard]] Library make_library(const LibraryOptions& options);

/// How a scene stands still: its dials, boards and everything visible in it.  Empty while something
/// moves or has just changed.
[[nodiscard]] std::optional<std::string> still_key(const World& world, const Shot& shot, double t);

/// Renders one world picture by picture into clips.  Not thread-safe.
class ClipRecorder {
 public:
  /// `world` must outlive the recorder.
  ClipRecorder(const World& world, std::size_t camera, const ingest::VideoWriterOptions& video);
  /// Renders the picture at t; valid until the next call.
  const Shot& peek(double t);
  /// Adds the picture that was rendered last to the clip.
  void keep();
  [[nodiscard]] std::size_t num_frames() const { return clip_.frames.size(); }
  /// What was kept since the last take(), at least one picture, with the events of that time.
  [[nodiscard]] Clip take();

 private:
  const World& world_;
  std::size_t camera_;
  ingest::VideoWriterOptions video_;
  Renderer renderer_;
  std::optional<ingest::SegmentEncoder> encoder_;
  Clip clip_;
  Shot shot_;
  double shot_time_ = 0;
  double begin_ = 0;
};

[[nodiscard]] inline double rate_of(const ingest::VideoWriterOptions& video) {
  return static_cast<double>(video.rate) / video.rate_divisor;
}

}  // namespace hindsight::world
