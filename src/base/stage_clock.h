// SPDX-License-Identifier: Apache-2.0
//
// Where the time goes: each moment of a thread is counted to one stage of the
// pipeline. A stage that is entered inside another interrupts it, so the times
// add up and none is counted twice.
//
// The stages are listed here and nowhere else. One clock a thread; clocks of
// several threads are added up. Costs one look at the system's clock for each
// entry and exit, so stages are entered by the batch, the burst or the flow,
// never by the packet.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string_view>
#include <utility>

#include "base/time.h"

namespace flowtell {

enum class Stage : std::size_t {
  kOther,
  kRead,
  kDecode,
  kFlow,
  kMeasure,
  kClassify,
  kReport,
  kWrite,
};

inline constexpr std::array<std::string_view, 8> kStageNames = {
    "other", "read", "decode", "flow", "measure", "judge", "report", "write"};

class StageClock {
 public:
  StageClock() = default;

  // Counts from now on to another stage; returns the one before.
  Stage enter(Stage stage) {
    const auto now = std::chrono::steady_clock::now();
    times_[static_cast<std::size_t>(stage_)] += now - last_;
    last_ = now;
    return std::exchange(stage_, stage);
  }

  Duration of(Stage stage) const {
    return times_[static_cast<std::size_t>(stage)];
  }

  // Adds another thread's times.
  StageClock& operator+=(const StageClock& other) {
    for (std::size_t i = 0; i < times_.size(); ++i) {
      times_[i] += other.times_[i];
    }
    return *this;
  }

 private:
  std::array<Duration, kStageNames.size()> times_{};
  Stage stage_ = Stage::kOther;
  std::chrono::steady_clock::time_point last_ =
      std::chrono::steady_clock::now();
};

// In a stage for as long as it lives. Nobody's clock: nothing happens.
class InStage {
 public:
  InStage(StageClock* clock, Stage stage) : clock_(clock) {
    if (clock_ != nullptr) before_ = clock_->enter(stage);
  }
  InStage(const InStage&) = delete;
  InStage& operator=(const InStage&) = delete;
  ~InStage() {
    if (clock_ != nullptr) clock_->enter(before_);
  }

 private:
  StageClock* clock_;
  Stage before_ = Stage::kOther;
};

}  // namespace flowtell
