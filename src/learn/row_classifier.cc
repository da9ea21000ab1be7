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

// Calls `call` for each burst of a capture. With `shift`, all rows count as one
// device's and are moved by that much.
template <typename Call>
void for_each_burst(const Dataset& data, const DatasetScores& scores,
                    const RowWeights& weights, RowRange capture,
                    std::optional<Duration> shift, Call&& call) {
  const std::size_t apps = data.apps.size();
  for (std::size_t at = capture.begin; at < capture.end;) {
    const RowRange rows = range_at(data, at, [&](std::size_t a, std::size_t b) {
      return b < capture.end && data.facts[a].burst == data.facts[b].burst;
    });
    Timestamp first = data.facts[rows.begin].first;
    Timestamp last = data.facts[rows.begin].last;
    for (std::size_t i = rows.begin; i < rows.end; ++i) {
      first = std::min(first, data.facts[i].first);
      last = std::max(last, data.facts[i].last);
    }
    const std::size_t flows = rows.end - rows.begin;
    const BurstScores of_rows = {
        std::span(scores.shape.values).subspan(rows.begin * apps, flows * apps),
        std::span(scores.name.values).subspan(rows.begin * apps, flows * apps),
        std::span(scores.names).subspan(rows.begin, flows),
        std::span(scores.unlike).subspan(rows.begin, flows),
        std::span(scores.other).subspan(rows.begin, flows)};
    call(rows, ScoredBurst{
                   .device = shift ? Address{} : data.facts[rows.begin].device,
                   .first = first + shift.value_or(Duration{}),
                   .last = last + shift.value_or(Duration{}),
                   .scores = of_rows,
                   .weights = weights.of(rows.begin)});
    at = rows.end;
  }
}

void classify_bursts(const Dataset& data, const DatasetScores& scores,
                     const RowWeights& weights, RowRange capture,
                     std::optional<Duration> shift, DeviceFilter& filter,
                     Probabilities& out) {
  for_each_burst(data, scores, weights, capture, shift,
                 [&](RowRange rows, const ScoredBurst& burst) {
                   filter.classify(
                       burst, std::span(out.values)
                                  .subspan(rows.begin * out.apps,
                                           (rows.end - rows.begin) * out.apps));
                 });
}

void measure_bursts(const Dataset& data, const DatasetScores& scores,
                    const RowWeights& weights, RowRange capture,
                    std::optional<Duration> shift, UnknownScorer& scorer,
                    std::vector<UnknownColumns>& out) {
  for_each_burst(data, scores, weights, capture, shift,
                 [&](RowRange rows, const ScoredBurst& burst) {
                   std::ranges::copy(
                       scorer.measure(burst),
                       out.begin() + static_cast<std::ptrdiff_t>(rows.begin));
                 });
}

// Fold 0 for all, where weights do not matter.
RowWeights no_weights() { return {{EvidenceWeights{}}, {}}; }

std::vector<double> scores_of(const std::vector<UnknownColumns>& columns,
                              const RowWeights& weights) {
  std::vector<double> all;
  all.reserve(columns.size());
  for (std::size_t row = 0; row < columns.size(); ++row) {
    all.push_back(weights.of(row).unknown.score(columns[row]));
  }
  return all;
}

}  // namespace

Probabilities classify_captures(const Dataset& data,
                                const DatasetScores& scores,
                                const RowWeights& weights,
                                EvidenceKinds kinds) {
  Probabilities out(data.apps.size(), data.rows());
  for (const RowRange& capture : recording_ranges(data)) {
    DeviceFilter filter(kinds, data.apps.size());
    classify_bursts(data, scores, weights, capture, {}, filter, out);
  }
  return out;
}

std::vector<UnknownColumns> measure_unknown(const Dataset& data,
                                            const DatasetScores& scores,
                                            EvidenceKinds kinds,
                                            std::size_t trained_apps) {
  std::vector<UnknownColumns> out(data.rows());
  const RowWeights weights = no_weights();
  for (const RowRange& capture : recording_ranges(data)) {
    UnknownScorer scorer(kinds, data.apps.size(), trained_apps);
    measure_bursts(data, scores, weights, capture, {}, scorer, out);
  }
  return out;
}

std::vector<double> score_unknown(const Dataset& data,
                                  const DatasetScores& scores,
                                  const RowWeights& weights,
                                  EvidenceKinds kinds) {
  return scores_of(measure_unknown(data, scores, kinds, data.apps.size()),
                   weights);
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
  DeviceFilter filter(kinds, data.apps.size());
  for (const TimelineCapture& capture : build_timeline(data, seed)) {
    classify_bursts(data, scores, weights, {capture.begin, capture.end},
                    capture.shift, filter, out);
  }
  return out;
}

std::vector<double> score_unknown_on_timeline(const Dataset& data,
                                              const DatasetScores& scores,
                                              const RowWeights& weights,
                                              EvidenceKinds kinds,
                                              std::uint64_t seed) {
  std::vector<UnknownColumns> out(data.rows());
  UnknownScorer scorer(kinds, data.apps.size(), data.apps.size());
  for (const TimelineCapture& capture : build_timeline(data, seed)) {
    measure_bursts(data, scores, weights, {capture.begin, capture.end},
                   capture.shift, scorer, out);
  }
  return scores_of(out, weights);
}

}  // namespace flowtell
