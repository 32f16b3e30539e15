// Visual tokens as values, shared by the model that makes them, the index that keeps them and the query that reads them.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace hindsight {

/// Row-major [rows, width] float32: one row a token (or an embedding), no padding.
struct TokenMatrix {
  int rows = 0;
  int width = 0;
  std::vector<float> values;

  [[nodiscard]] std::span<const float> row(int i) const {
    return std::span(values).subspan(static_cast<std::size_t>(i) * static_cast<std::size_t>(width),
                                     static_cast<std::size_t>(width));
  }
  friend bool operator==(const TokenMatrix&, const TokenMatrix&) = default;
};

}  // namespace hindsight
