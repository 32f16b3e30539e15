// Stretches of a file as another file: packets are copied, nothing is decoded or encoded.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/media_time.h"
#include "ingest/packet_scan.h"

namespace hindsight::ingest {

/// Copies the stretches `wanted` (in any order; those that touch become one) of the scanned video
/// stream and of the file's best sound stream, one behind the other, into `output`, whose ending
/// names the container.  A part begins at the last key frame at or before the stretch.  Sound that
/// the container cannot hold is left out.  Returns the parts that were copied, in the time of
/// `path`.
///
/// Throws Error(usage) when nothing is wanted, `output` is `path`, or its container is unknown or
/// cannot hold the video; Error(unreadable_input) when `path` cannot be read or stores no times;
/// Error(store) when `output` cannot be written.  What was begun of `output` is removed then.
std::vector<TimeSpan> copy_stretches(const std::string& path,
                                     const PacketScan& scan,
                                     std::span<const TimeSpan> wanted,
                                     const std::string& output);

}  // namespace hindsight::ingest
