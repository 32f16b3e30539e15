#include "ingest/subtitles.h"

extern "C" {
#include <libavutil/mathematics.h>
}

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "core/error.h"
#include "ingest/detail/media_file.h"
#include "ingest/detail/subtitle_text.h"
#include "ingest/limits.h"
#include "ingest/video_reader.h"

namespace hindsight::ingest {
namespace {

namespace fs = std::filesystem;
using detail::MediaFile;

/// How long a text stays when neither the file nor the next text says.
constexpr MediaDuration kUsualLength = std::chrono::seconds{5};

/// Decodes the texts of one subtitle stream.
class TextStream {
 public:
  /// `zero`: the stream's time that is media time 0.
  TextStream(const AVStream& stream, MediaDuration zero, std::string language, std::string origin)
      : time_base_(stream.time_base),
        zero_(zero),
        language_(std::move(language)),
        origin_(std::move(origin)) {
    const AVCodec* decoder = avcodec_find_decoder(stream.codecpar->codec_id);
    if (decoder == nullptr) return;
    detail::CodecPtr codec(avcodec_alloc_context3(decoder));
    if (!codec) throw std::bad_alloc();
    detail::check(avcodec_parameters_to_context(codec.get(), stream.codecpar),
                  "avcodec_parameters_to_context");
    codec->pkt_timebase = stream.time_base;
    if (avcodec_open2(codec.get(), decoder, nullptr) >= 0) codec_ = std::move(codec);
  }

  [[nodiscard]] bool usable() const { return codec_ != nullptr; }
  [[nodiscard]] int errors() const { return errors_; }

  void add(AVPacket& packet) {
    if (packet.pts == AV_NOPTS_VALUE) return;
    AVSubtitle decoded{};
    int complete = 0;
    // The text is checked below: FFmpeg throws away what is not UTF-8.
    if (avcodec_decode_subtitle2(codec_.get(), &decoded, &complete, &packet) < 0) {
      ++errors_;
      return;
    }
    if (complete == 0) return;
    const std::unique_ptr<AVSubtitle, detail::Delete<avsubtitle_free>> owner(&decoded);
    const std::int64_t begin_ns = av_rescale_q(packet.pts, time_base_, detail::kNanoseconds);
    const std::int64_t length_ns =
        av_rescale_q(std::max<std::int64_t>(0, packet.duration), time_base_, detail::kNanoseconds);
    // Beyond the video, and sums of such times may not fit.
    if (std::abs(begin_ns / 2) > kLongestLength.count() || length_ns < 0 ||
        length_ns > kLongestLength.count()) {
      ++errors_;
      return;
    }
    const MediaTime begin = MediaTime::from_ns(begin_ns) +
                            std::chrono::milliseconds{decoded.start_display_time} - zero_;
    const MediaDuration length{length_ns};
    std::string text;
    for (unsigned i = 0; i < decoded.num_rects; ++i) {
      const AVSubtitleRect& rect = *decoded.rects[i];
      const std::string part = rect.ass != nullptr    ? detail::plain_text_of_dialogue(rect.ass)
                               : rect.text != nullptr ? std::string(rect.text)
                                                      : std::string();
      if (!part.empty()) text += (text.empty() ? "" : "\n") + part;
    }
    texts_.push_back({{begin, begin + length}, std::move(text), language_, origin_});
  }

  /// Texts in order of time; a text without a length lasts until the next one, one without letters
  /// only ends that.
  [[nodiscard]] std::vector<TimedText> take() {
    std::ranges::stable_sort(texts_, {}, [](const TimedText& t) { return t.span.begin; });
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      TimeSpan& span = texts_[i].span;
      if (span.empty()) {
        span.end = span.begin + kUsualLength;
        if (i + 1 < texts_.size()) span.end = std::min(span.end, texts_[i + 1].span.begin);
      }
      span.begin = std::max(span.begin, MediaTime{});
    }
    std::erase_if(texts_, [](const TimedText& t) { return t.text.empty() || t.span.empty(); });
    return std::move(texts_);
  }

 private:
  AVRational time_base_;
  MediaDuration zero_;
  std::string language_;
  std::string origin_;
  detail::CodecPtr codec_;
  std::vector<TimedText> texts_;
  int errors_ = 0;
};

std::string tag(const AVStream& stream, const char* name) {
  const AVDictionaryEntry* entry = av_dict_get(stream.metadata, name, nullptr, 0);
  return entry != nullptr ? entry->value : "";
}

bool is_text(const AVStream& stream) {
  const AVCodecDescriptor* descriptor = avcodec_descriptor_get(stream.codecpar->codec_id);
  return descriptor != nullptr && (descriptor->props & AV_CODEC_PROP_TEXT_SUB) != 0;
}

/// Reads the text streams of an open file.  `origin`: of all texts; empty: the number of the
/// stream.
std::vector<TimedText> read_texts(MediaFile& file,
                                  MediaDuration zero,
                                  const std::string& language,
                                  const std::string& origin,
                                  const Logger& logger) {
  std::map<int, TextStream> readers;
  for (AVStream* stream : detail::streams_of(file.format())) {
    stream->discard = AVDISCARD_ALL;
    if (stream->codecpar->codec_type != AVMEDIA_TYPE_SUBTITLE) continue;
    std::string spoken = language.empty() ? tag(*stream, "language") : language;
    if (spoken == "und") spoken.clear();
    TextStream reader(*stream,
                      zero,
                      std::move(spoken),
                      origin.empty() ? fmt::format("stream {}", stream->index) : origin);
    if (!is_text(*stream) || !reader.usable()) {
      logger.info("'{}': subtitle stream {} ({}) holds pictures, not text, and is skipped",
                  file.path(),
                  stream->index,
                  avcodec_get_name(stream->codecpar->codec_id));
      continue;
    }
    stream->discard = AVDISCARD_DEFAULT;
    readers.emplace(stream->index, std::move(reader));
  }
  std::vector<TimedText> texts;
  if (readers.empty()) return texts;
  const auto packet = detail::make_packet();
  while (file.read(*packet) >= 0) {
    const detail::PacketContents contents(packet.get());
    const auto reader = readers.find(packet->stream_index);
    if (reader != readers.end() && packet->size > 0) reader->second.add(*packet);
  }
  int errors = 0;
  for (auto& [index, reader] : readers) {
    errors += reader.errors();
    std::ranges::move(reader.take(), std::back_inserter(texts));
  }
  if (errors > 0) logger.warn("'{}': {} subtitles could not be read", file.path(), errors);
  return texts;
}

/// The first picture's time in the container: where media time begins.  Zero for a file without
/// pictures.
MediaDuration zero_of(const std::string& path, ReaderOptions options) {
  options.stream = -1;
  options.threads = 1;
  const StreamFacts facts = VideoReader(path, options).facts();
  const AVRational base{static_cast<int>(facts.time_base.num),
                        static_cast<int>(facts.time_base.den)};
  return MediaDuration{av_rescale_q(facts.start_pts, base, detail::kNanoseconds)};
}

std::vector<TimedText> read_sidecar(const detail::Sidecar& sidecar, const Logger& logger) {
  const std::string path = sidecar.path.string();
  try {
    const detail::Utf8Copy readable(sidecar.path);
    MediaFile file(readable.path());
    auto texts = read_texts(
        file, MediaDuration{0}, sidecar.language, sidecar.path.filename().string(), logger);
    if (texts.empty())
      logger.warn("'{}' beside the video holds no subtitles that can be read", path);
    return texts;
  } catch (const Error& error) {
    logger.warn("the subtitles beside the video are left out: {}", error.what());
    return {};
  }
}

}  // namespace

std::vector<TimedText> read_subtitles(const std::string& path,
                                      const Logger& logger,
                                      const ReaderOptions& options) {
  std::vector<TimedText> texts;
  MediaFile file(path, options.limits, options.on_packet);
  const auto is_subtitle = [](const AVStream* s) {
    return s->codecpar->codec_type == AVMEDIA_TYPE_SUBTITLE;
  };
  if (std::ranges::any_of(detail::streams_of(file.format()), is_subtitle)) {
    texts = read_texts(file, zero_of(path, options), "", "", logger);
  }
  for (const auto& sidecar : detail::find_sidecars(path)) {
    std::ranges::move(read_sidecar(sidecar, logger), std::back_inserter(texts));
  }
  std::ranges::stable_sort(texts, {}, [](const TimedText& t) { return t.span; });
  return texts;
}

}  // namespace hindsight::ingest
