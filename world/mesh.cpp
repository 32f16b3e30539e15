#include "world/mesh.h"

#include <cmath>

namespace hindsight::world {
namespace {

/// Two unit vectors across `axis`.
std::array<Vec3, 2> across(Vec3 axis) {
  const Vec3 helper = std::abs(axis.y) < 0.9F ? Vec3{0, 1, 0} : Vec3{1, 0, 0};
  const Vec3 u = normalized(cross(axis, helper));
  return {u, cross(axis, u)};
}

float turn(int step, int steps) {
  return 2 * kPi * static_cast<float>(step) / static_cast<float>(steps);
}

/// Joins rows of `width` vertices each (closed rings) that start at `first`.
void join_rings(Mesh& mesh, std::uint32_t first, int rings, int width, std::uint32_t material) {
  for (int r = 0; r + 1 < rings; ++r) {
    for (int s = 0; s < width; ++s) {
      const auto at = [&](int ring, int side) {
        return first + static_cast<std::uint32_t>(ring * width + side % width);
      };
      mesh.triangles.push_back({{at(r, s), at(r, s + 1), at(r + 1, s)}, material});
      mesh.triangles.push_back({{at(r, s + 1), at(r + 1, s + 1), at(r + 1, s)}, material});
    }
  }
}

}  // namespace

std::uint32_t Mesh::add_material(const Material& material) {
  materials.push_back(material);
  return static_cast<std::uint32_t>(materials.size() - 1);
}

void Mesh::add_triangle(Vec3 a, Vec3 b, Vec3 c, std::uint32_t material) {
  const Vec3 normal = normalized(cross(b - a, c - a));
  const auto first = static_cast<std::uint32_t>(vertices.size());
  for (const Vec3 p : {a, b, c}) vertices.push_back({p, normal});
  triangles.push_back({{first, first + 1, first + 2}, material});
}

void Mesh::add_quad(Vec3 a, Vec3 b, Vec3 c, Vec3 d, std::uint32_t material) {
  const Vec3 normal = normalized(cross(c - a, d - b));
  const auto first = static_cast<std::uint32_t>(vertices.size());
  for (const Vec3 p : {a, b, c, d}) vertices.push_back({p, normal});
  triangles.push_back({{first, first + 1, first + 2}, material});
  triangles.push_back({{first, first + 2, first + 3}, material});
}

void Mesh::add_box(Vec3 l, Vec3 h, std::uint32_t material) {
  add_quad({l.x, h.y, l.z}, {l.x, h.y, h.z}, {h.x, h.y, h.z}, {h.x, h.y, l.z}, material);
  add_quad({l.x, l.y, l.z}, {h.x, l.y, l.z}, {h.x, l.y, h.z}, {l.x, l.y, h.z}, material);
  add_quad({l.x, l.y, h.z}, {h.x, l.y, h.z}, {h.x, h.y, h.z}, {l.x, h.y, h.z}, material);
  add_quad({l.x, l.y, l.z}, {l.x, h.y, l.z}, {h.x, h.y, l.z}, {h.x, l.y, l.z}, material);
  add_quad({h.x, l.y, l.z}, {h.x, h.y, l.z}, {h.x, h.y, h.z}, {h.x, l.y, h.z}, material);
  add_quad({l.x, l.y, l.z}, {l.x, l.y, h.z}, {l.x, h.y, h.z}, {l.x, h.y, l.z}, material);
}

void Mesh::add_ellipsoid(Vec3 center, Vec3 radii, std::uint32_t material, int slices, int stacks) {
  const auto first = static_cast<std::uint32_t>(vertices.size());
  for (int r = 0; r <= stacks; ++r) {
    const float polar = kPi * static_cast<float>(r) / static_cast<float>(stacks);
    for (int s = 0; s < slices; ++s) {
      const Vec3 unit{std::sin(polar) * std::cos(turn(s, slices)),
                      std::cos(polar),
                      std::sin(polar) * std::sin(turn(s, slices))};
      const Vec3 normal{unit.x / radii.x, unit.y / radii.y, unit.z / radii.z};
      vertices.push_back({center + unit * radii, normalized(normal)});
    }
  }
  join_rings(*this, first, stacks + 1, slices, material);
}

void Mesh::add_limb(
    Vec3 from, Vec3 to, float from_radius, float to_radius, std::uint32_t material) {
  constexpr int kSides = 6;
  const Vec3 axis = normalized(to - from);
  const auto [u, v] = across(axis);
  const auto first = static_cast<std::uint32_t>(vertices.size());
  const auto ring = [&](Vec3 center, float radius, float tilt) {
    for (int s = 0; s < kSides; ++s) {
      const Vec3 out = u * std::cos(turn(s, kSides)) + v * std::sin(turn(s, kSides));
      vertices.push_back({center + out * radius, normalized(out + axis * tilt)});
    }
  };
  ring(from - axis * (0.7F * from_radius), 0.3F * from_radius, -1.5F);
  ring(from, from_radius, 0);
  ring(to, to_radius, 0);
  ring(to + axis * (0.7F * to_radius), 0.3F * to_radius, 1.5F);
  join_rings(*this, first, 4, kSides, material);
}

void Mesh::add_disc(
    Vec3 center, Vec3 axis, float radius, float thickness, std::uint32_t material, int sides) {
  const auto [u, v] = across(axis);
  const auto rim = [&](int s, float side) {
    return center + axis * (side * thickness / 2) +
           (u * std::cos(turn(s, sides)) + v * std::sin(turn(s, sides))) * radius;
  };
  for (int s = 0; s < sides; ++s) {
    add_triangle(center + axis * (thickness / 2), rim(s, 1), rim(s + 1, 1), material);
    add_triangle(center - axis * (thickness / 2), rim(s + 1, -1), rim(s, -1), material);
    add_quad(rim(s, -1), rim(s + 1, -1), rim(s + 1, 1), rim(s, 1), material);
  }
}

void Mesh::add_ring(Vec3 center, Vec3 axis, float outer, float inner, std::uint32_t material) {
  constexpr int kSides = 14;
  const auto [u, v] = across(axis);
  const auto rim = [&](int s, float radius) {
    return center + (u * std::cos(turn(s, kSides)) + v * std::sin(turn(s, kSides))) * radius;
  };
  for (int s = 0; s < kSides; ++s)
    add_quad(rim(s, inner), rim(s, outer), rim(s + 1, outer), rim(s + 1, inner), material);
}

void Mesh::add_lathe(Vec3 base,
                     std::span<const Station> profile,
                     std::uint32_t material,
                     int sides) {
  const auto first = static_cast<std::uint32_t>(vertices.size());
  const auto count = static_cast<int>(profile.size());
  for (int r = 0; r < count; ++r) {
    const auto& here = profile[static_cast<std::size_t>(r)];
    const auto& before = profile[static_cast<std::size_t>(std::max(r - 1, 0))];
    const auto& after = profile[static_cast<std::size_t>(std::min(r + 1, count - 1))];
    const float rise = std::max(after.height - before.height, 1e-4F);
    const float slope = -(after.radius - before.radius) / rise;
    for (int s = 0; s < sides; ++s) {
      const Vec3 out = heading_vector(turn(s, sides));
      vertices.push_back({base + out * here.radius + Vec3{0, here.height, 0},
                          normalized(out + Vec3{0, slope, 0})});
    }
  }
  join_rings(*this, first, count, sides, material);
}

void Mesh::place(const Placement& placement, std::size_t first) {
  const float c = std::cos(placement.heading);
  const float s = std::sin(placement.heading);
  const auto turned = [&](Vec3 p) { return Vec3{p.x * c - p.z * s, p.y, p.x * s + p.z * c}; };
  for (std::size_t i = first; i < vertices.size(); ++i) {
    vertices[i].at = placement.at + turned(vertices[i].at);
    vertices[i].normal = turned(vertices[i].normal);
  }
}

void Mesh::append(const Mesh& other) {
  const auto first_vertex = static_cast<std::uint32_t>(vertices.size());
  const auto first_material = static_cast<std::uint32_t>(materials.size());
  vertices.insert(vertices.end(), other.vertices.begin(), other.vertices.end());
  materials.insert(materials.end(), other.materials.begin(), other.materials.end());
  for (auto t : other.triangles) {
    for (auto& corner : t.corners) corner += first_vertex;
    t.material += first_material;
    triangles.push_back(t);
  }
}

void Mesh::clear() {
  vertices.clear();
  triangles.clear();
  materials.clear();
}

}  // namespace hindsight::world
