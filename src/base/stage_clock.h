// SPDX-License-Identifier: Apache-2.0
//
// Measures where the time goes: each moment of a thread counts to exactly one
// stage of the pipeline. A nested stage interrupts the outer one, so the times
// add up and none is counted twice.
//
// The stages are listed only here. Each thread has its own clock, and clocks of
// several threads can be added. Every entry and exit reads
// std::chrono::steady_clock once, so stages are entered per batch, burst or
// flow, never per packet.
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
  kFeatures,
  kClassify,
  kReport,
  kWrite,
};

inline constexpr std::array<std::string_view, 8> kStageNames = {
    "other",    "read",     "decode", "flow",
    "features", "classify", "report", "write"};

class StageClock {
 public:
  StageClock() = default;

  // Switches to `stage`; returns the previous one.
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

// Enters a stage for the lifetime of the object. No effect without a clock.
class StageScope {
 public:
  StageScope(StageClock* clock, Stage stage) : clock_(clock) {
    if (clock_ != nullptr) previous_ = clock_->enter(stage);
  }
  StageScope(const StageScope&) = delete;
  StageScope& operator=(const StageScope&) = delete;
  ~StageScope() {
    if (clock_ != nullptr) clock_->enter(previous_);
  }

 private:
  StageClock* clock_;
  Stage previous_ = Stage::kOther;
};

}  // namespace flowtell
