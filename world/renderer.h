// A world at a moment -> a picture, and what of each entity is in it.
#pragma once

#include <array>
#include <limits>
#include <optional>
#include <vector>

#include "core/image_view.h"
#include "world/raster.h"
#include "world/scene.h"

namespace hindsight::world {

/// Pixels, x0 <= x < x1.
struct PixelBox {
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
  [[nodiscard]] int width() const { return x1 - x0; }
  [[nodiscard]] int height() const { return y1 - y0; }
  [[nodiscard]] int area() const { return width() * height(); }
  [[nodiscard]] float center_x() const { return static_cast<float>(x0 + x1) / 2; }
};

/// One entity as this picture shows it.
struct Sight {
  int entity = 0;
  PixelBox box{};        ///< of its visible pixels
  float pixels = 0;      ///< visible, in pixels of the picture
  float visible = 0;     ///< unhidden share of its whole silhouette, 0..1
  float contrast = 0;    ///< mean distance to the backdrop behind it, display levels 0..255
  float brightness = 0;  ///< mean display level
  float anchor_x = 0;    ///< its middle, projected; may lie outside
  float anchor_y = 0;
  Pose pose{};
};

/// Whether enough of it shows to tell what it is: a strip at the edge of the frame is something, not
/// a car.  Hands reach in from outside, so of them less is enough.
[[nodiscard]] bool shows_enough(const Sight& sight, Kind kind);

struct BoardSight {
  std::string what;
  std::string text;         ///< what reading it gives: its title where it has several lines
  PixelBox box{};           ///< of the letters of that text
  float letter_height = 0;  ///< pixels
  bool clear = false;       ///< that text is unhidden, inside the frame, in the light
  float age = 0;            ///< seconds since it changed
};

/// A dial's value while the picture was taken.
struct StateSight {
  std::string what;
  std::string value;
  float age = 0;  ///< seconds since it changed
  /// Of the fixture that shows it and is seen least; infinite for what no fixture shows, a light.
  float pixels = std::numeric_limits<float>::infinity();
};

struct Shot {
  Image picture;
  std::vector<Sight> sights;
  std::vector<BoardSight> boards;
  std::vector<StateSight> states;
  bool mixed = false;                 ///< two scenes blend: nothing in it is plainly visible
  std::vector<float> fixture_pixels;  ///< visible pixels of each of World::fixtures
};

/// Keeps the backdrop of one world at one size.  Not thread-safe.
class Renderer {
 public:
  /// Width and height of the pictures, at least 16.  `world` must outlive the renderer.
  Renderer(const World& world, int width, int height);
  /// The picture at t with its nuisances.
  [[nodiscard]] Shot render(double t);

 private:
  const Canvas& backdrop(bool lit);
  /// Of a part of a board that lies before the camera.
  [[nodiscard]] PixelBox box_of(const Board& board, const TextBitmap::Region& region) const;
  void draw_boards(Canvas& canvas, const Lighting& lighting, double t, Shot& shot);

  const World& world_;
  int width_;
  int height_;
  Projection projection_;
  std::array<std::optional<Canvas>, 2> backdrops_;
  Canvas canvas_;
  LightMask mask_;
};

}  // namespace hindsight::world
