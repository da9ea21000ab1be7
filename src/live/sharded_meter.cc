// SPDX-License-Identifier: Apache-2.0
#include "live/sharded_meter.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "base/hash.h"

namespace flowtell {
namespace {

// A block is handed over at this size, or this long after the last.
constexpr std::size_t kBlockFrames = 512;
constexpr std::size_t kBlockBytes = std::size_t{256} << 10;
constexpr Duration kBlockTime = std::chrono::milliseconds(2);

// The most blocks that wait for a shard before the reader blocks.
constexpr std::size_t kMaxBlocks = 16;

// How far a shard's time may lag while it has open bursts.
constexpr Duration kMaxTimeLag = std::chrono::milliseconds(10);

constexpr Duration kFinishPoll = std::chrono::milliseconds(1);

FlowOptions share_of(FlowOptions options, std::size_t shards) {
  options.max_flows = std::max<std::size_t>(options.max_flows / shards, 1);
  return options;
}

}  // namespace

// A meter, and the blocks queued for its thread.
class ShardedMeter::Shard {
 public:
  Shard(const FlowOptions& options, FlowSink& sink) : meter_(options, sink) {}
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;
  // Also runs if another shard's thread could not be started.
  ~Shard() {
    hand_over_last({}, Then::kAbort);
    join();
  }

  // --- called by the reading thread -----------------------------------------

  void start() {
    thread_ = std::thread([this] { work(); });
  }

  bool put(const Frame& corrected, Timestamp origin) {
    if (!has_origin_) filling_.origin = origin;
    has_origin_ = true;
    filling_.frames.push_back(
        {corrected.time, filling_.bytes.size(),
         static_cast<std::uint32_t>(corrected.bytes.size()),
         corrected.wire_length, corrected.link});
    filling_.bytes.insert(filling_.bytes.end(), corrected.bytes.begin(),
                          corrected.bytes.end());
    last_ = corrected.time;
    return filling_.frames.size() >= kBlockFrames ||
           filling_.bytes.size() >= kBlockBytes;
  }

  bool has_waiting() const { return !filling_.frames.empty(); }

  // When to send the shard the time if no frame arrives; empty once all its
  // bursts have ended.
  std::optional<Timestamp> next_time_due(Duration burst_gap) const {
    if (!has_origin_ || sent_time_ > last_ + burst_gap) return std::nullopt;
    return sent_time_ + kMaxTimeLag;
  }

  void hand_over(Timestamp now) {
    filling_.now = sent_time_ = now;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ready_.size() < kMaxBlocks; });
    ready_.push_back(std::move(filling_));
    filling_ = {};
    if (!spare_.empty()) {
      filling_ = std::move(spare_.back());
      spare_.pop_back();
    }
    ++in_flight_;
    lock.unlock();
    changed_.notify_all();
  }

  bool is_busy() const { return in_flight_ > 0; }

  void wait_until_idle() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return in_flight_ == 0; });
  }

  // The last block; the thread ends after it.
  void hand_over_last(Timestamp now, Then then) {
    if (!thread_.joinable()) return;
    filling_.then = then;
    hand_over(now);
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

  std::size_t open_flows() const { return open_flows_; }
  // Safe only while the thread is idle or absent.
  FlowMeter& meter() { return meter_; }

 private:
  // --- called by the shard's thread -----------------------------------------

  void work() {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return !ready_.empty(); });
      Block block = std::move(ready_.front());
      ready_.pop_front();
      lock.unlock();
      changed_.notify_all();

      const auto then = block.then;
      process(block);
      block.bytes.clear();
      block.frames.clear();
      block.origin.reset();

      lock.lock();
      spare_.push_back(std::move(block));
      --in_flight_;
      lock.unlock();
      changed_.notify_all();
      if (then != Then::kContinue) return;
    }
  }

  void process(const Block& block) {
    if (block.then == Then::kAbort) return;
    if (block.origin) meter_.set_origin(*block.origin);
    for (const BlockFrame& frame : block.frames) {
      meter_.add({frame.time, Bytes(&block.bytes[frame.offset], frame.size),
                  frame.wire_length, frame.link});
      metered_ = frame.time;
    }
    if (block.then == Then::kFinish) {
      meter_.finish();
    } else {
      meter_.note_silence(block.now - metered_);
    }
    open_flows_ = meter_.open_flows();
  }

  // Used by the reading thread.
  Block filling_;
  bool has_origin_ = false;
  Timestamp last_{};  // of the frames
  Timestamp sent_time_{};

  // Used by the shard's thread.
  FlowMeter meter_;
  Timestamp metered_{};
  std::atomic<std::size_t> open_flows_{0};

  // Guarded by mutex_; in_flight_ may be read without it.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Block> ready_;
  std::vector<Block> spare_;
  std::atomic<std::size_t> in_flight_{0};

  std::thread thread_;
};

ShardedMeter::ShardedMeter(const FlowOptions& options,
                           std::span<FlowSink* const> sinks)
    : finder_(options.lan, options.max_flows * PairTable::kPairsPerFlow),
      burst_gap_(options.burst_gap) {
  require(!sinks.empty(), "a sharded meter needs a sink");
  const FlowOptions share = share_of(options, sinks.size());
  for (FlowSink* sink : sinks) {
    shards_.push_back(std::make_unique<Shard>(share, *sink));
  }
  if (is_single()) return;
  for (const auto& shard : shards_) shard->start();
}

ShardedMeter::~ShardedMeter() {
  hand_over_last(Then::kAbort);
  for (const auto& shard : shards_) shard->join();
}

void ShardedMeter::add(const Frame& frame) {
  if (is_single()) {
    shards_.front()->meter().add(frame);
    return;
  }
  Frame corrected = frame;
  corrected.time = times_.correct(frame.time);
  ++frames_;
  if (!seen_.first) seen_.first = handed_over_ = now_ = corrected.time;
  seen_.last = corrected.time;
  if (seen_.links.empty() || *seen_.links.begin() != frame.link) {
    seen_.links.insert(frame.link);
  }
  now_ = std::max(now_, corrected.time);
  if (now_ - handed_over_ >= kBlockTime) hand_over_blocks();

  Packet packet;
  const FrameOutcome outcome = decoder_.decode(corrected, packet);
  if (outcome != FrameOutcome::kUsed) {
    ++seen_.frames;
    seen_.ledger.count(outcome);
    return;
  }
  const std::uint64_t hash = keyed_hash(finder_.device_of(packet));
  Shard& shard = *shards_[static_cast<std::size_t>(hash % shards_.size())];
  if (shard.put(corrected, *seen_.first)) shard.hand_over(now_);
}

void ShardedMeter::hand_over_blocks() {
  for (const auto& shard : shards_) {
    const auto due = shard->next_time_due(burst_gap_);
    if (shard->has_waiting() || (due && now_ >= *due)) {
      shard->hand_over(now_);
    }
  }
  handed_over_ = now_;
}

void ShardedMeter::note_silence(Duration since_last_frame) {
  if (is_single()) {
    shards_.front()->meter().note_silence(since_last_frame);
    return;
  }
  if (!seen_.last) return;
  const Duration room = MonotonicTimes::kLatest - *seen_.last;
  now_ = std::max(now_, *seen_.last + std::min(since_last_frame, room));
  hand_over_blocks();
}

std::optional<Duration> ShardedMeter::next_end() const {
  if (is_single()) return shards_.front()->meter().next_end();
  std::optional<Duration> next;
  for (const auto& shard : shards_) {
    const auto due = shard->next_time_due(burst_gap_);
    if (!due) continue;
    const Duration silence = *due - *seen_.last;
    next = std::min(silence, next.value_or(silence));
  }
  return next;
}

bool ShardedMeter::is_busy() const {
  return std::any_of(shards_.begin(), shards_.end(),
                     [](const auto& shard) { return shard->is_busy(); });
}

void ShardedMeter::wait_until_idle() {
  for (const auto& shard : shards_) shard->wait_until_idle();
}

void ShardedMeter::finish(const std::function<void()>& meanwhile) {
  if (is_single()) {
    shards_.front()->meter().finish();
    return;
  }
  hand_over_last(Then::kFinish);
  while (is_busy()) {
    meanwhile();
    std::this_thread::sleep_for(kFinishPoll);
  }
  for (const auto& shard : shards_) shard->join();
}

void ShardedMeter::hand_over_last(Then then) {
  for (const auto& shard : shards_) shard->hand_over_last(now_, then);
}

ShardedMeter::Progress ShardedMeter::progress() const {
  if (is_single()) {
    const FlowMeter& meter = shards_.front()->meter();
    const MeterReport report = meter.report();
    return {report.frames, report.last, meter.open_flows(), report.ledger};
  }
  Progress progress{frames_, seen_.last, 0, seen_.ledger};
  for (const auto& shard : shards_) {
    progress.open_flows += shard->open_flows();
  }
  return progress;
}

MeterReport ShardedMeter::report() const {
  if (is_single()) return shards_.front()->meter().report();
  MeterReport report = seen_;
  report.late_frames = times_.late();
  report.clock_steps = times_.steps();
  for (const auto& shard : shards_) report += shard->meter().report();
  return report;
}

const FlowMeter& ShardedMeter::meter(std::size_t shard) const {
  return shards_[shard]->meter();
}

}  // namespace flowtell
