// Triangles and the solids that bodies are put together from.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "world/vec.h"

namespace hindsight::world {

struct Material {
  Vec3 albedo;      ///< linear
  float gloss = 0;  ///< 0 matt .. 1 mirror-like highlight and sky reflection
  float alpha = 1;  ///< below 1: drawn after everything opaque
  Vec3 glow{};      ///< light it gives off itself
};

struct Vertex {
  Vec3 at;
  Vec3 normal;
};

struct Triangle {
  std::array<std::uint32_t, 3> corners;
  std::uint32_t material = 0;
};

/// Grows by solids; everything is in one frame of reference.
struct Mesh {
  std::vector<Vertex> vertices;
  std::vector<Triangle> triangles;
  std::vector<Material> materials;

  std::uint32_t add_material(const Material& material);
  void add_triangle(Vec3 a, Vec3 b, Vec3 c, std::uint32_t material);
  /// Corners in order around the face, flat.
  void add_quad(Vec3 a, Vec3 b, Vec3 c, Vec3 d, std::uint32_t material);
  void add_box(Vec3 low, Vec3 high, std::uint32_t material);
  void add_ellipsoid(
      Vec3 center, Vec3 radii, std::uint32_t material, int slices = 10, int stacks = 6);
  /// A round bar with other radii at its ends, closed by short domes.
  void add_limb(Vec3 from, Vec3 to, float from_radius, float to_radius, std::uint32_t material);
  /// A wheel-like disc: axis along `axis` (unit), closed on both sides.
  void add_disc(Vec3 center,
                Vec3 axis,
                float radius,
                float thickness,
                std::uint32_t material,
                int sides = 12);
  /// A ring of flat width around `axis`, seen from both sides.
  void add_ring(Vec3 center, Vec3 axis, float outer, float inner, std::uint32_t material);
  struct Station {
    float height;
    float radius;
  };
  /// Turned around the vertical through `base`; smooth normals.
  void add_lathe(Vec3 base,
                 std::span<const Station> profile,
                 std::uint32_t material,
                 int sides = 12);
  /// Everything from vertex `first` on goes through the placement.
  void place(const Placement& placement, std::size_t first = 0);
  void append(const Mesh& other);
  void clear();
};

}  // namespace hindsight::world
