#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "clip_tools.h"
#include "ingest/packet_scan.h"
#include "ingest/video_reader.h"
#include "support/make_clip.h"
#include "support/temp_dir.h"

using hindsight::Image;
using hindsight::ImageView;
using hindsight::ingest::VideoReader;
using hindsight::test::ffmpeg_rgb;
using hindsight::test::make_clip;
using hindsight::test::TempDir;

namespace {

Image first_rgb(const std::string& clip) {
  VideoReader reader(clip);
  return reader.next()->rgb();
}

int largest_difference(const Image& image, const std::string& bytes) {
  if (bytes.size() != image.samples.size()) return 256;
  int largest = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    largest = std::max(largest, std::abs(image.samples[i] - static_cast<unsigned char>(bytes[i])));
  }
  return largest;
}

/// Mean of the differences between neighbouring rows, minus that between rows two apart: high where
/// fields comb.
double combing(ImageView picture) {
  double near = 0;
  double far = 0;
  for (int y = 0; y + 2 < picture.height; ++y) {
    for (int x = 0; x < picture.width * picture.channels; ++x) {
      near += std::abs(picture.row(y)[x] - picture.row(y + 1)[x]);
      far += std::abs(picture.row(y)[x] - picture.row(y + 2)[x]);
    }
  }
  return (near - far) / (static_cast<double>(picture.height) * picture.width * picture.channels);
}

}  // namespace

TEST_CASE("RGB is within two levels of ffmpeg's own correct conversion") {
  struct Row {
    std::string name;
    std::string matrix;
    std::string range;
    std::string format;
    std::vector<std::string> encoder;
  };
  const std::vector<std::string> x264{"-c:v", "libx264", "-qp", "4"};
  const std::vector<Row> rows{
      {"601 limited", "bt601", "tv", "yuv420p", x264},
      {"601 full", "bt601", "pc", "yuv420p", x264},
      {"709 limited", "bt709", "tv", "yuv420p", x264},
      {"709 full", "bt709", "pc", "yuv420p", x264},
      {"709 limited 10 bit", "bt709", "tv", "yuv420p10le", x264},
      {"709 full 4:4:4", "bt709", "pc", "yuv444p", x264},
      {"2020 limited 10 bit", "bt2020", "tv", "yuv420p10le", x264},
      {"601 full MJPEG", "bt601", "pc", "yuvj420p", {"-c:v", "mjpeg", "-q:v", "2"}},
      {"709 limited with alpha", "bt709", "tv", "yuva420p", {"-c:v", "ffv1"}},
      {"601 limited grey", "bt601", "tv", "gray", {"-c:v", "ffv1"}},
  };
  const TempDir dir;
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const std::string tag = row.matrix == "bt601"    ? "smpte170m"
                            : row.matrix == "bt2020" ? "bt2020nc"
                                                     : row.matrix;
    std::vector<std::string> arguments{
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=160x120:rate=5:duration=1",
        "-vf",
        fmt::format("scale=out_color_matrix={}:out_range={}:flags=accurate_rnd,format={}",
                    row.matrix,
                    row.range,
                    row.format),
        "-colorspace",
        tag,
        "-color_range",
        row.range};
    arguments.insert(arguments.end(), row.encoder.begin(), row.encoder.end());
    const auto clip = make_clip(dir.file(row.name + ".mkv"), arguments);
    const auto expected =
        ffmpeg_rgb(clip,
                   fmt::format("scale=in_color_matrix={}:in_range={}:flags=bicubic+accurate_rnd+"
                               "full_chroma_int+full_chroma_inp,"
                               "format=rgb24",
                               row.matrix,
                               row.range));
    CHECK(largest_difference(first_rgb(clip), expected) <= 2);
  }
}

TEST_CASE("the real clip in full-range BT.709 is converted as such") {
  const auto shared = hindsight::test::shared_dir();
  if (shared.empty()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  const auto clip = (shared / "clips/bt709_full_range.mp4").string();
  const auto expected = ffmpeg_rgb(clip,
                                   "scale=in_color_matrix=bt709:in_range=pc:flags=bicubic+accurate_"
                                   "rnd+full_chroma_int+full_chroma_inp,format=rgb24");
  CHECK(largest_difference(first_rgb(clip), expected) <= 2);
}

TEST_CASE("rotated recordings come out upright") {
  const auto shared = hindsight::test::shared_dir();
  if (shared.empty()) {
    MESSAGE("skipped: ../shared is not there");
    return;
  }
  for (const std::string name : {"video_0.mov", "video_90.mov", "video_180.mov", "video_270.mov"}) {
    CAPTURE(name);
    const auto clip = (shared / "clips" / name).string();
    VideoReader reader(clip);
    const auto frame = reader.next();
    const Image image = frame->rgb();
    CHECK(image.width == reader.facts().width);
    CHECK(image.height == reader.facts().height);
    VideoReader by_scan(clip, hindsight::ingest::scan_packets(clip), {});
    CHECK(by_scan.facts().rotation_degrees == reader.facts().rotation_degrees);
    CHECK(by_scan.next()->rgb().samples == image.samples);
    // ffmpeg turns by itself, by filters of its own.
    CHECK(
        largest_difference(
            image,
            ffmpeg_rgb(
                clip,
                "scale=flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp,format=rgb24")) <=
        6);
    // The small picture is turned the same way.
    const Image small = frame->luma(16, 16);
    int difference = 0;
    for (int y = 0; y < 16; ++y) {
      for (int x = 0; x < 16; ++x) {
        int sum = 0;
        int count = 0;
        for (int j = y * image.height / 16; j < (y + 1) * image.height / 16; ++j) {
          for (int i = x * image.width / 16; i < (x + 1) * image.width / 16; ++i) {
            const auto* p = image.view().row(j) + 3 * i;
            sum += (213 * p[0] + 715 * p[1] + 72 * p[2]) / 1000;
            ++count;
          }
        }
        difference = std::max(difference, std::abs(sum / count - small.view().row(y)[x]));
      }
    }
    CHECK(difference <= 6);
  }
}

TEST_CASE("luma is the mean of each box, whatever depth and range") {
  struct Row {
    std::string name;
    std::string format;
    std::string range;
    std::string levels;  // of the left and right half, as stored
  };
  const std::vector<Row> rows{
      {"limited", "yuv420p", "tv", "if(lt(X,W/2),16,235)"},
      {"full", "yuv420p", "pc", "if(lt(X,W/2),0,255)"},
      {"limited 10 bit", "yuv420p10le", "tv", "if(lt(X,W/2),64,940)"},
      {"full 10 bit", "yuv420p10le", "pc", "if(lt(X,W/2),0,1023)"},
  };
  const TempDir dir;
  for (const auto& row : rows) {
    CAPTURE(row.name);
    const auto clip = make_clip(
        dir.file(row.name + ".mkv"),
        {"-f",
         "lavfi",
         "-i",
         fmt::format("color=black:size=96x64:rate=1:duration=1,format={},geq=lum='{}':cb={}:cr={}",
                     row.format,
                     row.levels,
                     row.format == "yuv420p" ? 128 : 512,
                     row.format == "yuv420p" ? 128 : 512),
         "-c:v",
         "ffv1",
         "-color_range",
         row.range});
    VideoReader reader(clip);
    const auto frame = reader.next();
    const Image four = frame->luma(4, 2);
    CHECK(four.samples == std::vector<std::uint8_t>{0, 0, 255, 255, 0, 0, 255, 255});
    CHECK(frame->luma(1, 1).samples.at(0) == doctest::Approx(128).epsilon(0.01));
    const Image more_boxes_than_samples = frame->luma(200, 100);
    CHECK(more_boxes_than_samples.samples.front() == 0);
    CHECK(more_boxes_than_samples.samples.back() == 255);
  }
}

TEST_CASE("formats without a luma plane give luma too") {
  const TempDir dir;
  const auto clip = make_clip(dir.file("gray.mkv"),
                              {"-f",
                               "lavfi",
                               "-i",
                               "color=0x808080:size=64x48:rate=1:duration=1,format=rgb24",
                               "-c:v",
                               "libx264rgb",
                               "-qp",
                               "0"});
  VideoReader reader(clip);
  const auto frame = reader.next();
  CHECK(frame->luma(2, 2).samples == std::vector<std::uint8_t>(4, 128));
  CHECK(frame->rgb().samples == std::vector<std::uint8_t>(64 * 48 * 3, 128));
}

TEST_CASE("samples that are not square give the display size") {
  const TempDir dir;
  const auto clip = make_clip(dir.file("anamorphic.mp4"),
                              {"-f",
                               "lavfi",
                               "-i",
                               "testsrc2=size=144x96:rate=5:duration=1,setsar=16/11",
                               "-c:v",
                               "libx264"});
  VideoReader reader(clip);
  CHECK(reader.facts().width == 144);
  CHECK(reader.facts().display_width == 209);
  CHECK(reader.facts().display_height == 96);
}

TEST_CASE("interlaced pictures lose their combs, the same wherever reading began") {
  const TempDir dir;
  // A bar that moves from field to field.
  const auto clip = make_clip(dir.file("interlaced.ts"),
                              {"-f",
                               "lavfi",
                               "-i",
                               "color=black:size=160x96:rate=50:duration=2,format=yuv420p,geq=lum='"
                               "if(lt(mod(X+6*N,64),32),220,30)'"
                               ":cb=128:cr=128,interlace=scan=tff",
                               "-c:v",
                               "mpeg2video",
                               "-flags",
                               "+ildct+ilme",
                               "-bf",
                               "2",
                               "-g",
                               "12",
                               "-q:v",
                               "2"});
  CHECK(combing([&] {
          const auto raw = ffmpeg_rgb(clip, "format=rgb24", 5);
          Image image(160, 96, 3);
          std::copy_n(raw.end() - 160 * 96 * 3, 160 * 96 * 3, image.samples.begin());
          return image;
        }()
                    .view()) > 10);
  VideoReader reader(clip);
  CHECK(reader.facts().interlaced);
  std::vector<std::pair<hindsight::MediaTime, std::string>> straight;
  while (const auto frame = reader.next()) {
    CHECK(combing(frame->rgb().view()) < 2);
    straight.emplace_back(frame->time(), hindsight::test::pixel_hash(*frame));
  }
  CHECK(straight.size() == 50);
  std::size_t wrong = 0;
  VideoReader seeker(clip);
  for (std::size_t i = 0; i < straight.size(); ++i) {
    const auto& [time, pixels] = straight[i * 37 % straight.size()];
    seeker.seek(time);
    const auto frame = seeker.next();
    if (!frame || frame->time() != time || hindsight::test::pixel_hash(*frame) != pixels) ++wrong;
  }
  CHECK(wrong == 0);
}
