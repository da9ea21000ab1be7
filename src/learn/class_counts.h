// SPDX-License-Identifier: Apache-2.0
//
// Counts of a few classes in 16-bit lanes, so that a processor adds, subtracts
// and squares eight of them in one step. Nodes have at most kMaxInLanes flows,
// so every sum of squares fits in 31 bits and all arithmetic is exact.
//
// The vector types are compiler extensions (GCC and Clang) and work on any
// processor. Sums of squares exist in two forms with equal results: one for
// SSE2, which every x86-64 processor has, and a portable one.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace flowtell {

inline constexpr std::uint32_t kMaxInLanes = INT16_MAX;

template <std::size_t kLanes>
class ClassCounts {
 public:
  ClassCounts() = default;

  std::uint16_t operator[](std::size_t lane) const {
    std::uint16_t count = 0;
    std::memcpy(&count, address_of(lane), sizeof count);
    return count;
  }
  void add(std::size_t lane, std::uint32_t more) {
    const auto count = static_cast<std::uint16_t>((*this)[lane] + more);
    std::memcpy(address_of(lane), &count, sizeof count);
  }
  void add(const ClassCounts& other) {
    for (std::size_t i = 0; i < kVectors; ++i) vectors_[i] += other.vectors_[i];
  }
  ClassCounts minus(const ClassCounts& other) const {
    ClassCounts rest;
    for (std::size_t i = 0; i < kVectors; ++i) {
      rest.vectors_[i] = vectors_[i] - other.vectors_[i];
    }
    return rest;
  }

  std::uint32_t sum() const;
  std::uint32_t squares() const;
  std::size_t classes() const;  // with a count above 0

  // The sum of squares divided by the sum, added over both halves of a cut;
  // higher is purer (Gini). REQUIRES: neither half is empty, together they hold
  // at most kMaxInLanes.
  static double purity(const ClassCounts& left, const ClassCounts& right);
  static double purity_portable(const ClassCounts& left,
                                const ClassCounts& right) {
    return static_cast<double>(left.squares()) / left.sum() +
           static_cast<double>(right.squares()) / right.sum();
  }

 private:
  using Vector [[gnu::vector_size(16)]] = std::uint16_t;
  static_assert(kLanes % 8 == 0);
  static constexpr std::size_t kVectors = kLanes / 8;

  unsigned char* address_of(std::size_t lane) {
    return reinterpret_cast<unsigned char*>(vectors_.data()) + 2 * lane;
  }
  const unsigned char* address_of(std::size_t lane) const {
    return reinterpret_cast<const unsigned char*>(vectors_.data()) + 2 * lane;
  }

  std::array<Vector, kVectors> vectors_{};
};

template <std::size_t kLanes>
std::uint32_t ClassCounts<kLanes>::sum() const {
  std::uint32_t sum = 0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) sum += (*this)[lane];
  return sum;
}

template <std::size_t kLanes>
std::uint32_t ClassCounts<kLanes>::squares() const {
  std::uint32_t sum = 0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    const std::uint32_t count = (*this)[lane];
    sum += count * count;
  }
  return sum;
}

template <std::size_t kLanes>
std::size_t ClassCounts<kLanes>::classes() const {
  std::size_t classes = 0;
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    classes += (*this)[lane] > 0 ? 1U : 0U;
  }
  return classes;
}

#ifdef __SSE2__
template <std::size_t kLanes>
double ClassCounts<kLanes>::purity(const ClassCounts& left,
                                   const ClassCounts& right) {
  const __m128i ones = _mm_set1_epi16(1);
  __m128i sums[4] = {};  // left's squares and sum, right's squares and sum
  for (std::size_t i = 0; i < kVectors; ++i) {
    const auto l = reinterpret_cast<__m128i>(left.vectors_[i]);
    const auto r = reinterpret_cast<__m128i>(right.vectors_[i]);
    sums[0] = _mm_add_epi32(sums[0], _mm_madd_epi16(l, l));
    sums[1] = _mm_add_epi32(sums[1], _mm_madd_epi16(l, ones));
    sums[2] = _mm_add_epi32(sums[2], _mm_madd_epi16(r, r));
    sums[3] = _mm_add_epi32(sums[3], _mm_madd_epi16(r, ones));
  }
  // Reduces four vectors of four numbers to one vector of their four sums.
  const __m128i lefts = _mm_add_epi32(_mm_unpacklo_epi32(sums[0], sums[1]),
                                      _mm_unpackhi_epi32(sums[0], sums[1]));
  const __m128i rights = _mm_add_epi32(_mm_unpacklo_epi32(sums[2], sums[3]),
                                       _mm_unpackhi_epi32(sums[2], sums[3]));
  const __m128i all = _mm_add_epi32(_mm_unpacklo_epi64(lefts, rights),
                                    _mm_unpackhi_epi64(lefts, rights));
  const __m128d squares =
      _mm_cvtepi32_pd(_mm_shuffle_epi32(all, _MM_SHUFFLE(2, 2, 2, 0)));
  const __m128d counts =
      _mm_cvtepi32_pd(_mm_shuffle_epi32(all, _MM_SHUFFLE(3, 3, 3, 1)));
  const __m128d parts = _mm_div_pd(squares, counts);
  return _mm_cvtsd_f64(_mm_add_sd(parts, _mm_unpackhi_pd(parts, parts)));
}
#else
template <std::size_t kLanes>
double ClassCounts<kLanes>::purity(const ClassCounts& left,
                                   const ClassCounts& right) {
  return purity_portable(left, right);
}
#endif

}  // namespace flowtell
