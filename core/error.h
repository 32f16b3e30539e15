// The one exception type.  A message is one sentence: what failed, on which thing, why, and what to do about it.
#pragma once

#include <stdexcept>
#include <string>

namespace hindsight {

/// Why an operation ended.  The number is the exit code of the `hindsight` command.
enum class ErrorCode {
  internal = 1,          ///< a fault of ours
  usage = 2,             ///< a flag, value, question or configuration key that is not valid
  unreadable_input = 3,  ///< a video, stream or subtitle file that is missing, unsupported or damaged
  partial = 4,           ///< some inputs failed, the others are done
  not_found = 5,         ///< no such video, model or answer in the place that was named
  store = 6,             ///< the token cache is foreign, newer, damaged, busy, read-only, or its disk is full
  model = 7,             ///< a checkpoint or tokenizer that cannot be used
  exhausted = 8,         ///< memory, context length or a budget is not enough
  abstained = 9,         ///< the answer is "not found" and --fail-on-abstain was given
  interrupted = 130,     ///< stopped by the user, work so far is saved
};

class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}
  [[nodiscard]] ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace hindsight
