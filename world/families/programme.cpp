// One shot of an edited programme: a set of another family under another lens, or a title card.
#include "world/families/builder.h"

namespace hindsight::world {
namespace {

constexpr float kTitleShare = 0.15F;

World build_title_card(const WorldSpec& spec, Rng& rng) {
  World world = begin_world(spec, false, rng);
  world.dark.reset();
  world.nuisance.shake = 0;
  world.scene = "title";
  const Vec3 target{3, 2, 0};
  const float focal = 1.2F;
  world.camera = Camera::look(target - Vec3{4, 0, 0}, target, focal);
  expose(world, target, rng);
  const TextStyle style = draw_text_style(false, rng);
  world.surfaces.push_back(
      upright({3.05F, -3, -8}, {3.05F, -3, 8}, 10, {.base = style.board, .second = style.board}));
  std::string text = draw_title_text(rng);
  if (rng.chance(0.4F)) text += '\n' + draw_sign_text(rng);
  const float width = 4 / focal * rng.between(0.8F, 0.92F);
  world.boards.push_back(make_board(world, "title", text, target, width, width * 0.5F, style));
  return world;
}

}  // namespace

World build_programme(const WorldSpec& spec) {
  Rng rng(spec.seed ^ 0x70726F67U);
  if (rng.chance(kTitleShare)) return build_title_card(spec, rng);
  WorldSpec set = spec;
  set.seed = (rng.next() & ~std::uint64_t{1}) | (spec.seed & 1U);
  do {
    // The held-out family stays a place of its own: what it is called can only be learned by seeing
    // it.
    set.family = draw_family("mix", Split::train, rng);
  } while (set.family == spec.family);
  World world = make_world(set);
  world.camera.focal *= rng.between(0.85F, 1.3F);
  world.family = spec.family;
  return world;
}

}  // namespace hindsight::world
