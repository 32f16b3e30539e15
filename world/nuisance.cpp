#include "world/nuisance.h"

#include <array>
#include <cmath>

namespace hindsight::world {
namespace {

constexpr int kToneSteps = 4096;
constexpr float kToneRange = 4;

const std::array<float, kToneSteps + 1>& tone_curve() {
  static const auto kCurve = [] {
    std::array<float, kToneSteps + 1> curve{};
    for (int i = 0; i <= kToneSteps; ++i) {
      const float light = static_cast<float>(i) * kToneRange / kToneSteps;
      const float shoulder =
          light < 0.7F ? light : 0.7F + 0.3F * (1 - std::exp(-(light - 0.7F) / 0.3F));
      curve[static_cast<std::size_t>(i)] = 255 * std::pow(shoulder, 1 / 2.2F);
    }
    return curve;
  }();
  return kCurve;
}

void blur_rows(std::vector<float>& plane, int width, int height, float amount) {
  const float side = std::min(0.33F, amount * 0.3F);
  std::vector<float> before = plane;
  const auto stride = static_cast<std::size_t>(width) * 3;
  const auto sum = [&](std::size_t i, std::size_t back, std::size_t on) {
    return before[i] * (1 - 2 * side) + (before[i - back] + before[i + on]) * side;
  };
  for (int y = 0; y < height; ++y)
    for (int x = 1; x + 1 < width; ++x)
      for (std::size_t c = 0; c < 3; ++c) {
        const std::size_t i =
            static_cast<std::size_t>(y) * stride + static_cast<std::size_t>(x) * 3 + c;
        plane[i] = sum(i, 3, 3);
      }
  before = plane;
  for (int y = 1; y + 1 < height; ++y)
    for (std::size_t i = static_cast<std::size_t>(y) * stride;
         i < static_cast<std::size_t>(y + 1) * stride;
         ++i)
      plane[i] = sum(i, stride, stride);
}

void add_rain(std::vector<float>& plane, int width, int height, float amount, Rng rng) {
  const int drops = static_cast<int>(amount * static_cast<float>(width * height) / 90);
  const float slant = rng.between(-0.3F, 0.3F);
  for (int d = 0; d < drops; ++d) {
    float x = rng.between(0, static_cast<float>(width));
    const int y0 = rng.below(height);
    const int len = rng.whole(2, std::max(3, height / 12));
    const float light = rng.between(6, 26);
    for (int y = y0; y < std::min(height, y0 + len); ++y, x += slant) {
      if (x < 0 || x >= static_cast<float>(width)) break;
      const std::size_t i = (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                             static_cast<std::size_t>(x)) *
                            3;
      for (std::size_t c = 0; c < 3; ++c) plane[i + c] += (200 - plane[i + c]) * light / 100;
    }
  }
}

struct Cosines {
  std::array<std::array<float, 8>, 8> at{};
  Cosines() {
    for (std::size_t k = 0; k < 8; ++k)
      for (std::size_t n = 0; n < 8; ++n)
        at[k][n] = (k == 0 ? std::sqrt(0.125F) : 0.5F) *
                   std::cos(kPi * (2 * static_cast<float>(n) + 1) * static_cast<float>(k) / 16);
  }
};

using Block = std::array<std::array<float, 8>, 8>;

Block multiply(const Block& a, const Block& b, bool transpose_a, bool transpose_b) {
  Block out{};
  for (std::size_t i = 0; i < 8; ++i)
    for (std::size_t k = 0; k < 8; ++k) {
      const float v = transpose_a ? a[k][i] : a[i][k];
      for (std::size_t j = 0; j < 8; ++j) out[i][j] += v * (transpose_b ? b[j][k] : b[k][j]);
    }
  return out;
}

void quantize_plane(std::vector<float>& plane, int width, int height, float step) {
  static const Cosines kCosines;
  const auto index = [&](int x, int y) {
    return static_cast<std::size_t>(std::min(y, height - 1)) * static_cast<std::size_t>(width) +
           static_cast<std::size_t>(std::min(x, width - 1));
  };
  for (int by = 0; by < height; by += 8) {
    for (int bx = 0; bx < width; bx += 8) {
      Block block;
      for (int y = 0; y < 8; ++y)
        for (int x = 0; x < 8; ++x)
          block[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] =
              plane[index(bx + x, by + y)];
      Block spectrum =
          multiply(multiply(kCosines.at, block, false, false), kCosines.at, false, true);
      for (std::size_t v = 0; v < 8; ++v)
        for (std::size_t u = 0; u < 8; ++u) {
          const float q = step * (1 + 0.22F * static_cast<float>(u + v));
          spectrum[v][u] = q * std::trunc(spectrum[v][u] / q + (spectrum[v][u] > 0 ? 0.4F : -0.4F));
        }
      block = multiply(multiply(kCosines.at, spectrum, true, false), kCosines.at, false, false);
      for (int y = 0; y < 8 && by + y < height; ++y)
        for (int x = 0; x < 8 && bx + x < width; ++x)
          plane[index(bx + x, by + y)] =
              block[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)];
    }
  }
}

}  // namespace

float to_display(float light) {
  const float at = std::clamp(light, 0.0F, kToneRange - 0.01F) * (kToneSteps / kToneRange);
  const auto i = static_cast<std::size_t>(at);
  return mix(tone_curve()[i], tone_curve()[i + 1], at - static_cast<float>(i));
}

Image develop(const Canvas& canvas, const World& world, double t, int shift_x, int shift_y) {
  const int width = canvas.width / kSupersampling;
  const int height = canvas.height / kSupersampling;
  const auto& nuisance = world.nuisance;
  Rng rng = Rng(world.seed).fork(static_cast<std::uint64_t>(std::llround(t * 1e6)) + 77);
  const float drift =
      1 +
      nuisance.drift * static_cast<float>(std::sin(t * 0.11 + static_cast<double>(world.seed % 7)));
  const float exposure = world.exposure * drift / (kSupersampling * kSupersampling);
  std::vector<float> plane(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      Vec3 sum;
      for (int j = 0; j < kSupersampling; ++j)
        for (int i = 0; i < kSupersampling; ++i)
          sum += canvas.color[canvas.index(
              std::clamp(x * kSupersampling + i + shift_x, 0, canvas.width - 1),
              std::clamp(y * kSupersampling + j + shift_y, 0, canvas.height - 1))];
      const float u = static_cast<float>(x) / static_cast<float>(width) - 0.5F;
      const float v = static_cast<float>(y) / static_cast<float>(height) - 0.5F;
      const float k = exposure * (1 - nuisance.vignette * (u * u + v * v) * 2);
      float* p = &plane[(static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
                         static_cast<std::size_t>(x)) *
                        3];
      p[0] = to_display(sum.x * k), p[1] = to_display(sum.y * k), p[2] = to_display(sum.z * k);
      if (nuisance.hazy)
        for (int c = 0; c < 3; ++c) p[c] = 60 + p[c] * 0.68F;
    }
  }
  if (nuisance.blur > 0) blur_rows(plane, width, height, nuisance.blur);
  if (nuisance.rain > 0) add_rain(plane, width, height, nuisance.rain, rng.fork(3));
  Image picture(width, height, 3);
  const float gain = 255 * nuisance.noise;
  for (std::size_t i = 0; i < plane.size(); i += 3) {
    const float gray = rng.normal() * gain;
    for (std::size_t c = 0; c < 3; ++c)
      picture.samples[i + c] = static_cast<std::uint8_t>(
          std::clamp(plane[i + c] + gray + rng.normal() * gain * 0.5F + 0.5F, 0.0F, 255.0F));
  }
  return picture;
}

void compress_blocks(Image& picture, float quantizer) {
  const int w = picture.width, h = picture.height, cw = (w + 1) / 2, ch = (h + 1) / 2;
  const auto n = static_cast<std::size_t>(w) * static_cast<std::size_t>(h);
  std::vector<float> luma(n), blue(static_cast<std::size_t>(cw) * static_cast<std::size_t>(ch)),
      red(blue.size());
  const auto chroma_at = [&](std::size_t i) {
    const std::size_t x = i % static_cast<std::size_t>(w), y = i / static_cast<std::size_t>(w);
    return y / 2 * static_cast<std::size_t>(cw) + x / 2;
  };
  for (std::size_t i = 0; i < n; ++i) {
    const float r = picture.samples[3 * i], g = picture.samples[3 * i + 1],
                b = picture.samples[3 * i + 2];
    luma[i] = 0.299F * r + 0.587F * g + 0.114F * b;
    blue[chroma_at(i)] += (b - luma[i]) * (0.564F / 4);
    red[chroma_at(i)] += (r - luma[i]) * (0.713F / 4);
  }
  quantize_plane(luma, w, h, quantizer);
  quantize_plane(blue, cw, ch, quantizer * 1.3F);
  quantize_plane(red, cw, ch, quantizer * 1.3F);
  const auto level = [](float v) {
    return static_cast<std::uint8_t>(std::clamp(v + 0.5F, 0.0F, 255.0F));
  };
  for (std::size_t i = 0; i < n; ++i) {
    const float b = blue[chroma_at(i)] / 0.564F, r = red[chroma_at(i)] / 0.713F;
    picture.samples[3 * i] = level(luma[i] + r);
    picture.samples[3 * i + 1] = level(luma[i] - (0.299F * r + 0.114F * b) / 0.587F);
    picture.samples[3 * i + 2] = level(luma[i] + b);
  }
}

}  // namespace hindsight::world
