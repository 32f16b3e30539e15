#include "sampler/blends.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <optional>

#include "sampler/likeness.h"

namespace hindsight::sampler {
namespace {

using namespace std::chrono_literals;

// From A to B; a blend of 0.4 to 1.2 times as long is found.
constexpr std::array<MediaDuration, 3> kReaches = {400ms, 800ms, 1600ms};
// Of each reach A moves on by this part of it.
constexpr int kStartsPerReach = 10;
// Moments between A and B, one an eighth of the way each; so many pictures they must be.
constexpr int kSteps = 8;
constexpr std::size_t kLeastPictures = 4;
// The picture moves from A to B by no more at once, and back by no more.
constexpr float kLargestStep = 0.45F;
constexpr float kLargestStepBack = 0.1F;

// So little of the other scene is none.
constexpr float kOneScene = 0.05F;

// What is left over, as a share of the difference between A and B, and the change outside as a
// share of the change between.  At 113 places in dissolves and fades of a rendered and a
// real film 0 to 0.11 is left (three quarters: 0.01 at most), in slow pans and where cars leave
// 0.01 to 0.1 at 0.14 of the change outside or more.
constexpr float kMostLeft = 0.12F;
constexpr double kCalmOutside = 0.2;
constexpr float kHardlyLeft = 0.02F;
constexpr double kRatherCalm = 0.3;
constexpr double kFarApart = 20;  // levels of color_distance()

// So many cells change by more levels than the picture as a whole: of 150 dissolves and fades of
// rendered and real films 0.27 at least, where a large thing leaves a plain background 0.1.
constexpr int kChanged = 4;
constexpr double kMostlyChanged = 0.2;

// Means of 2 x 2 cells without their mean, then chroma without grey.
constexpr std::size_t kPooled = kNumCells / 4;
using Vector = std::array<float, kPooled + 2 * kNumChroma>;

Vector vector_of(const SmallPicture& picture) {
  Vector v{};
  std::size_t at = 0;
  for (int y = 0; y < kLumaHeight; y += 2) {
    const std::uint8_t* row = &picture.luma[static_cast<std::size_t>(y) * kLumaWidth];
    for (int x = 0; x < kLumaWidth; x += 2)
      v[at++] =
          static_cast<float>(row[x] + row[x + 1] + row[x + kLumaWidth] + row[x + kLumaWidth + 1]) /
          4;
  }
  const float mean = std::accumulate(v.begin(), v.begin() + kPooled, 0.0F) / kPooled;
  for (std::size_t i = 0; i < kPooled; ++i) v[i] -= mean;
  for (const auto* plane : {&picture.cb, &picture.cr})
    for (const std::uint8_t level : *plane) v[at++] = static_cast<float>(level) - 128;
  return v;
}

float dot(const Vector& a, const Vector& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0F);
}

/// Pictures as mixtures of two others.
class Mixtures {
 public:
  Mixtures(const SmallPicture& a, const SmallPicture& b)
      : a_(vector_of(a)),
        b_(vector_of(b)),
        aa_(dot(a_, a_)),
        bb_(dot(b_, b_)),
        ab_(dot(a_, b_)),
        determinant_(aa_ * bb_ - ab_ * ab_) {}

  [[nodiscard]] bool can_be_told() const {
    return aa_ + bb_ > 0 && determinant_ >= kDistinct * aa_ * bb_;
  }

  struct Mixture {
    float way = 0;   ///< 0: A, 1: B
    float left = 0;  ///< share of |A - B|^2
  };
  [[nodiscard]] Mixture of(const SmallPicture& picture) const {
    const Vector x = vector_of(picture);
    const float xa = dot(x, a_);
    const float xb = dot(x, b_);
    float a = 0;
    float b = 0;
    if (determinant_ > 0) {
      a = (xa * bb_ - xb * ab_) / determinant_;
      b = (xb * aa_ - xa * ab_) / determinant_;
    }
    const float left = dot(x, x) - a * xa - b * xb;
    return {(b - a + 1) / 2, std::max(0.0F, left) / (aa_ + bb_ - 2 * ab_ + 1)};
  }

 private:
  static constexpr float kDistinct = 1e-3F;
  Vector a_;
  Vector b_;
  float aa_;
  float bb_;
  float ab_;
  float determinant_;
};

/// Share of the cells that change by more, or less, than the picture as a whole.
double share_changed(const SmallPicture& a, const SmallPicture& b) {
  std::array<int, kNumCells> changes{};
  for (std::size_t i = 0; i < kNumCells; ++i) changes[i] = int{b.luma[i]} - int{a.luma[i]};
  auto sorted = changes;
  std::ranges::nth_element(sorted, sorted.begin() + kNumCells / 2);
  const int common = sorted[kNumCells / 2];
  const auto changed =
      std::ranges::count_if(changes, [&](int c) { return std::abs(c - common) > kChanged; });
  return static_cast<double>(changed) / kNumCells;
}

struct Found {
  Blend blend;
  float left = 0;
};

class BlendSearch {
 public:
  BlendSearch(Pictures pictures, std::span<const std::size_t> cuts) : pictures_(pictures) {
    // Where what came before ends: nothing is compared across.
    borders_.assign(cuts.begin(), cuts.end());
    for (std::size_t i = 1; i < pictures.size(); ++i)
      if (pictures[i].after_gap()) borders_.push_back(i);
    std::ranges::sort(borders_);
  }

  [[nodiscard]] std::vector<Found> search() const {
    std::vector<Found> found;
    for (const MediaDuration reach : kReaches) {
      MediaTime next_start = MediaTime::from_ns(INT64_MIN);
      for (std::size_t i = 0; i < pictures_.size(); ++i) {
        if (pictures_[i].time < next_start) continue;
        next_start = pictures_[i].time + reach / kStartsPerReach;
        if (const auto blend = blend_from(i, reach)) found.push_back(*blend);
      }
    }
    return found;
  }

 private:
  [[nodiscard]] std::size_t at(MediaTime time) const {
    const auto it = std::ranges::lower_bound(pictures_, time, {}, &SmallPicture::time);
    return static_cast<std::size_t>(it - pictures_.begin());
  }

  [[nodiscard]] bool is_one_piece(std::size_t first, std::size_t last) const {
    const auto border = std::ranges::upper_bound(borders_, first);
    return border == borders_.end() || *border > last;
  }

  /// How much changes in half of `reach` before A, or after B, as far as pictures go; empty where
  /// they do not go far enough to tell.
  [[nodiscard]] std::optional<double> change_outside(std::size_t edge,
                                                     MediaDuration reach,
                                                     bool after) const {
    const MediaDuration far = reach / 2;
    const MediaTime time = pictures_[edge].time;
    std::size_t other = std::min(at(after ? time + far : time - far), pictures_.size() - 1);
    while (other != edge && !is_one_piece(std::min(edge, other), std::max(edge, other)))
      after ? --other : ++other;
    const MediaDuration seen = abs(pictures_[other].time - time);
    if (seen < far / 4) return std::nullopt;
    const double share = std::min(1.0, to_seconds(seen) / to_seconds(far));
    return color_distance(pictures_[edge], pictures_[other]) / share;
  }

  /// Of A and B: the least change outside as a share of `between`.
  [[nodiscard]] std::optional<double> calmest_side(std::size_t a,
                                                   std::size_t b,
                                                   MediaDuration reach,
                                                   double between) const {
    std::optional<double> least;
    for (const auto side : {change_outside(a, reach, false), change_outside(b, reach, true)})
      if (side && (!least || *side / between < *least)) least = *side / between;
    return least;
  }

  [[nodiscard]] std::optional<Found> blend_from(std::size_t a, MediaDuration reach) const {
    const std::size_t b = at(pictures_[a].time + reach);
    if (b >= pictures_.size() || b < a + kLeastPictures + 1 || !is_one_piece(a, b))
      return std::nullopt;
    const double between = color_distance(pictures_[a], pictures_[b]);
    const auto outside = calmest_side(a, b, reach, std::max(between, 1.0));
    if (!outside || *outside > kRatherCalm) return std::nullopt;
    if (likeness(pictures_[a], pictures_[b]) != Likeness::unrelated ||
        share_changed(pictures_[a], pictures_[b]) < kMostlyChanged)
      return std::nullopt;
    const auto found = follow(a, b);
    if (!found || found->left > kMostLeft) return std::nullopt;
    const bool is_sure = found->left <= kHardlyLeft && between >= kFarApart;
    return *outside <= kCalmOutside || is_sure ? found : std::nullopt;
  }

  /// From A to B without a jump, or empty.
  [[nodiscard]] std::optional<Found> follow(std::size_t a, std::size_t b) const {
    const Mixtures mixtures(pictures_[a], pictures_[b]);
    if (!mixtures.can_be_told()) return std::nullopt;
    const MediaDuration way = pictures_[b].time - pictures_[a].time;
    Found found{{a, b, b}, 0};
    float before = 0;
    std::size_t last = a;
    std::size_t last_of_first = a;  // that shows more of A
    for (int step = 1; step <= kSteps; ++step) {
      const std::size_t i = step == kSteps ? b : at(pictures_[a].time + way * step / kSteps);
      if (i == last) continue;
      last = i;
      const auto mixture = i == b ? Mixtures::Mixture{1, 0} : mixtures.of(pictures_[i]);
      const float forward = mixture.way - before;
      if (forward > kLargestStep || forward < -kLargestStepBack) return std::nullopt;
      if (mixture.way < 0.5F) last_of_first = i;
      found.left = std::max(found.left, mixture.left);
      if (found.left > kMostLeft) return std::nullopt;
      before = mixture.way;
    }
    auto& blend = found.blend;
    const auto way_of = [&](std::size_t i) { return mixtures.of(pictures_[i]).way; };
    blend.middle = last_of_first + 1;
    while (blend.middle < b && way_of(blend.middle) < 0.5F) ++blend.middle;
    while (blend.begin + 1 < blend.middle && way_of(blend.begin + 1) < kOneScene) ++blend.begin;
    while (blend.end - 1 > blend.middle && way_of(blend.end - 1) > 1 - kOneScene) --blend.end;
    return found;
  }

  Pictures pictures_;
  std::vector<std::size_t> borders_;
};

}  // namespace

std::vector<Blend> find_blends(Pictures pictures, std::span<const std::size_t> cuts) {
  auto found = BlendSearch(pictures, cuts).search();
  std::ranges::stable_sort(found, {}, &Found::left);
  std::vector<Blend> blends;
  for (const auto& [blend, left] : found) {
    const bool overlaps = std::ranges::any_of(blends, [&](const Blend& other) {
      return blend.begin < other.end && other.begin < blend.end;
    });
    if (!overlaps) blends.push_back(blend);
  }
  std::ranges::sort(blends, {}, &Blend::middle);
  return blends;
}

}  // namespace hindsight::sampler
