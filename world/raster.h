// Z-buffered triangles into a picture of linear light, with an id for every pixel.
#pragma once

#include <cstdint>
#include <vector>

#include "world/camera.h"
#include "world/lighting.h"
#include "world/mesh.h"

namespace hindsight::world {

/// Rows without padding; index = y * width + x.
struct Canvas {
  int width = 0;
  int height = 0;
  std::vector<Vec3> color;        ///< linear light
  std::vector<float> depth;       ///< 1 / distance along the view axis, 0: infinitely far
  std::vector<std::uint16_t> id;  ///< 0: nothing that has a name

  Canvas() = default;
  Canvas(int w, int h);
  [[nodiscard]] std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
           static_cast<std::size_t>(x);
  }
};

/// Draws shaded triangles; transparent materials last, they take the id as well.
void draw(Canvas& canvas,
          const Projection& projection,
          const Lighting& lighting,
          const Mesh& mesh,
          std::uint16_t id);

/// A factor for every pixel of the backdrop: below 1 shadow, above 1 light that falls on it.
struct LightMask {
  int width = 0;
  int height = 0;
  std::vector<float> dark;
  std::vector<float> bright;
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;  ///< what was touched, half open

  LightMask(int w, int h);
};

/// The mesh's shadow on the plane y = `ground`, where the backdrop's depth lies in that plane.
void cast_shadow(LightMask& mask,
                 const Canvas& backdrop,
                 const Projection& projection,
                 const Lighting& lighting,
                 const Mesh& mesh,
                 float ground);
/// A soft dark (amount > 0) or light (amount < 0) patch on the plane, fading to its rim.
void cast_patch(LightMask& mask,
                const Canvas& backdrop,
                const Projection& projection,
                const Placement& placement,
                float half_length,
                float half_width,
                float amount);
/// Softens and multiplies; `darkness` scales shadows.  Clears the mask.
void apply_mask(LightMask& mask, Canvas& canvas, float darkness, float softness);

/// Pixels that the mesh would cover with nothing before it and no frame around it (cut at one
/// picture's size beyond each edge).
[[nodiscard]] int silhouette_pixels(const Projection& projection, const Mesh& mesh);

}  // namespace hindsight::world
