// Questions about a whole video, with truth from its chronicle, in the benchmark's format.
#pragma once

#include <string>
#include <vector>

#include "world/chronicle.h"

namespace hindsight::world {

/// "instant" (below 1 s), "short" (below 8 s), "medium" (below 60 s) or "long".
[[nodiscard]] std::string_view length_class(double seconds);

/// JSON lines (without line ends): {"id","video","type","question","answer","scoring","phrasing",
/// "held_out","distractors","length_class","evidence"}.  "distractors" counts what shares all but
/// one attribute with what is asked for, "length_class" is that of the shortest piece of evidence,
/// "none" without evidence.  At most `per_type` of a type.
[[nodiscard]] std::vector<std::string> make_questions(const Chronicle& chronicle,
                                                      const std::string& video,
                                                      int per_type);

}  // namespace hindsight::world
