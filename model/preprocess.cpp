#include "model/preprocess.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "core/error.h"

namespace hindsight::model {
namespace {

constexpr double kMaxAspectRatio = 200;
constexpr int kChannels = 3;

// The normalised value of every byte, a channel at a time: in double up to the rescaled byte, then
// in float32.
using NormalisedBytes = std::array<std::array<float, 256>, kChannels>;

NormalisedBytes normalised_bytes(const PreprocessorConfig& config) {
  NormalisedBytes table{};
  for (std::size_t c = 0; c < kChannels; ++c) {
    const auto mean = static_cast<float>(config.image_mean[c]);
    const auto deviation = static_cast<float>(config.image_std[c]);
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const auto rescaled = static_cast<float>(static_cast<double>(byte) * config.rescale_factor);
      table[c][byte] = (rescaled - mean) / deviation;
    }
  }
  return table;
}

int round_to_multiple(double side, int factor) {
  // Half to even, the default rounding mode.
  return std::max(1, static_cast<int>(std::nearbyint(side / factor))) * factor;
}

void check_frame(const ImageView& frame) {
  if (frame.channels == kChannels) return;
  throw Error(ErrorCode::usage,
              fmt::format("a frame has {} channel(s) instead of 3 (RGB)", frame.channels));
}

void check_size(PictureSize size, const PreprocessorConfig& config) {
  const int factor = config.side_factor();
  if (size.width > 0 && size.height > 0 && size.width % factor == 0 && size.height % factor == 0)
    return;
  throw Error(
      ErrorCode::usage,
      fmt::format(
          "cannot make patches of {} x {} pixels: both sides must be positive multiples of {}",
          size.width,
          size.height,
          factor));
}

// Appends temporal patches to `values`, in the row order that the header states.
class PatchWriter {
 public:
  PatchWriter(std::vector<float>& values, PictureSize size, const PreprocessorConfig& config)
      : values_(values), size_(size), config_(config), bytes_(normalised_bytes(config)) {}

  /// Both frames are of the writer's size.
  void add(const ImageView& first, const ImageView& second) {
    const int factor = config_.side_factor();
    for (int block_y = 0; block_y < size_.height; block_y += factor) {
      for (int block_x = 0; block_x < size_.width; block_x += factor) {
        for (int y = block_y; y < block_y + factor; y += config_.patch_size) {
          for (int x = block_x; x < block_x + factor; x += config_.patch_size)
            add_patch(first, second, x, y);
        }
      }
    }
  }

 private:
  void add_patch(const ImageView& first, const ImageView& second, int left, int top) {
    const int side = config_.patch_size;
    for (std::size_t c = 0; c < kChannels; ++c) {
      for (const ImageView* frame : {&first, &second}) {
        for (int y = top; y < top + side; ++y) {
          const std::uint8_t* pixel =
              frame->row(y) + std::ptrdiff_t{left} * kChannels + static_cast<std::ptrdiff_t>(c);
          for (int x = 0; x < side; ++x, pixel += kChannels) values_.push_back(bytes_[c][*pixel]);
        }
      }
    }
  }

  std::vector<float>& values_;
  PictureSize size_;
  const PreprocessorConfig& config_;
  NormalisedBytes bytes_;
};

PixelPatches make_patches(std::span<const ImageView> frames,
                          PictureSize size,
                          const PreprocessorConfig& config) {
  check_size(size, config);
  for (const auto& frame : frames) check_frame(frame);
  PixelPatches patches;
  patches.grid = {static_cast<int>((frames.size() + 1) / 2),
                  size.height / config.patch_size,
                  size.width / config.patch_size};
  patches.values.reserve(static_cast<std::size_t>(patches.grid.num_patches()) * kChannels * 2 *
                         static_cast<std::size_t>(config.patch_size * config.patch_size));
  PatchWriter writer(patches.values, size, config);
  for (std::size_t i = 0; i < frames.size(); i += 2) {
    const Image first = resize_bicubic(frames[i], size);
    if (i + 1 == frames.size()) {
      writer.add(first.view(), first.view());
    } else {
      writer.add(first.view(), resize_bicubic(frames[i + 1], size).view());
    }
  }
  return patches;
}

}  // namespace

std::string preprocessing_key(std::string_view dtype) {
  return fmt::format("{}/{}", kPreprocessingVersion, dtype);
}

bool is_current_preprocessing(std::string_view key) {
  return key.substr(0, key.find('/')) == kPreprocessingVersion;
}

PixelLimits pixel_limits(const PreprocessorConfig& config) {
  return {config.min_pixels, config.max_pixels, config.side_factor()};
}

PictureSize smart_resize(PictureSize size, const PixelLimits& limits) {
  const double width = size.width;
  const double height = size.height;
  if (size.width <= 0 || size.height <= 0 ||
      std::max(width, height) / std::min(width, height) > kMaxAspectRatio) {
    throw Error(ErrorCode::usage,
                fmt::format("a picture of {} x {} pixels cannot be resized: its sides must be "
                            "positive and the longer "
                            "at most {} times the shorter",
                            size.width,
                            size.height,
                            kMaxAspectRatio));
  }
  const int factor = limits.side_factor;
  PictureSize out{round_to_multiple(width, factor), round_to_multiple(height, factor)};
  const std::int64_t area = std::int64_t{out.width} * out.height;
  if (area > limits.max_pixels) {
    const double shrink = std::sqrt(height * width / static_cast<double>(limits.max_pixels));
    const auto floor_side = [&](double side) {
      return std::max(1, static_cast<int>(std::floor(side / shrink / factor))) * factor;
    };
    out = {floor_side(width), floor_side(height)};
  } else if (area < limits.min_pixels) {
    const double grow = std::sqrt(static_cast<double>(limits.min_pixels) / (height * width));
    const auto ceil_side = [&](double side) {
      return static_cast<int>(std::ceil(side * grow / factor)) * factor;
    };
    out = {ceil_side(width), ceil_side(height)};
  }
  return out;
}

PixelPatches make_pair_patches(const ImageView& first,
                               const ImageView& second,
                               int width,
                               int height,
                               const PreprocessorConfig& config) {
  const ImageView frames[] = {first, second};
  return make_patches(frames, {width, height}, config);
}

PixelPatches make_image_patches(const ImageView& image, const PreprocessorConfig& config) {
  return make_patches(
      {&image, 1}, smart_resize({image.width, image.height}, pixel_limits(config)), config);
}

PixelPatches make_clip_patches(std::span<const ImageView> frames,
                               PictureSize size,
                               const PreprocessorConfig& config) {
  if (frames.empty()) throw Error(ErrorCode::usage, "a clip needs at least one frame");
  return make_patches(frames, size, config);
}

}  // namespace hindsight::model
