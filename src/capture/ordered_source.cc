// SPDX-License-Identifier: Apache-2.0
#include "capture/ordered_source.h"

#include <algorithm>

namespace flowtell {
namespace {

// A queue that is written after another begins this much earlier, at least.
constexpr Duration kJump = std::chrono::milliseconds(300);

// A time and an offset never overflow.
constexpr Duration kMaxClockOffset = kLatestTime.time_since_epoch();

// A clock that was set shows a later time than this. Beside its times, a time
// of 0 is none.
constexpr Timestamp kSet{std::chrono::hours(24 * 365)};

bool lacks_time(const Frame& frame, Timestamp latest) {
  return frame.time == kNoTime || (frame.time == Timestamp{} && latest > kSet);
}

Timestamp moved(Timestamp time, Duration offset) {
  return std::clamp(time + offset, kEarliestTime, kLatestTime);
}

}  // namespace

OrderedSource::OrderedSource(std::unique_ptr<FrameSource> file)
    : FrameSource(file->format()), file_(std::move(file)) {}

std::size_t OrderedSource::read(std::span<Frame> batch) {
  for (;;) {
    if (returned_ < released_) {
      const std::size_t count = std::min(batch.size(), released_ - returned_);
      for (std::size_t i = 0; i < count; ++i) {
        const Held& held = held_[returned_++];
        batch[i] = held.frame;
        batch[i].time = held.time;
        batch[i].bytes =
            Bytes(store_).subspan(held.at, held.frame.bytes.size());
      }
      return count;
    }
    drop_released();
    if (is_passing_) {
      const std::size_t count = pass(batch);
      if (count > 0) return count;
    }
    fill();
    if (held_.empty()) return 0;
    resolve();
    release();
  }
}

OrderedSource::Clock& OrderedSource::clock_of(const Frame& frame) {
  if (frame.interface >= clocks_by_interface_.size()) {
    clocks_by_interface_.resize(frame.interface + std::size_t{1});
  }
  return clocks_by_interface_[frame.interface];
}

// Whether there is a next frame of the file.
bool OrderedSource::has_next() {
  if (next_ < from_file_.size()) return true;
  if (has_ended_) return false;
  const std::size_t count = file_->read(room_);
  if (const auto& damage = file_->damage()) {
    note_damage(damage->offset, damage->what);
  }
  clocks_.are_nanoseconds = file_->clocks().are_nanoseconds;
  from_file_ = std::span(room_).first(count);
  next_ = 0;
  has_ended_ = count == 0;
  return !has_ended_;
}

// Returns frames up to the first that is out of order; from that one on, frames
// are held. Reads the file only once: what was returned must stay valid.
std::size_t OrderedSource::pass(std::span<Frame> batch) {
  std::size_t count = 0;
  if (!has_next()) return 0;
  for (; count < batch.size() && next_ < from_file_.size(); ++next_) {
    Frame frame = from_file_[next_];
    if (lacks_time(frame, last_)) {
      ++clocks_.timeless;
      frame.time = last_;
    } else {
      Clock& clock = clock_of(frame);
      const Timestamp time = moved(frame.time, clock.offset);
      if (!clock.is_known || time < last_) {
        is_passing_ = false;
        break;
      }
      frame.time = last_ = clock.latest = time;
    }
    batch[count++] = frame;
  }
  return count;
}

void OrderedSource::hold(const Frame& frame) {
  held_.push_back({.frame = frame, .at = store_.size()});
  held_.back().frame.comment = {};
  store_.insert(store_.end(), frame.bytes.begin(), frame.bytes.end());
  Clock& clock = clock_of(frame);
  if (lacks_time(frame, std::max(clock.latest, clock.latest_held))) {
    ++clocks_.timeless;
    held_.back().frame.time = kNoTime;
    return;
  }
  if (clock.first_held == kNoTime) {
    clock.first_held = frame.time;
    // The clocks of several interfaces are compared as long as there are some.
    const auto known = [](const Clock& each) {
      return each.is_known || each.first_held != kNoTime;
    };
    is_disordered_ = is_disordered_ ||
                     std::ranges::count_if(clocks_by_interface_, known) > 1;
  } else if (frame.time < clock.latest_held) {
    is_disordered_ = true;
  }
  clock.latest_held = std::max(clock.latest_held, frame.time);
  is_full_ = is_full_ || clock.latest_held - clock.first_held > 2 * kWindow;
}

bool OrderedSource::holds_enough() const {
  if (is_full_) return true;
  return is_disordered_ || last_ != kNoTime
             ? held_.size() >= kMaxFrames || store_.size() >= kMaxBytes
             : held_.size() >= kMaxStartFrames ||
                   store_.size() >= kMaxStartBytes;
}

void OrderedSource::fill() {
  while (!holds_enough() && has_next()) hold(from_file_[next_++]);
}

// Gives all frames held a time by the common clock.
void OrderedSource::resolve() {
  if (last_ == kNoTime) find_first_time();
  find_clocks();
  for (std::size_t i = 0; i < held_.size(); ++i) {
    if (held_[i].time == kNoTime) place(i);
  }
}

// The first frames may have a time of 0, for none.
void OrderedSource::find_first_time() {
  const auto has_time = [](const Held& held) {
    return held.frame.time != kNoTime && held.frame.time != Timestamp{};
  };
  const auto first = std::ranges::find_if(held_, has_time);
  if (first == held_.end() || first->frame.time <= kSet) return;
  for (Held& held : std::span(held_.begin(), first)) {
    if (held.frame.time == kNoTime) continue;
    held.frame.time = kNoTime;
    ++clocks_.timeless;
  }
}

// The reference is a clock that is known, or shows the latest time.
void OrderedSource::find_clocks() {
  std::size_t reference = clocks_by_interface_.size();
  for (std::size_t i = 0; i < clocks_by_interface_.size(); ++i) {
    const Clock& clock = clocks_by_interface_[i];
    if (!clock.is_known && clock.first_held == kNoTime) continue;
    if (reference == clocks_by_interface_.size()) reference = i;
    const Clock& best = clocks_by_interface_[reference];
    if (clock.is_known != best.is_known ? clock.is_known
                                        : clock.first_held > best.first_held) {
      reference = i;
    }
  }
  for (std::size_t i = 0; i < clocks_by_interface_.size(); ++i) {
    Clock& clock = clocks_by_interface_[i];
    if (clock.is_known || clock.first_held == kNoTime) continue;
    if (i != reference) find_clock(i, reference);
    clock.is_known = true;
  }
}

// Whichever clock is behind shows it whenever a frame of its interface follows
// one of the other. The least that it is behind counts: what is more is time
// that passed, or a queue that was written later.
void OrderedSource::find_clock(std::size_t interface, std::size_t reference) {
  Clock& clock = clocks_by_interface_[interface];
  const Duration base = clocks_by_interface_[reference].offset;
  std::optional<Duration> behind;  // the least; of frames after the reference's
  std::optional<Duration> ahead;   // of reference frames after it
  Timestamp latest = kNoTime;
  Timestamp latest_reference = kNoTime;
  if (clocks_by_interface_[reference].is_known) {
    latest_reference = clocks_by_interface_[reference].latest;
  }
  for (const Held& held : held_) {
    if (held.frame.time == kNoTime) continue;
    if (held.frame.interface == interface) {
      latest = std::max(latest, held.frame.time);
      if (latest_reference == kNoTime) continue;
      const Duration by = latest_reference - held.frame.time;
      behind = std::min(by, behind.value_or(by));
    } else if (held.frame.interface == reference) {
      const Timestamp time = moved(held.frame.time, base);
      latest_reference = std::max(latest_reference, time);
      if (latest == kNoTime) continue;
      const Duration by = latest - time;
      ahead = std::min(by, ahead.value_or(by));
    }
  }
  if (behind && *behind > kSameClock) {
    clock.offset = std::min(*behind, kMaxClockOffset);
  }
  if (ahead && *ahead > kSameClock) {
    clock.offset = -std::min(*ahead, kMaxClockOffset);
  }
  if (clock.offset == Duration{}) return;
  clocks_.differing += 1;
  clocks_.apart = std::max(
      clocks_.apart, clock.offset < Duration{} ? -clock.offset : clock.offset);
}

// How often times of an interface fall, from a frame held on.
std::size_t OrderedSource::backward_jumps(std::size_t interface,
                                          std::size_t from) const {
  std::size_t jumps = 0;
  Timestamp previous = kNoTime;
  for (std::size_t i = from; i < held_.size() && jumps < 2; ++i) {
    const Frame& frame = held_[i].frame;
    if (frame.interface != interface || frame.time == kNoTime) continue;
    if (previous != kNoTime && frame.time + kJump < previous) ++jumps;
    previous = frame.time;
  }
  return jumps;
}

void OrderedSource::place(std::size_t index) {
  Held& held = held_[index];
  if (held.frame.time == kNoTime) {
    held.time = index > 0 ? held_[index - 1].time : last_;
    if (held.time != kNoTime) return;
    for (std::size_t i = index + 1; i < held_.size(); ++i) {
      const Frame& next = held_[i].frame;
      if (next.time == kNoTime) continue;
      held.time = moved(next.time, clock_of(next).offset);
      return;
    }
    held.time = Timestamp{};
    return;
  }
  Clock& clock = clock_of(held.frame);
  Timestamp time = moved(held.frame.time, clock.offset);
  const Duration late = clock.latest - time;
  if (late > kMaxLateness && !clock.is_disordered) {
    clock.is_disordered =
        late <= kWindow && backward_jumps(held.frame.interface, index) >= 1;
  }
  if (late > (clock.is_disordered ? kWindow : kMaxLateness)) {
    ++clocks_.steps;
    clock.offset = std::min(clock.offset + late, kMaxClockOffset);
    time = clock.latest;
  }
  clock.latest = std::max(clock.latest, time);
  held.time = time;
}

// Orders the frames held and releases those that no later frame may precede.
void OrderedSource::release() {
  Timestamp latest = kNoTime;
  for (const Held& held : held_) {
    if (held.time < latest) ++clocks_.reordered;
    latest = std::max(latest, held.time);
  }
  std::ranges::stable_sort(held_, {}, &Held::time);
  const bool was_disordered =
      clocks_.reordered > 0 ||
      std::ranges::count_if(clocks_by_interface_, &Clock::is_known) > 1;
  released_ = held_.size();
  if (!has_ended_ && was_disordered) {
    const auto first_kept =
        std::ranges::upper_bound(held_, latest - kWindow, {}, &Held::time);
    released_ = static_cast<std::size_t>(first_kept - held_.begin());
    if (!is_full_) released_ = std::max(released_, held_.size() / 2);
    released_ = std::max<std::size_t>(released_, 1);
  }
  is_passing_ = !was_disordered;
  for (std::size_t i = 0; i < released_; ++i) {
    held_[i].time = last_ = std::max(held_[i].time, last_);
  }
}

// Keeps what is not released, for the next round.
void OrderedSource::drop_released() {
  if (released_ == 0) return;
  std::vector<std::uint8_t> kept;
  for (Held& held : std::span(held_).subspan(released_)) {
    const Bytes bytes = Bytes(store_).subspan(held.at, held.frame.bytes.size());
    held.at = kept.size();
    kept.insert(kept.end(), bytes.begin(), bytes.end());
  }
  store_ = std::move(kept);
  held_.erase(held_.begin(),
              held_.begin() + static_cast<std::ptrdiff_t>(released_));
  released_ = returned_ = 0;
  is_full_ = false;
  for (Clock& clock : clocks_by_interface_) {
    clock.first_held = clock.latest_held = kNoTime;
  }
  for (const Held& held : held_) {
    if (held.frame.time == kNoTime) continue;
    Clock& clock = clock_of(held.frame);
    if (clock.first_held == kNoTime) clock.first_held = held.frame.time;
    clock.first_held = std::min(clock.first_held, held.frame.time);
    clock.latest_held = std::max(clock.latest_held, held.frame.time);
  }
}

}  // namespace flowtell
