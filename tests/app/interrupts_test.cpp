#include "app/interrupts.h"

#include <atomic>
#include <csignal>
#include <thread>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

using hindsight::app::Interrupts;

namespace {

/// Runs `work` in a child and returns its exit code, or 128 + the signal that ended it.
template <class Work>
int in_child(Work&& work) {
  const pid_t child = fork();
  if (child == 0) {
    // doctest's own handlers would report a crash of the test.
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    work();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

void wait_for(const std::atomic<int>& count, int value) {
  while (count < value) std::this_thread::yield();
}

}  // namespace

TEST_CASE("the first signal asks to finish, even when threads were there before") {
  const int code = in_child([] {
    std::atomic<bool> over = false;
    // The system may hand the signal to this thread.
    std::thread before([&] {
      while (!over) std::this_thread::yield();
    });
    std::atomic<int> first = 0;
    const Interrupts interrupts({.on_first = [&] { ++first; }, .on_second = [] {}});
    if (interrupts.finish().stop_requested() || interrupts.exit_code() != 0) _exit(1);
    kill(getpid(), SIGTERM);
    wait_for(first, 1);
    while (!interrupts.finish().stop_requested()) std::this_thread::yield();
    over = true;
    before.join();
    _exit(interrupts.exit_code());
  });
  CHECK(code == 143);
}

TEST_CASE("the second signal ends the program after its last words") {
  const int code = in_child([] {
    std::atomic<int> first = 0;
    const Interrupts interrupts({.on_first = [&] { ++first; }, .on_second = [] { _exit(77); }});
    kill(getpid(), SIGINT);
    wait_for(first, 1);
    kill(getpid(), SIGINT);
    while (true) pause();
  });
  CHECK(code == 77);
}

TEST_CASE("a signal that is ignored stays ignored, and afterwards everything is as before") {
  const int ignored = in_child([] {
    std::signal(SIGINT, SIG_IGN);
    const Interrupts interrupts({.on_first = [] { _exit(1); }, .on_second = [] { _exit(1); }});
    raise(SIGINT);
  });
  CHECK(ignored == 0);
  const int restored = in_child([] {
    {
      const Interrupts interrupts({.on_first = [] { _exit(1); }, .on_second = [] { _exit(1); }});
    }
    raise(SIGINT);
  });
  CHECK(restored == 128 + SIGINT);
}
