// SPDX-License-Identifier: Apache-2.0
//
// Bounded blocking queue between a producer and a consumer thread. The faster
// side waits; at most `capacity` items are queued.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace flowtell {

template <typename T>
class Pipe {
 public:
  explicit Pipe(std::size_t capacity) : capacity_(capacity) {}

  // Waits for room. Returns false and drops the item if the pipe is closed.
  bool push(T item) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock,
                  [&] { return is_closed_ || items_.size() < capacity_; });
    if (is_closed_) return false;
    items_.push_back(std::move(item));
    changed_.notify_all();
    return true;
  }

  // Waits for the next item. Nothing once the pipe is closed and empty.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_closed_ || !items_.empty(); });
    if (items_.empty()) return std::nullopt;
    T item = std::move(items_.front());
    items_.pop_front();
    changed_.notify_all();
    return item;
  }

  // Whether `pop` would wait now.
  bool is_empty() {
    const std::lock_guard lock(mutex_);
    return items_.empty();
  }

  // May be called by either side. Queued items can still be popped.
  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    changed_.notify_all();
  }

 private:
  const std::size_t capacity_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> items_;
  bool is_closed_ = false;
};

// Closes a pipe at the end of its scope, even if by an exception.
template <typename T>
class PipeCloser {
 public:
  explicit PipeCloser(Pipe<T>& pipe) : pipe_(pipe) {}
  PipeCloser(const PipeCloser&) = delete;
  PipeCloser& operator=(const PipeCloser&) = delete;
  ~PipeCloser() { pipe_.close(); }

 private:
  Pipe<T>& pipe_;
};

}  // namespace flowtell
