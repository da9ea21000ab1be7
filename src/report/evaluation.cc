// SPDX-License-Identifier: Apache-2.0
#include "report/evaluation.h"

#include <algorithm>

#include "predict/verdict.h"

namespace flowtell {
namespace {

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0
                    : static_cast<double>(part) / static_cast<double>(whole);
}

// What is counted of the flows of one app.
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

}  // namespace

Evaluation evaluate(const Dataset& data, const Probabilities& probabilities,
                    const UnknownRule& rule) {
  const std::size_t apps = data.apps.size();
  Evaluation result;
  result.flows = data.rows();
  result.captures = data.captures.size();
  result.confusion.assign(apps, std::vector<std::uint64_t>(apps));
  std::vector<AppCounts> counts(apps);
  std::vector<std::uint64_t> named(apps);
  std::uint64_t right = 0;
  std::uint64_t unknown = 0;
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const Verdict verdict = reach_verdict(probabilities.row(row), rule);
    const AppId truth = data.labels[row];
    const bool is_right = verdict.best == truth;
    ++result.confusion[truth][verdict.best];
    ++named[verdict.best];
    ++counts[truth].flows;
    if (is_right) ++right;
    if (verdict.is_unknown) {
      ++counts[truth].unknown;
      ++unknown;
    } else if (is_right) {
      ++counts[truth].named_right;
    }
  }
  for (std::size_t app = 0; app < apps; ++app) {
    const AppCounts& own = counts[app];
    const std::uint64_t hits = result.confusion[app][app];
    result.apps.push_back({data.apps[app], own.flows, share(hits, own.flows),
                           share(hits, named[app]),
                           share(own.named_right, own.flows - own.unknown),
                           share(own.unknown, own.flows)});
  }
  result.accuracy = share(right, result.flows);
  result.coverage = share(result.flows - unknown, result.flows);
  result.balanced_accuracy = mean_over(result.apps, &AppScore::recall);
  result.correct = mean_over(result.apps, &AppScore::correct);
  result.unknown = mean_over(result.apps, &AppScore::unknown);
  return result;
}

}  // namespace flowtell
