// SPDX-License-Identifier: Apache-2.0
#include "features/statistics.h"

#include <algorithm>
#include <cmath>

namespace flowtell {

Moments Moments::of(Values values) {
  Moments m;
  if (values.empty()) return m;
  m.count = values.size();
  const auto n = static_cast<double>(m.count);
  m.min = m.max = values.front();
  double sum = 0;
  for (const double value : values) {
    sum += value;
    m.min = std::min(m.min, value);
    m.max = std::max(m.max, value);
  }
  m.mean = sum / n;
  for (const double value : values) {
    const double d = value - m.mean;
    const double square = d * d;
    m.m2 += square;
    m.m3 += square * d;
    m.m4 += square * square;
    m.mean_deviation += std::abs(d);
  }
  m.m2 /= n;
  m.m3 /= n;
  m.m4 /= n;
  m.mean_deviation /= n;
  return m;
}

bool Moments::varies() const {
  const double largest = std::max(std::abs(min), std::abs(max));
  return m2 > 1e-12 * std::max(1.0, largest * largest);
}

double Moments::sample_variance() const {
  if (count < 2) return 0;
  const auto n = static_cast<double>(count);
  return m2 * (n / (n - 1));
}

double Moments::sample_deviation() const {
  return std::sqrt(sample_variance());
}

double Moments::population_skew() const {
  return varies() ? m3 / (m2 * std::sqrt(m2)) : 0;
}

double Moments::population_kurtosis() const {
  return varies() ? m4 / (m2 * m2) - 3 : 0;
}

double Moments::sample_skew() const {
  if (count < 3) return 0;
  const auto n = static_cast<double>(count);
  return population_skew() * std::sqrt(n * (n - 1)) / (n - 2);
}

double Moments::sample_kurtosis() const {
  if (count < 4 || !varies()) return 0;
  const auto n = static_cast<double>(count);
  return (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * population_kurtosis() + 6);
}

double percentile(Values sorted, double percent) {
  if (sorted.empty()) return 0;
  const double at = percent / 100 * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  if (below + 1 >= sorted.size()) return sorted.back();
  const double fraction = at - static_cast<double>(below);
  return sorted[below] + (sorted[below + 1] - sorted[below]) * fraction;
}

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0
                    : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace flowtell
