// SPDX-License-Identifier: Apache-2.0
#include "evaluate/device_day.h"

#include <algorithm>
#include <map>

#include "classify/verdict.h"
#include "learn/row_classifier.h"

namespace flowtell {

DeviceDay device_day(const Dataset& data, const HeldOutScores& held_out,
                     EvidenceKinds kinds, const UnknownRule& rule,
                     std::uint64_t seed, std::size_t max_uses) {
  const Arrangement arrangement = arrange_timeline(data, seed);
  const Probabilities probabilities = classify_rows(
      data, held_out.scores, held_out.weights, kinds, arrangement);
  const auto unknown = score_unknown(data, held_out.scores, held_out.weights,
                                     kinds, arrangement);
  const auto timeline = build_timeline(data, seed);
  DeviceDay day;
  for (const TimelineCapture& recording : timeline) {
    const auto since_begin = [&](Timestamp time) {
      return in_seconds((time + recording.shift).time_since_epoch());
    };
    std::map<std::uint32_t, DeviceDay::Use> uses;  // by capture
    for (std::size_t row = recording.begin; row < recording.end; ++row) {
      const RowFacts& facts = data.facts[row];
      const Verdict verdict =
          reach_verdict(probabilities.row(row), unknown[row],
                        rule.limits(held_out.weights.of(row)));
      DeviceDay::Use& use = uses[data.capture_of[row]];
      if (use.flows.empty()) use.begin = since_begin(facts.first);
      use.app = data.labels[row];
      use.begin = std::min(use.begin, since_begin(facts.first));
      use.end = std::max(use.end, since_begin(facts.last));
      use.flows.push_back(
          {since_begin(facts.first), verdict.reported(), verdict.confidence});
    }
    day.captures += uses.size();
    for (auto& entry : uses) {
      if (day.uses.size() == max_uses) break;
      day.uses.push_back(std::move(entry.second));
    }
  }
  return day;
}

}  // namespace flowtell
