#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <doctest/doctest.h>

#include "world/families/family.h"
#include "world/pair_truth.h"
#include "world/renderer.h"

using namespace hindsight::world;

namespace {

World build(const std::string& family, std::uint64_t seed, double seconds = 60) {
  return make_world({.family = family, .seed = seed, .seconds = seconds, .spacing = 3});
}

bool is_vehicle(Kind kind) { return kind == Kind::car || kind == Kind::truck; }

Vec3 place_of(const World& world, int id, double t) {
  const Actor* actor = world.find_actor(id);
  REQUIRE(actor != nullptr);
  const auto pose = world.pose_at(*actor, t);
  REQUIRE(pose.has_value());
  return pose->placement.at;
}

/// The value of a dial as the log tells it: what the last event by t left.
std::string replay(const World& world, const std::string& what, std::string value, double t) {
  double latest = -1e9;
  for (const auto& e : world.events) {
    if (e.text != what || e.begin > t || e.begin < latest) continue;
    latest = e.begin;
    value = e.type == EventType::open ? "open" : "closed";
  }
  return value;
}

}  // namespace

TEST_CASE("the same seed builds the same world, another seed another one") {
  for (const auto& family : families()) {
    CAPTURE(family.name);
    const std::string name(family.name);
    const World a = build(name, 4), b = build(name, 4), c = build(name, 6);
    REQUIRE(a.actors.size() == b.actors.size());
    REQUIRE(a.events.size() == b.events.size());
    for (std::size_t i = 0; i < a.events.size(); ++i) {
      CHECK(a.events[i].begin == b.events[i].begin);
      CHECK(a.events[i].text == b.events[i].text);
    }
    for (std::size_t i = 0; i < a.actors.size(); ++i) {
      const auto pa = a.pose_at(a.actors[i], 20), pb = b.pose_at(b.actors[i], 20);
      REQUIRE(pa.has_value() == pb.has_value());
      if (pa) CHECK(pa->placement.at == pb->placement.at);
    }
    CHECK_FALSE(a.camera.eye == c.camera.eye);
  }
}

TEST_CASE("a family held out of training is drawn for testing only") {
  std::set<std::string> train, test;
  Rng rng(2);
  for (int i = 0; i < 3000; ++i) {
    train.insert(draw_family("mix", Split::train, rng));
    test.insert(draw_family("mix", Split::test, rng));
  }
  for (const auto& family : families()) {
    CAPTURE(family.name);
    CHECK(train.contains(std::string(family.name)) == family.in_training);
    CHECK(test.contains(std::string(family.name)));
  }
  CHECK_FALSE(train.contains("parking"));
}

TEST_CASE("events name actors that exist and end after they begin") {
  for (const auto& family : families()) {
    CAPTURE(family.name);
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      const World world = build(std::string(family.name), seed);
      for (const auto& e : world.events) {
        CHECK(e.begin <= e.end);
        CHECK((e.entity == 0 || world.find_actor(e.entity) != nullptr));
        CHECK((e.other == 0 || world.find_actor(e.other) != nullptr));
      }
      for (const auto& actor : world.actors)
        for (const auto& stay : actor.stays)
          for (std::size_t i = 1; i < stay.keys.size(); ++i)
            CHECK(stay.keys[i - 1].t <= stay.keys[i].t);
    }
  }
}

TEST_CASE("a door is open when the log says so, and whoever turns it stands at it") {
  int turns = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    const World world = build("corridor_door", seed);
    const Dial* door = world.find_dial("door");
    REQUIRE(door != nullptr);
    for (double t = 0; t < world.length; t += 0.25)
      CHECK(door->value_at(t) == replay(world, "door", door->changes.front().value, t));
    for (std::size_t i = 1; i < door->changes.size(); ++i) {
      CHECK(door->changes[i - 1].value != door->changes[i].value);
      if (i > 1) CHECK(door->changes[i].t - door->changes[i - 1].t > 0.8);
    }
    for (const auto& e : world.events) {
      if (e.text != "door") continue;
      ++turns;
      // Who has gone out is no longer in the world when the door falls shut.
      if (!world.pose_at(*world.find_actor(e.entity), e.begin)) continue;
      const Vec3 hinge = world.fixtures.front().placement.at;
      CHECK(length(place_of(world, e.entity, e.begin) - hinge) < 1.8F);
    }
  }
  CHECK(turns > 200);
}

TEST_CASE("the state of a door is told when it rests and left out while it turns") {
  int told = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    CAPTURE(seed);
    const World world = build("corridor_door", seed, 30);
    Renderer renderer(world, 112, 112);
    const auto state_at = [&](double t) {
      const auto truth =
          judge_pair(world, renderer.render(t), t, renderer.render(t + 0.2), t + 0.2);
      return *std::find_if(truth.states.begin(), truth.states.end(), [](const StateTruth& s) {
        return s.what == "door";
      });
    };
    const Dial& door = *world.find_dial("door");
    for (std::size_t i = 1; i < door.changes.size() && door.changes[i].t < 28; ++i) {
      CHECK_FALSE(state_at(door.changes[i].t + 0.3).clear);
      CHECK_FALSE(state_at(door.changes[i].t - 0.1).clear);
      if (i + 1 < door.changes.size() && door.changes[i + 1].t < door.changes[i].t + 1.5) continue;
      const StateTruth rests = state_at(door.changes[i].t + 1);
      CHECK(rests.value == door.changes[i].value);
      told += rests.clear ? 1 : 0;
    }
  }
  CHECK(told > 20);
}

TEST_CASE("two who meet stand beside each other") {
  int meetings = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    const World world = build("corridor_door", seed);
    for (const auto& e : world.events) {
      if (e.type != EventType::meet) continue;
      ++meetings;
      for (const double t : {e.begin + 0.1, (e.begin + e.end) / 2, e.end - 0.1}) {
        const Vec3 a = place_of(world, e.entity, t), b = place_of(world, e.other, t);
        CHECK(length(a - b) > 0.6F);
        CHECK(length(a - b) < 2.2F);
        CHECK(world.pose_at(*world.find_actor(e.entity), t)->speed == 0);
      }
    }
  }
  CHECK(meetings > 40);
}

TEST_CASE("vehicles in a car park never drive or stand in one another") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    const World world = build("parking", seed, 180);
    for (double t = 0; t < world.length; t += 0.5) {
      std::vector<std::pair<Vec3, float>> standing;
      for (const auto& actor : world.actors) {
        if (!is_vehicle(actor.entity.kind)) continue;
        const auto pose = world.pose_at(actor, t);
        if (!pose || std::abs(pose->placement.at.z) > 9) continue;
        const float half = extent_of(actor.entity).half_width;
        for (const auto& [at, other] : standing)
          CHECK(length(at - pose->placement.at) > half + other);
        standing.emplace_back(pose->placement.at, half);
      }
    }
  }
}

TEST_CASE("some bays stay full, others are taken and left; parked vehicles show no lamps") {
  int stayed = 0, came = 0, went = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    CAPTURE(seed);
    const World world = build("parking", seed, 180);
    CHECK(world.outdoors);
    for (const auto& e : world.events) {
      const Actor& actor = *world.find_actor(e.entity);
      if (!is_vehicle(actor.entity.kind)) continue;
      came += e.type == EventType::enter ? 1 : 0;
      went += e.type == EventType::leave ? 1 : 0;
      if (e.type != EventType::stop || e.end < 0 || e.begin > world.length) continue;
      stayed += e.begin < 0 && e.end > world.length ? 1 : 0;
      const auto pose = world.pose_at(actor, std::clamp(e.begin + 0.1, 0.0, e.end - 0.1));
      REQUIRE(pose.has_value());
      CHECK(pose->speed == 0);
      CHECK_FALSE(pose->posture.lamps);
    }
  }
  CHECK(stayed > 10);
  CHECK(came > 100);
  CHECK(went > 100);
}

TEST_CASE("nobody in a queue stands in another, and everybody is served in order") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    const World world = build("counter_queue", seed, 120);
    for (double t = 0; t < world.length; t += 0.5) {
      std::vector<Vec3> standing;
      for (const auto& actor : world.actors) {
        const auto pose = world.pose_at(actor, t);
        if (actor.entity.kind != Kind::person || !pose || pose->speed > 0) continue;
        for (const Vec3 at : standing) CHECK(length(at - pose->placement.at) > 0.6F);
        standing.push_back(pose->placement.at);
      }
      CHECK(standing.size() <= 6);
    }
    double before = -1e9;
    for (const auto& e : world.events) {
      if (e.type != EventType::stop) continue;
      CHECK(e.end > before);
      before = e.end;
    }
  }
}

TEST_CASE("a display shows what the log says, one number after the other") {
  int changes = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CAPTURE(seed);
    const World world = build("counter_queue", seed);
    REQUIRE(world.boards.size() == 1);
    const Dial& display = world.boards.front().text;
    CHECK(display.what == "display");
    for (const auto& e : world.events) {
      if (e.type != EventType::change_text) continue;
      ++changes;
      CHECK("display: " + display.value_at(e.begin) == e.text);
      CHECK(display.value_at(e.begin - 0.01) != display.value_at(e.begin));
    }
  }
  CHECK(changes > 100);
}

TEST_CASE("what is left behind lies still until somebody takes it") {
  int left = 0, taken = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    const World world = build("counter_queue", seed, 120);
    std::map<int, double> lying;
    for (const auto& e : world.events) {
      const Actor* thing = world.find_actor(e.other);
      if (e.type == EventType::leave_behind) {
        ++left;
        lying[e.other] = e.begin;
        const auto carried = world.pose_at(*thing, e.begin - 0.1);
        const auto free = world.pose_at(*thing, e.begin + 0.1);
        REQUIRE(carried.has_value());
        REQUIRE(free.has_value());
        CHECK(carried->holder == e.entity);
        CHECK(free->holder == 0);
        CHECK(free->placement.at.y == 0);
      }
      if (e.type == EventType::take) {
        ++taken;
        CHECK(world.pose_at(*thing, e.begin + 0.05)->holder == e.entity);
        const auto at = lying.find(e.other);
        if (at == lying.end()) continue;
        CHECK(place_of(world, e.other, at->second + 0.1) ==
              place_of(world, e.other, e.begin - 0.1));
      }
    }
  }
  CHECK(left > 30);
  CHECK(taken > 30);
}

TEST_CASE("most pictures of 112x112 show something that can be named") {
  for (const auto& family : families()) {
    CAPTURE(family.name);
    int named = 0, all = 0;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
      const World world = build(std::string(family.name), seed, 24);
      Renderer renderer(world, 112, 112);
      for (const double t : {5.0, 15.0}) {
        const auto truth =
            judge_pair(world, renderer.render(t), t, renderer.render(t + 0.3), t + 0.3);
        bool one = false;
        for (const auto& thing : truth.things) one |= thing.color_clear;
        for (const auto& text : truth.texts) one |= text.readable;
        named += one ? 1 : 0;
        ++all;
      }
    }
    CHECK(named > all / 2);
  }
}
