#include "world/raster.h"

#include <algorithm>

#include <doctest/doctest.h>

using namespace hindsight::world;

namespace {

/// Looks along +x from the origin; right of the picture is +z.
Projection straight(int width, int height) {
  return {Camera::look({0, 0, 0}, {1, 0, 0}, 1), width, height};
}

Mesh wall_at(float x, float half) {
  Mesh mesh;
  const auto m = mesh.add_material({.albedo = {0.5F, 0.5F, 0.5F}});
  mesh.add_quad({x, -half, -half}, {x, -half, half}, {x, half, half}, {x, half, -half}, m);
  return mesh;
}

long covered(const Canvas& canvas, std::uint16_t id) {
  return std::count(canvas.id.begin(), canvas.id.end(), id);
}

}  // namespace

TEST_CASE("a square covers the pixels that geometry says") {
  Canvas canvas(100, 80);
  draw(canvas, straight(100, 80), {}, wall_at(10, 1), 1);
  // Half side 1 m at 10 m with a focal length of 100 pixels: 20 x 20.
  CHECK(covered(canvas, 1) == 400);
  CHECK(silhouette_pixels(straight(100, 80), wall_at(10, 1)) == 400);
}

TEST_CASE("the nearer one hides the farther one, in any order") {
  for (const bool near_first : {true, false}) {
    Canvas canvas(100, 80);
    draw(canvas,
         straight(100, 80),
         {},
         wall_at(near_first ? 5 : 10, near_first ? 0.5F : 2),
         near_first ? 1 : 2);
    draw(canvas,
         straight(100, 80),
         {},
         wall_at(near_first ? 10 : 5, near_first ? 2 : 0.5F),
         near_first ? 2 : 1);
    CHECK(covered(canvas, 1) == 400);
    CHECK(covered(canvas, 2) == 1200);
  }
}

TEST_CASE("a silhouette counts what lies outside of the frame") {
  Mesh mesh = wall_at(10, 1);
  mesh.place({{0, 0, 5}, 0});
  Canvas canvas(100, 80);
  draw(canvas, straight(100, 80), {}, mesh, 1);
  CHECK(covered(canvas, 1) == 200);
  CHECK(silhouette_pixels(straight(100, 80), mesh) == 400);
}

TEST_CASE("what is behind the camera or edge-on draws nothing") {
  Canvas canvas(100, 80);
  draw(canvas, straight(100, 80), {}, wall_at(-3, 1), 1);
  Mesh edge = wall_at(0, 1);
  edge.place({{4, 0, 0}, kPi / 2});
  draw(canvas, straight(100, 80), {}, edge, 1);
  CHECK(covered(canvas, 1) == 0);
  CHECK(silhouette_pixels(straight(100, 80), wall_at(-3, 1)) == 0);
}
