// SPDX-License-Identifier: Apache-2.0
#include "capture/replay_source.h"

#include <algorithm>

#include "base/result.h"

namespace flowtell {
namespace {

// Maximum offset from the first frame, longer than a pcap can express; later
// frames are due at this offset. It leaves room to add a silence without
// overflow.
constexpr Duration kMaxOffset = Duration::max() / 2 - Duration{1};

}  // namespace

ReplaySource::ReplaySource(std::unique_ptr<FrameSource> capture, double speed,
                           Clock clock)
    : capture_(std::move(capture)), speed_(speed), clock_(std::move(clock)) {
  require(speed > 0, "the speed of a replay is above 0");
}

bool ReplaySource::look_ahead() {
  if (next_ < count_) return true;
  next_ = 0;
  count_ = capture_->read(ahead_);
  for (std::size_t i = 0; i < count_; ++i) {
    const Timestamp time = times_.correct(ahead_[i].time);
    if (!origin_) origin_ = time;
    offsets_[i] = std::min(time - *origin_, kMaxOffset);
  }
  clocks_ = capture_->clocks();
  if (const auto& damage = capture_->damage()) {
    note_damage(damage->offset, damage->what);
  }
  return count_ > 0;
}

Duration ReplaySource::position() const {
  if (!started_) return {};
  const double offset =
      static_cast<double>((clock_() - *started_).count()) * speed_;
  if (offset >= static_cast<double>(kMaxOffset.count())) return kMaxOffset;
  return Duration(static_cast<std::int64_t>(offset));
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
  while (count < batch.size() && next_ < count_ && offsets_[next_] <= now) {
    last_offset_ = offsets_[next_];
    batch[count++] = ahead_[next_++];
  }
  return count;
}

Duration ReplaySource::silence() const { return position() - last_offset_; }

Duration ReplaySource::time_until(Duration silence) const {
  const bool has_next = next_ < count_;
  const Duration limit = last_offset_ + silence + Duration{1};
  const Duration end = has_next ? std::min(offsets_[next_], limit) : limit;
  const auto left = static_cast<double>((end - position()).count());
  const double wait = std::max(left, 0.0) / speed_;
  if (wait >= static_cast<double>(kMaxOffset.count())) return kMaxOffset;
  return Duration(static_cast<std::int64_t>(wait));
}

}  // namespace flowtell
