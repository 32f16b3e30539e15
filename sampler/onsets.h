// Onsets: something begins to move where nothing near it did just before.
#pragma once

#include <array>
#include <optional>

#include "sampler/change_map.h"

namespace hindsight::sampler {

/// Of one shot; looks come in the order of time.
class OnsetWatch {
 public:
  /// `map`: what changed around `time`, beside `deviations`, the noise of the cells.  True: a cell
  /// changes as much as a thing does, and within the second before nothing near it had changed but
  /// at the begin of this.  Never of what moves at the first look.
  [[nodiscard]] bool look(MediaTime time,
                          const ChangeMap& map,
                          const std::array<float, kNumCells>& deviations);

 private:
  /// Change that spread to a cell from those near it.
  struct Change {
    MediaTime since = MediaTime::from_ns(INT64_MIN / 2);  ///< where it came from
    MediaTime last = MediaTime::from_ns(INT64_MIN / 2);   ///< here
  };
  [[nodiscard]] MediaTime since(std::size_t cell, MediaTime time) const;

  std::array<Change, kNumCells> changes_{};
  std::optional<MediaTime> told_;  ///< the latest begin that was told; empty before the first look
};

}  // namespace hindsight::sampler
