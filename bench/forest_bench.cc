// SPDX-License-Identifier: Apache-2.0
//
// Trains one forest on labelled captures and prints, as JSON, how long that
// took and how good the forest is, so that whoever times it can check it first.
//   usage: forest_bench CAPTURES FEATURES THREADS
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "base/text.h"
#include "model/forest_builder.h"
#include "model/out_of_bag.h"

namespace flowtell {
namespace {

int run(const std::string& captures, const std::string& features, int threads) {
  auto labelled = find_labelled_captures(captures);
  auto list = FeatureList::parse(features);
  if (!labelled || !list) {
    fmt::print(stderr, "forest_bench: cannot read {}\n", captures);
    return EXIT_FAILURE;
  }
  LoadOptions load;
  load.features = *list;
  load.threads = threads;
  auto loaded = load_dataset(*labelled, load);
  if (!loaded) {
    fmt::print(stderr, "forest_bench: {}\n", loaded.error().message);
    return EXIT_FAILURE;
  }
  ForestOptions options;
  options.balance_apps = false;  // as scikit-learn does by default
  options.threads = threads;
  const auto begin = std::chrono::steady_clock::now();
  const BuiltForest built = build_forest(loaded->dataset, options);
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - begin;
  const auto judged = judge_out_of_bag(built, loaded->dataset, threads);
  fmt::print(
      "{{\"rows\": {}, \"columns\": {}, \"trees\": {}, \"seconds\": {:.4f}, "
      "\"out_of_bag_accuracy\": {:.4f}}}\n",
      loaded->dataset.rows(), loaded->dataset.width, options.trees,
      took.count(), judged.accuracy);
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace flowtell

int main(int count, char** arguments) {
  const auto threads =
      count == 4 ? flowtell::parse_number<int>(arguments[3]) : std::nullopt;
  if (!threads || *threads < 1) {
    std::fputs("usage: forest_bench CAPTURES FEATURES THREADS\n", stderr);
    return EXIT_FAILURE;
  }
  return flowtell::run(arguments[1], arguments[2], *threads);
}
