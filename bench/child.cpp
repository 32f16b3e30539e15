#include "bench/child.h"

#include <array>
#include <chrono>
#include <stdexcept>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace hindsight::bench {
namespace {

[[noreturn]] void become(const std::vector<std::string>& arguments, int output) {
  std::vector<char*> words;
  for (const auto& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  ::dup2(output, STDOUT_FILENO);
  ::execv(words.front(), words.data());
  ::_exit(127);
}

std::string read_all(int fd) {
  std::string text;
  std::array<char, 4096> buffer;
  for (ssize_t n = ::read(fd, buffer.data(), buffer.size()); n > 0;
       n = ::read(fd, buffer.data(), buffer.size()))
    text.append(buffer.data(), static_cast<std::size_t>(n));
  return text;
}

}  // namespace

ChildRun run_child(const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) throw std::runtime_error("cannot make a pipe");
  const auto begin = std::chrono::steady_clock::now();
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(ends[0]);
    become(arguments, ends[1]);
  }
  ::close(ends[1]);
  ChildRun run;
  if (pid > 0) run.output = read_all(ends[0]);
  ::close(ends[0]);
  int status = 0;
  rusage usage{};
  if (pid < 0 || ::wait4(pid, &status, 0, &usage) != pid || status != 0)
    throw std::runtime_error("failed: " + arguments.front());
  run.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  run.peak_megabytes = static_cast<double>(usage.ru_maxrss) / 1024;
  return run;
}

}  // namespace hindsight::bench
