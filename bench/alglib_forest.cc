// SPDX-License-Identifier: Apache-2.0
//
// Trains ALGLIB's forest on a table of bench/train.py, as a reference: prints
// the training time and the balanced accuracy as JSON.
//   usage: alglib_forest TRAINING TEST THREADS SEED
//
// ALGLIB's free edition uses one thread, whatever THREADS is.
#include <libalglib/dataanalysis.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "bench/table_file.h"

int main(int count, char** arguments) {
  if (count != 5) {
    std::fputs("usage: alglib_forest TRAINING TEST THREADS SEED\n", stderr);
    return EXIT_FAILURE;
  }
  const flowtell::Dataset training = flowtell::read_table(arguments[1]);
  const flowtell::Dataset test = flowtell::read_table(arguments[2]);
  const auto width = static_cast<alglib::ae_int_t>(training.width);
  const auto rows = static_cast<alglib::ae_int_t>(training.rows());
  const auto apps = static_cast<alglib::ae_int_t>(training.apps.size());
  alglib::real_2d_array table;
  table.setlength(rows, width + 1);
  for (alglib::ae_int_t i = 0; i < rows; ++i) {
    const auto row = training.row(static_cast<std::size_t>(i));
    for (alglib::ae_int_t j = 0; j < width; ++j) {
      table[i][j] = static_cast<double>(row[static_cast<std::size_t>(j)]);
    }
    table[i][width] = training.labels[static_cast<std::size_t>(i)];
  }
  alglib::setglobalthreading(alglib::parallel);

  const auto begin = std::chrono::steady_clock::now();
  alglib::decisionforestbuilder builder;
  alglib::decisionforest forest;
  alglib::dfreport report;
  alglib::dfbuildercreate(builder);
  alglib::dfbuildersetdataset(builder, table, rows, width, apps);
  alglib::dfbuildersetseed(builder, std::atol(arguments[4]) + 1);
  // ALGLIB draws the rows of a tree without replacement. This share gives as
  // many distinct rows as a bootstrap sample.
  alglib::dfbuildersetsubsampleratio(builder, 0.632);
  alglib::dfbuildersetrndvars(
      builder,
      static_cast<alglib::ae_int_t>(std::sqrt(static_cast<double>(width))));
  alglib::dfbuilderbuildrandomforest(builder, 100, forest, report);
  const std::chrono::duration<double> took =
      std::chrono::steady_clock::now() - begin;

  std::vector<double> right(training.apps.size());
  std::vector<double> all(training.apps.size());
  alglib::real_1d_array values;
  values.setlength(width);
  alglib::real_1d_array shares;
  for (std::size_t i = 0; i < test.rows(); ++i) {
    const auto row = test.row(i);
    for (alglib::ae_int_t j = 0; j < width; ++j) {
      values[j] = static_cast<double>(row[static_cast<std::size_t>(j)]);
    }
    alglib::dfprocess(forest, values, shares);
    alglib::ae_int_t best = 0;
    for (alglib::ae_int_t app = 1; app < apps; ++app) {
      if (shares[app] > shares[best]) best = app;
    }
    ++all[test.labels[i]];
    if (best == test.labels[i]) ++right[test.labels[i]];
  }
  double sum = 0;
  for (std::size_t app = 0; app < all.size(); ++app) {
    sum += right[app] / all[app];
  }
  std::printf("{\"train\": %.6f, \"balanced_accuracy\": %.6f}\n", took.count(),
              sum / static_cast<double>(all.size()));
  return EXIT_SUCCESS;
}
