// Descriptions of single pictures, by time, made into phases of similar content.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace hindsight::query::detail {

/// A stretch of the pictures: [first, last], both included.
struct PhaseRange {
  std::size_t first = 0;
  std::size_t last = 0;
  friend bool operator==(const PhaseRange&, const PhaseRange&) = default;
};

/// Joins neighbours, the most alike and the shortest first, until what is left differs and is at
/// most `most` phases.  Alike are descriptions that share their content words.  The same
/// descriptions give the same phases.  most: at least 1.
[[nodiscard]] std::vector<PhaseRange> find_phases(std::span<const std::string> descriptions,
                                                  std::size_t most);

/// What one line says of several pictures.
struct Digest {
  std::string text;         ///< "mostly an empty road; also a red car, a blue van and 3 more"
  double share = 0;         ///< of the pictures, that the first description is of; 0..1
  std::size_t typical = 0;  ///< the first picture with that description
};

/// The things that most pictures have, then, up to a few, the others; semicolons part the things of
/// a description.  Where most show nothing, but less than half
/// of them do, that is said last.  Descriptions are
/// not empty.
[[nodiscard]] Digest digest(std::span<const std::string> descriptions);

}  // namespace hindsight::query::detail
