// SPDX-License-Identifier: Apache-2.0
#include "report/device_day.h"

#include <algorithm>

#include "predict/row_judge.h"
#include "predict/verdict.h"

namespace flowtell {

DeviceDay device_day(const Dataset& data, const Hearing& hearing,
                     EvidenceKinds kinds, const UnknownRule& rule,
                     std::uint64_t seed, std::size_t most_uses) {
  const Probabilities judged =
      judge_timeline(data, hearing.testimonies, hearing.weights, kinds, seed);
  const auto places = lay_out_day(data, seed);
  DeviceDay day;
  day.captures = places.size();
  for (const CapturePlace& place : places) {
    if (day.uses.size() == most_uses) break;
    const auto since_begin = [&](Timestamp time) {
      return in_seconds((time + place.shift).time_since_epoch());
    };
    DeviceDay::Use use;
    use.app = data.labels[place.begin];
    use.begin = since_begin(data.facts[place.begin].first);
    for (std::size_t row = place.begin; row < place.end; ++row) {
      const RowFacts& facts = data.facts[row];
      const Verdict verdict =
          reach_verdict(judged.row(row), rule.settled(hearing.weights.of(row)));
      use.begin = std::min(use.begin, since_begin(facts.first));
      use.end = std::max(use.end, since_begin(facts.last));
      use.flows.push_back(
          {since_begin(facts.first), verdict.told(), verdict.confidence});
    }
    day.uses.push_back(std::move(use));
  }
  return day;
}

}  // namespace flowtell
