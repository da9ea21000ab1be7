// SPDX-License-Identifier: Apache-2.0
#include "evaluate/device_day.h"

#include <algorithm>

#include "classify/verdict.h"
#include "learn/row_classifier.h"

namespace flowtell {

DeviceDay device_day(const Dataset& data, const HeldOutScores& held_out,
                     EvidenceKinds kinds, const UnknownRule& rule,
                     std::uint64_t seed, std::size_t max_uses) {
  const Probabilities probabilities =
      classify_timeline(data, held_out.scores, held_out.weights, kinds, seed);
  const auto unknown = score_unknown_on_timeline(data, held_out.scores,
                                                 held_out.weights, kinds, seed);
  const auto timeline = build_timeline(data, seed);
  DeviceDay day;
  day.captures = timeline.size();
  for (const TimelineCapture& capture : timeline) {
    if (day.uses.size() == max_uses) break;
    const auto since_begin = [&](Timestamp time) {
      return in_seconds((time + capture.shift).time_since_epoch());
    };
    DeviceDay::Use use;
    use.app = data.labels[capture.begin];
    use.begin = since_begin(data.facts[capture.begin].first);
    for (std::size_t row = capture.begin; row < capture.end; ++row) {
      const RowFacts& facts = data.facts[row];
      const Verdict verdict =
          reach_verdict(probabilities.row(row), unknown[row],
                        rule.limits(held_out.weights.of(row)));
      use.begin = std::min(use.begin, since_begin(facts.first));
      use.end = std::max(use.end, since_begin(facts.last));
      use.flows.push_back(
          {since_begin(facts.first), verdict.reported(), verdict.confidence});
    }
    day.uses.push_back(std::move(use));
  }
  return day;
}

}  // namespace flowtell
