// SPDX-License-Identifier: Apache-2.0
#include "predict/row_judge.h"

#include <algorithm>
#include <numeric>

#include "base/random.h"
#include "predict/burst_judge.h"

namespace flowtell {
namespace {

constexpr Duration kBetweenCaptures = std::chrono::seconds(30);

// Rows that stand side by side.
struct RowRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// The range at `begin` of rows for which `same` holds with the first.
template <typename Same>
RowRange range_at(const Dataset& data, std::size_t begin, Same&& same) {
  std::size_t end = begin + 1;
  while (end < data.rows() && same(begin, end)) ++end;
  return {begin, end};
}

std::vector<RowRange> capture_ranges(const Dataset& data) {
  std::vector<RowRange> ranges;
  for (std::size_t at = 0; at < data.rows(); at = ranges.back().end) {
    ranges.push_back(range_at(data, at, [&](std::size_t a, std::size_t b) {
      return data.capture_of[a] == data.capture_of[b];
    }));
  }
  return ranges;
}

class RowJudge {
 public:
  RowJudge(const Dataset& data, const Testimonies& testimonies,
           const RowWeights& weights, EvidenceKinds kinds)
      : data_(data),
        testimonies_(testimonies),
        weights_(weights),
        judge_(kinds, data.apps.size()) {}

  // The rows of one capture, in the order in which its bursts ended. With
  // `shift` they are those of one device, so much later.
  void judge(RowRange capture, std::optional<Duration> shift,
             Probabilities& out) {
    for (std::size_t at = capture.begin; at < capture.end;) {
      const RowRange rows =
          range_at(data_, at, [&](std::size_t a, std::size_t b) {
            return b < capture.end &&
                   data_.facts[a].burst == data_.facts[b].burst;
          });
      judge_burst(rows, shift, out);
      at = rows.end;
    }
  }

 private:
  void judge_burst(RowRange rows, std::optional<Duration> shift,
                   Probabilities& out) {
    BurstJudge::Burst burst;
    burst.device = shift ? Address{} : data_.facts[rows.begin].device;
    burst.first = data_.facts[rows.begin].first;
    burst.last = data_.facts[rows.begin].last;
    for (std::size_t i = rows.begin; i < rows.end; ++i) {
      burst.first = std::min(burst.first, data_.facts[i].first);
      burst.last = std::max(burst.last, data_.facts[i].last);
    }
    burst.first += shift.value_or(Duration{});
    burst.last += shift.value_or(Duration{});
    burst.weights = weights_.of(rows.begin);
    const std::size_t apps = data_.apps.size();
    const std::size_t from = rows.begin * apps;
    const std::size_t count = (rows.end - rows.begin) * apps;
    burst.testimony = {
        std::span(testimonies_.shape.values).subspan(from, count),
        std::span(testimonies_.name.values).subspan(from, count),
        std::span(testimonies_.words)
            .subspan(rows.begin, rows.end - rows.begin)};
    judge_.judge(burst, std::span(out.values).subspan(from, count));
  }

  const Dataset& data_;
  const Testimonies& testimonies_;
  const RowWeights& weights_;
  BurstJudge judge_;
};

}  // namespace

Probabilities judge_captures(const Dataset& data,
                             const Testimonies& testimonies,
                             const RowWeights& weights, EvidenceKinds kinds) {
  Probabilities out(data.apps.size(), data.rows());
  for (const RowRange& capture : capture_ranges(data)) {
    RowJudge(data, testimonies, weights, kinds).judge(capture, {}, out);
  }
  return out;
}

std::vector<CapturePlace> lay_out_day(const Dataset& data, std::uint64_t seed) {
  std::vector<RowRange> order = capture_ranges(data);
  Random(seed).shuffle(std::span(order));
  std::vector<CapturePlace> day;
  Timestamp now{};
  for (const RowRange& capture : order) {
    Timestamp first = data.facts[capture.begin].first;
    Timestamp last = first;
    for (std::size_t i = capture.begin; i < capture.end; ++i) {
      first = std::min(first, data.facts[i].first);
      last = std::max(last, data.facts[i].last);
    }
    day.push_back({capture.begin, capture.end, now - first});
    now += last - first + kBetweenCaptures;
  }
  return day;
}

Probabilities judge_timeline(const Dataset& data,
                             const Testimonies& testimonies,
                             const RowWeights& weights, EvidenceKinds kinds,
                             std::uint64_t seed) {
  Probabilities out(data.apps.size(), data.rows());
  RowJudge judge(data, testimonies, weights, kinds);
  for (const CapturePlace& capture : lay_out_day(data, seed)) {
    judge.judge({capture.begin, capture.end}, capture.shift, out);
  }
  return out;
}

}  // namespace flowtell
