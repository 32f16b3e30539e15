#include "world/scene.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace hindsight::world {
namespace {

float turn_between(float from, float to, float k) {
  const float difference = std::remainder(to - from, 2 * kPi);
  return from + difference * k;
}

Pose pose_in(const Stay& stay, double t) {
  Pose pose;
  float walked = 0;
  for (std::size_t i = 0; i + 1 < stay.keys.size(); ++i) {
    const auto& a = stay.keys[i];
    const auto& b = stay.keys[i + 1];
    const float way = length(b.at - a.at);
    if (t >= b.t) {
      walked += way;
      continue;
    }
    const auto k = static_cast<float>((t - a.t) / (b.t - a.t));
    pose.placement = {mix(a.at, b.at, k), turn_between(a.heading, b.heading, clamp01(k * 3))};
    pose.speed = way / static_cast<float>(b.t - a.t);
    walked += way * k;
    break;
  }
  pose.posture.stride = walked * 4.2F;
  pose.posture.walking = clamp01(pose.speed / 0.9F);
  return pose;
}

}  // namespace

std::string_view to_string(EventType type) {
  constexpr std::array<std::string_view, 14> kNames = {"enter",
                                                       "leave",
                                                       "pass",
                                                       "stop",
                                                       "take",
                                                       "put_back",
                                                       "leave_behind",
                                                       "open",
                                                       "close",
                                                       "switch_on",
                                                       "switch_off",
                                                       "change_text",
                                                       "meet",
                                                       "cut"};
  return kNames[static_cast<std::size_t>(type)];
}

const std::string& Dial::value_at(double t) const {
  std::size_t i = 0;
  while (i + 1 < changes.size() && changes[i + 1].t <= t) ++i;
  return changes[i].value;
}

double Dial::age_at(double t) const {
  std::size_t i = 0;
  while (i + 1 < changes.size() && changes[i + 1].t <= t) ++i;
  return i == 0 ? 1e6 : t - changes[i].t;
}

const Actor* World::find_actor(int id) const {
  for (const auto& actor : actors)
    if (actor.entity.id == id) return &actor;
  return nullptr;
}

const Dial* World::find_dial(std::string_view what) const {
  for (const auto& dial : dials)
    if (dial.what == what) return &dial;
  return nullptr;
}

std::optional<Pose> World::pose_at(const Actor& actor, double t) const {
  for (const auto& hold : actor.holds) {
    if (t < hold.begin || t >= hold.end) continue;
    const Actor* holder = find_actor(hold.holder);
    auto pose = holder != nullptr ? pose_at(*holder, t) : std::nullopt;
    if (!pose) return std::nullopt;
    pose->placement.at = pose->placement.point(hold.offset);
    pose->holder = hold.holder;
    return pose;
  }
  for (const auto& stay : actor.stays) {
    if (stay.keys.size() < 2 || t < stay.keys.front().t || t >= stay.keys.back().t) continue;
    Pose pose = pose_in(stay, t);
    for (const auto& other : actors) {
      for (const auto& hold : other.holds)
        pose.posture.carries |= hold.holder == actor.entity.id && t >= hold.begin && t < hold.end;
    }
    pose.posture.lamps = lighting.time != TimeOfDay::day && dark == std::nullopt && !stay.parked;
    return pose;
  }
  return std::nullopt;
}

}  // namespace hindsight::world
