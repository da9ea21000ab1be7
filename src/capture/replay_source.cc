// SPDX-License-Identifier: Apache-2.0
#include "capture/replay_source.h"

#include <algorithm>

#include "base/result.h"

namespace flowtell {
namespace {

// No capture is played further than this from its first frame, which is longer
// than a pcap can tell; whatever lies beyond comes then. It leaves room for a
// silence to be added.
constexpr Duration kFurthest = Duration::max() / 2 - Duration{1};

}  // namespace

ReplaySource::ReplaySource(std::unique_ptr<FrameSource> capture, double speed,
                           Clock clock)
    : capture_(std::move(capture)), speed_(speed), clock_(std::move(clock)) {
  require(speed > 0, "a replay has a speed above 0");
}

bool ReplaySource::look_ahead() {
  if (next_ < count_) return true;
  next_ = 0;
  count_ = capture_->read(ahead_);
  for (std::size_t i = 0; i < count_; ++i) {
    const Timestamp time = steady_.steady(ahead_[i].time);
    if (!origin_) origin_ = time;
    due_[i] = std::min(time - *origin_, kFurthest);
  }
  if (const auto& damage = capture_->damage()) {
    note_damage(damage->at, damage->what);
  }
  return count_ > 0;
}

Duration ReplaySource::position() const {
  if (!started_) return {};
  const double place =
      static_cast<double>((clock_() - *started_).count()) * speed_;
  if (place >= static_cast<double>(kFurthest.count())) return kFurthest;
  return Duration(static_cast<std::int64_t>(place));
}

LinkType ReplaySource::link() {
  return look_ahead() ? ahead_[next_].link : LinkType::kEthernet;
}

std::size_t ReplaySource::read(std::span<Frame> batch) {
  if (!look_ahead()) {
    has_ended_ = true;
    return 0;
  }
  if (!started_) started_ = clock_();
  const Duration now = position();
  std::size_t count = 0;
  while (count < batch.size() && next_ < count_ && due_[next_] <= now) {
    last_ = due_[next_];
    batch[count++] = ahead_[next_++];
  }
  return count;
}

Duration ReplaySource::silence() const { return position() - last_; }

Duration ReplaySource::time_until(Duration silence) const {
  const bool knows_next = next_ < count_;
  const Duration silent = last_ + silence + Duration{1};
  const Duration end = knows_next ? std::min(due_[next_], silent) : silent;
  const auto left = static_cast<double>((end - position()).count());
  const double wait = std::max(left, 0.0) / speed_;
  if (wait >= static_cast<double>(kFurthest.count())) return kFurthest;
  return Duration(static_cast<std::int64_t>(wait));
}

}  // namespace flowtell
