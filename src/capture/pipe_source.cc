// SPDX-License-Identifier: Apache-2.0
#include "capture/pipe_source.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/result.h"
#include "capture/byte_stream.h"
#include "capture/capture_file.h"

namespace flowtell {
namespace {

constexpr std::size_t kMaxWaiting = 64;  // blocks

// Reads a descriptor until another becomes readable.
class StoppableBytes : public ByteSource {
 public:
  StoppableBytes(int descriptor, int stop)
      : descriptor_(descriptor), stop_(stop) {}

  Result<std::size_t> read(std::span<std::uint8_t> into) override {
    for (;;) {
      std::array<pollfd, 2> watched = {pollfd{descriptor_, POLLIN, 0},
                                       pollfd{stop_, POLLIN, 0}};
      const int ready =
          ::ppoll(watched.data(), watched.size(), nullptr, nullptr);
      if (ready < 0 && errno != EINTR) {
        const int error = errno;
        return fail(ErrorKind::kSystem, "{}", system_reason(error));
      }
      if ((watched[1].revents & POLLIN) != 0) return std::size_t{0};
      if (watched[0].revents != 0) return read_some(descriptor_, into);
    }
  }

 private:
  int descriptor_;
  int stop_;
};

void signal_event(const FileHandle& event) {
  const std::uint64_t one = 1;
  // Fails only if the event is signalled already.
  static_cast<void>(::write(event.get(), &one, sizeof one) == sizeof one);
}

void clear_event(const FileHandle& event) {
  std::uint64_t count = 0;
  // Fails only if the event is clear already.
  static_cast<void>(::read(event.get(), &count, sizeof count) == sizeof count);
}

}  // namespace

Result<std::unique_ptr<PipeSource>> PipeSource::open(int descriptor,
                                                     const std::string& name,
                                                     Clock clock) {
  FileHandle stop(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  FileHandle arrived(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (stop.get() < 0 || arrived.get() < 0) {
    const int error = errno;
    return fail(kind_of_errno(error, ErrorKind::kSystem), "cannot watch {}: {}",
                name, system_reason(error));
  }
  auto capture = open_live_capture(
      std::make_unique<StoppableBytes>(descriptor, stop.get()), name);
  if (!capture) return fail(std::move(capture).error());
  return std::unique_ptr<PipeSource>(
      new PipeSource(std::move(*capture), std::move(stop), std::move(arrived),
                     std::move(clock)));
}

PipeSource::PipeSource(std::unique_ptr<FrameSource> capture, FileHandle stop,
                       FileHandle arrived, Clock clock)
    : capture_(std::move(capture)),
      stop_(std::move(stop)),
      arrived_(std::move(arrived)),
      clock_(std::move(clock)) {}

PipeSource::~PipeSource() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  signal_event(stop_);
  has_room_.notify_all();
  thread_.join();
}

PipeSource::Block PipeSource::read_block() {
  std::array<Frame, 64> batch;
  const std::size_t count = capture_->read(batch);
  Block block;
  std::size_t size = 0;
  for (std::size_t i = 0; i < count; ++i) size += batch[i].bytes.size();
  block.bytes.resize(size);
  block.frames.assign(batch.begin(),
                      batch.begin() + static_cast<std::ptrdiff_t>(count));
  std::size_t at = 0;
  for (Frame& frame : block.frames) {
    const Bytes from = frame.bytes;
    std::ranges::copy(from, block.bytes.data() + at);
    frame.bytes = Bytes(block.bytes).subspan(at, from.size());
    at += from.size();
  }
  return block;
}

// The thread.
void PipeSource::read_all() {
  for (;;) {
    Block block = read_block();
    const bool is_end = block.frames.empty();
    std::unique_lock lock(mutex_);
    if (const auto& damage = capture_->damage()) found_damage_ = damage;
    has_room_.wait(
        lock, [&] { return waiting_.size() < kMaxWaiting || is_stopped_; });
    if (is_end) {
      is_done_ = true;
    } else {
      waiting_.emplace_back(clock_(), std::move(block));
    }
    signal_event(arrived_);
    if (is_end || is_stopped_) return;
  }
}

// Not before the process has dropped its privileges, since those of a thread
// that runs already would stay.
void PipeSource::start() {
  if (!thread_.joinable()) thread_ = std::thread([this] { read_all(); });
}

LinkType PipeSource::link() {
  require(!thread_.joinable(), "the link type is found before reading begins");
  if (waiting_.empty()) {
    Block block = read_block();
    if (block.frames.empty()) return LinkType::kEthernet;
    waiting_.emplace_back(clock_(), std::move(block));
  }
  return waiting_.front().second.frames.front().link;
}

// Makes the next waiting block the current one.
bool PipeSource::take_block() {
  const std::lock_guard lock(mutex_);
  if (found_damage_) note_damage(found_damage_->offset, found_damage_->what);
  if (waiting_.empty()) {
    clear_event(arrived_);
    has_ended_ = is_done_;
    return false;
  }
  last_arrival_ = waiting_.front().first;
  current_ = std::move(waiting_.front().second);
  next_ = 0;
  waiting_.pop_front();
  has_room_.notify_one();
  return true;
}

std::size_t PipeSource::read(std::span<Frame> batch) {
  start();
  if (next_ == current_.frames.size() && !take_block()) return 0;
  const std::size_t count =
      std::min(batch.size(), current_.frames.size() - next_);
  std::copy_n(current_.frames.begin() + static_cast<std::ptrdiff_t>(next_),
              count, batch.begin());
  next_ += count;
  return count;
}

Duration PipeSource::silence() const {
  if (!last_arrival_) return {};
  return std::max(clock_() - *last_arrival_ - kMaxDelay, Duration{});
}

Duration PipeSource::time_until(Duration silence) const {
  constexpr Duration kNever = Duration::max() / 4;
  if (!last_arrival_ || silence >= kNever) return kNever;
  const Duration end = *last_arrival_ + kMaxDelay + silence + Duration{1};
  return std::max(end - clock_(), Duration{});
}

}  // namespace flowtell
