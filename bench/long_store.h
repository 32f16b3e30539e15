// A store of ten hours without ten hours of encoding.
#pragma once

#include <string>

#include "bench/figure.h"

namespace hindsight::bench {

/// Where the store is and what it holds.
struct LongStore {
  std::string path;
  std::string model;  ///< the model folder that its tokens are from
  double hours = 0;
  double pairs = 0;
  double visual_tokens = 0;
};

/// A road with a gate, 20 minutes that no model was trained on, ingested with hindsight-tiny, and
/// its stretches thirty times one behind the other as one video of ten hours.  Made once.
[[nodiscard]] LongStore ten_hour_store(const Setup& setup);

}  // namespace hindsight::bench
