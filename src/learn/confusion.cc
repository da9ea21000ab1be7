// SPDX-License-Identifier: Apache-2.0
#include "learn/confusion.h"

#include <numeric>

#include "classify/verdict.h"
#include "features/statistics.h"

namespace flowtell {

ConfusionMatrix count_confusions(const Dataset& data,
                                 const Probabilities& probabilities) {
  const std::size_t apps = data.apps.size();
  ConfusionMatrix confusion(apps, std::vector<std::uint64_t>(apps));
  for (std::size_t row = 0; row < data.rows(); ++row) {
    ++confusion[data.labels[row]][likeliest(probabilities.row(row)).best];
  }
  return confusion;
}

Score score_of(const ConfusionMatrix& confusion) {
  std::uint64_t right = 0;
  std::uint64_t all = 0;
  double recalls = 0;
  std::size_t apps = 0;
  for (std::size_t app = 0; app < confusion.size(); ++app) {
    const std::uint64_t rows = std::accumulate(
        confusion[app].begin(), confusion[app].end(), std::uint64_t{0});
    if (rows == 0) continue;
    right += confusion[app][app];
    all += rows;
    recalls += ratio(confusion[app][app], rows);
    ++apps;
  }
  return {ratio(right, all),
          apps == 0 ? 0 : recalls / static_cast<double>(apps)};
}

std::vector<Confusion> nonzero_confusions(const ConfusionMatrix& confusion) {
  std::vector<Confusion> all;
  for (std::size_t app = 0; app < confusion.size(); ++app) {
    for (std::size_t named = 0; named < confusion.size(); ++named) {
      const std::uint64_t count = confusion[app][named];
      if (count == 0) continue;
      all.push_back(
          {static_cast<AppId>(app), static_cast<AppId>(named), count});
    }
  }
  return all;
}

}  // namespace flowtell
