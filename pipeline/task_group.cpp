#include "pipeline/task_group.h"

#include <utility>

namespace hindsight::pipeline {

TaskGroup::~TaskGroup() { request_stop(); }

void TaskGroup::spawn(std::function<void(std::stop_token)> task) {
  threads_.emplace_back([this, task = std::move(task)] {
    try {
      task(stop_.get_token());
    } catch (...) {
      {
        const std::lock_guard lock(mutex_);
        if (!first_failure_) first_failure_ = std::current_exception();
      }
      request_stop();
    }
  });
}

void TaskGroup::wait() {
  threads_.clear();  // a jthread joins when it is destroyed
  const std::lock_guard lock(mutex_);
  if (first_failure_) std::rethrow_exception(std::exchange(first_failure_, nullptr));
}

}  // namespace hindsight::pipeline
