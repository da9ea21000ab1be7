// SPDX-License-Identifier: Apache-2.0
//
// Reads a table that bench/train.py wrote for all forests that it compares:
// rows, columns and apps as 64-bit numbers, the values row by row as 32-bit
// floats, the labels as 16-bit numbers, all little-endian. The file is our own;
// damage ends the program.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "model/dataset.h"

namespace flowtell {

inline Dataset read_table(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::uint64_t shape[3] = {};
  const auto read = [&](void* to, std::size_t size) {
    file.read(static_cast<char*>(to), static_cast<std::streamsize>(size));
  };
  read(shape, sizeof shape);
  Dataset data;
  data.width = shape[1];
  data.values.resize(shape[0] * shape[1]);
  data.labels.resize(shape[0]);
  read(data.values.data(), data.values.size() * sizeof(float));
  read(data.labels.data(), data.labels.size() * sizeof(AppId));
  if (!file) {
    std::fprintf(stderr, "cannot read the table %s\n", path.c_str());
    std::exit(EXIT_FAILURE);
  }
  for (std::uint64_t app = 0; app < shape[2]; ++app) {
    data.apps.push_back(std::to_string(app));
  }
  return data;
}

}  // namespace flowtell
