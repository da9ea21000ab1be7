// SPDX-License-Identifier: Apache-2.0
//
// The entries of a pool in the order of their last use: a doubly linked list
// whose links live in the entries (a member `recency`), so that every step is
// O(1) and nothing is allocated.
#pragma once

#include <cstdint>

#include "base/pool.h"

namespace flowtell {

inline constexpr std::uint32_t kNowhere = UINT32_MAX;

struct RecencyLinks {
  std::uint32_t older = kNowhere;
  std::uint32_t newer = kNowhere;
};

template <typename T>
class RecencyList {
 public:
  // The pool must outlive the list.
  explicit RecencyList(Pool<T>& pool) : pool_(pool) {}

  // kNowhere when the list is empty.
  std::uint32_t oldest() const { return oldest_; }

  // REQUIRES: it is not in the list.
  void add(std::uint32_t position) {
    pool_[position].recency = {newest_, kNowhere};
    (newest_ == kNowhere ? oldest_ : pool_[newest_].recency.newer) = position;
    newest_ = position;
  }

  // REQUIRES: it is in the list.
  void remove(std::uint32_t position) {
    const RecencyLinks links = pool_[position].recency;
    (links.older == kNowhere ? oldest_ : pool_[links.older].recency.newer) =
        links.newer;
    (links.newer == kNowhere ? newest_ : pool_[links.newer].recency.older) =
        links.older;
  }

  // Makes it the newest. REQUIRES: it is in the list.
  void touch(std::uint32_t position) {
    if (position == newest_) return;
    remove(position);
    add(position);
  }

 private:
  Pool<T>& pool_;
  std::uint32_t oldest_ = kNowhere;
  std::uint32_t newest_ = kNowhere;
};

}  // namespace flowtell
