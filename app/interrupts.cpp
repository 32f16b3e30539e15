#include "app/interrupts.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include "core/error.h"

namespace hindsight::app {
namespace {

constexpr std::array<int, 2> kSignals{SIGINT, SIGTERM};
/// No signal has this number: it ends the watcher.
constexpr unsigned char kEnd = 0;

// A handler has no argument of ours: the end of the pipe that it writes to is the one global.
std::atomic<int> write_end = -1;
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void pass_on(int signal) {
  const int saved = errno;
  const auto number = static_cast<unsigned char>(signal);
  [[maybe_unused]] const auto written = write(write_end, &number, 1);
  errno = saved;
}

}  // namespace

// A handler and not a blocked mask: libraries start threads before main(), which a mask set later
// does not reach.
struct Interrupts::Impl {
  Actions actions;
  std::array<int, 2> pipe_ends{-1, -1};
  std::array<struct sigaction, kSignals.size()> previous{};
  std::stop_source finish;
  std::atomic<int> exit_code = 0;
  std::jthread watcher;  // last: it uses everything above

  void watch() {
    unsigned char number = kEnd;
    while (true) {
      const auto count = read(pipe_ends[0], &number, 1);
      if (count < 0 && errno == EINTR) continue;
      if (count != 1 || number == kEnd) return;
      if (exit_code != 0) {
        actions.on_second();
        _exit(128 + number);
      }
      exit_code = 128 + number;
      actions.on_first();
      finish.request_stop();
    }
  }
};

Interrupts::Interrupts(Actions actions) : impl_(std::make_unique<Impl>()) {
  impl_->actions = std::move(actions);
  if (pipe2(impl_->pipe_ends.data(), O_CLOEXEC) != 0) {
    throw Error(ErrorCode::exhausted,
                fmt::format("cannot watch for Ctrl-C: {}", std::strerror(errno)));
  }
  write_end = impl_->pipe_ends[1];
  impl_->watcher = std::jthread([impl = impl_.get()] { impl->watch(); });
  struct sigaction action {};
  action.sa_handler = pass_on;
  action.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], nullptr, &impl_->previous[i]);
    // Whoever started the program in the background, or with nohup, wants it left alone.
    if (impl_->previous[i].sa_handler != SIG_IGN) sigaction(kSignals[i], &action, nullptr);
  }
}

Interrupts::~Interrupts() {
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    sigaction(kSignals[i], &impl_->previous[i], nullptr);
  }
  [[maybe_unused]] const auto written = write(impl_->pipe_ends[1], &kEnd, 1);
  impl_->watcher.join();
  for (const int end : impl_->pipe_ends) close(end);
}

std::stop_token Interrupts::finish() const { return impl_->finish.get_token(); }
int Interrupts::exit_code() const { return impl_->exit_code; }

}  // namespace hindsight::app
