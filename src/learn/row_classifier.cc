// SPDX-License-Identifier: Apache-2.0
#include "learn/row_classifier.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>

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

struct TimeSpan {
  Timestamp first = Timestamp::max();
  Timestamp last = Timestamp::min();

  void add(Timestamp from, Timestamp to) {
    first = std::min(first, from);
    last = std::max(last, to);
  }
};

TimeSpan span_of(const Dataset& data, RowRange rows) {
  TimeSpan span;
  for (std::size_t row = rows.begin; row < rows.end; ++row) {
    span.add(data.facts[row].first, data.facts[row].last);
  }
  return span;
}

// The rows from `begin` on, up to `limit`, for which `same` holds with the
// first.
template <typename Same>
RowRange range_at(std::size_t begin, std::size_t limit, Same&& same) {
  std::size_t end = begin + 1;
  while (end < limit && same(begin, end)) ++end;
  return {begin, end};
}

std::vector<RowRange> recording_ranges(const Dataset& data) {
  std::vector<RowRange> ranges;
  for (std::size_t at = 0; at < data.rows(); at = ranges.back().end) {
    ranges.push_back(
        range_at(at, data.rows(), [&](std::size_t a, std::size_t b) {
          return data.recording_of(a) == data.recording_of(b);
        }));
  }
  return ranges;
}

std::vector<RowRange> burst_ranges(const Dataset& data, RowRange recording) {
  std::vector<RowRange> ranges;
  for (std::size_t at = recording.begin; at < recording.end;
       at = ranges.back().end) {
    ranges.push_back(
        range_at(at, recording.end, [&](std::size_t a, std::size_t b) {
          return data.facts[a].burst == data.facts[b].burst;
        }));
  }
  return ranges;
}

// Appends the bursts of a recording. With `shift`, all rows count as one
// device's and are moved by that much.
void append_bursts(const Dataset& data, RowRange recording,
                   std::optional<Duration> shift, Arrangement& out) {
  const Duration moved = shift.value_or(Duration{});
  for (const RowRange& burst : burst_ranges(data, recording)) {
    const TimeSpan span = span_of(data, burst);
    const std::size_t begin = out.rows.size();
    out.rows.resize(begin + burst.end - burst.begin);
    std::iota(out.rows.begin() + static_cast<std::ptrdiff_t>(begin),
              out.rows.end(), static_cast<std::uint32_t>(burst.begin));
    out.bursts.push_back(
        {.begin = begin,
         .end = out.rows.size(),
         .device = shift ? Address{} : data.facts[burst.begin].device,
         .first = span.first + moved,
         .last = span.last + moved});
  }
}

// A burst of one of two recordings that are mixed, in the time since its
// recording began.
struct MovedBurst {
  RowRange rows;
  TimeSpan span;
  Duration shift{};
};

std::vector<MovedBurst> moved_bursts(const Dataset& data,
                                     std::span<const RowRange> recordings) {
  std::vector<MovedBurst> bursts;
  for (const RowRange& recording : recordings) {
    const Duration shift = Timestamp{} - span_of(data, recording).first;
    for (const RowRange& rows : burst_ranges(data, recording)) {
      const TimeSpan span = span_of(data, rows);
      bursts.push_back({rows, {span.first + shift, span.last + shift}, shift});
    }
  }
  std::ranges::stable_sort(
      bursts, {}, [](const MovedBurst& burst) { return burst.span.first; });
  return bursts;
}

// Appends one burst of all flows of `bursts`, in the order of their begins.
void append_merged(const Dataset& data, std::span<const MovedBurst> bursts,
                   Arrangement& out) {
  std::vector<std::pair<Timestamp, std::uint32_t>> flows;
  TimeSpan span;
  for (const MovedBurst& burst : bursts) {
    span.add(burst.span.first, burst.span.last);
    for (std::size_t row = burst.rows.begin; row < burst.rows.end; ++row) {
      flows.emplace_back(data.facts[row].first + burst.shift,
                         static_cast<std::uint32_t>(row));
    }
  }
  std::ranges::sort(flows);
  const std::size_t begin = out.rows.size();
  for (const auto& flow : flows) out.rows.push_back(flow.second);
  out.bursts.push_back({.begin = begin,
                        .end = out.rows.size(),
                        .device = {},
                        .first = span.first,
                        .last = span.last});
}

void append_mixed(const Dataset& data, std::span<const RowRange> recordings,
                  Arrangement& out) {
  const std::vector<MovedBurst> bursts = moved_bursts(data, recordings);
  for (std::size_t begin = 0; begin < bursts.size();) {
    std::size_t end = begin + 1;
    for (Timestamp last = bursts[begin].span.last;
         end < bursts.size() && bursts[end].span.first <= last + data.burst_gap;
         ++end) {
      last = std::max(last, bursts[end].span.last);
    }
    append_merged(data, std::span(bursts).subspan(begin, end - begin), out);
    begin = end;
  }
}

// The scores of a burst's rows, in its order.
class GatheredScores {
 public:
  explicit GatheredScores(const DatasetScores& scores) : scores_(scores) {}

  // Valid until the next call.
  BurstScores of(std::span<const std::uint32_t> rows) {
    shape_.clear();
    name_.clear();
    names_.clear();
    unlike_.clear();
    other_.clear();
    for (const std::uint32_t row : rows) {
      const auto shape = scores_.shape.row(row);
      const auto name = scores_.name.row(row);
      shape_.insert(shape_.end(), shape.begin(), shape.end());
      name_.insert(name_.end(), name.begin(), name.end());
      names_.push_back(scores_.names[row]);
      unlike_.push_back(scores_.unlike[row]);
      other_.push_back(scores_.other[row]);
    }
    return {shape_, name_, names_, unlike_, other_};
  }

 private:
  const DatasetScores& scores_;
  std::vector<double> shape_;
  std::vector<double> name_;
  std::vector<NameEvidence> names_;
  std::vector<std::uint8_t> unlike_;
  std::vector<double> other_;
};

// Calls `begin` at the begin of each stream, then `call` with each burst's rows
// and scores.
template <typename Begin, typename Call>
void for_each_burst(const DatasetScores& scores, const RowWeights& weights,
                    const Arrangement& arrangement, Begin&& begin,
                    Call&& call) {
  GatheredScores gathered(scores);
  for (const Arrangement::Burst& burst : arrangement.bursts) {
    if (burst.begins_stream) begin();
    const auto rows = std::span(arrangement.rows)
                          .subspan(burst.begin, burst.end - burst.begin);
    call(rows, ScoredBurst{.device = burst.device,
                           .first = burst.first,
                           .last = burst.last,
                           .scores = gathered.of(rows),
                           .weights = weights.of(rows.front())});
  }
}

std::vector<UnknownColumns> measure(const Dataset& data,
                                    const DatasetScores& scores,
                                    EvidenceKinds kinds,
                                    std::size_t trained_apps,
                                    const Arrangement& arrangement) {
  std::vector<UnknownColumns> out(data.rows());
  const RowWeights no_weights{{EvidenceWeights{}}, {}};
  std::optional<UnknownScorer> scorer;
  for_each_burst(
      scores, no_weights, arrangement,
      [&] { scorer.emplace(kinds, data.apps.size(), trained_apps); },
      [&](std::span<const std::uint32_t> rows, const ScoredBurst& burst) {
        const auto columns = scorer->measure(burst);
        for (std::size_t i = 0; i < rows.size(); ++i) out[rows[i]] = columns[i];
      });
  return out;
}

}  // namespace

Arrangement arrange_recordings(const Dataset& data) {
  Arrangement out;
  for (const RowRange& recording : recording_ranges(data)) {
    const std::size_t begin = out.bursts.size();
    append_bursts(data, recording, {}, out);
    out.bursts[begin].begins_stream = true;
  }
  return out;
}

std::vector<TimelineCapture> build_timeline(const Dataset& data,
                                            std::uint64_t seed) {
  std::vector<RowRange> order = recording_ranges(data);
  Random(seed).shuffle(std::span(order));
  std::vector<TimelineCapture> timeline;
  Timestamp now{};
  for (const RowRange& recording : order) {
    const TimeSpan span = span_of(data, recording);
    timeline.push_back({recording.begin, recording.end, now - span.first});
    now += span.last - span.first + kBetweenCaptures;
  }
  return timeline;
}

Arrangement arrange_timeline(const Dataset& data, std::uint64_t seed) {
  Arrangement out;
  for (const TimelineCapture& capture : build_timeline(data, seed)) {
    append_bursts(data, {capture.begin, capture.end}, capture.shift, out);
  }
  if (!out.bursts.empty()) out.bursts.front().begins_stream = true;
  return out;
}

Arrangement arrange_mixed(const Dataset& data, const RowWeights& weights,
                          std::uint64_t seed) {
  std::vector<RowRange> waiting = recording_ranges(data);
  Random(seed).shuffle(std::span(waiting));
  Arrangement out;
  while (!waiting.empty()) {
    const RowRange recording = waiting.back();
    waiting.pop_back();
    const auto partner = std::ranges::find_if(waiting, [&](const RowRange& of) {
      return data.labels[of.begin] != data.labels[recording.begin] &&
             weights.fold(of.begin) == weights.fold(recording.begin);
    });
    if (partner == waiting.end()) continue;
    const std::array pair = {recording, *partner};
    waiting.erase(partner);
    const std::size_t begin = out.bursts.size();
    append_mixed(data, pair, out);
    out.bursts[begin].begins_stream = true;
  }
  return out;
}

Probabilities classify_rows(const Dataset& data, const DatasetScores& scores,
                            const RowWeights& weights, EvidenceKinds kinds,
                            const Arrangement& arrangement) {
  Probabilities out(data.apps.size(), data.rows());
  std::optional<DeviceFilter> filter;
  std::vector<double> probabilities;
  for_each_burst(
      scores, weights, arrangement,
      [&] { filter.emplace(kinds, data.apps.size()); },
      [&](std::span<const std::uint32_t> rows, const ScoredBurst& burst) {
        probabilities.resize(rows.size() * out.apps);
        filter->classify(burst, probabilities);
        for (std::size_t i = 0; i < rows.size(); ++i) {
          std::ranges::copy(
              std::span(probabilities).subspan(i * out.apps, out.apps),
              out.row(rows[i]).begin());
        }
      });
  return out;
}

Probabilities classify_captures(const Dataset& data,
                                const DatasetScores& scores,
                                const RowWeights& weights,
                                EvidenceKinds kinds) {
  return classify_rows(data, scores, weights, kinds, arrange_recordings(data));
}

std::vector<UnknownColumns> measure_unknown(const Dataset& data,
                                            const DatasetScores& scores,
                                            EvidenceKinds kinds,
                                            std::size_t trained_apps) {
  return measure(data, scores, kinds, trained_apps, arrange_recordings(data));
}

std::vector<double> score_unknown(const Dataset& data,
                                  const DatasetScores& scores,
                                  const RowWeights& weights,
                                  EvidenceKinds kinds,
                                  const Arrangement& arrangement) {
  const auto columns =
      measure(data, scores, kinds, data.apps.size(), arrangement);
  std::vector<double> all;
  all.reserve(columns.size());
  for (std::size_t row = 0; row < columns.size(); ++row) {
    all.push_back(weights.of(row).unknown.score(columns[row]));
  }
  return all;
}

std::vector<double> score_unknown(const Dataset& data,
                                  const DatasetScores& scores,
                                  const RowWeights& weights,
                                  EvidenceKinds kinds) {
  return score_unknown(data, scores, weights, kinds, arrange_recordings(data));
}

}  // namespace flowtell
