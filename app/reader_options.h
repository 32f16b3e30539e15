// The flags of reading a video, for every verb that reads one.
#pragma once

#include <CLI/CLI.hpp>

#include "ingest/video_reader.h"

namespace hindsight::app {

/// Adds --max-pixels, --max-streams, --max-packets and --max-hours.  `limits` must live as long as
/// the verb.
void add_limit_options(CLI::App& verb, ingest::InputLimits& limits);

/// Adds --stream and the limits.  `options` must live as long as the verb.
void add_reader_options(CLI::App& verb, ingest::ReaderOptions& options);

}  // namespace hindsight::app
