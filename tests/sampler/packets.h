// Packets made by formula, as an encoder makes them.
#pragma once

#include <cstdint>
#include <vector>

#include "pictures.h"
#include "sampler/windows.h"

namespace hindsight::test {

inline constexpr double kPacketFilmLength = 60;  ///< seconds

/// A picture that stands still, 25 packets a second.
struct PacketFilm {
  double gop = 2;                    ///< seconds between key frames
  std::int64_t other_bytes = 200;    ///< of a packet that is no key frame
  std::vector<double> key_frames{};  ///< besides the regular ones
  TimeSpan busy{};                   ///< packets in it are ten times as large
};

[[nodiscard]] std::vector<sampler::Packet> make_packets(const PacketFilm& film);

/// What a film of `scene` with a little noise shows at the key frames of `packets`.
[[nodiscard]] std::vector<sampler::SmallPicture> key_pictures(
    const Scene& scene, const std::vector<sampler::Packet>& packets);

}  // namespace hindsight::test
