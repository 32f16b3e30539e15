#include "world/programme.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace hindsight::world {
namespace {

constexpr double kShortestTake = 2;
constexpr double kLongestTake = 20;

std::vector<World> draw_scenes(const WorldSpec& spec, Rng& rng) {
  std::vector<World> scenes;
  for (int count = rng.whole(4, 7); count > 0; --count) {
    WorldSpec scene = spec;
    scene.seed = (rng.next() & ~std::uint64_t{1}) | (spec.seed & 1U);
    scene.spacing = std::min(spec.spacing, rng.seconds(3, 6));
    scenes.push_back(make_world(scene));
    shift_ids(scenes.back(), 1000 * static_cast<int>(scenes.size()));
  }
  return scenes;
}

Take draw_take(const Programme& programme, double begin, double length, Rng& rng) {
  Take take{.begin = begin};
  const auto& before = programme.takes;
  do {
    take.scene = static_cast<std::size_t>(rng.below(static_cast<int>(programme.scenes.size())));
  } while (!before.empty() && before.back().scene == take.scene);
  const bool title = programme.scenes[take.scene].scene == "title";
  take.end = begin + rng.seconds(kShortestTake, title ? 5 : kLongestTake);
  if (length - take.end < kShortestTake) take.end = length;
  // A scene goes on where it was left.
  take.at = 2;
  for (const auto& other : before)
    if (other.scene == take.scene) take.at = other.at + other.end - other.begin;
  if (before.empty() || rng.chance(0.7F)) return take;
  take.into = rng.chance(0.6F) ? Transition::dissolve : Transition::fade;
  take.blend = std::min(rng.seconds(0.4, 1.2), (take.end - begin) / 3);
  return take;
}

Story tell(const Programme& programme, const WorldSpec& spec) {
  Story story{.seed = spec.seed, .split = spec.split};
  for (const auto& scene : programme.scenes)
    for (const auto& actor : scene.actors) story.cast.emplace(actor.entity.id, actor.entity);
  for (const auto& take : programme.takes) {
    const World& scene = programme.scenes[take.scene];
    story.phases.push_back({take.begin, take.end, scene.scene, static_cast<int>(take.scene) + 1});
    if (take.begin > 0)
      story.events.push_back({.type = EventType::cut,
                              .begin = take.begin,
                              .end = take.begin + take.blend,
                              .text = std::string(to_string(take.into))});
    for (Event event : scene.events)
      if (clip_event(event, take.at, take.at + take.end - take.begin, take.begin - take.at))
        story.events.push_back(std::move(event));
  }
  return story;
}

/// `share` of `over` on top of `picture`.
void lay_over(Image& picture, const Image* over, float share) {
  for (std::size_t i = 0; i < picture.samples.size(); ++i) {
    const float other = over != nullptr ? static_cast<float>(over->samples[i]) : 0;
    picture.samples[i] =
        static_cast<std::uint8_t>(mix(static_cast<float>(picture.samples[i]), other, share) + 0.5F);
  }
}

}  // namespace

std::string_view to_string(Transition transition) {
  constexpr std::array<std::string_view, 3> kNames = {"cut", "dissolve", "fade"};
  return kNames[static_cast<std::size_t>(transition)];
}

void shift_ids(World& world, int by) {
  const auto shift = [by](int& id) { id += id != 0 ? by : 0; };
  for (auto& actor : world.actors) {
    shift(actor.entity.id);
    for (auto& hold : actor.holds) shift(hold.holder);
  }
  for (auto& event : world.events) {
    shift(event.entity);
    shift(event.other);
  }
}

Programme make_programme(const WorldSpec& spec) {
  Programme programme;
  if (spec.family != "programme") {
    programme.scenes.push_back(make_world(spec));
    programme.takes.push_back({.end = spec.seconds});
    programme.story = story_of(programme.scenes[0]);
    return programme;
  }
  Rng rng = Rng(spec.seed).fork(17);
  programme.scenes = draw_scenes(spec, rng);
  for (double t = 0; t < spec.seconds; t = programme.takes.back().end)
    programme.takes.push_back(draw_take(programme, t, spec.seconds, rng));
  programme.story = tell(programme, spec);
  return programme;
}

ProgrammeRenderer::ProgrammeRenderer(const Programme& programme, int width, int height)
    : programme_(programme), width_(width), height_(height) {}

Renderer& ProgrammeRenderer::renderer_of(std::size_t scene) {
  for (auto& [number, renderer] : kept_)
    if (number == scene) return *renderer;
  if (kept_.size() == 2) kept_.erase(kept_.begin());
  kept_.emplace_back(scene, std::make_unique<Renderer>(programme_.scenes[scene], width_, height_));
  return *kept_.back().second;
}

Shot ProgrammeRenderer::render(double t) {
  const auto& takes = programme_.takes;
  while (take_ + 1 < takes.size() && takes[take_ + 1].begin <= t) ++take_;
  const Take& take = takes[take_];
  const auto of = [&](const Take& shown) {
    return renderer_of(shown.scene).render(shown.at + t - shown.begin);
  };
  const double into = t - take.begin;
  if (into >= take.blend) return of(take);
  const auto k = static_cast<float>(into / take.blend);
  Shot shot;
  if (take.into == Transition::dissolve) {
    const Shot before = of(takes[take_ - 1]);
    shot = of(take);
    lay_over(shot.picture, &before.picture, 1 - k);
  } else {
    shot = of(k < 0.5F ? takes[take_ - 1] : take);
    lay_over(shot.picture, nullptr, 1 - std::abs(2 * k - 1));
  }
  shot.mixed = true;
  return shot;
}

}  // namespace hindsight::world
