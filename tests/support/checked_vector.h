// SPDX-License-Identifier: Apache-2.0
//
// A vector of collected items for tests. An index out of range fails that test
// alone, by an exception with the size, which googletest reports.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <vector>

namespace flowtell {

template <typename T>
class CheckedVector : public std::vector<T> {
 public:
  using std::vector<T>::vector;

  T& operator[](std::size_t index) {
    check(index);
    return std::vector<T>::operator[](index);
  }
  const T& operator[](std::size_t index) const {
    check(index);
    return std::vector<T>::operator[](index);
  }
  T& front() { return (*this)[0]; }
  const T& front() const { return (*this)[0]; }
  T& back() { return (*this)[this->size() - 1]; }
  const T& back() const { return (*this)[this->size() - 1]; }

 private:
  void check(std::size_t index) const {
    if (index < this->size()) return;
    throw std::out_of_range(fmt::format("the test reads index {} of {}",
                                        static_cast<std::ptrdiff_t>(index),
                                        this->size()));
  }
};

}  // namespace flowtell
