// SPDX-License-Identifier: Apache-2.0
#include "report/predictions_csv.h"

#include <fmt/format.h>

#include <iterator>

#include "base/text.h"
#include "base/time.h"

namespace flowtell {

std::string predictions_csv(const Dataset& tested, const EvaluationRun& run) {
  std::string out =
      "capture,flow,flow_id,start,fold,truth,app,most_likely,confidence,"
      "unknown_score";
  for (const std::string& app : tested.apps) {
    out += ',' + csv_field("probability_" + app);
  }
  out += '\n';
  for (std::size_t row = 0; row < tested.rows(); ++row) {
    const RowFacts& facts = tested.facts[row];
    const Verdict& verdict = run.verdicts.verdicts[row];
    const std::string& likeliest = tested.apps[verdict.best];
    fmt::format_to(
        std::back_inserter(out), "{},{},{},{},{},{},{},{},{:.6f},{:.6f}",
        csv_field(tested.captures[tested.capture_of[row]].path), facts.number,
        flow_id_text(facts.id), precise_utc_text(facts.first),
        run.fold_of.empty() ? std::string()
                            : fmt::to_string(run.fold_of[row] + 1),
        csv_field(tested.apps[tested.labels[row]]),
        verdict.is_unknown ? std::string(kUnknownName) : csv_field(likeliest),
        csv_field(likeliest), verdict.confidence, verdict.unknown_score);
    for (const double share : run.verdicts.probabilities.row(row)) {
      fmt::format_to(std::back_inserter(out), ",{:.6f}", share);
    }
    out += '\n';
  }
  return out;
}

}  // namespace flowtell
