// Everything that a file can make ingest/ do, for the fuzzer and for the replay of its corpus.
#pragma once

#include <cstdint>
#include <span>

namespace hindsight::test {

/// Probes, scans, reads, seeks and looks for subtitles in a file of these bytes, under limits that
/// keep each step small.  Refusals are as they should be; throws what is not: an Error that blames
/// us, and every other exception.
void read_everything(std::span<const std::uint8_t> bytes);

}  // namespace hindsight::test
