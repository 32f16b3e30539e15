// A world: a backdrop, and what stands and moves before it as a pure function of time (seconds).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "world/bodies.h"
#include "world/camera.h"
#include "world/event.h"
#include "world/lighting.h"
#include "world/text.h"
#include "world/texture.h"

namespace hindsight::world {

struct Key {
  double t = 0;
  Vec3 at;
  float heading = 0;
};

/// Present from the first key's time to the last one's; straight between keys.
struct Stay {
  std::vector<Key> keys;
  bool parked = false;  ///< a vehicle's lamps are out
};

/// In the hands of `holder` during [begin, end), at an offset in its frame.
struct Hold {
  double begin = 0;
  double end = 0;
  int holder = 0;
  Vec3 offset;
};

struct Actor {
  Entity entity;
  std::vector<Stay> stays{};
  std::vector<Hold> holds{};
  float ground = 0;  ///< height of the plane that takes its shadow
};

struct Pose {
  Placement placement;
  Posture posture;
  float speed = 0;  ///< metres a second
  int holder = 0;   ///< id of who holds it, 0: nobody
};

/// A named value that changes at instants: a door, a lamp.
struct Dial {
  std::string what;
  struct Change {
    double t;
    std::string value;
  };
  std::vector<Change> changes{};  ///< by time, the first at 0 or before
  [[nodiscard]] const std::string& value_at(double t) const;
  /// Seconds since the value became what it is at t.
  [[nodiscard]] double age_at(double t) const;
};

/// A lettered rectangle: `corner` top left as seen from the front, `across` and `down` its edges.
struct Board {
  Dial text;  ///< what: sign, clock, slide, title; lines parted by '\n', the first is read
  Vec3 corner;
  Vec3 across;
  Vec3 down;
  TextStyle style;
};

/// A parallelogram of the static backdrop; u runs along `across`, v along `along`, in metres.
struct Surface {
  Vec3 corner;
  Vec3 across;
  Vec3 along;
  Texture texture;
};

/// A part that turns with a dial: a barrier's arm or a door's leaf.
struct Fixture {
  enum class Shape { barrier, door };
  Shape shape = Shape::barrier;
  Placement placement;
  float length = 3;
  float height = 1;
  Vec3 color{};
  int dial = 0;  ///< position in World::dials; the value "open" turns it
};

struct Nuisance {
  float noise = 0.01F;
  float blur = 0;   ///< pixels
  float shake = 0;  ///< pixels
  float rain = 0;
  float drift = 0;      ///< of exposure
  float quantizer = 0;  ///< of the block transform in pairs, 0: none
  float vignette = 0;
  bool hazy = false;  ///< the renderer style that training never sees
};

/// Directions of the picture make no sense where the camera sees things come and go along its axis;
/// all motion is judged on pixels.
struct World {
  std::string family;
  std::string scene;  ///< the family whose set it shows, or "title" for a title card
  Split split = Split::train;
  std::uint64_t seed = 0;
  double length = 0;  ///< seconds
  bool outdoors = false;
  /// What such a place can hold and questions about it name; static storage.
  std::span<const Kind> kinds{};
  bool rain = false;
  Camera camera;
  Lighting lighting;
  /// When the dial "light" is off; empty where there is no such dial.
  std::optional<Lighting> dark{};
  float exposure = 1;
  Vec3 horizon{0.6F, 0.65F, 0.7F};  ///< what lies beyond all surfaces
  std::vector<Surface> surfaces{};
  Mesh furniture{};  ///< static, drawn into the backdrop
  std::vector<Actor> actors{};
  std::vector<Dial> dials{};
  std::vector<Board> boards{};
  std::vector<Fixture> fixtures{};
  std::vector<Event> events{};
  Nuisance nuisance{};

  [[nodiscard]] const Actor* find_actor(int id) const;
  [[nodiscard]] const Dial* find_dial(std::string_view what) const;
  /// Empty while the actor is not in the world.
  [[nodiscard]] std::optional<Pose> pose_at(const Actor& actor, double t) const;
};

}  // namespace hindsight::world
