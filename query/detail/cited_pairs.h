// The pairs that an answer cites, found in the store at hand.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "index/store.h"
#include "model/vision_language_model.h"
#include "query/operators.h"

namespace hindsight::query::detail {

/// Borrows the store.
class CitedPairs {
 public:
  CitedPairs(const index::Store& store, const model::ModelInfo& model)
      : store_(store), model_(model) {}

  /// The pair with these frame times and this size, of any run of this model; empty when there is
  /// none.  Throws Error(not_found) when the store does not hold the video, or no run of the model.
  [[nodiscard]] std::optional<index::StoredPair> find(const std::string& video,
                                                      const std::string& video_hash,
                                                      const index::StoredPair& cited);
  struct Neighbours {
    std::optional<index::StoredPair> before, after;
  };
  /// Of a pair that find() gave, in its run; empty at the run's ends.
  [[nodiscard]] Neighbours neighbours(const index::StoredPair& pair) const;

 private:
  struct Run {
    std::vector<index::StoredPair> pairs;  ///< by first frame
  };
  const std::vector<Run>& runs_of(const std::string& video, const std::string& video_hash);

  const index::Store& store_;
  model::ModelInfo model_;
  std::map<std::string, std::vector<Run>> runs_;  ///< by video hash
};

}  // namespace hindsight::query::detail
