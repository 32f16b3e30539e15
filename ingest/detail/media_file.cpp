#include "ingest/detail/media_file.h"

extern "C" {
#include <libavutil/dict.h>
#include <libavutil/mem.h>
}

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <new>
#include <span>
#include <string_view>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.h"
#include "ingest/detail/large_blocks.h"

namespace hindsight::ingest::detail {
namespace {

using namespace std::chrono_literals;

/// A wait is looked at again after this long.
constexpr auto kLook = 50ms;

/// What to say when FFmpeg does not open something that exists.
std::string open_failure(int code, bool url, std::chrono::milliseconds stall) {
  switch (code) {
    case AVERROR_INVALIDDATA:
    case AVERROR_DEMUXER_NOT_FOUND:
      return "it is not a video, or its header is damaged; check that it plays elsewhere";
    case AVERROR_EXIT:
      return fmt::format("no data came for {} s; check {}",
                         static_cast<double>(stall.count()) / 1000,
                         url ? "the connection" : "the program that writes it");
    case AVERROR_HTTP_NOT_FOUND:
      return "the server has no such file (HTTP 404); check the URL";
    case AVERROR_HTTP_FORBIDDEN:
    case AVERROR_HTTP_UNAUTHORIZED:
      return "the server refuses access; check the URL and its credentials";
    case AVERROR_PROTOCOL_NOT_FOUND:
      return "this kind of URL is not supported; use http, https or rtsp, or a local file";
    default:
      return fmt::format(
          "{}; check {}", error_text(code), url ? "the URL and that the server runs" : "the file");
  }
}

/// Options for a call into FFmpeg.
class Dictionary {
 public:
  Dictionary() = default;
  ~Dictionary() { av_dict_free(&entries_); }
  Dictionary(const Dictionary&) = delete;
  Dictionary& operator=(const Dictionary&) = delete;
  void set(const char* key, const char* value) {
    check(av_dict_set(&entries_, key, value, 0), "av_dict_set");
  }
  [[nodiscard]] AVDictionary** address() { return &entries_; }

 private:
  AVDictionary* entries_ = nullptr;
};

/// Formats in which FFmpeg would "play" a text as a video of its letters.
bool is_text_art(const AVFormatContext& format) {
  static constexpr std::array<std::string_view, 4> kNames{"tty", "bin", "xbin", "adf"};
  return std::ranges::find(kNames, format.iformat->name) != kNames.end();
}

/// Formats that may go on with another stream at any packet, and whose bytes can be read again.
bool tells_streams_late(const AVFormatContext& format) {
  static constexpr std::array<std::string_view, 4> kNames{"flv", "live_flv", "mpeg", "mpegts"};
  return (format.ctx_flags & AVFMTCTX_NOHEADER) != 0 &&
         std::ranges::find(kNames, format.iformat->name) != kNames.end();
}

}  // namespace

void refuse(const std::string& path, std::string_view reason) {
  throw Error(ErrorCode::unreadable_input, fmt::format("cannot read '{}': {}", path, reason));
}

void refuse_unreadable_path(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    if (path == "-") refuse(path, "only 'hindsight ingest' reads a pipe; save it to a file first");
    if (errno == ENOENT || errno == ENOTDIR) refuse(path, "there is no such file; check the path");
    if (errno == EACCES)
      refuse(path, "a folder on the way to it may not be entered; check its permissions");
    refuse(path, fmt::format("{}; check the path", std::strerror(errno)));
  }
  if (S_ISDIR(status.st_mode)) refuse(path, "it is a folder; name a video file in it");
  if (access(path.c_str(), R_OK) != 0) {
    refuse(path, "permission denied; make the file readable for this user");
  }
  if (S_ISREG(status.st_mode) && status.st_size == 0) {
    refuse(path, "the file is empty; copy or record it again");
  }
}

bool is_url(const std::string& path) {
  const auto colon = path.find("://");
  return colon != std::string::npos && colon > 0 &&
         std::all_of(
             path.begin(), path.begin() + static_cast<std::ptrdiff_t>(colon), [](unsigned char c) {
               return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.';
             });
}

std::string without_credentials(const std::string& url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return url;
  const auto host = scheme + 3;
  const auto path = std::min(url.find_first_of("/?#", host), url.size());
  const auto at = url.rfind('@', path);
  return at == std::string::npos || at < host ? url : url.substr(0, host) + url.substr(at + 1);
}

void StallGuard::arm() { deadline_ = std::chrono::steady_clock::now() + patience_.stall; }

bool StallGuard::is_over() const {
  return patience_.stop.stop_requested() || std::chrono::steady_clock::now() > deadline_;
}

AVIOInterruptCB StallGuard::callback() {
  return {[](void* guard) { return static_cast<const StallGuard*>(guard)->is_over() ? 1 : 0; },
          this};
}

PipeBytes::PipeBytes(const std::string& path, const StallGuard& guard)
    : fd_(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)),
      guard_(guard) {
  if (!fd_.is_open()) refuse(path, std::strerror(errno));
  if (path == "-" && isatty(STDIN_FILENO) != 0)
    refuse("stdin", "it is a terminal; pipe a video into the program");
  constexpr int kBufferSize = 1 << 16;
  auto* buffer = static_cast<unsigned char*>(av_malloc(kBufferSize));
  if (buffer != nullptr)
    context_ = avio_alloc_context(buffer, kBufferSize, 0, this, &PipeBytes::read, nullptr, nullptr);
  if (context_ == nullptr) {
    av_free(buffer);
    throw std::bad_alloc();
  }
}

PipeBytes::~PipeBytes() {
  av_freep(&context_->buffer);
  avio_context_free(&context_);
}

int PipeBytes::read(void* self, std::uint8_t* buffer, int size) {
  const auto& pipe = *static_cast<const PipeBytes*>(self);
  while (!pipe.guard_.is_over()) {
    pollfd waiting{pipe.fd_.get(), POLLIN, 0};
    const int ready = poll(&waiting, 1, static_cast<int>(kLook / 1ms));
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    const ssize_t count = ::read(pipe.fd_.get(), buffer, static_cast<std::size_t>(size));
    if (count > 0) return static_cast<int>(count);
    if (count == 0) return AVERROR_EOF;
    if (errno != EINTR && errno != EAGAIN) return AVERROR(errno);
  }
  return AVERROR_EXIT;
}

UrlStream::UrlStream(std::string url) : url_(std::move(url)) {
  prepare_ffmpeg();
  guard_.arm();
  const AVIOInterruptCB interrupt = guard_.callback();
  AVIOContext* raw = nullptr;
  const int opened = avio_open2(&raw, url_.c_str(), AVIO_FLAG_READ, &interrupt, nullptr);
  if (opened < 0)
    refuse(without_credentials(url_), open_failure(opened, /*url=*/true, guard_.stall()));
  stream_.reset(raw);
}

std::size_t UrlStream::read(std::span<std::uint8_t> buffer) {
  guard_.arm();
  const int count =
      avio_read_partial(stream_.get(), buffer.data(), static_cast<int>(buffer.size()));
  if (count == AVERROR_EOF) return 0;
  if (count < 0) {
    refuse(without_credentials(url_),
           fmt::format("the connection broke ({}); start again", error_text(count)));
  }
  return static_cast<std::size_t>(count);
}

MediaFile::MediaFile(std::string path, const InputLimits& limits, std::function<void()> on_packet)
    : path_(std::move(path)),
      limits_(limits),
      on_packet_(std::move(on_packet)),
      guard_(std::make_unique<StallGuard>()) {
  prepare_ffmpeg();
  if (!is_url(path_)) refuse_unreadable_path(path_);
  open();
}

MediaFile::MediaFile(std::string path, const InputLimits& limits, Patience patience)
    : path_(std::move(path)),
      limits_(limits),
      guard_(std::make_unique<StallGuard>(std::move(patience))) {
  prepare_ffmpeg();
  std::error_code ignored;
  if (path_ == "-" || std::filesystem::is_fifo(path_, ignored)) {
    pipe_ = std::make_unique<PipeBytes>(path_, *guard_);
  } else if (!is_url(path_)) {
    refuse_unreadable_path(path_);
  }
  open();
}

void MediaFile::open() {
  const LargeBlocksMapped mapped;
  // A file name may contain a colon, which FFmpeg would take for a protocol.
  const std::string url = is_url(path_) || pipe_ ? path_ : "file:" + path_;
  AVFormatContext* raw = avformat_alloc_context();
  if (raw == nullptr) throw std::bad_alloc();
  raw->interrupt_callback = guard_->callback();
  if (pipe_) raw->pb = pipe_->context();
  guard_->arm();
  Dictionary options;
  // Packets that a network drops would be damage in the pictures.
  if (path_.starts_with("rtsp")) options.set("rtsp_transport", "tcp");
  // On failure FFmpeg frees the context itself.
  const int opened = avformat_open_input(&raw, url.c_str(), nullptr, options.address());
  if (opened < 0) refuse(shown(), open_failure(opened, is_url(path_), guard_->stall()));
  format_.reset(raw);
  if (is_text_art(*format_))
    refuse(shown(), open_failure(AVERROR_INVALIDDATA, false, guard_->stall()));
  refuse_beyond_limits();
  meet_streams();
  find_streams();
  refuse_beyond_limits();
}

std::string MediaFile::shown() const {
  return path_ == "-" ? "stdin" : without_credentials(path_);
}

// A stream that comes up while FFmpeg probes is decoded without a limit: there are options for the
// streams that were known before.  It reads no more than this for it.
void MediaFile::meet_streams() {
  AVIOContext* bytes = format_->pb;
  if (!tells_streams_late(*format_) || bytes == nullptr ||
      (bytes->seekable & AVIO_SEEKABLE_NORMAL) == 0)
    return;
  const std::int64_t begin = avio_tell(bytes);
  const auto packet = make_packet();
  std::int64_t size = 0;
  guard_->arm();
  while (size < format_->probesize && av_read_frame(format_.get(), packet.get()) >= 0) {
    size += packet->size;
    av_packet_unref(packet.get());
    refuse_beyond_limits();
  }
  const bool is_back = avio_seek(bytes, begin, SEEK_SET) == begin;
  if (!is_back) refuse(shown(), open_failure(AVERROR(EIO), is_url(path_), guard_->stall()));
  check(avformat_flush(format_.get()), "avformat_flush");
}

void MediaFile::find_streams() {
  guard_->arm();
  // It decodes pictures where the header is silent, with decoders of its own.
  std::vector<AVDictionary*> decoder_options(format_->nb_streams, nullptr);
  for (auto& options : decoder_options) {
    av_dict_set_int(&options, "max_pixels", limits_.max_pixels, 0);
  }
  const int found = avformat_find_stream_info(format_.get(), decoder_options.data());
  for (auto& options : decoder_options) av_dict_free(&options);
  if (found < 0) refuse(shown(), open_failure(found, is_url(path_), guard_->stall()));
}

void MediaFile::refuse_beyond_limits() const {
  const auto streams = streams_of(*format_);
  if (std::ssize(streams) > limits_.max_streams) {
    refuse(shown(),
           fmt::format("it has {} streams and at most {} are allowed; copy the ones that matter to "
                       "another file, or raise --max-streams",
                       streams.size(),
                       limits_.max_streams));
  }
  for (const AVStream* stream : streams) {
    const AVCodecParameters& codec = *stream->codecpar;
    if (codec.codec_type != AVMEDIA_TYPE_VIDEO) continue;
    if (std::int64_t{codec.width} * codec.height > limits_.max_pixels) {
      refuse(shown(),
             fmt::format("its pictures have {} x {} pixels by its header and at most {} are "
                         "allowed; raise --max-pixels if that is what they have",
                         codec.width,
                         codec.height,
                         limits_.max_pixels));
    }
  }
}

int MediaFile::read(AVPacket& packet) {
  if (on_packet_) on_packet_();
  guard_->arm();
  return av_read_frame(format_.get(), &packet);
}

bool MediaFile::seek(int stream, std::int64_t ts) {
  guard_->arm();
  return av_seek_frame(format_.get(), stream, ts, AVSEEK_FLAG_BACKWARD) >= 0;
}

void MediaFile::reopen() {
  format_.reset();
  open();
}

}  // namespace hindsight::ingest::detail
