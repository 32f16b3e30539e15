// Work in a child process, which may change its own limits and user.
#pragma once

#include <exception>
#include <string>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hindsight::test {

/// What `work` returns in a child process.
template <class Work>
std::string in_child(Work work) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::string result;
    try {
      result = work();
    } catch (const std::exception& error) {
      result = std::string("unexpected: ") + error.what();
    }
    [[maybe_unused]] const auto written = write(ends[1], result.data(), result.size());
    _exit(0);
  }
  close(ends[1]);
  std::string result;
  char buffer[4096];
  for (ssize_t size = 0; (size = read(ends[0], buffer, sizeof buffer)) > 0;)
    result.append(buffer, static_cast<std::size_t>(size));
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return result;
}

/// For permissions: tests that run as root would be let through by it.
inline void become_nobody() {
  if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0) _exit(1);
}

}  // namespace hindsight::test
