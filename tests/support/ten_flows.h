// SPDX-License-Identifier: Apache-2.0
//
// Ten flows with predictions made by hand:
//
//   truth   chat   mail   video  rule     verdict
//   chat    0.9    0.1    0      -        chat
//   chat    0.8    0.1    0.1    -        chat
//   chat    0.2    0.7    0.1    -        mail
//   chat    0.47   0.44   0.09   margin   (chat)
//   mail    0.1    0.9    0      -        mail
//   mail    0.6    0.3    0.1    -        chat
//   mail    0.3    0.4    0.3    floor    (mail)
//   video   0.7    0.2    0.1    -        chat
//   video   0.1    0.45   0.45   floor    (mail)
//   video   0      0.5    0.5    margin   (mail)
#pragma once

#include <array>
#include <vector>

#include "evaluate/evaluation.h"
#include "support/samples.h"

namespace flowtell {

inline constexpr UnknownRule kRule{
    .max_false_unknown = {}, .floor = 0.46, .margin = 0.05};

inline Dataset ten_flows() {
  std::vector<TestRow> rows;
  for (int i = 0; i < 4; ++i) rows.push_back({{0}, 0, 0});
  for (int i = 0; i < 3; ++i) rows.push_back({{0}, 1, 1});
  for (int i = 0; i < 3; ++i) rows.push_back({{0}, 2, 2});
  Dataset data = table_of(rows, 4);
  data.apps = {"chat", "mail", "video", "zither"};
  return data;
}

inline Probabilities ten_predictions() {
  Probabilities all(4, 0);
  for (const std::array<double, 3>& row :
       std::vector<std::array<double, 3>>{{0.9, 0.1, 0},
                                          {0.8, 0.1, 0.1},
                                          {0.2, 0.7, 0.1},
                                          {0.47, 0.44, 0.09},
                                          {0.1, 0.9, 0},
                                          {0.6, 0.3, 0.1},
                                          {0.3, 0.4, 0.3},
                                          {0.7, 0.2, 0.1},
                                          {0.1, 0.45, 0.45},
                                          {0, 0.5, 0.5}}) {
    all.values.insert(all.values.end(), row.begin(), row.end());
    all.values.push_back(0);
  }
  return all;
}

inline Evaluation hand_computed_evaluation() {
  return evaluate(ten_flows(), ten_predictions(), kRule);
}

}  // namespace flowtell
