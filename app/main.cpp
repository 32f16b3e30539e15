#include <csignal>
#include <cstdio>
#include <exception>
#include <new>

#include <fmt/format.h>

#include "app/command_line.h"
#include "app/text.h"
#include "core/error.h"

int main(int argc, char** argv) {
  using hindsight::ErrorCode;
  // A supervisor may have it ignored, which exec hands on; then no child tells how it ended.
  std::signal(SIGCHLD, SIG_DFL);
  try {
    return hindsight::app::run_command_line(argc, argv);
  } catch (const hindsight::Error& e) {
    fmt::print(stderr, "hindsight: {}\n", hindsight::app::printable(e.what()));
    return static_cast<int>(e.code());
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "hindsight: out of memory; use a smaller model or a smaller token budget\n");
    return static_cast<int>(ErrorCode::exhausted);
  } catch (const std::exception& e) {
    fmt::print(stderr, "hindsight: internal error: {}\n", hindsight::app::printable(e.what()));
    return static_cast<int>(ErrorCode::internal);
  }
}
