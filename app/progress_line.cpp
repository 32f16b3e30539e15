#include "app/progress_line.h"

#include <algorithm>
#include <cstdio>
#include <string>

#include <fmt/format.h>

namespace hindsight::app {

ProgressLine::~ProgressLine() {
  if (drawn_) fmt::print(stderr, "\r\x1b[K");
}

void ProgressLine::at(std::string_view work, double share, double media_seconds) {
  const auto now = Clock::now();
  if (!visible_ || now - last_ < std::chrono::milliseconds{200}) return;
  last_ = now;
  drawn_ = true;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  fmt::print(stderr,
             "\r\x1b[K{} {:3.0f} %{}",
             work,
             100 * std::clamp(share, 0.0, 1.0),
             media_seconds > 0 ? fmt::format(", {:.0f} x realtime", media_seconds / seconds)
                               : std::string());
  std::fflush(stderr);
}

}  // namespace hindsight::app
