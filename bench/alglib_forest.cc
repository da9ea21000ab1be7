// SPDX-License-Identifier: Apache-2.0
//
// The same forest by ALGLIB, for bench/train.py to compare with: prints, as
// JSON, how long training took and how good the forest is.
//   usage: alglib_forest TRAINING JUDGED THREADS SEED
//
// ALGLIB's free edition works on one thread whatever it is asked for.
#include <libalglib/dataanalysis.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "bench/table_file.h"

int main(int count, char** arguments) {
  if (count != 5) {
    std::fputs("usage: alglib_forest TRAINING JUDGED THREADS SEED\n", stderr);
    return EXIT_FAILURE;
  }
  const flowtell::Dataset trained = flowtell::read_table(arguments[1]);
  const flowtell::Dataset judged = flowtell::read_table(arguments[2]);
  const auto width = static_cast<alglib::ae_int_t>(trained.width);
  const auto rows = static_cast<alglib::ae_int_t>(trained.rows());
  const auto apps = static_cast<alglib::ae_int_t>(trained.apps.size());
  alglib::real_2d_array table;
  table.setlength(rows, width + 1);
  for (alglib::ae_int_t i = 0; i < rows; ++i) {
    const auto row = trained.row(static_cast<std::size_t>(i));
    for (alglib::ae_int_t j = 0; j < width; ++j) {
      table[i][j] = static_cast<double>(row[static_cast<std::size_t>(j)]);
    }
    table[i][width] = trained.labels[static_cast<std::size_t>(i)];
  }
  alglib::setglobalthreading(alglib::parallel);

  const auto begin = std::chrono::steady_clock::now();
  alglib::decisionforestbuilder builder;
  alglib::decisionforest forest;
  alglib::dfreport report;
  alglib::dfbuildercreate(builder);
  alglib::dfbuildersetdataset(builder, table, rows, width, apps);
  alglib::dfbuildersetseed(builder, std::atol(arguments[4]) + 1);
  // Each tree from a share of the rows drawn without replacement: as many
  // different ones as a bootstrap sample holds.
  alglib::dfbuildersetsubsampleratio(builder, 0.632);
  alglib::dfbuildersetrndvars(
      builder,
      static_cast<alglib::ae_int_t>(std::sqrt(static_cast<double>(width))));
  alglib::dfbuilderbuildrandomforest(builder, 100, forest, report);
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - begin;

  std::vector<double> right(trained.apps.size());
  std::vector<double> all(trained.apps.size());
  alglib::real_1d_array values;
  values.setlength(width);
  alglib::real_1d_array shares;
  for (std::size_t i = 0; i < judged.rows(); ++i) {
    const auto row = judged.row(i);
    for (alglib::ae_int_t j = 0; j < width; ++j) {
      values[j] = static_cast<double>(row[static_cast<std::size_t>(j)]);
    }
    alglib::dfprocess(forest, values, shares);
    alglib::ae_int_t best = 0;
    for (alglib::ae_int_t app = 1; app < apps; ++app) {
      if (shares[app] > shares[best]) best = app;
    }
    ++all[judged.labels[i]];
    if (best == judged.labels[i]) ++right[judged.labels[i]];
  }
  double sum = 0;
  for (std::size_t app = 0; app < all.size(); ++app) {
    sum += right[app] / all[app];
  }
  std::printf("{\"train\": %.6f, \"balanced_accuracy\": %.6f}\n", took.count(),
              sum / static_cast<double>(all.size()));
  return EXIT_SUCCESS;
}
