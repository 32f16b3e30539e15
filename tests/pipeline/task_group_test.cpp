#include "pipeline/task_group.h"

#include <atomic>

#include <doctest/doctest.h>

#include "core/error.h"
#include "pipeline/bounded_queue.h"

using hindsight::Error;
using hindsight::ErrorCode;
using hindsight::pipeline::BoundedQueue;
using hindsight::pipeline::TaskGroup;

TEST_CASE("wait() returns when every task has returned") {
  std::atomic<int> sum = 0;
  TaskGroup group;
  for (int i = 1; i <= 4; ++i) group.spawn([&sum, i](std::stop_token) { sum += i; });
  group.wait();
  CHECK(sum == 10);
}

TEST_CASE("the first failure stops the tasks that wait and is rethrown once") {
  BoundedQueue<int> never_filled(1);
  std::atomic<bool> stopped = false;
  TaskGroup group;
  group.spawn([&](std::stop_token stop) { stopped = !never_filled.pop(stop).has_value(); });
  group.spawn([](std::stop_token) { throw Error(ErrorCode::store, "the disk is full"); });
  CHECK_THROWS_WITH_AS(group.wait(), "the disk is full", Error);
  CHECK(stopped);
  CHECK_NOTHROW(group.wait());
}

TEST_CASE("request_stop() ends tasks that wait, without a failure") {
  BoundedQueue<int> never_filled(1);
  TaskGroup group;
  group.spawn([&](std::stop_token stop) { CHECK_FALSE(never_filled.pop(stop).has_value()); });
  group.request_stop();
  CHECK_NOTHROW(group.wait());
}

TEST_CASE("a group that goes out of scope stops and joins its tasks") {
  BoundedQueue<int> never_filled(1);
  std::atomic<bool> returned = false;
  {
    TaskGroup group;
    group.spawn([&](std::stop_token stop) {
      (void)never_filled.pop(stop);
      returned = true;
    });
  }
  CHECK(returned);
}
