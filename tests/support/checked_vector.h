// SPDX-License-Identifier: Apache-2.0
//
// What a test collected. An index beyond it fails that test, with how many
// there are, and no other: the exception is googletest's to report.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <vector>

namespace flowtell {

template <typename T>
class CheckedVector : public std::vector<T> {
 public:
  using std::vector<T>::vector;

  T& operator[](std::size_t at) {
    check(at);
    return std::vector<T>::operator[](at);
  }
  const T& operator[](std::size_t at) const {
    check(at);
    return std::vector<T>::operator[](at);
  }
  T& front() { return (*this)[0]; }
  const T& front() const { return (*this)[0]; }
  T& back() { return (*this)[this->size() - 1]; }
  const T& back() const { return (*this)[this->size() - 1]; }

 private:
  void check(std::size_t at) const {
    if (at < this->size()) return;
    throw std::out_of_range(fmt::format("the test looks at place {} of {}",
                                        static_cast<std::ptrdiff_t>(at),
                                        this->size()));
  }
};

}  // namespace flowtell
