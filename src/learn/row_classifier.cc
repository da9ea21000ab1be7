// SPDX-License-Identifier: Apache-2.0
#include "learn/row_classifier.h"

#include <algorithm>
#include <numeric>

#include "base/random.h"
#include "classify/device_filter.h"

namespace flowtell {
namespace {

constexpr Duration kBetweenCaptures = std::chrono::seconds(30);

// Consecutive rows.
struct RowRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The rows from `begin` on for which `same` holds with the first.
template <typename Same>
RowRange range_at(const Dataset& data, std::size_t begin, Same&& same) {
  std::size_t end = begin + 1;
  while (end < data.rows() && same(begin, end)) ++end;
  return {begin, end};
}

std::vector<RowRange> recording_ranges(const Dataset& data) {
  std::vector<RowRange> ranges;
  for (std::size_t at = 0; at < data.rows(); at = ranges.back().end) {
    ranges.push_back(range_at(data, at, [&](std::size_t a, std::size_t b) {
      return data.recording_of(a) == data.recording_of(b);
    }));
  }
  return ranges;
}

class RowClassifier {
 public:
  RowClassifier(const Dataset& data, const DatasetScores& scores,
                const RowWeights& weights, EvidenceKinds kinds)
      : data_(data),
        scores_(scores),
        weights_(weights),
        classifier_(kinds, data.apps.size()) {}

  // With `shift`, all rows count as one device's and are moved by that much.
  void classify(RowRange capture, std::optional<Duration> shift,
                Probabilities& out) {
    for (std::size_t at = capture.begin; at < capture.end;) {
      const RowRange rows =
          range_at(data_, at, [&](std::size_t a, std::size_t b) {
            return b < capture.end &&
                   data_.facts[a].burst == data_.facts[b].burst;
          });
      classify_burst(rows, shift, out);
      at = rows.end;
    }
  }

 private:
  void classify_burst(RowRange rows, std::optional<Duration> shift,
                      Probabilities& out) {
    Timestamp first = data_.facts[rows.begin].first;
    Timestamp last = data_.facts[rows.begin].last;
    for (std::size_t i = rows.begin; i < rows.end; ++i) {
      first = std::min(first, data_.facts[i].first);
      last = std::max(last, data_.facts[i].last);
    }
    const std::size_t apps = data_.apps.size();
    const std::size_t from = rows.begin * apps;
    const std::size_t count = (rows.end - rows.begin) * apps;
    const BurstScores scores = {
        std::span(scores_.shape.values).subspan(from, count),
        std::span(scores_.name.values).subspan(from, count),
        std::span(scores_.names).subspan(rows.begin, rows.end - rows.begin)};
    classifier_.classify(
        {.device = shift ? Address{} : data_.facts[rows.begin].device,
         .first = first + shift.value_or(Duration{}),
         .last = last + shift.value_or(Duration{}),
         .scores = scores,
         .weights = weights_.of(rows.begin)},
        std::span(out.values).subspan(from, count));
  }

  const Dataset& data_;
  const DatasetScores& scores_;
  const RowWeights& weights_;
  DeviceFilter classifier_;
};

}  // namespace

Probabilities classify_captures(const Dataset& data,
                                const DatasetScores& scores,
                                const RowWeights& weights,
                                EvidenceKinds kinds) {
  Probabilities out(data.apps.size(), data.rows());
  for (const RowRange& capture : recording_ranges(data)) {
    RowClassifier(data, scores, weights, kinds).classify(capture, {}, out);
  }
  return out;
}

std::vector<TimelineCapture> build_timeline(const Dataset& data,
                                            std::uint64_t seed) {
  std::vector<RowRange> order = recording_ranges(data);
  Random(seed).shuffle(std::span(order));
  std::vector<TimelineCapture> timeline;
  Timestamp now{};
  for (const RowRange& capture : order) {
    Timestamp first = data.facts[capture.begin].first;
    Timestamp last = first;
    for (std::size_t i = capture.begin; i < capture.end; ++i) {
      first = std::min(first, data.facts[i].first);
      last = std::max(last, data.facts[i].last);
    }
    timeline.push_back({capture.begin, capture.end, now - first});
    now += last - first + kBetweenCaptures;
  }
  return timeline;
}

Probabilities classify_timeline(const Dataset& data,
                                const DatasetScores& scores,
                                const RowWeights& weights, EvidenceKinds kinds,
                                std::uint64_t seed) {
  Probabilities out(data.apps.size(), data.rows());
  RowClassifier classifier(data, scores, weights, kinds);
  for (const TimelineCapture& capture : build_timeline(data, seed)) {
    classifier.classify({capture.begin, capture.end}, capture.shift, out);
  }
  return out;
}

}  // namespace flowtell
