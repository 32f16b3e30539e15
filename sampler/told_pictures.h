// Where packets alone tell something, a picture stands in for it: the one seen nearest to it.
#pragma once

#include <span>
#include <vector>

#include "sampler/small_picture.h"
#include "sampler/windows.h"

namespace hindsight::sampler {

struct ToldInput {
  Pictures inside;  ///< of the stretch
  Pictures around;  ///< and beside it
  TimeSpan span{};
  std::span<const MediaTime> frames;     ///< of the stretch, ascending
  std::span<const Told> told;            ///< ascending
  std::span<const MediaTime> cut_times;  ///< of shots; ascending
};

struct ToldPictures {
  std::vector<SmallPicture> pictures;  ///< `inside`, and copies of them at what is told in gaps
  std::vector<MediaTime> moments;      ///< of copies at which something comes, goes or moves
};

/// A told cut gets copies just before it, just after it, and behind the blend whose middle it may
/// be, each where nothing else is near.
[[nodiscard]] ToldPictures add_told(const ToldInput& input);

}  // namespace hindsight::sampler
