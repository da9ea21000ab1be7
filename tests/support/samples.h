// SPDX-License-Identifier: Apache-2.0
//
// Datasets for tests of learners: tables written by hand, or random with a
// seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "learn/forest_builder.h"
#include "model/dataset.h"
#include "model/evidence.h"
#include "model/model.h"

namespace flowtell {

// One row of a table: its values, its app, its capture, the burst in the
// capture, and the server name.
struct TestRow {
  std::vector<float> values;
  AppId app = 0;
  std::uint32_t capture = 0;
  std::uint32_t burst = 0;
  std::string name = "";
};

// A dataset of these rows. Apps are named "a", "b", …; capture i is named
// "capture i", has the app of its first row, and its group is its path. All
// flows are of one device; every capture begins at kTestStart, its bursts are 3
// s apart, the flows of a burst 100 ms apart and 50 ms long. REQUIRES: all rows
// have equally many values; the rows of a capture, and of a burst, are
// adjacent.
Dataset table_of(const std::vector<TestRow>& rows, std::size_t apps);

inline constexpr EvidenceKinds kShape{true, false, false};
inline constexpr EvidenceKinds kName{false, true, false};
inline constexpr EvidenceKinds kShapeAndTime{true, false, true};

struct RandomTable {
  std::size_t rows = 60;
  std::size_t columns = 4;
  std::size_t apps = 3;
  std::size_t captures = 6;
  // The number of distinct values; 0: all differ.
  std::uint32_t distinct = 0;
  // Whether column 0 identifies the app. The others never do.
  bool telling = true;
};

Dataset random_table(std::uint64_t seed, const RandomTable& table = {});

// How often each row was drawn: up to three times, the first row once.
std::vector<std::uint8_t> random_counts(Random& random, std::size_t rows);

// A small model of the features classic14 with every field filled in.
Model small_model(std::uint64_t seed = 1);

}  // namespace flowtell
