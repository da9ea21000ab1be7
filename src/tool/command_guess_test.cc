// SPDX-License-Identifier: Apache-2.0
#include "tool/command_guess.h"

#include <gtest/gtest.h>

namespace flowtell {
namespace {

const std::vector<std::string> kWords = {"flows",    "audit",    "train",
                                         "evaluate", "classify", "watch"};

TEST(CommandGuess, FindsTheNearestWord) {
  for (const auto& [written, meant] :
       std::vector<std::pair<std::string, std::string>>{
           {"clasify", "classify"},
           {"classfiy", "classify"},
           {"classifyy", "classify"},
           {"clazzify", "classify"},
           {"tarin", "train"},
           {"flow", "flows"},
           {"wach", "watch"},
           {"evalute", "evaluate"},
           {"audit", "audit"}}) {
    EXPECT_EQ(nearest_word(written, kWords), meant) << written;
  }
}

TEST(CommandGuess, FindsNothingFarAway) {
  for (const char* written : {"fly", "x", "", "telepathy", "rain dance"}) {
    EXPECT_EQ(nearest_word(written, kWords), std::nullopt) << written;
  }
  EXPECT_EQ(nearest_word("train", {}), std::nullopt);
}

}  // namespace
}  // namespace flowtell
