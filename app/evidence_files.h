// What an answer rests on, as files: pictures and a page, and a clip of the original.
#pragma once

#include <string>
#include <vector>

#include "core/logger.h"
#include "query/answer.h"

namespace hindsight::app {

struct EvidenceFiles {
  std::string directory;  ///< of --evidence; empty: none
  std::string clip;       ///< of --clip; empty: none
  bool force = false;     ///< replaces what is there
};

/// For before the weights are loaded.  Throws Error(usage) when something is in the way and `force`
/// is not given, and for a clip that has no ending of a container or is one of `originals`;
/// Error(store) when the directory cannot be made or the clip cannot be written where it shall be.
void prepare(const EvidenceFiles& files, const std::vector<std::string>& originals);

/// Writes index.html and a JPEG for every pair that is cited and has one.  Throws Error(store) when
/// that fails.
void write_evidence(const EvidenceFiles& files,
                    const query::Answer& answer,
                    const index::Store& store,
                    const Logger& logger);

/// Cuts the intervals out of the original, which must still be what was read.  Without an interval
/// nothing is written, and a warning says so.  Throws Error(unreadable_input) when the original is
/// gone or another video lies in its place, Error(usage) when intervals lie in several videos, and
/// what ingest::copy_stretches() throws.
void write_clip(const EvidenceFiles& files,
                const query::Answer& answer,
                const index::Store& store,
                const Logger& logger);

}  // namespace hindsight::app
