// The colours by which things are told apart.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace hindsight::query::detail {

/// The basic colour terms of English (Berlin and Kay 1969); "grey" is "gray".
inline constexpr std::array<std::string_view, 11> kColors{"black",
                                                          "blue",
                                                          "brown",
                                                          "gray",
                                                          "green",
                                                          "orange",
                                                          "pink",
                                                          "purple",
                                                          "red",
                                                          "white",
                                                          "yellow"};

/// As it stands in kColors.
constexpr std::string_view color_of(std::string_view word) {
  return word == "grey" ? std::string_view("gray") : word;
}

constexpr bool is_color(std::string_view word) {
  return std::ranges::find(kColors, color_of(word)) != kColors.end();
}

}  // namespace hindsight::query::detail
