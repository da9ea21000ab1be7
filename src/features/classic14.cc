// SPDX-License-Identifier: Apache-2.0
//
// The 14 features of the classic gateway classifier.
#include <algorithm>

#include "features/feature_set.h"
#include "features/statistics.h"

namespace flowtell {
namespace {

double smaller_to_larger(double a, double b) {
  return std::min(a, b) / std::max(a, b);
}

void measure_classic14(const FlowSeries& flow, std::span<double> out) {
  const Moments lengths = Moments::of(flow.lengths);
  const Moments gaps = Moments::of(flow.gaps);
  const double values[] = {
      smaller_to_larger(static_cast<double>(flow.sent.bytes),
                        static_cast<double>(flow.received.bytes)),
      smaller_to_larger(static_cast<double>(flow.sent.packets),
                        static_cast<double>(flow.received.packets)),
      lengths.mean,
      lengths.count > 2 ? lengths.sample_deviation() : 0,
      lengths.population_kurtosis(),
      lengths.population_skew(),
      gaps.mean,
      gaps.population_kurtosis(),
      gaps.population_skew(),
      lengths.min,
      lengths.max,
      gaps.min,
      gaps.max,
      flow.protocol == Protocol::kTcp ? 1.0 : 0.0,
  };
  std::copy(std::begin(values), std::end(values), out.begin());
}

}  // namespace

FeatureSet classic14() {
  return {
      "classic14",
      "the 14 features of the classic gateway classifier: packet lengths and "
      "gaps of both directions together",
      1,
      {
          {"byte_ratio", "", "bytes of the lighter direction to the heavier"},
          {"packet_ratio", "",
           "packets of the direction with fewer to the one with more"},
          {"length_mean", "bytes", "mean packet length"},
          {"length_std", "bytes",
           "sample deviation of packet lengths; 0 below 3 packets"},
          {"length_kurtosis", "",
           "population excess kurtosis of packet lengths; 0 if they do not "
           "vary"},
          {"length_skew", "",
           "population skew of packet lengths; 0 if they do not vary"},
          {"gap_mean", "seconds",
           "mean gap between packets; 0 for one packet, like all gap features"},
          {"gap_kurtosis", "", "population excess kurtosis of gaps"},
          {"gap_skew", "", "population skew of gaps"},
          {"length_min", "bytes", "shortest packet"},
          {"length_max", "bytes", "longest packet"},
          {"gap_min", "seconds", "shortest gap"},
          {"gap_max", "seconds", "longest gap"},
          {"is_tcp", "", "1 for TCP, 0 for UDP"},
      },
      measure_classic14,
  };
}

}  // namespace flowtell
