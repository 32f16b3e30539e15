// How long a file should be, by what its container says of its own parts.
#pragma once

#include <cstdint>
#include <string>

namespace hindsight::ingest::detail {

/// Bytes that `path` lacks at its end: MP4 and MOV boxes, the segment of Matroska and WebM and the
/// RIFF chunks of AVI state their lengths before their contents.  0 when nothing is missing, when
/// the container does not say (transport streams, recordings whose length was never filled in), and
/// for what is not a local file.  Does not throw.
[[nodiscard]] std::int64_t bytes_cut_off(const std::string& path) noexcept;

}  // namespace hindsight::ingest::detail
