// SPDX-License-Identifier: Apache-2.0
#include "learn/temperature_fit.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "learn/evidence_fit.h"

namespace flowtell {

std::vector<std::uint32_t> network_folds(const Dataset& data) {
  std::map<std::string_view, std::uint32_t> numbers;
  std::vector<std::set<AppId>> apps;
  std::vector<std::uint32_t> folds;
  folds.reserve(data.rows());
  for (std::size_t row = 0; row < data.rows(); ++row) {
    const auto [at, is_new] =
        numbers.try_emplace(data.captures[data.capture_of[row]].group,
                            static_cast<std::uint32_t>(numbers.size()));
    if (is_new) apps.emplace_back();
    apps[at->second].insert(data.labels[row]);
    folds.push_back(at->second);
  }
  const bool is_divided =
      apps.size() >= 2 && std::ranges::all_of(apps, [](const auto& of_group) {
        return of_group.size() >= 2;
      });
  if (!is_divided) folds.clear();
  return folds;
}

double fit_temperature(const Dataset& data,
                       const Probabilities& probabilities) {
  constexpr double kStep = 0.05;
  double best = 1;
  double least = log_loss(data, probabilities);
  for (int step = 1; 1 + step * kStep <= kMaxTemperature; ++step) {
    const double temperature = 1 + step * kStep;
    Probabilities tempered = probabilities;
    for (std::size_t row = 0; row < data.rows(); ++row) {
      temper(tempered.row(row), temperature);
    }
    const double loss = log_loss(data, tempered);
    if (loss >= least) break;  // the loss has a single minimum
    least = loss;
    best = temperature;
  }
  return best;
}

}  // namespace flowtell
