// The funnel from what happened to what could be recognised: was an event sampled, was its object
// large enough in what was encoded, was a text legible.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sampler/detail.h"

namespace hindsight::bench {

/// From here on an object's short side is half of a visual token's, and a whole one's.
inline constexpr double kSharpSide = 14;
inline constexpr double kWholeSide = 28;
/// Letters from here on are what training asks the model to read (world/pair_truth.cpp).
inline constexpr double kLegibleHeight = 6.5;

/// A pair that some policy encodes; seconds, and the size in pixels.
struct Look {
  double first = 0;
  double second = 0;
  sampler::PictureSize size{};
};

/// Something that goes on over [begin, end) seconds and can be seen in the pictures themselves.
struct Happening {
  double begin = 0;
  double end = 0;
  /// For each picture in that time, its shortest side in pixels, as shares of the picture's width
  /// and height; a text has no width.  Not listed: pictures in which it is not plain.
  struct Extent {
    double width = 0;
    double height = 0;
  };
  std::map<double, Extent> seen{};
  bool can_be_whole = false;  ///< at the largest size it can be shown at kWholeSide
};

/// What one video shows.
struct Truth {
  std::vector<double> pictures{};   ///< times, ascending
  std::vector<Happening> events{};  ///< of objects that are sharp at the largest size
  std::vector<Happening> texts{};   ///< that are legible at the largest size, a second or longer
};

/// Reads what `hindsight-world make --boxes` wrote.  `logged`: the size of the pictures that the
/// boxes are of; `size`: of the video's, which may be enlarged.
/// Throws std::runtime_error naming the file that is missing.
[[nodiscard]] Truth read_truth(const std::string& stem,
                               const sampler::PictureSize& logged,
                               const sampler::PictureSize& size);

/// Counts, of one video or of several added up.
struct Funnel {
  double events = 0;
  double sampled = 0;  ///< events inside which a frame of a look lies
  double sharp = 0;    ///< of these, those whose object such a frame shows at kSharpSide or more
  double large = 0;    ///< events whose object could be shown at kWholeSide
  double whole = 0;    ///< of these, those that are
  double texts = 0;
  double legible = 0;  ///< texts that a frame shows at kLegibleHeight or more
  Funnel& operator+=(const Funnel& other);
};

[[nodiscard]] Funnel judge(const Truth& truth, const std::vector<Look>& looks);

}  // namespace hindsight::bench
