#include "packets.h"

#include <algorithm>
#include <cmath>

namespace hindsight::test {

std::vector<sampler::Packet> make_packets(const PacketFilm& film) {
  std::vector<sampler::Packet> packets;
  double next_key = 0;
  for (int i = 0; i < static_cast<int>(kPacketFilmLength * 25); ++i) {
    const double seconds = i / 25.0;
    const bool marked = std::any_of(film.key_frames.begin(), film.key_frames.end(), [&](double t) {
      return std::abs(t - seconds) < 0.01;
    });
    const bool is_key = seconds >= next_key - 1e-6 || marked;
    if (is_key) next_key = seconds + film.gop;
    const MediaTime time = MediaTime::from_ns(std::int64_t{i} * 40'000'000);
    // Sizes vary by a few percent, as they do.
    const std::int64_t bytes = film.other_bytes * (100 + i % 7) / 100;
    packets.push_back(
        {time, is_key ? 20'000 : bytes * (film.busy.contains(time) ? 10 : 1), is_key});
  }
  return packets;
}

std::vector<sampler::SmallPicture> key_pictures(const Scene& scene,
                                                const std::vector<sampler::Packet>& packets) {
  std::vector<sampler::SmallPicture> keys;
  for (const auto& picture : make_film(scene, {.seconds = kPacketFilmLength, .noise = 1})) {
    const auto packet = std::ranges::find(packets, picture.time, &sampler::Packet::time);
    if (packet != packets.end() && packet->is_key) keys.push_back(picture);
  }
  return keys;
}

}  // namespace hindsight::test
