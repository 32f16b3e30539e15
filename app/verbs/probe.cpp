#include "ingest/probe.h"

#include <cstdio>
#include <memory>
#include <numeric>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "app/context.h"
#include "app/reader_options.h"
#include "app/text.h"
#include "ingest/video_reader.h"

namespace hindsight::app {
namespace {

using ingest::Frame;
using ingest::MediaInfo;
using ingest::Rational;
using ingest::StreamInfo;
using ingest::StreamKind;

struct ProbeOptions {
  std::string video;
  int stream = -1;
  ingest::InputLimits limits{};
  bool frames = false;
  bool json = false;
};

/// "1001/30000"; whole numbers keep their denominator, so that the form is always the same.
std::string to_text(Rational r) { return fmt::format("{}/{}", r.num, r.den); }

/// ticks * base in lowest terms.
Rational seconds_exactly(std::int64_t ticks, Rational base) {
  const std::int64_t common = std::max<std::int64_t>(1, std::gcd(base.num, base.den));
  const Rational b{base.num / common, base.den / common};
  const std::int64_t shared = std::max<std::int64_t>(1, std::gcd(ticks, b.den));
  return {ticks / shared * b.num, b.den / shared};
}

/// Seconds with six digits, as ffprobe prints container times.
std::string seconds(std::int64_t ticks, Rational base) {
  return fmt::format(
      "{:.6f}",
      static_cast<double>(ticks) * static_cast<double>(base.num) / static_cast<double>(base.den));
}

const char* name_of(StreamKind kind) {
  switch (kind) {
    case StreamKind::video:
      return "video";
    case StreamKind::audio:
      return "audio";
    case StreamKind::subtitle:
      return "subtitle";
    case StreamKind::other:
      break;
  }
  return "other";
}

std::string frames_per_second(Rational rate) {
  if (rate.num == 0) return "unknown rate";
  const double value = static_cast<double>(rate.num) / static_cast<double>(rate.den);
  return rate.den == 1 ? fmt::format("{} fps", rate.num)
                       : fmt::format("{:.3f} fps ({})", value, to_text(rate));
}

std::string describe_video(const StreamInfo& s) {
  std::string text = fmt::format(", {}x{}", s.width, s.height);
  if (s.display_width != s.width || s.display_height != s.height) {
    text += fmt::format(" shown as {}x{} (samples {}:{})",
                        s.display_width,
                        s.display_height,
                        s.sample_aspect_ratio.num,
                        s.sample_aspect_ratio.den);
  }
  if (s.rotation_degrees != 0) text += fmt::format(", turned by {} degrees", s.rotation_degrees);
  text += ", " + frames_per_second(s.average_frame_rate);
  for (const auto& part : {s.pixel_format, s.color_matrix, s.color_range, s.field_order}) {
    if (!part.empty()) text += ", " + part;
  }
  return text + (s.cover_picture ? ", a cover picture" : "");
}

void print_text(const ProbeOptions& options, const MediaInfo& info) {
  fmt::print("{}: {}", printable(options.video), info.format);
  if (info.duration) fmt::print(", {}", to_clock(MediaTime{*info.duration}));
  if (info.num_bytes > 0) fmt::print(", {} bytes", info.num_bytes);
  fmt::print("\n");
  for (const StreamInfo& s : info.streams) {
    std::string line = fmt::format("  stream {}: {}, {}", s.index, name_of(s.kind), s.codec);
    if (!s.profile.empty()) line += fmt::format(" ({})", s.profile);
    if (s.kind == StreamKind::video) line += describe_video(s);
    if (s.kind == StreamKind::audio)
      line += fmt::format(", {} Hz, {} channels", s.sample_rate, s.channels);
    if (!s.language.empty()) line += ", language " + s.language;
    line += ", time base " + to_text(s.time_base);
    if (s.start_pts) line += fmt::format(", starts at pts {}", *s.start_pts);
    if (s.duration) line += fmt::format(", {} s", to_decimal_seconds(MediaTime{*s.duration}));
    fmt::print("{}{}\n", line, s.index == info.video_stream ? "  [read by default]" : "");
  }
}

nlohmann::ordered_json to_json(const StreamInfo& s) {
  nlohmann::ordered_json json{{"index", s.index}, {"type", name_of(s.kind)}, {"codec", s.codec}};
  const auto add = [&](const char* key, const auto& value, bool known) {
    json[key] = known ? nlohmann::ordered_json(value) : nlohmann::ordered_json();
  };
  add("profile", s.profile, !s.profile.empty());
  add("language", s.language, !s.language.empty());
  json["time_base"] = to_text(s.time_base);
  add("start_pts", s.start_pts.value_or(0), s.start_pts.has_value());
  add("duration", to_seconds(s.duration.value_or(MediaDuration{0})), s.duration.has_value());
  add("num_frames", s.num_frames, s.num_frames > 0);
  add("bit_rate", s.bit_rate, s.bit_rate > 0);
  if (s.kind == StreamKind::video) {
    json["width"] = s.width;
    json["height"] = s.height;
    json["display_width"] = s.display_width;
    json["display_height"] = s.display_height;
    json["rotation"] = s.rotation_degrees;
    json["sample_aspect_ratio"] =
        fmt::format("{}:{}", s.sample_aspect_ratio.num, s.sample_aspect_ratio.den);
    add("average_frame_rate", to_text(s.average_frame_rate), s.average_frame_rate.num > 0);
    add("nominal_frame_rate", to_text(s.nominal_frame_rate), s.nominal_frame_rate.num > 0);
    add("pixel_format", s.pixel_format, !s.pixel_format.empty());
    add("color_range", s.color_range, !s.color_range.empty());
    add("color_matrix", s.color_matrix, !s.color_matrix.empty());
    add("color_primaries", s.color_primaries, !s.color_primaries.empty());
    add("color_transfer", s.color_transfer, !s.color_transfer.empty());
    add("field_order", s.field_order, !s.field_order.empty());
    json["cover_picture"] = s.cover_picture;
  }
  if (s.kind == StreamKind::audio) {
    json["sample_rate"] = s.sample_rate;
    json["channels"] = s.channels;
  }
  return json;
}

nlohmann::ordered_json to_json(const ProbeOptions& options, const MediaInfo& info) {
  const auto seconds_or_null = [](const std::optional<MediaDuration>& d) {
    return d ? nlohmann::ordered_json(to_seconds(*d)) : nlohmann::ordered_json();
  };
  nlohmann::ordered_json json{{"video", options.video},
                              {"format", info.format},
                              {"start", seconds_or_null(info.start)},
                              {"duration", seconds_or_null(info.duration)},
                              {"bit_rate", info.bit_rate},
                              {"bytes", info.num_bytes},
                              {"default_stream", info.video_stream},
                              {"streams", nlohmann::ordered_json::array()}};
  for (const StreamInfo& s : info.streams) json["streams"].push_back(to_json(s));
  return json;
}

/// Frames as they are read: an hour of them is never held.
void print_frames_text(ingest::VideoReader& reader) {
  const auto& facts = reader.facts();
  fmt::print("frames of stream {}, time base {}; media time is 0 at pts {}\n",
             facts.index,
             to_text(facts.time_base),
             facts.start_pts);
  fmt::print("{:>8} {:>12} {:>18} {:>14} {:>9} {:>14} {:>11} {:>14} key\n",
             "frame",
             "pts",
             "exact",
             "seconds",
             "ticks",
             "exact",
             "seconds",
             "media time");
  for (std::int64_t i = 0; const auto frame = reader.next(); ++i) {
    fmt::print("{:>8} {:>12} {:>18} {:>14} {:>9} {:>14} {:>11} {:>14} {}\n",
               i,
               frame->pts(),
               to_text(seconds_exactly(frame->pts(), facts.time_base)),
               seconds(frame->pts(), facts.time_base),
               frame->pts_duration(),
               to_text(seconds_exactly(frame->pts_duration(), facts.time_base)),
               seconds(frame->pts_duration(), facts.time_base),
               to_decimal_seconds(frame->time()),
               frame->is_key() ? "key" : "");
  }
}

void print_frames_json(ingest::VideoReader& reader) {
  const auto& facts = reader.facts();
  fmt::print(R"("stream":{},"time_base":"{}","start_pts":{},"frames":[)",
             facts.index,
             to_text(facts.time_base),
             facts.start_pts);
  const char* separator = "";
  while (const auto frame = reader.next()) {
    fmt::print(
        R"({}{{"pts":{},"duration":{},"pts_exact":"{}","duration_exact":"{}","pts_time":{},"duration_time":{},)"
        R"("media_time":{},"key":{}}})",
        separator,
        frame->pts(),
        frame->pts_duration(),
        to_text(seconds_exactly(frame->pts(), facts.time_base)),
        to_text(seconds_exactly(frame->pts_duration(), facts.time_base)),
        seconds(frame->pts(), facts.time_base),
        seconds(frame->pts_duration(), facts.time_base),
        to_decimal_seconds(frame->time()),
        frame->is_key());
    separator = ",\n";
  }
  fmt::print("]");
}

void probe(const ProbeOptions& options, const Logger& logger) {
  const MediaInfo info = ingest::probe_media(options.video, options.limits);
  // Opened before anything is printed: a stream that cannot be read leaves stdout empty.
  std::unique_ptr<ingest::VideoReader> reader;
  if (options.frames || options.stream >= 0) {
    reader = std::make_unique<ingest::VideoReader>(
        options.video, ingest::ReaderOptions{.stream = options.stream, .limits = options.limits}, logger);
  }
  if (options.json) {
    std::string text =
        to_json(options, info).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    if (!options.frames) {
      fmt::print("{}\n", text);
      return;
    }
    text.back() = ',';
    fmt::print("{}\n", text);
    print_frames_json(*reader);
    fmt::print("}}\n");
    return;
  }
  print_text(options, info);
  if (options.frames) print_frames_text(*reader);
}

}  // namespace

void add_probe(CLI::App& root, Context& context) {
  auto options = std::make_shared<ProbeOptions>();
  auto* verb = root.add_subcommand(
      "probe", "Show the streams of a video, and the exact time of every frame");
  verb->add_option("video", options->video, "A file or a URL")->required();
  verb->add_flag("--frames",
                 options->frames,
                 "List every frame: pts and duration as ticks, rationals and seconds");
  verb->add_option(
      "--stream", options->stream, "The stream whose frames are listed, as ffprobe counts");
  add_limit_options(*verb, options->limits);
  verb->add_flag("--json", options->json, "One JSON object on stdout");
  verb->footer(
      "Examples:\n"
      "  hindsight probe gate.mp4\n"
      "  hindsight probe gate.mp4 --frames --stream 3 --json\n"
      "Times are the container's, as ffprobe gives them; media time is 0 at the first frame.\n"
      "A frame lasts until the next one begins.\n"
      "Exit codes: 0 done, 2 usage, 3 the video cannot be read.");
  verb->callback([options, &context] { probe(*options, context.logger); });
}

}  // namespace hindsight::app
