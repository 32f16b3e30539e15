#include "world/renderer.h"

#include <cmath>

#include "world/nuisance.h"

namespace hindsight::world {
namespace {

constexpr float kMinVisible = 0.45F;
constexpr float kMinHandVisible = 0.2F;

/// The nearest surface that a ray meets, as a lit colour and a depth.
void trace_backdrop(Canvas& canvas,
                    const Projection& projection,
                    const World& world,
                    const Lighting& lighting) {
  struct Plane {
    const Surface* surface;
    Vec3 normal;
    float lu, lv;
  };
  std::vector<Plane> planes;
  for (const auto& s : world.surfaces)
    planes.push_back({&s, normalized(cross(s.along, s.across)), length(s.across), length(s.along)});
  const Vec3 eye = projection.camera.eye;
  for (int y = 0; y < canvas.height; ++y) {
    for (int x = 0; x < canvas.width; ++x) {
      const Vec3 ray = projection.ray(x, y);
      const std::size_t i = canvas.index(x, y);
      float nearest = 0;
      const Plane* hit = nullptr;
      float hit_u = 0, hit_v = 0;
      for (const auto& p : planes) {
        const float along = dot(ray, p.normal);
        if (std::abs(along) < 1e-6F) continue;
        const float z = dot(p.surface->corner - eye, p.normal) / along;
        if (z < 0.02F || 1 / z <= nearest) continue;
        const Vec3 at = eye + ray * z - p.surface->corner;
        const float u = dot(at, p.surface->across) / p.lu, v = dot(at, p.surface->along) / p.lv;
        if (u < 0 || v < 0 || u > p.lu || v > p.lv) continue;
        nearest = 1 / z, hit = &p, hit_u = u, hit_v = v;
      }
      canvas.depth[i] = nearest;
      if (hit == nullptr) {
        const float height = normalized(ray).y;
        const float cloud = value_noise(ray.x / (std::abs(ray.y) + 0.3F) * 2,
                                        ray.z / (std::abs(ray.y) + 0.3F) * 2,
                                        static_cast<std::uint32_t>(world.seed));
        canvas.color[i] =
            mix(world.horizon, lighting.sky * 0.9F, clamp01(height * 2)) * (1 + 0.12F * cloud);
        continue;
      }
      const float facing = std::abs(dot(normalized(ray), hit->normal));
      const float footprint = 1.3F / (nearest * projection.scale() * std::max(facing, 0.15F));
      const Vec3 normal = dot(ray, hit->normal) > 0 ? hit->normal * -1.0F : hit->normal;
      const Vec3 albedo = albedo_at(hit->surface->texture, hit_u, hit_v, footprint);
      canvas.color[i] = albedo * lighting.arriving(eye + ray * (1 / nearest), normal);
    }
  }
}

Mesh fixture_mesh(const Fixture& fixture, float open) {
  Mesh mesh;
  const auto paint = mesh.add_material({.albedo = fixture.color, .gloss = 0.2F});
  if (fixture.shape == Fixture::Shape::barrier) {
    const auto white = mesh.add_material({.albedo = {0.75F, 0.75F, 0.75F}});
    const float angle = open * 1.4F;
    const Vec3 along{0, std::sin(angle), std::cos(angle)};
    constexpr int kStripes = 8;
    for (int s = 0; s < kStripes; ++s) {
      const Vec3 from = Vec3{0, 1, 0} + along * (fixture.length * static_cast<float>(s) / kStripes);
      mesh.add_limb(from,
                    from + along * (fixture.length / kStripes),
                    0.075F,
                    0.075F,
                    s % 2 == 0 ? paint : white);
    }
    mesh.add_box({-0.2F, 0, -0.45F}, {0.2F, 1.15F, -0.05F}, paint);
  } else {
    const auto dark = mesh.add_material({.albedo = {0.02F, 0.02F, 0.02F}});
    const auto knob = mesh.add_material({.albedo = {0.5F, 0.48F, 0.4F}, .gloss = 0.6F});
    mesh.add_box({-0.06F, 0, 0}, {-0.02F, fixture.height, fixture.length}, dark);
    const std::size_t first = mesh.vertices.size();
    mesh.add_box({0, 0.01F, 0}, {0.05F, fixture.height * 0.995F, fixture.length}, paint);
    mesh.add_ellipsoid(
        {0.09F, fixture.height * 0.48F, fixture.length * 0.9F}, {0.05F, 0.04F, 0.05F}, knob, 6, 4);
    mesh.place({{}, -open * 1.45F}, first);
  }
  mesh.place(fixture.placement);
  return mesh;
}

float distance(Vec3 a, Vec3 b, float exposure) {
  return (std::abs(to_display(a.x * exposure) - to_display(b.x * exposure)) +
          std::abs(to_display(a.y * exposure) - to_display(b.y * exposure)) +
          std::abs(to_display(a.z * exposure) - to_display(b.z * exposure))) /
         3;
}

/// Fills box, pixels, contrast and brightness from the id buffer.
void measure(const Canvas& canvas,
             const Canvas& backdrop,
             float exposure,
             int shift_x,
             int shift_y,
             std::vector<Sight>& sights) {
  for (auto& s : sights) s.box = {canvas.width, canvas.height, 0, 0};
  for (int y = 0; y < canvas.height; ++y) {
    for (int x = 0; x < canvas.width; ++x) {
      const std::size_t i = canvas.index(x, y);
      if (canvas.id[i] == 0) continue;
      auto& s = sights[canvas.id[i] - 1U];
      s.box = {std::min(s.box.x0, x),
               std::min(s.box.y0, y),
               std::max(s.box.x1, x + 1),
               std::max(s.box.y1, y + 1)};
      s.pixels += 1;
      s.contrast += distance(canvas.color[i], backdrop.color[i], exposure);
      const Vec3 c = canvas.color[i] * exposure;
      s.brightness += to_display(std::max({c.x, c.y, c.z}));
    }
  }
  for (auto& s : sights) {
    if (s.pixels <= 0) {
      s.box = {};
      continue;
    }
    s.contrast /= s.pixels;
    s.brightness /= s.pixels;
    const int w = canvas.width / kSupersampling, h = canvas.height / kSupersampling;
    s.box = {std::clamp((s.box.x0 - shift_x) / kSupersampling, 0, w),
             std::clamp((s.box.y0 - shift_y) / kSupersampling, 0, h),
             std::clamp((s.box.x1 - shift_x + 1) / kSupersampling, 0, w),
             std::clamp((s.box.y1 - shift_y + 1) / kSupersampling, 0, h)};
  }
}

bool is_vehicle(Kind kind) { return kind == Kind::car || kind == Kind::truck; }

}  // namespace

bool shows_enough(const Sight& sight, Kind kind) {
  return sight.visible >= (kind == Kind::hand ? kMinHandVisible : kMinVisible);
}

Renderer::Renderer(const World& world, int width, int height)
    : world_(world),
      width_(width),
      height_(height),
      projection_{world.camera, width * kSupersampling, height * kSupersampling},
      canvas_(width * kSupersampling, height * kSupersampling),
      mask_(width * kSupersampling, height * kSupersampling) {}

const Canvas& Renderer::backdrop(bool lit) {
  auto& kept = backdrops_[lit ? 1 : 0];
  if (!kept) {
    const auto& lighting = lit || !world_.dark ? world_.lighting : *world_.dark;
    kept.emplace(canvas_.width, canvas_.height);
    trace_backdrop(*kept, projection_, world_, lighting);
    LightMask mask(kept->width, kept->height);
    cast_shadow(mask, *kept, projection_, lighting, world_.furniture, 0);
    apply_mask(mask, *kept, lighting.shadow, lighting.softness);
    draw(*kept, projection_, lighting, world_.furniture, 0);
  }
  return *kept;
}

PixelBox Renderer::box_of(const Board& board, const TextBitmap::Region& region) const {
  float x0 = 1e9F, y0 = 1e9F, x1 = -1e9F, y1 = -1e9F;
  for (const float u : {region.u0, region.u1}) {
    for (const float v : {region.v0, region.v1}) {
      const Vec3 p = projection_.pixel(
          projection_.camera.to_view(board.corner + board.across * u + board.down * v));
      x0 = std::min(x0, p.x), x1 = std::max(x1, p.x);
      y0 = std::min(y0, p.y), y1 = std::max(y1, p.y);
    }
  }
  const auto pixel = [](float at) { return static_cast<int>(std::lround(at / kSupersampling)); };
  return {std::clamp(pixel(x0), 0, width_),
          std::clamp(pixel(y0), 0, height_),
          std::clamp(pixel(x1), 0, width_),
          std::clamp(pixel(y1), 0, height_)};
}

void Renderer::draw_boards(Canvas& canvas, const Lighting& lighting, double t, Shot& shot) {
  for (const auto& board : world_.boards) {
    const std::string& text = board.text.value_at(t);
    const float wide = length(board.across), tall = length(board.down);
    const TextBitmap bitmap = draw_text(text, board.style, wide / tall);
    const Vec3 normal = normalized(cross(board.across, board.down));
    const Vec3 middle = board.corner + board.across * 0.5F + board.down * 0.5F;
    const Vec3 light = lighting.arriving(
        middle, dot(normal, world_.camera.eye - middle) < 0 ? normal * -1.0F : normal);
    const Vec3 ground = board.style.glows ? board.style.board : board.style.board * light;
    const Vec3 ink = board.style.glows ? board.style.ink : board.style.ink * light;
    float x0 = 1e9F, y0 = 1e9F, x1 = -1e9F, y1 = -1e9F;
    for (const auto& [u, v] : {std::pair{0.0F, 0.0F}, {1.0F, 0.0F}, {0.0F, 1.0F}, {1.0F, 1.0F}}) {
      const Vec3 view =
          projection_.camera.to_view(board.corner + board.across * u + board.down * v);
      if (view.z <= 0.05F) return;
      const Vec3 p = projection_.pixel(view);
      x0 = std::min(x0, p.x), x1 = std::max(x1, p.x), y0 = std::min(y0, p.y),
      y1 = std::max(y1, p.y);
    }
    int inside = 0, shown = 0;
    for (int y = std::max(0, static_cast<int>(y0));
         y < std::min(canvas.height, static_cast<int>(y1) + 1);
         ++y) {
      for (int x = std::max(0, static_cast<int>(x0));
           x < std::min(canvas.width, static_cast<int>(x1) + 1);
           ++x) {
        const Vec3 ray = projection_.ray(x, y);
        const float z = dot(board.corner - projection_.camera.eye, normal) / dot(ray, normal);
        const Vec3 at = projection_.camera.eye + ray * z - board.corner;
        const float u = dot(at, board.across) / (wide * wide),
                    v = dot(at, board.down) / (tall * tall);
        if (z <= 0 || u < 0 || v < 0 || u > 1 || v > 1) continue;
        const int read = v <= bitmap.title_end ? 1 : 0;
        inside += read;
        const std::size_t i = canvas.index(x, y);
        if (1 / z * 1.004F < canvas.depth[i]) continue;
        shown += read;
        canvas.color[i] = mix(ground, ink, bitmap.at(u, v));
        canvas.depth[i] = 1 / z;
        canvas.id[i] = 0;
      }
    }
    BoardSight sight{.what = board.text.what, .text = std::string(title_of(text))};
    constexpr int s = kSupersampling;
    sight.box = box_of(board, bitmap.first_line);
    sight.letter_height = static_cast<float>(bitmap.letter_height) /
                          static_cast<float>(bitmap.height) * (y1 - y0) / s;
    const bool whole = x0 >= 0 && y0 >= 0 && x1 <= static_cast<float>(canvas.width) &&
                       y1 <= static_cast<float>(canvas.height);
    sight.clear =
        whole && shown >= inside * 97 / 100 && distance(ground, ink, world_.exposure) > 40;
    sight.age = static_cast<float>(board.text.age_at(t));
    shot.boards.push_back(std::move(sight));
  }
}

Shot Renderer::render(double t) {
  const Dial* lamp = world_.find_dial("light");
  const bool lit = lamp == nullptr || lamp->value_at(t) == "on";
  const auto& lighting = lit || !world_.dark ? world_.lighting : *world_.dark;
  const Canvas& empty = backdrop(lit);
  canvas_ = empty;
  Shot shot;
  std::vector<Mesh> bodies;
  for (const auto& actor : world_.actors) {
    const auto pose = world_.pose_at(actor, t);
    if (!pose) continue;
    Mesh body = make_body(actor.entity, pose->posture);
    body.place(pose->placement);
    const Extent e = extent_of(actor.entity);
    const float ground = actor.ground;
    cast_shadow(mask_, empty, projection_, lighting, body, ground);
    if (pose->holder == 0 && actor.entity.kind != Kind::hand)
      cast_patch(mask_,
                 empty,
                 projection_,
                 {{pose->placement.at.x, ground, pose->placement.at.z}, pose->placement.heading},
                 e.half_length * 1.35F,
                 e.half_width * 1.45F,
                 0.9F);
    if (pose->posture.lamps && is_vehicle(actor.entity.kind))
      cast_patch(mask_,
                 empty,
                 projection_,
                 {pose->placement.point({e.half_length + 3.2F, 0, 0}), pose->placement.heading},
                 4.2F,
                 1.6F,
                 lighting.time == TimeOfDay::night ? -6.0F : -0.4F);
    const Vec3 view = projection_.camera.to_view(pose->placement.at + Vec3{0, e.height / 2, 0});
    const Vec3 anchor = view.z > 0.05F ? projection_.pixel(view) : Vec3{-1e4F, -1e4F, 0};
    Sight sight{.entity = actor.entity.id, .pose = *pose};
    sight.anchor_x = anchor.x / kSupersampling;
    sight.anchor_y = anchor.y / kSupersampling;
    shot.sights.push_back(std::move(sight));
    bodies.push_back(std::move(body));
  }
  for (const auto& dial : world_.dials)
    shot.states.push_back({dial.what, dial.value_at(t), static_cast<float>(dial.age_at(t))});
  const std::size_t num_bodies = bodies.size();
  for (const auto& fixture : world_.fixtures) {
    const auto& dial = world_.dials[static_cast<std::size_t>(fixture.dial)];
    const float part = clamp01(static_cast<float>(dial.age_at(t)) / 0.8F);
    bodies.push_back(fixture_mesh(fixture, dial.value_at(t) == "open" ? part : 1 - part));
    shot.sights.emplace_back();
    cast_shadow(mask_, empty, projection_, lighting, bodies.back(), 0);
  }
  apply_mask(mask_, canvas_, lighting.shadow, lighting.softness);
  for (std::size_t i = 0; i < bodies.size(); ++i)
    draw(canvas_, projection_, lighting, bodies[i], static_cast<std::uint16_t>(i + 1));
  draw_boards(canvas_, lighting, t, shot);
  Rng shaking = Rng(world_.seed).fork(static_cast<std::uint64_t>(std::llround(t * 1e3)) + 5);
  const float swing = world_.nuisance.shake * kSupersampling;
  const int shift_x = static_cast<int>(shaking.between(-swing, swing)),
            shift_y = static_cast<int>(shaking.between(-swing, swing));
  measure(canvas_, empty, world_.exposure, shift_x, shift_y, shot.sights);
  for (std::size_t i = 0; i < bodies.size(); ++i) {
    auto& s = shot.sights[i];
    const float found = s.pixels;
    s.pixels /= kSupersampling * kSupersampling;
    // Nobody asks how much of a fixture shows.
    if (found > 0 && i < num_bodies)
      s.visible = std::min(
          1.0F, found / static_cast<float>(std::max(1, silhouette_pixels(projection_, bodies[i]))));
  }
  for (std::size_t f = 0; f < world_.fixtures.size(); ++f) {
    const float pixels = shot.sights[num_bodies + f].pixels;
    shot.fixture_pixels.push_back(pixels);
    auto& state = shot.states[static_cast<std::size_t>(world_.fixtures[f].dial)];
    state.pixels = std::min(state.pixels, pixels);
  }
  shot.sights.resize(num_bodies);
  shot.picture = develop(canvas_, world_, t, shift_x, shift_y);
  return shot;
}

}  // namespace hindsight::world
