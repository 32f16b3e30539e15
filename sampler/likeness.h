// How two pictures of different moments go together.
#pragma once

#include "sampler/small_picture.h"

namespace hindsight::sampler {

enum class Likeness {
  same_scene,  ///< perhaps in another light
  doubtful,    ///< another scene, or something large in front of this one
  unrelated,
};
[[nodiscard]] Likeness likeness(const SmallPicture& a, const SmallPicture& b);

/// Both show the same place: in another light, or with something else in front of what stays.
[[nodiscard]] bool is_same_place(const SmallPicture& a, const SmallPicture& b);

}  // namespace hindsight::sampler
