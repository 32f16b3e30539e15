#include "world/story.h"

#include <algorithm>

namespace hindsight::world {

Story story_of(const World& world) {
  Story story{.seed = world.seed, .split = world.split};
  for (const auto& actor : world.actors) story.cast.emplace(actor.entity.id, actor.entity);
  for (Event event : world.events)
    if (clip_event(event, 0, world.length, 0)) story.events.push_back(std::move(event));
  story.phases.push_back({0, world.length, world.scene, 1});
  return story;
}

bool clip_event(Event& event, double begin, double end, double shift) {
  const bool instant = event.end <= event.begin;
  if (event.begin >= end || (instant ? event.begin < begin : event.end <= begin)) return false;
  event.begin = std::max(event.begin, begin) + shift;
  event.end = std::min(event.end, end) + shift;
  return true;
}

}  // namespace hindsight::world
