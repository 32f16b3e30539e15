#include "ingest/detail/pixels.h"

extern "C" {
#include <libavutil/display.h>
#include <libswscale/swscale.h>
}

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <new>
#include <vector>

namespace hindsight::ingest::detail {
namespace {

using ScalerPtr = std::unique_ptr<SwsContext, Delete<sws_freeContext>>;

/// Deprecated formats that say "full range" in their name, and their plain twins.
AVPixelFormat without_range(AVPixelFormat format) {
  switch (format) {
    case AV_PIX_FMT_YUVJ420P:
      return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P:
      return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P:
      return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P:
      return AV_PIX_FMT_YUV440P;
    case AV_PIX_FMT_YUVJ411P:
      return AV_PIX_FMT_YUV411P;
    default:
      return format;
  }
}

AVPixelFormat format_of(const AVFrame& frame) { return static_cast<AVPixelFormat>(frame.format); }

bool is_full_range(const AVFrame& frame) {
  return enumerator_of(frame.color_range, AVCOL_RANGE_NB, AVCOL_RANGE_UNSPECIFIED) ==
             AVCOL_RANGE_JPEG ||
         without_range(format_of(frame)) != format_of(frame);
}

ScalerPtr make_scaler(int width, int height, AVPixelFormat from, AVPixelFormat to) {
  // Without these flags swscale repeats chroma samples and rounds in 8 bits: errors of several
  // levels at edges.
  constexpr int kFlags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP;
  ScalerPtr scaler(
      sws_getContext(width, height, from, width, height, to, kFlags, nullptr, nullptr, nullptr));
  if (!scaler) check(AVERROR(ENOSYS), "sws_getContext");
  return scaler;
}

/// Converts the whole picture at its own size, by its own matrix and range.
void convert(const AVFrame& frame,
             AVPixelFormat target,
             std::uint8_t* const planes[],
             const int strides[]) {
  const auto scaler =
      make_scaler(frame.width, frame.height, without_range(format_of(frame)), target);
  // Refused for formats that are RGB already, which have no matrix.
  sws_setColorspaceDetails(
      scaler.get(),
      sws_getCoefficients(enumerator_of(frame.colorspace, AVCOL_SPC_NB, AVCOL_SPC_UNSPECIFIED)),
      is_full_range(frame) ? 1 : 0,
      sws_getCoefficients(SWS_CS_DEFAULT),
      1,
      0,
      1 << 16,
      1 << 16);
  check(sws_scale(scaler.get(), frame.data, frame.linesize, 0, frame.height, planes, strides),
        "sws_scale");
}

Image convert(const AVFrame& frame, AVPixelFormat target, int channels) {
  Image image(frame.width, frame.height, channels);
  std::uint8_t* const rows[] = {image.samples.data()};
  const int strides[] = {frame.width * channels};
  convert(frame, target, rows, strides);
  return image;
}

FramePtr to_rgb_planes(const AVFrame& frame) {
  auto planes = make_frame();
  planes->format = AV_PIX_FMT_GBRP;
  planes->width = frame.width;
  planes->height = frame.height;
  check(av_frame_get_buffer(planes.get(), 0), "av_frame_get_buffer");
  convert(frame, AV_PIX_FMT_GBRP, planes->data, planes->linesize);
  return planes;
}

/// Where the samples of one component of a picture lie.
struct Plane {
  const std::uint8_t* data = nullptr;
  std::ptrdiff_t stride = 0;  // bytes
  int step = 1;               // bytes from a sample to the next
  int depth = 8;
  int shift = 0;
  int width = 0;
  int height = 0;
};

/// True when luma and chroma lie in planes that can be read as they are.
bool has_readable_planes(const AVFrame& frame) {
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(format_of(frame));
  constexpr std::uint64_t kNotReadable =
      AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL | AV_PIX_FMT_FLAG_BITSTREAM |
      AV_PIX_FMT_FLAG_HWACCEL | AV_PIX_FMT_FLAG_BE | AV_PIX_FMT_FLAG_FLOAT | AV_PIX_FMT_FLAG_BAYER;
  return format != nullptr && (format->flags & kNotReadable) == 0 && format->comp[0].depth <= 16;
}

/// Component 0, 1 or 2 of a picture with readable planes.
Plane plane_of(const AVFrame& frame, int component) {
  const AVPixFmtDescriptor& format = *av_pix_fmt_desc_get(format_of(frame));
  const AVComponentDescriptor& samples = format.comp[component];
  const bool chroma = component > 0;
  return {frame.data[samples.plane] + samples.offset,
          frame.linesize[samples.plane],
          samples.step,
          samples.depth,
          samples.shift,
          AV_CEIL_RSHIFT(frame.width, chroma ? format.log2_chroma_w : 0),
          AV_CEIL_RSHIFT(frame.height, chroma ? format.log2_chroma_h : 0)};
}

/// One channel of a picture of ours.
Plane plane_of(const Image& image, int channel) {
  return {image.samples.data() + channel,
          std::ptrdiff_t{image.width} * image.channels,
          image.channels,
          8,
          0,
          image.width,
          image.height};
}

/// First sample of box `i` of `count` over `length` samples.
int box_begin(int i, int count, int length) {
  return static_cast<int>(std::int64_t{i} * length / count);
}

/// Adds `Rows` rows of samples, `stride` bytes apart, to the column sums.  Several at once are read
/// while others are on their way from memory.
template <class Sample, int Rows, class Sum>
void add_rows(const std::uint8_t* row, std::ptrdiff_t stride, int step, int width, Sum* sums) {
  const auto sum_at = [&](int x, int bytes) {
    Sum sum = 0;
    for (int r = 0; r < Rows; ++r) {
      Sample sample;
      std::memcpy(&sample, row + r * stride + std::ptrdiff_t{x} * bytes, sizeof sample);
      sum = static_cast<Sum>(sum + sample);
    }
    return sum;
  };
  int x = 0;
  if (step == static_cast<int>(sizeof(Sample))) {
    // Constants let the compiler use vectors at every level of optimisation.
    constexpr int kRun = 32;
    for (; x + kRun <= width; x += kRun) {
      for (int i = 0; i < kRun; ++i)
        sums[x + i] = static_cast<Sum>(sums[x + i] + sum_at(x + i, sizeof(Sample)));
    }
  }
  for (; x < width; ++x) sums[x] = static_cast<Sum>(sums[x] + sum_at(x, step));
}

/// From a mean in the plane's own scale to full-range 8 bits.
struct Scale {
  double offset = 0;
  double factor = 1;
  [[nodiscard]] std::uint8_t apply(double mean) const {
    return static_cast<std::uint8_t>(std::clamp((mean - offset) * factor + 0.5, 0.0, 255.0));
  }
};

/// Of luma, or of chroma, whose middle is kept at 128.
Scale scale_of(const Plane& plane, bool full_range, bool chroma) {
  const int bits = plane.depth;
  const double unit = static_cast<double>(1 << plane.shift);
  const double eight = static_cast<double>(1 << bits) / 256 * unit;
  if (chroma) {
    const double factor = (full_range ? 1 : 255.0 / 224) / eight;
    return {128 * eight - 128 / factor, factor};
  }
  if (full_range) return {0, 255.0 / (((1 << bits) - 1) * unit)};
  return {16 * eight, 255.0 / (219 * eight)};
}

/// `Sum`: holds a column of a box.
template <class Sample, class Sum>
Image means_of_boxes(const Plane& plane, const Scale& scale, int columns, int rows) {
  Image result(columns, rows, 1);
  std::vector<Sum> sums(static_cast<std::size_t>(plane.width));
  for (int j = 0; j < rows; ++j) {
    const int top = box_begin(j, rows, plane.height);
    const int bottom = std::max(top + 1, box_begin(j + 1, rows, plane.height));
    std::fill(sums.begin(), sums.end(), Sum{0});
    const auto add = [&]<int Rows>(int y) {
      add_rows<Sample, Rows>(
          plane.data + y * plane.stride, plane.stride, plane.step, plane.width, sums.data());
    };
    int y = top;
    for (; y + 4 <= bottom; y += 4) add.template operator()<4>(y);
    for (; y < bottom; ++y) add.template operator()<1>(y);
    for (int i = 0; i < columns; ++i) {
      const int left = box_begin(i, columns, plane.width);
      const int right = std::max(left + 1, box_begin(i + 1, columns, plane.width));
      std::uint64_t sum = 0;
      for (int x = left; x < right; ++x) sum += sums[static_cast<std::size_t>(x)];
      const double count = static_cast<double>(bottom - top) * (right - left);
      result.row(j)[i] = scale.apply(static_cast<double>(sum) / count);
    }
  }
  return result;
}

/// Mean of columns x rows boxes that partition the plane.
Image box_means(const Plane& plane, const Scale& scale, int columns, int rows) {
  if (plane.depth + plane.shift > 8)
    return means_of_boxes<std::uint16_t, std::uint32_t>(plane, scale, columns, rows);
  // Twice as many small sums fit into a vector.
  constexpr int kMostSamples = 0xffff / 0xff;
  const bool are_small = plane.height / rows + 1 <= kMostSamples;
  return are_small ? means_of_boxes<std::uint8_t, std::uint16_t>(plane, scale, columns, rows)
                   : means_of_boxes<std::uint8_t, std::uint32_t>(plane, scale, columns, rows);
}

/// From the means of red, green and blue, full range, after BT.601.
std::array<Image, 2> chroma_of(const std::array<Image, 3>& rgb) {
  std::array<Image, 2> chroma{rgb[0], rgb[0]};
  for (std::size_t i = 0; i < rgb[0].samples.size(); ++i) {
    const double red = rgb[0].samples[i];
    const double blue = rgb[2].samples[i];
    const double luma = 0.299 * red + 0.587 * rgb[1].samples[i] + 0.114 * blue;
    const auto level = [](double value) {
      return static_cast<std::uint8_t>(std::clamp(value + 128.5, 0.0, 255.0));
    };
    chroma[0].samples[i] = level((blue - luma) / 1.772);
    chroma[1].samples[i] = level((red - luma) / 1.402);
  }
  return chroma;
}

}  // namespace

Orientation orientation_of(const AVStream& stream) {
  const std::int32_t* stored = display_matrix(stream);
  if (stored == nullptr) return {};
  std::array<std::int32_t, 9> matrix{};
  std::copy_n(stored, matrix.size(), matrix.begin());
  const auto at = [&](std::size_t i) { return static_cast<double>(matrix[i]); };
  const bool mirrored = at(0) * at(4) - at(1) * at(3) < 0;
  if (mirrored) av_display_matrix_flip(matrix.data(), 1, 0);
  const double counterclockwise = av_display_rotation_get(matrix.data());
  if (!std::isfinite(counterclockwise)) return {};
  const int turns = static_cast<int>(std::lround(-counterclockwise / 90));
  return {((turns % 4) + 4) % 4, mirrored};
}

Image upright(const Image& image, Orientation orientation) {
  if (orientation.quarter_turns == 0 && !orientation.mirrored) return image;
  const int w = image.width;
  const int h = image.height;
  const bool swap = orientation.swaps_sides();
  Image turned(swap ? h : w, swap ? w : h, image.channels);
  const std::ptrdiff_t channels = image.channels;
  for (int y = 0; y < h; ++y) {
    for (int x = 0; x < w; ++x) {
      const int sx = orientation.mirrored ? w - 1 - x : x;
      int to_x = x;
      int to_y = y;
      switch (orientation.quarter_turns) {
        case 1:
          to_x = h - 1 - y;
          to_y = x;
          break;
        case 2:
          to_x = w - 1 - x;
          to_y = h - 1 - y;
          break;
        case 3:
          to_x = y;
          to_y = w - 1 - x;
          break;
        default:
          break;
      }
      const std::uint8_t* from = image.view().row(y) + sx * channels;
      std::copy_n(from, channels, turned.row(to_y) + to_x * channels);
    }
  }
  return turned;
}

Image to_rgb(const AVFrame& frame) {
  const AVPixFmtDescriptor* format = av_pix_fmt_desc_get(format_of(frame));
  const bool has_matrix = format != nullptr && format->nb_components >= 3 &&
                          (format->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) == 0;
  if (!has_matrix) return convert(frame, AV_PIX_FMT_RGB24, 3);
  // The same samples in a third of the time: swscale applies a matrix with vector instructions only
  // when it writes planes.
  return convert(*to_rgb_planes(frame), AV_PIX_FMT_RGB24, 3);
}

FramePtr to_jpeg_planes(ImageView picture) {
  auto planes = make_frame();
  planes->format = AV_PIX_FMT_YUVJ420P;
  planes->width = picture.width;
  planes->height = picture.height;
  check(av_frame_get_buffer(planes.get(), 0), "av_frame_get_buffer");
  const AVPixelFormat source = picture.channels == 1 ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_RGB24;
  const ScalerPtr scaler = make_scaler(picture.width, picture.height, source, AV_PIX_FMT_YUV420P);
  const int* bt601 = sws_getCoefficients(SWS_CS_DEFAULT);
  sws_setColorspaceDetails(scaler.get(), bt601, 1, bt601, 1, 0, 1 << 16, 1 << 16);
  const std::uint8_t* const rows[] = {picture.data};
  const int strides[] = {static_cast<int>(picture.stride)};
  check(sws_scale(scaler.get(), rows, strides, 0, picture.height, planes->data, planes->linesize),
        "sws_scale");
  return planes;
}

Image to_luma(const AVFrame& frame, int columns, int rows) {
  if (has_readable_planes(frame)) {
    const Plane plane = plane_of(frame, 0);
    return box_means(plane, scale_of(plane, is_full_range(frame), false), columns, rows);
  }
  const Image gray = convert(frame, AV_PIX_FMT_GRAY8, 1);
  return box_means(plane_of(gray, 0), {}, columns, rows);
}

std::array<Image, 2> to_chroma(const AVFrame& frame, int columns, int rows) {
  if (!has_readable_planes(frame)) {
    const Image rgb = to_rgb(frame);
    return chroma_of({box_means(plane_of(rgb, 0), {}, columns, rows),
                      box_means(plane_of(rgb, 1), {}, columns, rows),
                      box_means(plane_of(rgb, 2), {}, columns, rows)});
  }
  if (av_pix_fmt_desc_get(format_of(frame))->nb_components < 3) {
    Image colorless(columns, rows, 1);
    std::fill(colorless.samples.begin(), colorless.samples.end(), std::uint8_t{128});
    return {colorless, colorless};
  }
  std::array<Image, 2> chroma;
  for (const int component : {1, 2}) {
    const Plane plane = plane_of(frame, component);
    chroma[static_cast<std::size_t>(component) - 1] =
        box_means(plane, scale_of(plane, is_full_range(frame), true), columns, rows);
  }
  return chroma;
}

}  // namespace hindsight::ingest::detail
