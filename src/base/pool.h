// SPDX-License-Identifier: Apache-2.0
//
// Pool of entries of one type in one vector, named by position and reused after
// release. No pointers, and no allocation once grown. References into a pool
// are valid until the next `take`.
#pragma once

#include <cstdint>
#include <vector>

namespace flowtell {

template <typename T>
class Pool {
 public:
  // Position of a default-initialised entry.
  std::uint32_t take() {
    ++size_;
    if (free_.empty()) {
      entries_.emplace_back();
      return static_cast<std::uint32_t>(entries_.size() - 1);
    }
    const std::uint32_t position = free_.back();
    free_.pop_back();
    entries_[position] = T{};
    return position;
  }

  // REQUIRES: `position` is in use.
  void release(std::uint32_t position) {
    --size_;
    free_.push_back(position);
  }

  T& operator[](std::uint32_t position) { return entries_[position]; }
  const T& operator[](std::uint32_t position) const {
    return entries_[position];
  }

  // Number of entries in use.
  std::size_t size() const { return size_; }

  // Bytes allocated, in use or not.
  std::size_t memory() const {
    return entries_.capacity() * sizeof(T) +
           free_.capacity() * sizeof(std::uint32_t);
  }

 private:
  std::vector<T> entries_;
  std::vector<std::uint32_t> free_;
  std::size_t size_ = 0;
};

}  // namespace flowtell
