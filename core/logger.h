// Log lines as values passed to a sink.  Nothing below app/ writes to stdout or stderr.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace hindsight {

/// error: an operation ended; warn: a result is worse than asked; info: a few lines a video;
/// debug: once a stage or request; trace: the only level that may speak once a frame.
enum class LogLevel { error, warn, info, debug, trace };

/// A value, cheap to copy, passed to whoever needs it; the default one discards everything.
/// As thread-safe as its sink.
class Logger {
 public:
  using Sink = std::function<void(LogLevel, std::string_view)>;

  Logger() = default;
  Logger(LogLevel max_level, Sink sink) : max_level_(max_level), sink_(std::move(sink)) {}

  /// Whether a line of this level would reach the sink.
  [[nodiscard]] bool speaks(LogLevel level) const { return sink_ && level <= max_level_; }

  template <class... Args>
  void log(LogLevel level, fmt::format_string<Args...> format, Args&&... args) const {
    if (speaks(level)) sink_(level, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  void warn(fmt::format_string<Args...> format, Args&&... args) const {
    log(LogLevel::warn, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) const {
    log(LogLevel::info, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) const {
    log(LogLevel::debug, format, std::forward<Args>(args)...);
  }

 private:
  LogLevel max_level_ = LogLevel::error;
  Sink sink_;
};

}  // namespace hindsight
