// An edited programme: shots of several scenes, joined by cuts, dissolves and fades.
#pragma once

#include <memory>
#include <vector>

#include "world/families/family.h"
#include "world/renderer.h"
#include "world/story.h"

namespace hindsight::world {

enum class Transition { cut, dissolve, fade };
[[nodiscard]] std::string_view to_string(Transition transition);

/// [begin, end) seconds of the programme show a scene from `at` of its own time on.
struct Take {
  std::size_t scene = 0;  ///< position in Programme::scenes
  double begin = 0;
  double end = 0;
  double at = 0;
  Transition into = Transition::cut;
  double blend = 0;  ///< seconds from `begin` on in which both takes show; 0 for a cut
};

struct Programme {
  std::vector<World> scenes{};  ///< their actors have different ids
  std::vector<Take> takes{};    ///< one behind the other, from 0 to the length
  Story story{};
};

/// Takes of 2 to 20 seconds for the family "programme"; any other family is a single take.
[[nodiscard]] Programme make_programme(const WorldSpec& spec);
/// Adds `by` to the id of every actor, wherever it is named.
void shift_ids(World& world, int by);

/// Renders a programme at rising times; keeps the backdrops of the scenes of the last two takes.
/// Not thread-safe.
class ProgrammeRenderer {
 public:
  /// `programme` must outlive the renderer.
  ProgrammeRenderer(const Programme& programme, int width, int height);
  [[nodiscard]] Shot render(double t);

 private:
  Renderer& renderer_of(std::size_t scene);

  const Programme& programme_;
  int width_;
  int height_;
  std::size_t take_ = 0;
  std::vector<std::pair<std::size_t, std::unique_ptr<Renderer>>> kept_;
};

}  // namespace hindsight::world
