// SPDX-License-Identifier: Apache-2.0
//
// A capture that arrives over a pipe as it is recorded, possibly far away:
// `ssh router tcpdump -U -w - | flowtell watch MODEL -`. A thread reads and
// parses; the caller never blocks.
//
// The recorder's clock may differ from this machine's, and frames may be under
// way. Silence is therefore the time since the last arrival, less what a frame
// may be late; so the verdict on a last burst comes that much later.
//
// Memory is bounded: a slow caller holds the pipe up.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/file.h"
#include "capture/live_source.h"

namespace flowtell {

class PipeSource : public LiveSource {
 public:
  // How late a frame may arrive, relative to the one before it, to be treated
  // as it would be in a file.
  static constexpr Duration kMaxDelay = std::chrono::milliseconds(500);

  // Any monotonic clock.
  using Clock = std::function<Duration()>;

  // Waits for the header of a capture on this descriptor, which must stay open.
  // `name` is for messages.
  static Result<std::unique_ptr<PipeSource>> open(int descriptor,
                                                  const std::string& name,
                                                  Clock clock);
  ~PipeSource() override;

  // Waits for the first frame. Call it before the first `read`, if at all.
  LinkType link() override;
  std::size_t read(std::span<Frame> batch) override;
  bool has_ended() const override { return has_ended_; }
  Duration silence() const override;
  Duration time_until(Duration silence) const override;
  int descriptor() const override { return arrived_.get(); }

 private:
  // Frames with copies of their bytes.
  struct Block {
    std::vector<std::uint8_t> bytes;
    std::vector<Frame> frames;
  };

  PipeSource(std::unique_ptr<FrameSource> capture, FileHandle stop,
             FileHandle arrived, Clock clock);
  // Reads until frames arrive; none at the end.
  Block read_block();
  void read_all();
  void start();
  bool take_block();

  std::unique_ptr<FrameSource> capture_;  // of the thread, once it runs
  FileHandle stop_;                       // becomes readable to end the thread
  FileHandle arrived_;                    // readable while there are frames
  Clock clock_;
  Block current_;  // the frames that were returned, and more
  std::size_t next_ = 0;
  bool has_ended_ = false;
  std::optional<Duration> last_arrival_;  // by clock_, of frames returned

  std::mutex mutex_;  // guards these
  std::condition_variable has_room_;
  std::deque<std::pair<Duration, Block>> waiting_;  // with their arrival
  bool is_done_ = false;                            // the thread read the end
  bool is_stopped_ = false;
  std::optional<Damage> found_damage_;

  std::thread thread_;  // last: it uses the others
};

}  // namespace flowtell
