// A pinhole camera.
#pragma once

#include "world/vec.h"

namespace hindsight::world {

struct Camera {
  Vec3 eye;
  Vec3 right{0, 0, 1};
  Vec3 up{0, 1, 0};
  Vec3 forward{1, 0, 0};
  /// Focal length in picture widths.
  float focal = 1;

  [[nodiscard]] static Camera look(Vec3 eye, Vec3 target, float focal, float roll = 0) {
    Camera c{.eye = eye, .focal = focal};
    c.forward = normalized(target - eye);
    // Straight down there is no horizon: the top of the picture then lies towards +x.
    const Vec3 sky = std::abs(c.forward.y) > 0.995F ? Vec3{1, 0, 0} : Vec3{0, 1, 0};
    const Vec3 right = normalized(cross(c.forward, sky));
    const Vec3 up = cross(right, c.forward);
    c.right = right * std::cos(roll) + up * std::sin(roll);
    c.up = up * std::cos(roll) - right * std::sin(roll);
    return c;
  }
  /// x to the right, y up, z in front, metres.
  [[nodiscard]] Vec3 to_view(Vec3 p) const {
    const Vec3 d = p - eye;
    return {dot(d, right), dot(d, up), dot(d, forward)};
  }
};

/// A camera's picture of `width` x `height` pixels; x right, y down, the middle is (width/2,
/// height/2).
struct Projection {
  Camera camera;
  int width = 0;
  int height = 0;
  [[nodiscard]] float scale() const { return camera.focal * static_cast<float>(width); }
  /// Pixel of a point in view coordinates with z > 0; the result's z is 1/z.
  [[nodiscard]] Vec3 pixel(Vec3 view) const {
    const float inverse = 1 / view.z;
    return {static_cast<float>(width) / 2 + scale() * view.x * inverse,
            static_cast<float>(height) / 2 - scale() * view.y * inverse,
            inverse};
  }
  /// Unnormalised direction through the middle of a pixel; its forward part is 1.
  [[nodiscard]] Vec3 ray(int x, int y) const {
    const float u = (static_cast<float>(x) + 0.5F - static_cast<float>(width) / 2) / scale();
    const float v = (static_cast<float>(height) / 2 - static_cast<float>(y) - 0.5F) / scale();
    return camera.forward + camera.right * u + camera.up * v;
  }
};

}  // namespace hindsight::world
