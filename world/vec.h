// Points, directions and linear colours.  World axes: y up, metres; the ground is y = 0.
#pragma once

#include <algorithm>
#include <cmath>

namespace hindsight::world {

struct Vec3 {
  float x = 0;
  float y = 0;
  float z = 0;
  friend constexpr bool operator==(const Vec3&, const Vec3&) = default;
  friend constexpr Vec3 operator+(Vec3 a, Vec3 b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
  friend constexpr Vec3 operator-(Vec3 a, Vec3 b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
  friend constexpr Vec3 operator*(Vec3 a, float k) { return {a.x * k, a.y * k, a.z * k}; }
  friend constexpr Vec3 operator*(float k, Vec3 a) { return a * k; }
  /// By component: light times albedo.
  friend constexpr Vec3 operator*(Vec3 a, Vec3 b) { return {a.x * b.x, a.y * b.y, a.z * b.z}; }
  Vec3& operator+=(Vec3 b) { return *this = *this + b; }
  Vec3& operator*=(float k) { return *this = *this * k; }
};

[[nodiscard]] constexpr float dot(Vec3 a, Vec3 b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
[[nodiscard]] constexpr Vec3 cross(Vec3 a, Vec3 b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
[[nodiscard]] inline float length(Vec3 a) { return std::sqrt(dot(a, a)); }
[[nodiscard]] inline Vec3 normalized(Vec3 a) {
  const float n = length(a);
  return n > 0 ? a * (1 / n) : Vec3{0, 1, 0};
}
[[nodiscard]] constexpr float mix(float a, float b, float k) { return a + (b - a) * k; }
[[nodiscard]] constexpr Vec3 mix(Vec3 a, Vec3 b, float k) { return a + (b - a) * k; }
[[nodiscard]] constexpr float clamp01(float v) { return v < 0 ? 0 : v > 1 ? 1 : v; }
/// 0 below `low`, 1 above `high`, smooth between.
[[nodiscard]] constexpr float smooth_step(float low, float high, float v) {
  const float k = clamp01((v - low) / (high - low));
  return k * k * (3 - 2 * k);
}

inline constexpr float kPi = 3.14159265F;

/// The horizontal direction of a heading in radians: 0 looks along +x, pi/2 along +z.
[[nodiscard]] inline Vec3 heading_vector(float heading) {
  return {std::cos(heading), 0, std::sin(heading)};
}

/// Where something stands: its local x points along `heading`, local y up, local z to its right.
struct Placement {
  Vec3 at;
  float heading = 0;
  [[nodiscard]] Vec3 direction(Vec3 local) const {
    const float c = std::cos(heading);
    const float s = std::sin(heading);
    return {local.x * c - local.z * s, local.y, local.x * s + local.z * c};
  }
  [[nodiscard]] Vec3 point(Vec3 local) const { return at + direction(local); }
};

}  // namespace hindsight::world
