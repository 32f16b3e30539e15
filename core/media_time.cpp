#include "core/media_time.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "core/error.h"

namespace hindsight {
namespace {

constexpr double kMaxSeconds = 9.2e9;

/// A non-negative decimal number that fills `text` completely.
std::optional<double> parse_decimal(std::string_view text) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty() || text[0] == '-') {
    return std::nullopt;
  }
  return value < kMaxSeconds ? std::optional{value} : std::nullopt;
}

std::optional<std::int64_t> parse_whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty() || text[0] == '-') {
    return std::nullopt;
  }
  return value;
}

}  // namespace

TimeSpan intersect(const TimeSpan& a, const TimeSpan& b) {
  const MediaTime begin = std::max(a.begin, b.begin);
  return {begin, std::max(begin, std::min(a.end, b.end))};
}

MediaDuration from_seconds(double seconds) {
  if (!std::isfinite(seconds) || std::abs(seconds) > kMaxSeconds) {
    throw Error(ErrorCode::usage, fmt::format("{} is not a time in seconds", seconds));
  }
  return MediaDuration{std::llround(seconds * 1e9)};
}

std::string to_clock(MediaTime t) {
  const bool negative = t.ns() < 0;
  const std::int64_t ms = (std::abs(t.ns()) + 500'000) / 1'000'000;
  return fmt::format("{}{:02}:{:02}:{:02}.{:03}",
                     negative && ms > 0 ? "-" : "",
                     ms / 3'600'000,
                     ms / 60'000 % 60,
                     ms / 1000 % 60,
                     ms % 1000);
}

std::string to_decimal_seconds(MediaTime t) {
  const std::int64_t us = (std::abs(t.ns()) + 500) / 1000;
  const char* sign = t.ns() < 0 && us > 0 ? "-" : "";
  return fmt::format("{}{}.{:06}", sign, us / 1'000'000, us % 1'000'000);
}

std::optional<MediaTime> parse_time(std::string_view text) {
  const auto last_colon = text.rfind(':');
  if (last_colon == std::string_view::npos) {
    if (text.ends_with('s')) text.remove_suffix(1);
    const auto seconds = parse_decimal(text);
    if (!seconds) return std::nullopt;
    return MediaTime{from_seconds(*seconds)};
  }
  const auto seconds = parse_decimal(text.substr(last_colon + 1));
  std::string_view head = text.substr(0, last_colon);
  std::int64_t hours = 0;
  if (const auto colon = head.find(':'); colon != std::string_view::npos) {
    const auto parsed = parse_whole(head.substr(0, colon));
    if (!parsed || *parsed > 1'000'000) return std::nullopt;
    hours = *parsed;
    head = head.substr(colon + 1);
    if (const auto minutes = parse_whole(head); !minutes || *minutes > 59) return std::nullopt;
  }
  const auto minutes = parse_whole(head);
  if (!seconds || *seconds >= 60 || !minutes || *minutes > 100'000'000) return std::nullopt;
  return MediaTime{std::chrono::hours{hours} + std::chrono::minutes{*minutes} +
                   from_seconds(*seconds)};
}

}  // namespace hindsight
