// SPDX-License-Identifier: Apache-2.0
//
// A live source that returns scripted reads and never waits.
#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "capture/live_source.h"
#include "support/test_frame.h"

namespace flowtell {

// The result of one read. Without frames it is an idle moment.
struct ScriptedRead {
  std::vector<TestFrame> frames{};
  Duration silence{};  // before the read
  std::optional<std::string> notice{};
};

class ScriptedSource : public LiveSource {
 public:
  explicit ScriptedSource(std::deque<ScriptedRead> script)
      : script_(std::move(script)) {}

  LinkType link() override { return LinkType::kEthernet; }
  bool has_ended() const override { return has_ended_; }
  Duration silence() const override {
    return script_.empty() ? Duration{} : script_.front().silence;
  }
  Duration time_until(Duration) const override { return {}; }
  int descriptor() const override { return -1; }
  std::optional<std::string> take_notice() override {
    return std::exchange(current_.notice, std::nullopt);
  }

  std::size_t read(std::span<Frame> batch) override {
    has_ended_ = script_.empty();
    if (has_ended_) return 0;
    current_ = std::move(script_.front());
    script_.pop_front();
    const std::size_t count = std::min(batch.size(), current_.frames.size());
    for (std::size_t i = 0; i < count; ++i)
      batch[i] = current_.frames[i].view();
    return count;
  }

 private:
  std::deque<ScriptedRead> script_;
  ScriptedRead current_;  // owns the frames returned last
  bool has_ended_ = false;
};

}  // namespace flowtell
