#include "query/representatives.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <span>

#include "core/error.h"
#include "query/detail/code_products.h"

namespace hindsight::query {
namespace {

/// Squared distances below this are rounding.
constexpr float kEqual = 1e-5F;

/// Cosines of one vector with all.
class Likeness {
 public:
  explicit Likeness(const index::PairVectors& vectors)
      : vectors_(vectors),
        products_(vectors.pair_ids.size()),
        nothing_(static_cast<std::size_t>(vectors.width)) {}

  /// Squared distance of unit vectors, from the last one that look_from() named.
  void look_from(std::size_t position) {
    const auto width = nothing_.size();
    const auto codes = std::span(vectors_.codes).subspan(position * width, width);
    const std::vector<std::int16_t> wide(codes.begin(), codes.end());
    detail::multiply_rows(vectors_.codes, wide, nothing_, products_);
    scale_ = vectors_.scales[position];
  }
  [[nodiscard]] float distance_to(std::size_t i) const {
    return 2 - 2 * scale_ * vectors_.scales[i] * static_cast<float>(products_[i].with_a);
  }

 private:
  const index::PairVectors& vectors_;
  std::vector<detail::CodeProducts> products_;
  std::vector<std::int16_t> nothing_;  ///< multiply_rows() takes two
  float scale_ = 0;
};

bool fits(std::span<const std::int32_t> of, std::size_t size) {
  return of.size() == size && std::ranges::all_of(of, [&](std::int32_t i) {
           return i >= 0 && static_cast<std::size_t>(i) < size;
         });
}

}  // namespace

std::vector<std::int32_t> choose_representatives(const index::PairVectors& vectors,
                                                 std::size_t count) {
  const std::size_t size = vectors.pair_ids.size();
  std::vector<std::int32_t> of(size);
  std::vector<float> distance(size, std::numeric_limits<float>::max());
  Likeness likeness(vectors);
  std::size_t chosen = 0;
  for (std::size_t n = 0; n < std::min(count, size); ++n) {
    likeness.look_from(chosen);
    for (std::size_t i = 0; i < size; ++i) {
      const float d = likeness.distance_to(i);
      if (!(d < distance[i])) continue;
      distance[i] = d;
      of[i] = static_cast<std::int32_t>(chosen);
    }
    // However rounding has it.
    distance[chosen] = 0;
    of[chosen] = static_cast<std::int32_t>(chosen);
    chosen = static_cast<std::size_t>(std::ranges::max_element(distance) - distance.begin());
    if (distance[chosen] < kEqual) break;
  }
  return of;
}

std::vector<std::int32_t> representatives_of(const index::Store& store,
                                             std::int64_t run_id,
                                             const index::PairVectors& vectors,
                                             std::size_t count) {
  auto of = store.representatives(run_id, count);
  if (fits(of, vectors.pair_ids.size())) return of;
  of = choose_representatives(vectors, count);
  try {
    index::Store::open(store.path(),
                       index::OpenMode::update,
                       {.wait = std::chrono::milliseconds{0}, .purpose = "ask"})
        .put_representatives(run_id, count, of);
  } catch (const Error&) {
    // They are chosen again.
  }
  return of;
}

}  // namespace hindsight::query
