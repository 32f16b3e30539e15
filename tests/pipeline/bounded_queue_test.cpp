#include "pipeline/bounded_queue.h"

#include <memory>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

using hindsight::pipeline::BoundedQueue;

namespace {

/// Nobody asks for a stop.
const std::stop_token kNeverStops{};

}  // namespace

TEST_CASE("items come out in the order they went in, and then the end of a closed queue") {
  BoundedQueue<std::unique_ptr<int>> queue(1000);
  for (int i = 0; i < 3; ++i) CHECK(queue.push(std::make_unique<int>(i), 10, kNeverStops));
  queue.close();
  for (int i = 0; i < 3; ++i) {
    const auto item = queue.pop(kNeverStops);
    REQUIRE(item.has_value());
    CHECK(**item == i);
  }
  CHECK_FALSE(queue.pop(kNeverStops).has_value());
}

TEST_CASE("a producer and a consumer pass every item through a queue that holds one at a time") {
  BoundedQueue<int> queue(1);
  std::jthread producer([&] {
    for (int i = 0; i < 2000; ++i) {
      if (!queue.push(i, 1, kNeverStops)) return;
    }
    queue.close();
  });
  int expected = 0;
  bool in_order = true;
  while (const auto item = queue.pop(kNeverStops)) in_order = in_order && *item == expected++;
  CHECK(in_order);
  CHECK(expected == 2000);
}

TEST_CASE("push() waits while the bytes of the waiting items exceed the bound") {
  BoundedQueue<int> queue(100);
  CHECK(queue.push(1, 60, kNeverStops));
  CHECK(queue.push(2, 40, kNeverStops));
  std::stop_source stop;
  std::jthread producer([&] { CHECK_FALSE(queue.push(3, 1, stop.get_token())); });
  stop.request_stop();
  producer.join();
  CHECK(queue.pop(kNeverStops) == 1);
  CHECK(queue.push(4, 60, kNeverStops));
}

TEST_CASE("one item above the bound passes through an empty queue") {
  BoundedQueue<int> queue(10);
  CHECK(queue.push(7, 1'000'000, kNeverStops));
  CHECK(queue.pop(kNeverStops) == 7);
}

TEST_CASE("a stop wakes a consumer that waits for an item") {
  BoundedQueue<int> queue(10);
  std::stop_source stop;
  std::jthread consumer([&] { CHECK_FALSE(queue.pop(stop.get_token()).has_value()); });
  stop.request_stop();
}

TEST_CASE("a stop wins over items that wait") {
  BoundedQueue<int> queue(10);
  CHECK(queue.push(1, 1, kNeverStops));
  std::stop_source stop;
  stop.request_stop();
  CHECK_FALSE(queue.pop(stop.get_token()).has_value());
  CHECK_FALSE(queue.push(2, 1, stop.get_token()));
}

TEST_CASE("close() wakes a producer that waits for room, and refuses later items") {
  BoundedQueue<int> queue(1);
  CHECK(queue.push(1, 1, kNeverStops));
  std::jthread producer([&] { CHECK_FALSE(queue.push(2, 1, kNeverStops)); });
  queue.close();
  producer.join();
  CHECK_FALSE(queue.push(3, 1, kNeverStops));
  CHECK(queue.pop(kNeverStops) == 1);
  CHECK_FALSE(queue.pop(kNeverStops).has_value());
}
