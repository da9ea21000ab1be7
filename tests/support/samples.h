// SPDX-License-Identifier: Apache-2.0
//
// Samples for tests of learners: tables written out by hand, or drawn by a
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

// One row of a table: its values, its app, its capture, the burst of that, and
// the server's name.
struct TestRow {
  std::vector<float> values;
  AppId app = 0;
  std::uint32_t capture = 0;
  std::uint32_t burst = 0;
  std::string name = "";
};

// A dataset of these rows. Apps are called "a", "b", …; capture i is called
// "capture i" and is of the app of its first row, its group its path. All flows
// are of one device; every capture begins at kTestStart, its bursts 3 s after
// each other, the flows of a burst 100 ms after each other and 50 ms long.
// REQUIRES: all rows have equally many values; those of a capture, and of a
// burst, stand side by side.
Dataset table_of(const std::vector<TestRow>& rows, std::size_t apps);

inline constexpr EvidenceKinds kShape{true, false, false};
inline constexpr EvidenceKinds kName{false, true, false};
inline constexpr EvidenceKinds kShapeAndTime{true, false, true};

struct RandomTable {
  std::size_t rows = 60;
  std::size_t columns = 4;
  std::size_t apps = 3;
  std::size_t captures = 6;
  // Values are drawn from so many; 0: all differ.
  std::uint32_t distinct = 0;
  // Whether column 0 tells the app (the others never do).
  bool telling = true;
};

Dataset random_table(std::uint64_t seed, const RandomTable& table = {});

// How often each of so many rows was drawn: up to three times, the first once.
std::vector<std::uint8_t> random_counts(Random& random, std::size_t rows);

// A small model of features classic14 with every field filled in.
Model small_model(std::uint64_t seed = 1);

}  // namespace flowtell
