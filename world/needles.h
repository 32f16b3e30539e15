// Rare things put into a long video on purpose, each with at least five others that share all but
// one attribute with it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "world/clip.h"
#include "world/story.h"

namespace hindsight::world {

/// Clips that are played one behind the other and begin and end as the scene stands still.
struct Insert {
  std::vector<Clip> clips{};
  std::vector<std::size_t> order{};  ///< positions in `clips`
  std::size_t camera = 0;
  std::string key{};
  std::int64_t first = 0;  ///< pictures of the insert that show it: [first, last)
  std::int64_t last = 0;
  int entity = 0;  ///< its id in the clips, 0: it is a text
  std::string what{};
  std::string text{};
};

/// Pictures of an insert that shows its needle in `shown` of them.
[[nodiscard]] std::int64_t needle_frames(std::int64_t shown,
                                         const ingest::VideoWriterOptions& video);
/// Likewise of one that shows six things like it.
[[nodiscard]] std::int64_t distractor_frames(const ingest::VideoWriterOptions& video);

/// Kinds and colours that are kept out of the library so that needles are unique.
[[nodiscard]] std::vector<Combination> reserve_combinations(Rng& rng);

/// Finds places for needles and renders them.  Not thread-safe.
class NeedleMaker {
 public:
  /// `library` must outlive the maker and show no reserved combination.
  NeedleMaker(const Library& library,
              std::vector<Combination> reserved,
              const ingest::VideoWriterOptions& video,
              Rng rng);
  /// A needle, and right after it the things like it.  Throws Error(usage) when no camera of the
  /// library offers a place where it could be seen.
  struct Pair {
    Insert needle;
    Insert distractors;
  };
  [[nodiscard]] Pair make(std::int64_t shown);

 private:
  const Library& library_;
  std::vector<Combination> reserved_;
  ingest::VideoWriterOptions video_;
  Rng rng_;
  std::set<std::string> texts_{};
  std::ptrdiff_t next_reserved_ = 0;
  int next_id_ = 900'000;

  std::optional<Pair> try_entity(std::int64_t shown);
  std::optional<Pair> try_text(std::int64_t shown);
  /// Things that differ from the needle in colour alone, one after another.
  std::optional<Insert> try_likes(const World& still, const Insert& needle, const Station& station);
  Actor dress(const Station& station, Color color, std::int64_t from, std::int64_t to);
  std::vector<Color> usual_colors(Kind kind);
  std::string draw_new_text(std::string_view board);
};

}  // namespace hindsight::world
