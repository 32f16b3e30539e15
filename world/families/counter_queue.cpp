// A counter with a clerk, a queue before it and a display that calls the next; things are handed
// over or left behind.
#include <array>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "world/families/builder.h"

namespace hindsight::world {
namespace {

constexpr float kLine = 1.15F;  ///< x of the queue
constexpr float kStep = 0.88F;  ///< from one in the queue to the next
constexpr float kTop = 0.93F;
constexpr float kPace = 1.15F;
constexpr int kLongest = 4;
/// After one has gone, the next one comes up this much later.
constexpr double kGap = 0.3, kStepTime = 1.2;

struct Place {
  float side;  ///< the queue reaches from the clerk towards this sign of z
  float clerk;
  [[nodiscard]] float served() const { return clerk + side * 0.8F; }
  [[nodiscard]] Vec3 slot(int k) const {
    return {kLine, 0, served() + side * kStep * static_cast<float>(k)};
  }
};

struct Customer {
  double arrive = 0;  ///< at the queue's end
  double start = 0;   ///< of being served
  double end = 0;
  int slot = 0;  ///< where it arrives: how many are before it
  std::size_t actor = 0;
  double gone = 0;
  std::optional<std::size_t> thing{};
};

void furnish(World& world, const Place& place, Rng& rng) {
  constexpr std::array kFloors = {Grain::tiles, Grain::carpet, Grain::planks, Grain::concrete};
  constexpr std::array kWalls = {
      Grain::plain, Grain::plain, Grain::planks, Grain::tiles, Grain::concrete, Grain::brick};
  world.surfaces.push_back(flat(-12, -14, 5, 14, 0, draw_texture(rng.pick(kFloors), rng)));
  world.surfaces.push_back(
      upright({3.9F, 0, -14}, {3.9F, 0, 14}, 6, draw_texture(rng.pick(kWalls), rng)));
  const float tone = rng.between(0.05F, 0.5F);
  const Vec3 front = mix({tone, tone, tone}, Vec3{0.3F, 0.16F, 0.07F}, rng.uniform());
  const auto body = world.furniture.add_material({.albedo = front});
  const auto slab = world.furniture.add_material({.albedo = front * 0.45F, .gloss = 0.4F});
  const float left = place.clerk - rng.between(1.2F, 3), right = place.clerk + rng.between(1.2F, 3);
  world.furniture.add_box({1.75F, 0, left}, {2.3F, kTop - 0.05F, right}, body);
  world.furniture.add_box({1.68F, kTop - 0.05F, left - 0.06F}, {2.36F, kTop, right + 0.06F}, slab);
}

void place_camera(World& world, const Place& place, Rng& rng) {
  const float focal = rng.between(0.9F, 1.5F);
  const Vec3 target{
      1.8F, rng.between(1.2F, 1.35F), place.clerk + place.side * rng.between(0.8F, 1.3F)};
  const Vec3 eye =
      target + heading_vector(kPi + rng.between(-0.3F, 0.3F)) * (focal * rng.between(4.6F, 5.8F)) +
      Vec3{0, rng.between(0.5F, 1.7F), 0};
  world.camera = Camera::look(eye, target, focal, rng.between(-0.03F, 0.03F));
}

void hang_display(World& world,
                  const Place& place,
                  const std::vector<Customer>& customers,
                  Rng& rng) {
  const std::string_view prefix = draw_number_prefix(rng);
  int number = rng.below(99);
  const float width = prefix.size() > 1 ? rng.between(1.7F, 2.2F) : rng.between(1.1F, 1.6F);
  const float height =
      prefix.size() > 1 ? width * rng.between(0.24F, 0.3F) : width * rng.between(0.34F, 0.42F);
  const Vec3 middle{2.1F,
                    2.05F + height / 2 + rng.between(0, 0.12F),
                    place.clerk + place.side * rng.between(0.2F, 1.2F)};
  Board board = make_board(world,
                           "display",
                           number_text(prefix, number),
                           middle,
                           width,
                           height,
                           draw_text_style(rng.chance(0.75F), rng));
  board.across = {0, 0, width};
  board.corner = middle + Vec3{0, height / 2, -width / 2};
  for (const auto& c : customers) {
    const double t = c.start - kStepTime;
    if (t < 0 || t >= world.length) continue;
    std::string text = number_text(prefix, ++number);
    world.events.push_back(
        {.type = EventType::change_text, .begin = t, .end = t, .text = "display: " + text});
    board.text.changes.push_back({t, std::move(text)});
  }
  const auto pole = world.furniture.add_material({.albedo = {0.1F, 0.1F, 0.1F}});
  world.furniture.add_limb(
      middle + Vec3{0.05F, 0, 0}, {middle.x + 0.05F, 6, middle.z}, 0.03F, 0.03F, pole);
  world.boards.push_back(std::move(board));
}

/// Who comes when and is served when: one clerk, first come first served.
std::vector<Customer> draw_customers(const WorldSpec& spec, Rng& rng) {
  std::vector<Customer> out;
  const double load = rng.seconds(0.5, 1.1);
  for (double t = -25; t < spec.seconds; t += rng.seconds(0.4, 1.6) * spec.spacing) {
    Customer c{.arrive = t};
    if (!out.empty()) c.arrive = std::max(t, out.back().arrive + 1.8);
    if (out.size() >= kLongest) c.arrive = std::max(c.arrive, out[out.size() - kLongest].end + 0.8);
    for (const auto& before : out) c.slot += before.end + kGap > c.arrive ? 1 : 0;
    c.start = out.empty() ? c.arrive : std::max(c.arrive, out.back().end + kStepTime);
    c.end = c.start + 2 + rng.seconds(0.4, 1.4) * spec.spacing * load;
    out.push_back(c);
    t = std::max(t, c.arrive - 4 * spec.spacing);
  }
  return out;
}

/// Comes along the line, moves up as those before go, is served and leaves.
void walk(World& world, const Place& place, std::vector<Customer>& customers, std::size_t i) {
  auto& c = customers[i];
  const float facing = -place.side * kPi / 2;
  const Vec3 from{kLine, 0, place.served() + place.side * 9};
  Stay way{{{0, from, facing}}};
  follow(way, std::array{place.slot(c.slot)}, kPace);
  const double taken = way.keys.back().t;
  for (auto& key : way.keys) key.t += c.arrive - taken;
  for (int ahead = c.slot; ahead > 0; --ahead) {
    const double gone = customers[i - static_cast<std::size_t>(ahead)].end;
    wait(way, gone + kGap * (1 + 0.4 * (ahead - 1)) - way.keys.back().t);
    follow(way, std::array{place.slot(ahead - 1)}, kPace);
  }
  Key turned = way.keys.back();
  turned.t += 0.4;
  turned.heading = 0;
  way.keys.push_back(turned);
  wait(way, c.end - turned.t);
  follow(way,
         std::array{Vec3{kLine - 0.8F, 0, place.served() - place.side * 0.3F},
                    Vec3{kLine - 0.8F, 0, place.served() - place.side * 9}},
         kPace);
  const int id = world.actors[c.actor].entity.id;
  c.gone = way.keys.back().t;
  world.events.push_back(
      {.type = EventType::enter, .begin = way.keys.front().t, .end = c.arrive, .entity = id});
  world.events.push_back({.type = EventType::stop, .begin = c.arrive, .end = c.end, .entity = id});
  world.events.push_back({.type = EventType::leave, .begin = c.end, .end = c.gone, .entity = id});
  world.actors[c.actor].stays.push_back(std::move(way));
}

Stay rest(double begin, double end, Vec3 at, float heading) {
  return {{{begin, at, heading}, {end, at, heading}}};
}

/// Put on the counter, taken by the clerk, laid away below.
void hand_over(World& world, const Place& place, const Customer& c, const Actor& clerk, Rng& rng) {
  auto& thing = world.actors[*c.thing];
  const double laid = c.start + 0.7, taken = laid + (c.end - laid) * rng.seconds(0.35, 0.6);
  thing.holds.back().end = laid;
  thing.stays.push_back(
      rest(laid, taken, {2.02F, kTop, place.served() - place.side * 0.45F}, rng.between(0, 3)));
  thing.holds.push_back({taken, c.end, clerk.entity.id, hand_position(clerk.entity, thing.entity)});
  world.events.push_back({.type = EventType::take,
                          .begin = taken,
                          .end = c.end,
                          .entity = clerk.entity.id,
                          .other = thing.entity.id});
}

/// When a customer lets go of what is left behind.
double left_at(const Customer& c) { return c.end - 0.4; }

/// Left on the floor by the counter.
void leave_behind(World& world, const Customer& c) {
  auto& thing = world.actors[*c.thing];
  thing.holds.back().end = left_at(c);
  world.events.push_back({.type = EventType::leave_behind,
                          .begin = left_at(c),
                          .end = c.gone,
                          .entity = world.actors[c.actor].entity.id,
                          .other = thing.entity.id});
}

/// What `owner` left lies there until `until`; `by`, if given, then carries it off.
void pick_up(
    World& world, const Place& place, const Customer& owner, double until, const Customer* by) {
  auto& thing = world.actors[*owner.thing];
  thing.stays.push_back(
      rest(left_at(owner), until, {kLine + 0.3F, 0, place.served() - place.side * 0.62F}, kPi / 2));
  if (by == nullptr) return;
  const auto& person = world.actors[by->actor].entity;
  thing.holds.push_back({until, by->gone, person.id, hand_position(person, thing.entity)});
  world.events.push_back({.type = EventType::take,
                          .begin = until,
                          .end = by->gone,
                          .entity = person.id,
                          .other = thing.entity.id});
}

void move_things(World& world,
                 const Place& place,
                 std::span<const Customer> customers,
                 std::size_t clerk,
                 Rng& rng) {
  const Customer* owner = nullptr;
  for (const auto& c : customers) {
    if (c.thing) {
      if (rng.chance(0.4F)) {
        hand_over(world, place, c, world.actors[clerk], rng);
      } else if (owner == nullptr && rng.chance(0.5F)) {
        leave_behind(world, c);
        owner = &c;
      }
    } else if (owner != nullptr && c.end > owner->end + 5 && rng.chance(0.4F)) {
      pick_up(world, place, *owner, left_at(c), &c);
      owner = nullptr;
    }
  }
  if (owner != nullptr)
    pick_up(world, place, *owner, std::max(owner->end, world.length) + 60, nullptr);
}

void pass(World& world, double t, Rng& rng) {
  const std::size_t who = add_actor(world, rng.chance(0.5F) ? Kind::dog : Kind::person, rng);
  const float z = rng.chance(0.5F) ? 9.0F : -9.0F, x = rng.between(-0.4F, 0.1F);
  const std::array points = {Vec3{x, 0, -z}, Vec3{x, 0, z}};
  Stay way = make_way(t, points, std::array{0.0, 0.0}, rng.between(1.1F, 2));
  world.events.push_back({.type = EventType::pass,
                          .begin = t,
                          .end = way.keys.back().t,
                          .entity = world.actors[who].entity.id});
  world.actors[who].stays.push_back(std::move(way));
}

}  // namespace

World build_counter_queue(const WorldSpec& spec) {
  static constexpr std::array kKinds = {
      Kind::person, Kind::person, Kind::bag, Kind::box, Kind::dog, Kind::ball, Kind::bottle};
  Rng rng(spec.seed ^ 0x71756575U);
  World world = begin_world(spec, false, rng);
  world.dark.reset();
  world.kinds = kKinds;
  const Place place{.side = rng.chance(0.4F) ? 1.0F : -1.0F, .clerk = 0};
  furnish(world, place, rng);
  place_camera(world, place, rng);
  expose(world, {kLine, 1, place.served()}, rng);
  const std::size_t clerk = add_actor(world, Kind::person, rng);
  world.actors[clerk].stays.push_back(
      rest(-60, spec.seconds + 60, {2.72F, 0, place.clerk}, kPi - place.side * 0.3F));
  auto customers = draw_customers(spec, rng);
  hang_display(world, place, customers, rng);
  for (std::size_t i = 0; i < customers.size(); ++i) {
    auto& c = customers[i];
    c.actor = add_actor(world, Kind::person, rng);
    walk(world, place, customers, i);
    const double begin = world.actors[c.actor].stays.front().keys.front().t;
    if (rng.chance(carrying_share(world, 0.5F)))
      c.thing = add_carried(world, c.actor, begin, c.gone, rng);
  }
  move_things(world, place, customers, clerk, rng);
  for (double t = rng.seconds(-6, 10); t < spec.seconds; t += rng.seconds(2, 9) * spec.spacing)
    pass(world, t, rng);
  return world;
}

}  // namespace hindsight::world
