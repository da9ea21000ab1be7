// SPDX-License-Identifier: Apache-2.0
//
// Measures the memory of training beyond the quantised table. Builds a seeded
// table of ROWS rows and 54 columns, one column at a time as a loader would,
// trains a forest on it and prints, as JSON, the peak resident size minus the
// bins. The size of the forest itself depends on the data, not on the trainer,
// and is a separate number.
//   usage: forest_memory ROWS TREES THREADS
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "base/random.h"
#include "base/text.h"
#include "learn/forest_builder.h"

namespace flowtell {
namespace {

constexpr std::size_t kColumns = 54;
constexpr std::size_t kApps = 5;

double peak_resident_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return 1024.0 * static_cast<double>(usage.ru_maxrss);
}

// Approximately normal: the sum of four uniform draws.
float noise(Random& random) {
  double sum = -2;
  for (int i = 0; i < 4; ++i) sum += random.unit();
  return static_cast<float>(sum);
}

// Each column is weakly informative about the app.
QuantisedTable make_table(std::size_t rows, int threads) {
  QuantisedTable table;
  table.apps = kApps;
  Random random(1);
  for (std::size_t i = 0; i < rows; ++i) {
    table.labels.push_back(static_cast<AppId>(random.below(kApps)));
  }
  table.labels.shrink_to_fit();
  const auto read = [&](std::size_t column, std::span<float> values) {
    Random own(2, column);
    float shift[kApps];
    for (float& of_app : shift) of_app = noise(own);
    for (std::size_t i = 0; i < rows; ++i) {
      values[i] = noise(own) + shift[table.labels[i]];
    }
  };
  table.columns = BinnedColumns::of(
      {.rows = rows, .width = kColumns, .read = read}, threads);
  return table;
}

void run(std::size_t rows, std::size_t trees, int threads) {
  const double before = peak_resident_bytes();
  const QuantisedTable table = make_table(rows, threads);
  const auto bins = static_cast<double>(table.columns.bins.size());
  const double quantised = peak_resident_bytes() - before - bins;
  ForestOptions options;
  options.trees = trees;
  options.threads = threads;
  options.balance_apps = false;
  const auto begin = std::chrono::steady_clock::now();
  const BuiltForest built = build_forest(table, options);
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - begin;
  double forest = 0;
  for (const Tree& tree : built.forest.trees) {
    forest += static_cast<double>(tree.capacity() * sizeof(TreeNode));
  }
  const double beyond = peak_resident_bytes() - before - bins;
  const auto per_row = [&](double bytes) {
    return bytes / static_cast<double>(rows);
  };
  fmt::print(
      "{{\"rows\": {}, \"trees\": {}, \"threads\": {}, \"seconds\": {:.1f}, "
      "\"bins\": {:.0f}, \"beyond_when_quantised\": {:.0f}, "
      "\"beyond_in_all\": {:.0f}, \"of_that_forest\": {:.0f}, "
      "\"a_row\": {:.2f}, \"a_row_without_forest\": {:.2f}}}\n",
      rows, trees, threads, took.count(), bins, quantised, beyond, forest,
      per_row(beyond), per_row(beyond - forest));
}

}  // namespace
}  // namespace flowtell

int main(int count, char** arguments) {
  using namespace flowtell;
  const auto number = [&](int i) {
    return count == 4 ? parse_number<std::size_t>(arguments[i]) : std::nullopt;
  };
  const auto rows = number(1);
  const auto trees = number(2);
  const auto threads = number(3);
  if (!rows || !trees || !threads || *rows == 0 || *trees == 0 ||
      *threads == 0) {
    std::fputs("usage: forest_memory ROWS TREES THREADS\n", stderr);
    return EXIT_FAILURE;
  }
  run(*rows, *trees, static_cast<int>(*threads));
  return EXIT_SUCCESS;
}
