// SPDX-License-Identifier: Apache-2.0
//
// A bounded queue between the thread that makes things and the one that uses
// them. Who is faster waits, so no more than `room` things ever stand between.
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
  explicit Pipe(std::size_t room) : room_(room) {}

  // Waits for room. False when the pipe is closed; the thing is then lost.
  bool push(T thing) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_closed_ || things_.size() < room_; });
    if (is_closed_) return false;
    things_.push_back(std::move(thing));
    changed_.notify_all();
    return true;
  }

  // Waits for the next. Nothing when the pipe is closed and empty.
  std::optional<T> pop() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_closed_ || !things_.empty(); });
    if (things_.empty()) return std::nullopt;
    T thing = std::move(things_.front());
    things_.pop_front();
    changed_.notify_all();
    return thing;
  }

  // By either side. What stands in the pipe can still be taken.
  void close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    changed_.notify_all();
  }

 private:
  const std::size_t room_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> things_;
  bool is_closed_ = false;
};

// Closes a pipe where its block ends, be it by an exception, so that nobody
// waits for what will not come.
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
