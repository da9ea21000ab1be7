// SPDX-License-Identifier: Apache-2.0
//
// Orders the entries of a pool by last use. The links of this doubly linked
// list live in the entries (a member `recency`, or another that is named), so
// that every operation is O(1) and nothing is allocated.
#pragma once

#include <cstdint>

#include "base/pool.h"

namespace flowtell {

inline constexpr std::uint32_t kNoPosition = UINT32_MAX;

struct RecencyLinks {
  std::uint32_t older = kNoPosition;
  std::uint32_t newer = kNoPosition;
};

template <typename T, RecencyLinks T::*kLinks = &T::recency>
class RecencyList {
 public:
  // The pool must outlive the list.
  explicit RecencyList(Pool<T>& pool) : pool_(pool) {}

  // kNoPosition if the list is empty.
  std::uint32_t oldest() const { return oldest_; }

  // REQUIRES: `position` is not in the list.
  void add(std::uint32_t position) {
    pool_[position].*kLinks = {newest_, kNoPosition};
    (newest_ == kNoPosition ? oldest_ : (pool_[newest_].*kLinks).newer) =
        position;
    newest_ = position;
  }

  // REQUIRES: `position` is in the list.
  void remove(std::uint32_t position) {
    const RecencyLinks links = pool_[position].*kLinks;
    (links.older == kNoPosition ? oldest_
                                : (pool_[links.older].*kLinks).newer) =
        links.newer;
    (links.newer == kNoPosition ? newest_
                                : (pool_[links.newer].*kLinks).older) =
        links.older;
  }

  // Moves `position` to the newest end. REQUIRES: it is in the list.
  void touch(std::uint32_t position) {
    if (position == newest_) return;
    remove(position);
    add(position);
  }

 private:
  Pool<T>& pool_;
  std::uint32_t oldest_ = kNoPosition;
  std::uint32_t newest_ = kNoPosition;
};

}  // namespace flowtell
