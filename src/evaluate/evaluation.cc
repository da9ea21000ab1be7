// SPDX-License-Identifier: Apache-2.0
#include "evaluate/evaluation.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "classify/verdict.h"
#include "features/statistics.h"

namespace flowtell {
namespace {

// Counts flows and right ones.
struct Count {
  void add(bool is_right) {
    ++flows;
    if (is_right) ++right;
  }
  double share() const { return ratio(right, flows); }
  std::uint64_t flows = 0;
  std::uint64_t right = 0;
};

// Counts for the flows of one app.
struct AppCounts {
  std::uint64_t flows = 0;
  std::uint64_t unknown = 0;
  std::uint64_t named_right = 0;
};

double mean_over(const std::vector<AppScore>& apps, double AppScore::*value) {
  double sum = 0;
  std::size_t count = 0;
  for (const AppScore& app : apps) {
    if (app.flows == 0) continue;
    sum += app.*value;
    ++count;
  }
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

// The testable rows of captures mixed in pairs, with the other app of each
// row's pair.
class MixedRows {
 public:
  MixedRows(const Dataset& data, const Arrangement& pairs,
            std::span<const std::uint32_t> testable)
      : data_(data), other_(data.rows(), kUnknownApp) {
    const auto& bursts = pairs.bursts;
    for (std::size_t at = 0; at < bursts.size();) {
      std::size_t end = at + 1;
      while (end < bursts.size() && !bursts[end].begins_stream) ++end;
      mark(std::span(pairs.rows)
               .subspan(bursts[at].begin,
                        bursts[end - 1].end - bursts[at].begin));
      at = end;
    }
    for (const std::uint32_t row : testable) {
      if (other_[row] != kUnknownApp) rows_.push_back(row);
    }
  }

  bool is_empty() const { return rows_.empty(); }

  Score score(const Probabilities& probabilities) const {
    return score_of(
        count_confusions(data_.select(rows_), probabilities.select(rows_)));
  }

  double as_other_app(const Probabilities& probabilities) const {
    return ratio(static_cast<std::uint64_t>(std::ranges::count_if(
                     rows_,
                     [&](std::uint32_t row) {
                       return likeliest(probabilities.row(row)).best ==
                              other_[row];
                     })),
                 rows_.size());
  }

 private:
  // `pair`: the rows of one pair, which have two apps.
  void mark(std::span<const std::uint32_t> pair) {
    const auto [low, high] = std::ranges::minmax(
        pair, {}, [&](auto row) { return data_.labels[row]; });
    const AppId first = data_.labels[low];
    const AppId second = data_.labels[high];
    for (const std::uint32_t row : pair) {
      other_[row] = data_.labels[row] == first ? second : first;
    }
  }

  const Dataset& data_;
  std::vector<AppId> other_;  // by row of the data
  std::vector<std::uint32_t> rows_;
};

// Mean and standard deviation.
std::pair<double, double> spread_of(const std::vector<double>& values) {
  const auto count = static_cast<double>(values.size());
  const double mean =
      std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / count)};
}

}  // namespace

std::vector<std::string> Evaluation::zero_recall_apps() const {
  std::vector<std::string> zero_recall;
  for (const AppScore& app : apps) {
    if (app.flows > 0 && app.recall == 0) zero_recall.push_back(app.app);
  }
  return zero_recall;
}

TimelineScore evaluate_timeline(const Dataset& data,
                                const HeldOutScores& held_out,
                                EvidenceKinds kinds, std::uint64_t seed) {
  constexpr std::size_t kRepeats = 5;
  const auto rows = testable_rows(data, held_out.weights.fold_of);
  const Dataset testable = data.select(rows);
  std::vector<double> accuracy;
  std::vector<double> balanced;
  for (std::size_t i = 0; i < kRepeats; ++i) {
    const Score score =
        evaluate(testable,
                 classify_rows(data, held_out.scores, held_out.weights, kinds,
                               arrange_timeline(data, seed + i))
                     .select(rows),
                 {})
            .score();
    accuracy.push_back(score.accuracy);
    balanced.push_back(score.balanced_accuracy);
  }
  const auto [accuracy_mean, accuracy_spread] = spread_of(accuracy);
  const auto [balanced_mean, balanced_spread] = spread_of(balanced);
  return {kRepeats,
          {accuracy_mean, balanced_mean},
          {accuracy_spread, balanced_spread}};
}

std::optional<MixedScore> evaluate_mixed(const Dataset& data,
                                         const HeldOutScores& held_out,
                                         EvidenceKinds kinds,
                                         std::uint64_t seed) {
  constexpr std::size_t kRepeats = 5;
  const Probabilities alone =
      classify_captures(data, held_out.scores, held_out.weights, kinds);
  const auto testable = testable_rows(data, held_out.weights.fold_of);
  MixedScore mean;
  for (std::size_t i = 0; i < kRepeats; ++i) {
    const Arrangement pairs = arrange_mixed(data, held_out.weights, seed + i);
    const MixedRows rows(data, pairs, testable);
    if (rows.is_empty()) return std::nullopt;
    const Probabilities mixed =
        classify_rows(data, held_out.scores, held_out.weights, kinds, pairs);
    const Score with = rows.score(mixed);
    const Score without = rows.score(alone);
    constexpr double kPart = 1.0 / kRepeats;
    mean.mixed.accuracy += kPart * with.accuracy;
    mean.mixed.balanced_accuracy += kPart * with.balanced_accuracy;
    mean.alone.accuracy += kPart * without.accuracy;
    mean.alone.balanced_accuracy += kPart * without.balanced_accuracy;
    mean.as_other_app += kPart * rows.as_other_app(mixed);
    mean.alone_as_other += kPart * rows.as_other_app(alone);
    ++mean.repeats;
  }
  return mean;
}

RowVerdicts RowVerdicts::select(std::span<const std::uint32_t> rows) const {
  RowVerdicts some{probabilities.select(rows), {}};
  some.verdicts.reserve(rows.size());
  for (const std::uint32_t row : rows) some.verdicts.push_back(verdicts[row]);
  return some;
}

RowVerdicts reach_verdicts(const Dataset& data, const HeldOutScores& held_out,
                           EvidenceKinds kinds, const UnknownRule& rule) {
  RowVerdicts rows;
  const RowWeights& weights = held_out.weights;
  rows.probabilities = classify_captures(data, held_out.scores, weights, kinds);
  const auto scores = score_unknown(data, held_out.scores, weights, kinds);
  for (std::size_t row = 0; row < data.rows(); ++row) {
    rows.verdicts.push_back(reach_verdict(rows.probabilities.row(row),
                                          scores[row],
                                          rule.limits(weights.of(row))));
  }
  return rows;
}

std::vector<double> unknown_scores(const RowVerdicts& rows) {
  std::vector<double> scores;
  scores.reserve(rows.verdicts.size());
  for (const Verdict& verdict : rows.verdicts) {
    scores.push_back(verdict.unknown_score);
  }
  return scores;
}

Evaluation evaluate(const Dataset& data, const Probabilities& probabilities,
                    const UnknownRule& rule) {
  RowVerdicts rows{probabilities, {}};
  const VerdictLimits limits = rule.limits({});
  for (std::size_t row = 0; row < data.rows(); ++row) {
    rows.verdicts.push_back(reach_verdict(probabilities.row(row), 0, limits));
  }
  return evaluate(data, rows);
}

Evaluation evaluate(const Dataset& data, const RowVerdicts& rows) {
  const Probabilities& probabilities = rows.probabilities;
  const std::size_t apps = data.apps.size();
  Evaluation result;
  result.flows = data.rows();
  result.captures = count_recordings(data.captures);
  result.confusion = count_confusions(data, probabilities);
  std::vector<AppCounts> counts(apps);
  std::vector<std::uint64_t> named(apps);
  std::uint64_t unknown = 0;
  std::uint64_t named_wrong = 0;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const Verdict& verdict = rows.verdicts[row];
    const AppId truth = data.labels[row];
    const bool is_right = verdict.best == truth;
    ++named[verdict.best];
    ++counts[truth].flows;
    if (verdict.is_unknown) {
      ++counts[truth].unknown;
      ++unknown;
    } else if (is_right) {
      ++counts[truth].named_right;
    } else {
      ++named_wrong;
    }
  }
  for (std::size_t app = 0; app < apps; ++app) {
    const AppCounts& own = counts[app];
    const std::uint64_t hits = result.confusion[app][app];
    result.apps.push_back({data.apps[app], own.flows, ratio(hits, own.flows),
                           ratio(hits, named[app]),
                           ratio(own.named_right, own.flows - own.unknown),
                           ratio(own.unknown, own.flows)});
  }
  const Score score = score_of(result.confusion);
  result.accuracy = score.accuracy;
  result.balanced_accuracy = score.balanced_accuracy;
  result.selective_risk = ratio(named_wrong, result.flows - unknown);
  result.reliability = reliability(data, probabilities);
  result.risk_coverage = risk_coverage(data, probabilities);
  result.coverage = ratio(result.flows - unknown, result.flows);
  result.correct = mean_over(result.apps, &AppScore::correct);
  result.unknown = mean_over(result.apps, &AppScore::unknown);
  return result;
}

void name_untested(const Dataset& all, Evaluation& evaluation) {
  const auto flows = all.flows_per_app();
  for (std::size_t app = 0; app < flows.size(); ++app) {
    if (flows[app] > 0 && evaluation.apps[app].flows == 0) {
      evaluation.untested.push_back(all.apps[app]);
    }
  }
}

AmbiguityScore evaluate_ambiguity(const Dataset& data,
                                  const Probabilities& probabilities,
                                  const AmbiguousRows& ambiguous) {
  Count shared;
  Count rest;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const AppId best = likeliest(probabilities.row(row)).best;
    (ambiguous.rows[row] ? shared : rest).add(best == data.labels[row]);
  }
  return {ambiguous.keys.size(), shared.flows, shared.share(), rest.share()};
}

PresetScore evaluate_preset(const Dataset& data, const PlainShares& shares,
                            const UnknownRule& rule) {
  PresetScore score;
  const VerdictLimits limits = rule.limits({});
  Count named;
  Count unambiguous;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const Verdict verdict = reach_verdict(shares.apps.row(row), 0, limits);
    const bool is_right = verdict.best == data.labels[row];
    if (!verdict.is_unknown) named.add(is_right);
    if (shares.ambiguous[row]) {
      ++score.ambiguous;
    } else {
      unambiguous.add(is_right);
    }
  }
  score.named = named.flows;
  score.accuracy_of_named = named.share();
  score.right_of_unambiguous = unambiguous.share();
  return score;
}

namespace {

bool is_informative(std::span<const double> scores) {
  const auto [min, max] = std::minmax_element(scores.begin(), scores.end());
  return *min < *max;
}

}  // namespace

EvidenceUse evidence_use(const Dataset& data, const DatasetScores& scores) {
  EvidenceUse use;
  use.flows = data.rows();
  // The first burst of each device in the current recording.
  std::map<Address, std::uint32_t> first_burst;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    if (row > 0 && data.recording_of(row) != data.recording_of(row - 1)) {
      first_burst.clear();
    }
    const RowFacts& facts = data.facts[row];
    ++use.by_name_source[static_cast<std::size_t>(facts.name_source)];
    if (is_informative(scores.name.row(row))) ++use.name_known;
    const auto seen = first_burst.try_emplace(facts.device, facts.burst).first;
    if (seen->second != facts.burst) ++use.device_known;
  }
  return use;
}

}  // namespace flowtell
