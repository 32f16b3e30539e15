#include "fuzz/read_everything.h"

#include <cerrno>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/error.h"
#include "ingest/packet_scan.h"
#include "ingest/probe.h"
#include "ingest/subtitles.h"
#include "ingest/video_reader.h"

namespace hindsight::test {
namespace {

using namespace std::chrono_literals;
using ingest::PacketScan;
using ingest::VideoReader;

/// A file in memory.
class MemoryFile {
 public:
  explicit MemoryFile(std::span<const std::uint8_t> bytes)
      : fd_(memfd_create("fuzz", MFD_CLOEXEC)) {
    for (auto rest = bytes; !rest.empty();) {
      const ssize_t written = write(fd_, rest.data(), rest.size());
      if (written <= 0) throw std::runtime_error(std::strerror(errno));
      rest = rest.subspan(static_cast<std::size_t>(written));
    }
  }
  ~MemoryFile() { close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  [[nodiscard]] std::string path() const { return fmt::format("/proc/self/fd/{}", fd_); }

 private:
  int fd_;
};

ingest::ReaderOptions small_limits() {
  ingest::ReaderOptions options;
  options.threads = 1;
  options.limits = {
      .max_pixels = 1 << 20, .max_streams = 16, .max_packets = 2000, .max_length = 10h};
  return options;
}

/// False when the step was refused.
template <class Step>
bool accepted(Step step) {
  try {
    step();
    return true;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::unreadable_input) throw;
    return false;
  }
}

void require(bool holds, const char* what) {
  if (!holds) throw std::logic_error(what);
}

void look_at(const ingest::Frame& frame) {
  (void)frame.luma(16, 9);
  (void)frame.chroma(8, 4);
  (void)frame.rgb();
}

void read_frames(VideoReader& reader, int most) {
  std::optional<MediaTime> last;
  for (int i = 0; i < most; ++i) {
    const auto frame = reader.next();
    if (!frame) return;
    require(!last || frame->time() > *last, "time does not ascend");
    require(frame->duration() >= MediaDuration{0}, "a picture lasts less than nothing");
    last = frame->time();
    if (i < 4) look_at(*frame);
  }
}

void read_everywhere(VideoReader& reader, const PacketScan& scan) {
  read_frames(reader, 30);
  for (const int part : {3, 1, 4, 0, 2}) {
    reader.seek(MediaTime{scan.end.since_start / 4 * part});
    read_frames(reader, 3);
  }
  const MediaTime middle{scan.end.since_start / 2};
  reader.seek(middle, ingest::Frames::referenced);
  read_frames(reader, 5);
  const auto is_late = [&](MediaTime time) { return time >= middle; };
  reader.seek(MediaTime{}, ingest::Frames::referenced, ingest::Deblocking::off, is_late);
  read_frames(reader, 12);
  int keys = 0;
  reader.read_key_frames({MediaTime{}, scan.end}, [&](const ingest::Frame& frame) {
    look_at(frame);
    return ++keys < 5;
  });
  keys = 0;
  reader.read_key_frames(
      {MediaTime{}, scan.end}, [&](const ingest::Frame&) { return ++keys < 5; }, is_late);
  reader.seek(MediaTime{});
  read_frames(reader, 1);
}

}  // namespace

void read_everything(std::span<const std::uint8_t> bytes) {
  const MemoryFile file(bytes);
  const auto path = file.path();
  const auto options = small_limits();
  accepted([&] { (void)ingest::probe_media(path, options.limits); });
  PacketScan scan;
  if (!accepted([&] { scan = ingest::scan_packets(path, options); })) return;
  require(scan.end <= MediaTime{2 * options.limits.max_length}, "the video is too long");
  require(scan.num_packets <= options.limits.max_packets, "too many packets");
  (void)ingest::packets_in(scan, {MediaTime{}, scan.end});
  accepted([&] {
    VideoReader reader(path, scan, options);
    read_everywhere(reader, scan);
  });
  // Once more through the container, which the table stands in for.
  if (scan.table) {
    accepted([&] {
      VideoReader reader(path, options);
      read_everywhere(reader, scan);
    });
  }
  accepted([&] { (void)ingest::read_subtitles(path, {}, options); });
}

}  // namespace hindsight::test
