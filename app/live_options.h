// The flags of live sources, for the verbs that read them.
#pragma once

#include <CLI/CLI.hpp>

#include "core/media_time.h"
#include "ingest/live_options.h"
#include "ingest/video_reader.h"
#include "sampler/plan.h"

namespace hindsight::app {

struct LiveArguments {
  bool live = false;         ///< what is named is read once, as it comes, whatever it is
  double for_seconds = 0;    ///< of the stream; 0: until it ends
  double again_seconds = 120;  ///< a broken connection is tried again for so long
  double silence_seconds = 10;
};

/// Adds --live, --for, --reconnect and --silence.  `arguments` must live as long as the verb.
void add_live_options(CLI::App& verb, LiveArguments& arguments);

/// The stream and the limits of `reader`, decoded by `threads` (0: as usual).
[[nodiscard]] ingest::LiveOptions to_live_options(const LiveArguments& arguments,
                                                  const ingest::ReaderOptions& reader,
                                                  int threads);

/// Live video is stored every 20 s, or after the coverage floor where that is longer.  For verbs
/// whose --stretch-length was not given.
void shorten_stretches(sampler::PlanOptions& plan);

}  // namespace hindsight::app
