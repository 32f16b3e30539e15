// What joins two stages: a queue that is bounded by the bytes it holds, so that a fast stage cannot
// run away from a slow one.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

namespace hindsight::pipeline {

/// First in, first out; thread-safe, for any number of producers and consumers.
template <class T>
class BoundedQueue {
 public:
  /// `max_bytes`: the cost that may wait in the queue.  One item of any cost fits into an empty
  /// queue, so that an item above the bound cannot block for ever.
  explicit BoundedQueue(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Waits for room.  False, and the item is dropped, when the queue is closed or `stop` was
  /// requested.
  [[nodiscard]] bool push(T item, std::size_t bytes, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    const bool ready = changed_.wait(
        lock, stop, [&] { return closed_ || items_.empty() || bytes_ + bytes <= max_bytes_; });
    if (!ready || closed_ || stop.stop_requested()) return false;
    items_.push_back({std::move(item), bytes});
    bytes_ += bytes;
    lock.unlock();
    changed_.notify_all();
    return true;
  }

  /// Waits for an item.  Empty when the queue is closed and drained, or when `stop` was requested.
  [[nodiscard]] std::optional<T> pop(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    const bool ready = changed_.wait(lock, stop, [&] { return closed_ || !items_.empty(); });
    if (!ready || stop.stop_requested() || items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front().value));
    bytes_ -= items_.front().bytes;
    items_.pop_front();
    lock.unlock();
    changed_.notify_all();
    return item;
  }

  /// No more items: consumers drain what waits, producers are refused.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }

  /// What one producer may still push without waiting.
  [[nodiscard]] std::size_t free_bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_ < max_bytes_ ? max_bytes_ - bytes_ : 0;
  }

  [[nodiscard]] bool is_closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

 private:
  struct Item {
    T value;
    std::size_t bytes;
  };

  const std::size_t max_bytes_;
  mutable std::mutex mutex_;  // guards everything below
  std::condition_variable_any changed_;
  std::deque<Item> items_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace hindsight::pipeline
