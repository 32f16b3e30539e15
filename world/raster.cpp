#include "world/raster.h"

#include <array>
#include <cmath>
#include <limits>

namespace hindsight::world {
namespace {

constexpr float kNear = 0.05F;

/// Rounds of a clipped polygon: a triangle cut by one plane has at most four corners.
struct Clipped {
  std::array<Vec3, 4> at;
  std::array<Vec3, 4> color;
  int count = 0;
};

Clipped clip_near(const std::array<Vec3, 3>& view, const std::array<Vec3, 3>& color) {
  Clipped out;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t j = (i + 1) % 3;
    const bool here = view[i].z > kNear;
    if (here) {
      out.at[static_cast<std::size_t>(out.count)] = view[i];
      out.color[static_cast<std::size_t>(out.count++)] = color[i];
    }
    if (here != (view[j].z > kNear)) {
      const float k = (kNear - view[i].z) / (view[j].z - view[i].z);
      out.at[static_cast<std::size_t>(out.count)] = mix(view[i], view[j], k);
      out.color[static_cast<std::size_t>(out.count++)] = mix(color[i], color[j], k);
    }
  }
  return out;
}

struct Bounds {
  int x0, y0, x1, y1;
};

/// Calls plot(x, y, a, b, c) with barycentric weights for every pixel middle inside.
template <class Plot>
void fill(const std::array<Vec3, 3>& p, const Bounds& limit, Plot plot) {
  const float area = (p[1].x - p[0].x) * (p[2].y - p[0].y) - (p[2].x - p[0].x) * (p[1].y - p[0].y);
  if (!(std::abs(area) > 1e-6F)) return;
  const auto low = [](float a, float b, float c) { return std::min(a, std::min(b, c)); };
  const auto high = [](float a, float b, float c) { return std::max(a, std::max(b, c)); };
  const auto bounded = [](float v, int lo, int hi) {
    return static_cast<int>(std::min(std::max(v, static_cast<float>(lo)), static_cast<float>(hi)));
  };
  const int x0 = bounded(std::floor(low(p[0].x, p[1].x, p[2].x)), limit.x0, limit.x1);
  const int x1 = bounded(std::ceil(high(p[0].x, p[1].x, p[2].x)) + 1, limit.x0, limit.x1);
  const int y0 = bounded(std::floor(low(p[0].y, p[1].y, p[2].y)), limit.y0, limit.y1);
  const int y1 = bounded(std::ceil(high(p[0].y, p[1].y, p[2].y)) + 1, limit.y0, limit.y1);
  const float inverse = 1 / area;
  for (int y = y0; y < y1; ++y) {
    const float py = static_cast<float>(y) + 0.5F;
    for (int x = x0; x < x1; ++x) {
      const float px = static_cast<float>(x) + 0.5F;
      const float a = ((p[1].x - px) * (p[2].y - py) - (p[2].x - px) * (p[1].y - py)) * inverse;
      const float b = ((p[2].x - px) * (p[0].y - py) - (p[0].x - px) * (p[2].y - py)) * inverse;
      const float c = 1 - a - b;
      if (a >= 0 && b >= 0 && c >= 0) plot(x, y, a, b, c);
    }
  }
}

/// Clips, projects and fills one triangle given in view coordinates.
template <class Plot>
void fill_view(const Projection& projection,
               const std::array<Vec3, 3>& view,
               const std::array<Vec3, 3>& color,
               const Bounds& limit,
               Plot plot) {
  if (view[0].z <= kNear && view[1].z <= kNear && view[2].z <= kNear) return;
  const Clipped polygon = clip_near(view, color);
  for (int i = 1; i + 1 < polygon.count; ++i) {
    const std::array<std::size_t, 3> k = {
        0, static_cast<std::size_t>(i), static_cast<std::size_t>(i + 1)};
    std::array<Vec3, 3> pixel;
    for (std::size_t c = 0; c < 3; ++c) pixel[c] = projection.pixel(polygon.at[k[c]]);
    fill(pixel, limit, [&](int x, int y, float a, float b, float c) {
      plot(x,
           y,
           pixel[0].z * a + pixel[1].z * b + pixel[2].z * c,
           polygon.color[k[0]] * a + polygon.color[k[1]] * b + polygon.color[k[2]] * c);
    });
  }
}

std::vector<Vec3> to_view(const Projection& projection, const Mesh& mesh) {
  std::vector<Vec3> view;
  view.reserve(mesh.vertices.size());
  for (const auto& v : mesh.vertices) view.push_back(projection.camera.to_view(v.at));
  return view;
}

}  // namespace

Canvas::Canvas(int w, int h) : width(w), height(h) {
  const auto n = static_cast<std::size_t>(w) * static_cast<std::size_t>(h);
  color.resize(n);
  depth.resize(n);
  id.resize(n);
}

void draw(Canvas& canvas,
          const Projection& projection,
          const Lighting& lighting,
          const Mesh& mesh,
          std::uint16_t id) {
  const auto view = to_view(projection, mesh);
  const Bounds limit{0, 0, canvas.width, canvas.height};
  for (const bool clear : {false, true}) {
    for (const auto& t : mesh.triangles) {
      const auto& material = mesh.materials[t.material];
      if ((material.alpha < 1) != clear) continue;
      std::array<Vec3, 3> at;
      std::array<Vec3, 3> color;
      for (std::size_t c = 0; c < 3; ++c) {
        const auto& v = mesh.vertices[t.corners[c]];
        at[c] = view[t.corners[c]];
        color[c] =
            lighting.shade(v.at, v.normal, normalized(projection.camera.eye - v.at), material);
      }
      fill_view(projection, at, color, limit, [&](int x, int y, float depth, Vec3 shade) {
        const std::size_t i = canvas.index(x, y);
        if (depth <= canvas.depth[i]) return;
        // The nearest transparent layer hides the ones behind it, which must not add up.
        canvas.color[i] = clear && canvas.id[i] != id ? mix(canvas.color[i], shade, material.alpha)
                          : clear ? mix(canvas.color[i], shade, material.alpha * 0.35F)
                                  : shade;
        if (!clear) canvas.depth[i] = depth;
        canvas.id[i] = id;
      });
    }
  }
}

LightMask::LightMask(int w, int h) : width(w), height(h), x0(w), y0(h) {
  const auto n = static_cast<std::size_t>(w) * static_cast<std::size_t>(h);
  dark.resize(n);
  bright.resize(n);
}

namespace {

void touch(LightMask& mask, int x, int y) {
  mask.x0 = std::min(mask.x0, x);
  mask.x1 = std::max(mask.x1, x + 1);
  mask.y0 = std::min(mask.y0, y);
  mask.y1 = std::max(mask.y1, y + 1);
}

bool in_plane(float backdrop, float plane) {
  return std::abs(backdrop - plane) < 0.02F * plane + 1e-5F;
}

/// One pass of a running mean of 2 * radius + 1 along a line of `count` values.
void smooth_line(
    float* line, std::ptrdiff_t step, int count, int radius, std::vector<float>& copy) {
  copy.resize(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) copy[static_cast<std::size_t>(i)] = line[i * step];
  const auto at = [&](int i) {
    return copy[static_cast<std::size_t>(std::clamp(i, 0, count - 1))];
  };
  float sum = 0;
  for (int i = -radius; i <= radius; ++i) sum += at(i);
  for (int i = 0; i < count; ++i) {
    line[i * step] = sum / static_cast<float>(2 * radius + 1);
    sum += at(i + radius + 1) - at(i - radius);
  }
}

}  // namespace

void cast_shadow(LightMask& mask,
                 const Canvas& backdrop,
                 const Projection& projection,
                 const Lighting& lighting,
                 const Mesh& mesh,
                 float ground) {
  if (lighting.to_sun.y < 0.05F) return;
  std::vector<Vec3> view;
  view.reserve(mesh.vertices.size());
  for (const auto& v : mesh.vertices) {
    const float height = std::max(0.0F, v.at.y - ground);
    Vec3 fallen = v.at - lighting.to_sun * (height / lighting.to_sun.y);
    fallen.y = ground;
    view.push_back(projection.camera.to_view(fallen));
  }
  const Bounds limit{0, 0, mask.width, mask.height};
  for (const auto& t : mesh.triangles) {
    const std::array<Vec3, 3> at = {view[t.corners[0]], view[t.corners[1]], view[t.corners[2]]};
    fill_view(projection, at, {}, limit, [&](int x, int y, float depth, Vec3) {
      const std::size_t i = backdrop.index(x, y);
      if (!in_plane(backdrop.depth[i], depth)) return;
      mask.dark[i] = 1;
      touch(mask, x, y);
    });
  }
}

void cast_patch(LightMask& mask,
                const Canvas& backdrop,
                const Projection& projection,
                const Placement& placement,
                float half_length,
                float half_width,
                float amount) {
  constexpr int kSides = 12;
  const Bounds limit{0, 0, mask.width, mask.height};
  const auto rim = [&](int s) {
    const float a = 2 * kPi * static_cast<float>(s) / kSides;
    return placement.point({std::cos(a) * half_length, 0, std::sin(a) * half_width});
  };
  auto& layer = amount > 0 ? mask.dark : mask.bright;
  for (int s = 0; s < kSides; ++s) {
    const std::array<Vec3, 3> view = {projection.camera.to_view(placement.at),
                                      projection.camera.to_view(rim(s)),
                                      projection.camera.to_view(rim(s + 1))};
    const std::array<Vec3, 3> weight = {Vec3{1, 0, 0}, Vec3{}, Vec3{}};
    fill_view(projection, view, weight, limit, [&](int x, int y, float depth, Vec3 w) {
      const std::size_t i = backdrop.index(x, y);
      if (!in_plane(backdrop.depth[i], depth)) return;
      layer[i] = std::max(layer[i], std::abs(amount) * smooth_step(0, 1, w.x));
      touch(mask, x, y);
    });
  }
}

void apply_mask(LightMask& mask, Canvas& canvas, float darkness, float softness) {
  if (mask.x1 <= mask.x0) return;
  const int radius =
      std::max(0, static_cast<int>(softness * static_cast<float>(mask.width) / 200 + 0.5F));
  const int x0 = std::max(0, mask.x0 - 2 * radius), x1 = std::min(mask.width, mask.x1 + 2 * radius);
  const int y0 = std::max(0, mask.y0 - 2 * radius),
            y1 = std::min(mask.height, mask.y1 + 2 * radius);
  std::vector<float> copy;
  for (int pass = 0; pass < (radius > 0 ? 2 : 0); ++pass) {
    for (int y = y0; y < y1; ++y)
      smooth_line(&mask.dark[canvas.index(x0, y)], 1, x1 - x0, radius, copy);
    for (int x = x0; x < x1; ++x)
      smooth_line(&mask.dark[canvas.index(x, y0)], mask.width, y1 - y0, radius, copy);
  }
  for (int y = y0; y < y1; ++y) {
    for (int x = x0; x < x1; ++x) {
      const std::size_t i = canvas.index(x, y);
      canvas.color[i] *= (1 - darkness * mask.dark[i]) * (1 + mask.bright[i]);
      mask.dark[i] = 0;
      mask.bright[i] = 0;
    }
  }
  mask.x0 = mask.width;
  mask.y0 = mask.height;
  mask.x1 = mask.y1 = 0;
}

int silhouette_pixels(const Projection& projection, const Mesh& mesh) {
  const auto view = to_view(projection, mesh);
  float x0 = std::numeric_limits<float>::max(), y0 = x0, x1 = -x0, y1 = -x0;
  for (const auto& v : view) {
    if (v.z <= kNear) continue;
    const Vec3 p = projection.pixel(v);
    x0 = std::min(x0, p.x), x1 = std::max(x1, p.x), y0 = std::min(y0, p.y), y1 = std::max(y1, p.y);
  }
  if (x1 <= x0) return 0;
  const auto bounded = [](float v, int size) {
    return static_cast<int>(std::clamp(v, -static_cast<float>(size), 2 * static_cast<float>(size)));
  };
  const int left = bounded(std::floor(x0), projection.width),
            right = bounded(std::ceil(x1), projection.width) + 1;
  const int top = bounded(std::floor(y0), projection.height),
            bottom = bounded(std::ceil(y1), projection.height) + 1;
  std::vector<char> hit(static_cast<std::size_t>(right - left) *
                        static_cast<std::size_t>(bottom - top));
  int count = 0;
  for (const auto& t : mesh.triangles) {
    const std::array<Vec3, 3> at = {view[t.corners[0]], view[t.corners[1]], view[t.corners[2]]};
    fill_view(projection, at, {}, {left, top, right, bottom}, [&](int x, int y, float, Vec3) {
      auto& h = hit[static_cast<std::size_t>(y - top) * static_cast<std::size_t>(right - left) +
                    static_cast<std::size_t>(x - left)];
      count += h == 0 ? 1 : 0;
      h = 1;
    });
  }
  return count;
}

}  // namespace hindsight::world
