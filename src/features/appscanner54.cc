// SPDX-License-Identifier: Apache-2.0
//
// AppScanner's 54 features (Taylor, Spolaor, Conti, Martinovic, "AppScanner",
// EuroS&P 2016): 18 statistics of each of three series of packet lengths.
// Received lengths are negative. The paper's "median absolute deviation" is the
// mean absolute deviation, as its code computes it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "features/feature_set.h"
#include "features/statistics.h"

namespace flowtell {
namespace {

struct Series {
  std::string_view name;
  std::string_view lengths;
  std::string_view packets;
};
constexpr std::array kSeries = {
    Series{"in", "received packet lengths, as negative numbers",
           "received packets"},
    Series{"out", "sent packet lengths", "sent packets"},
    Series{"both", "all packet lengths, received ones as negative numbers",
           "packets"},
};

struct Statistic {
  std::string_view name;
  std::string_view unit;
  std::string_view what;
};
constexpr std::array kMomentStatistics = {
    Statistic{"min", "bytes", "minimum"},
    Statistic{"max", "bytes", "maximum"},
    Statistic{"mean", "bytes", "mean"},
    Statistic{"mad", "bytes", "mean absolute deviation"},
    Statistic{"std", "bytes", "sample deviation (0 for one packet)"},
    Statistic{"var", "bytes^2", "sample variance (0 for one packet)"},
    Statistic{"skew", "", "sample skew (0 below 3 packets or if all equal)"},
    Statistic{"kurtosis", "",
              "sample excess kurtosis (0 below 4 packets or if all equal)"},
};
constexpr std::array kPercentiles = {10, 20, 30, 40, 50, 60, 70, 80, 90};

constexpr std::size_t kStatistics =
    kMomentStatistics.size() + kPercentiles.size() + 1;
static_assert(kStatistics * kSeries.size() == 54);

// Writes 18 values. Sorts `values`.
void measure_series(std::vector<double>& values, std::span<double> out) {
  const Moments m = Moments::of(values);
  const double moments[] = {m.min,
                            m.max,
                            m.mean,
                            m.mean_deviation,
                            m.sample_deviation(),
                            m.sample_variance(),
                            m.sample_skew(),
                            m.sample_kurtosis()};
  auto at = std::copy(std::begin(moments), std::end(moments), out.begin());
  std::sort(values.begin(), values.end());
  for (const int percent : kPercentiles) *at++ = percentile(values, percent);
  *at = static_cast<double>(values.size());
}

void measure_appscanner54(const FlowSeries& flow, std::span<double> out) {
  std::array<std::vector<double>, kSeries.size()> series;
  auto& [in, sent, both] = series;
  for (std::size_t i = 0; i < flow.lengths.size(); ++i) {
    const bool is_sent = flow.directions[i] == Direction::kSent;
    const double length = is_sent ? flow.lengths[i] : -flow.lengths[i];
    (is_sent ? sent : in).push_back(length);
    both.push_back(length);
  }
  for (std::size_t i = 0; i < series.size(); ++i) {
    measure_series(series[i], out.subspan(i * kStatistics, kStatistics));
  }
}

std::vector<FeatureColumn> appscanner54_columns() {
  std::vector<FeatureColumn> all;
  for (const Series& series : kSeries) {
    const auto add = [&](std::string_view name, std::string_view unit,
                         std::string_view statistic, std::string_view what) {
      all.push_back({fmt::format("{}_{}", series.name, name), std::string(unit),
                     fmt::format("{} of {}", statistic, what)});
    };
    for (const auto& [name, unit, statistic] : kMomentStatistics) {
      add(name, unit, statistic, series.lengths);
    }
    for (const int percent : kPercentiles) {
      add(fmt::format("p{}", percent), "bytes",
          fmt::format("{}th percentile", percent), series.lengths);
    }
    add("count", "packets", "number", series.packets);
  }
  return all;
}

}  // namespace

FeatureSet appscanner54() {
  return {"appscanner54",
          "AppScanner's 18 statistics of the packet lengths received, sent and "
          "both; all 0 where a series is empty",
          1, appscanner54_columns(), measure_appscanner54};
}

}  // namespace flowtell
