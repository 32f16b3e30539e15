// Ctrl-C in two steps: the first asks the work to finish what it has begun, the second ends the
// program.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>

namespace hindsight::app {

/// While it lives, SIGINT and SIGTERM are handed to a thread of its own; a signal that was ignored
/// before stays ignored.  One at a time.
class Interrupts {
 public:
  struct Actions {
    std::function<void()> on_first;   ///< says what happens now; runs on the thread of the signals
    std::function<void()> on_second;  ///< last words and clean-up; after it the program ends
  };
  explicit Interrupts(Actions actions);
  /// Gives the signals back.
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  /// Stop is requested by the first signal.
  [[nodiscard]] std::stop_token finish() const;
  /// 128 + the number of the first signal: 130 or 143; 0 when there was none.
  [[nodiscard]] int exit_code() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hindsight::app
