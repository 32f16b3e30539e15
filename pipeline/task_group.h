// The threads of one job: they start together, and the first that fails stops the rest.
#pragma once

#include <exception>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace hindsight::pipeline {

/// Owns its threads.  spawn() and wait() belong to one thread; request_stop() is thread-safe.
class TaskGroup {
 public:
  TaskGroup() = default;
  /// Stops and joins.  What a task threw after the last wait() is lost.
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Runs `task` on a thread of its own.  When it throws, stop is requested of every task.
  void spawn(std::function<void(std::stop_token)> task);

  /// Asks all tasks to return.
  void request_stop() { stop_.request_stop(); }

  /// Returns when all tasks have returned.  Throws what the first failing task threw.
  void wait();

 private:
  std::stop_source stop_;
  std::mutex mutex_;  // guards first_failure_
  std::exception_ptr first_failure_;
  std::vector<std::jthread> threads_;
};

}  // namespace hindsight::pipeline
