// SPDX-License-Identifier: Apache-2.0
//
// Trains a forest on a table of bench/train.py, predicts another table and
// prints times and balanced accuracy as JSON. The caller checks the accuracy
// before it uses the times.
//   usage: forest_bench TRAINING TEST THREADS SEED
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "base/text.h"
#include "bench/table_file.h"
#include "learn/forest_builder.h"
#include "model/compiled_forest.h"

namespace flowtell {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// The mean recall over apps.
double balanced_accuracy(const Dataset& data, std::span<const double> shares) {
  const std::size_t apps = data.apps.size();
  std::vector<double> rows(apps);
  std::vector<double> correct(apps);
  for (std::size_t i = 0; i < data.rows(); ++i) {
    const auto own = shares.subspan(i * apps, apps);
    const auto best = std::ranges::max_element(own) - own.begin();
    ++rows[data.labels[i]];
    if (best == data.labels[i]) ++correct[data.labels[i]];
  }
  double sum = 0;
  for (std::size_t app = 0; app < apps; ++app) sum += correct[app] / rows[app];
  return sum / static_cast<double>(apps);
}

// The median time to predict a single row.
double seconds_of_one(const CompiledForest& forest, const Dataset& data) {
  std::vector<double> shares(data.apps.size());
  std::vector<double> took;
  for (std::size_t i = 0; i < data.rows(); ++i) {
    const auto begin = Clock::now();
    forest.predict(data.row(i), shares);
    took.push_back(seconds_since(begin));
  }
  std::ranges::nth_element(
      took, took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2));
  return took[took.size() / 2];
}

int run(const Dataset& training, const Dataset& test, int threads,
        std::uint64_t seed) {
  ForestOptions options;
  options.balance_apps = false;  // the default of the other learners
  options.threads = threads;
  options.seed = seed;
  auto begin = Clock::now();
  const BuiltForest built = build_forest(training, options);
  const double train = seconds_since(begin);

  const CompiledForest compiled(built.forest);
  std::vector<double> shares(test.rows() * test.apps.size());
  compiled.predict(test.values, shares);
  std::vector<double> of_training(training.rows() * training.apps.size());
  begin = Clock::now();
  compiled.predict(training.values, of_training);
  const double batch = seconds_since(begin);

  const std::size_t hundred = std::min<std::size_t>(100, test.rows());
  begin = Clock::now();
  compiled.predict(std::span(test.values).first(hundred * test.width),
                   std::span(shares).first(hundred * test.apps.size()));
  const double few = seconds_since(begin);

  std::size_t nodes = 0;
  for (const Tree& tree : built.forest.trees) nodes += tree.size();
  fmt::print(
      "{{\"rows\": {}, \"columns\": {}, \"trees\": {}, \"nodes\": {}, "
      "\"train\": {:.6f}, \"batch\": {:.6f}, \"hundred\": {:.6f}, \"one\": "
      "{:.9f}, "
      "\"balanced_accuracy\": {:.6f}}}\n",
      training.rows(), training.width, options.trees, nodes, train, batch, few,
      seconds_of_one(compiled, test), balanced_accuracy(test, shares));
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace flowtell

int main(int count, char** arguments) {
  using namespace flowtell;
  const auto threads =
      count == 5 ? parse_number<int>(arguments[3]) : std::nullopt;
  const auto seed =
      count == 5 ? parse_number<std::uint64_t>(arguments[4]) : std::nullopt;
  if (!threads || *threads < 1 || !seed) {
    std::fputs("usage: forest_bench TRAINING TEST THREADS SEED\n", stderr);
    return EXIT_FAILURE;
  }
  return run(read_table(arguments[1]), read_table(arguments[2]), *threads,
             *seed);
}
