// Questions about a whole video, with truth from its chronicle, in the benchmark's format.
#pragma once

#include <string>
#include <vector>

#include "world/chronicle.h"

namespace hindsight::world {

/// JSON lines (without line ends): {"id","video","type","question","answer","scoring","phrasing",
/// "held_out","evidence"}.  At most `per_type` of a type.
[[nodiscard]] std::vector<std::string> make_questions(const Chronicle& chronicle,
                                                      const std::string& video,
                                                      int per_type);

}  // namespace hindsight::world
