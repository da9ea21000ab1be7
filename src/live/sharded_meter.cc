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

// A block goes over when it holds so much, or so much time after the last.
constexpr std::size_t kBlockFrames = 512;
constexpr std::size_t kBlockBytes = std::size_t{256} << 10;
constexpr Duration kBlockTime = std::chrono::milliseconds(2);

// That may wait for a member before the reader does.
constexpr std::size_t kMaxBlocks = 16;

// How far a member's idea of the time may lag while it has open bursts.
constexpr Duration kTold = std::chrono::milliseconds(10);

constexpr Duration kLookEvery = std::chrono::milliseconds(1);

FlowOptions share_of(FlowOptions options, std::size_t members) {
  options.max_flows = std::max<std::size_t>(options.max_flows / members, 1);
  return options;
}

}  // namespace

// A meter, and the blocks on their way to its thread.
class ShardedMeter::Member {
 public:
  Member(const FlowOptions& options, FlowSink& sink) : meter_(options, sink) {}
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;
  // Also when another member's thread could not be had.
  ~Member() {
    dismiss({}, Then::kGiveUp);
    join();
  }

  // --- the reader's side ----------------------------------------------------

  void start() {
    thread_ = std::thread([this] { work(); });
  }

  bool put(const Frame& steady, Timestamp origin) {
    if (!knows_origin_) filling_.origin = origin;
    knows_origin_ = true;
    filling_.frames.push_back({steady.time, filling_.bytes.size(),
                               static_cast<std::uint32_t>(steady.bytes.size()),
                               steady.wire_length, steady.link});
    filling_.bytes.insert(filling_.bytes.end(), steady.bytes.begin(),
                          steady.bytes.end());
    last_ = steady.time;
    return filling_.frames.size() >= kBlockFrames ||
           filling_.bytes.size() >= kBlockBytes;
  }

  bool has_waiting() const { return !filling_.frames.empty(); }

  // When the member is to be told the time, should no frame come; nothing once
  // it knows that all its bursts are over.
  std::optional<Timestamp> wants_time(Duration burst_gap) const {
    if (!knows_origin_ || told_ > last_ + burst_gap) return std::nullopt;
    return told_ + kTold;
  }

  void hand_over(Timestamp now) {
    filling_.now = told_ = now;
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return ready_.size() < kMaxBlocks; });
    ready_.push_back(std::move(filling_));
    filling_ = {};
    if (!spare_.empty()) {
      filling_ = std::move(spare_.back());
      spare_.pop_back();
    }
    ++under_way_;
    lock.unlock();
    changed_.notify_all();
  }

  bool is_busy() const { return under_way_ > 0; }

  void rest() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return under_way_ == 0; });
  }

  // The last block, after which the thread ends.
  void dismiss(Timestamp now, Then then) {
    if (!thread_.joinable()) return;
    filling_.then = then;
    hand_over(now);
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

  std::size_t open_flows() const { return open_flows_; }
  // Whose it is while the thread rests, or where there is none.
  FlowMeter& meter() { return meter_; }

 private:
  // --- the thread's side ----------------------------------------------------

  void work() {
    for (;;) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return !ready_.empty(); });
      Block block = std::move(ready_.front());
      ready_.pop_front();
      lock.unlock();
      changed_.notify_all();

      const auto then = block.then;
      do_block(block);
      block.bytes.clear();
      block.frames.clear();
      block.origin.reset();

      lock.lock();
      spare_.push_back(std::move(block));
      --under_way_;
      lock.unlock();
      changed_.notify_all();
      if (then != Then::kMoreFollow) return;
    }
  }

  void do_block(const Block& block) {
    if (block.then == Then::kGiveUp) return;
    if (block.origin) meter_.begin_at(*block.origin);
    for (const Piece& piece : block.frames) {
      meter_.add({piece.time, Bytes(&block.bytes[piece.at], piece.size),
                  piece.wire_length, piece.link});
      metered_ = piece.time;
    }
    if (block.then == Then::kFinish) {
      meter_.finish();
    } else {
      meter_.note_silence(block.now - metered_);
    }
    open_flows_ = meter_.open_flows();
  }

  // The reader's.
  Block filling_;
  bool knows_origin_ = false;
  Timestamp last_{};  // of the frames
  Timestamp told_{};

  // The thread's.
  FlowMeter meter_;
  Timestamp metered_{};
  std::atomic<std::size_t> open_flows_{0};

  // Under the mutex, but that anybody may look at the number under way.
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Block> ready_;
  std::vector<Block> spare_;
  std::atomic<std::size_t> under_way_{0};

  std::thread thread_;
};

ShardedMeter::ShardedMeter(const FlowOptions& options,
                           std::span<FlowSink* const> sinks)
    : finder_(options.lan, options.max_flows * PairTable::kPairsPerFlow),
      burst_gap_(options.burst_gap) {
  require(!sinks.empty(), "a crew has a member");
  const FlowOptions share = share_of(options, sinks.size());
  for (FlowSink* sink : sinks) {
    members_.push_back(std::make_unique<Member>(share, *sink));
  }
  if (is_alone()) return;
  for (const auto& member : members_) member->start();
}

ShardedMeter::~ShardedMeter() {
  dismiss(Then::kGiveUp);
  for (const auto& member : members_) member->join();
}

void ShardedMeter::add(const Frame& frame) {
  if (is_alone()) {
    members_.front()->meter().add(frame);
    return;
  }
  Frame steady = frame;
  steady.time = clock_.steady(frame.time);
  ++frames_;
  if (!seen_.first) seen_.first = handed_over_ = now_ = steady.time;
  seen_.last = steady.time;
  if (seen_.links.empty() || *seen_.links.begin() != frame.link) {
    seen_.links.insert(frame.link);
  }
  now_ = std::max(now_, steady.time);
  if (now_ - handed_over_ >= kBlockTime) hand_over_what_waits();

  Packet packet;
  const FrameOutcome outcome = decoder_.decode(steady, packet);
  if (outcome != FrameOutcome::kUsed) {
    ++seen_.frames;
    seen_.ledger.count(outcome);
    return;
  }
  const std::uint64_t hash = keyed_hash(finder_.device_of(packet));
  Member& member = *members_[static_cast<std::size_t>(hash % members_.size())];
  if (member.put(steady, *seen_.first)) member.hand_over(now_);
}

void ShardedMeter::hand_over_what_waits() {
  for (const auto& member : members_) {
    const auto wanted = member->wants_time(burst_gap_);
    if (member->has_waiting() || (wanted && now_ >= *wanted)) {
      member->hand_over(now_);
    }
  }
  handed_over_ = now_;
}

void ShardedMeter::note_silence(Duration since_last_frame) {
  if (is_alone()) {
    members_.front()->meter().note_silence(since_last_frame);
    return;
  }
  if (!seen_.last) return;
  const Duration room = SteadyClock::kLatestOutcome - *seen_.last;
  now_ = std::max(now_, *seen_.last + std::min(since_last_frame, room));
  hand_over_what_waits();
}

std::optional<Duration> ShardedMeter::next_end() const {
  if (is_alone()) return members_.front()->meter().next_end();
  std::optional<Duration> next;
  for (const auto& member : members_) {
    const auto wanted = member->wants_time(burst_gap_);
    if (!wanted) continue;
    const Duration silence = *wanted - *seen_.last;
    next = std::min(silence, next.value_or(silence));
  }
  return next;
}

bool ShardedMeter::is_busy() const {
  return std::any_of(members_.begin(), members_.end(),
                     [](const auto& member) { return member->is_busy(); });
}

void ShardedMeter::rest() {
  for (const auto& member : members_) member->rest();
}

void ShardedMeter::finish(const std::function<void()>& meanwhile) {
  if (is_alone()) {
    members_.front()->meter().finish();
    return;
  }
  dismiss(Then::kFinish);
  while (is_busy()) {
    meanwhile();
    std::this_thread::sleep_for(kLookEvery);
  }
  for (const auto& member : members_) member->join();
}

void ShardedMeter::dismiss(Then then) {
  for (const auto& member : members_) member->dismiss(now_, then);
}

ShardedMeter::Progress ShardedMeter::progress() const {
  if (is_alone()) {
    const FlowMeter& meter = members_.front()->meter();
    const MeterReport report = meter.report();
    return {report.frames, report.last, meter.open_flows(), report.ledger};
  }
  Progress progress{frames_, seen_.last, 0, seen_.ledger};
  for (const auto& member : members_) {
    progress.open_flows += member->open_flows();
  }
  return progress;
}

MeterReport ShardedMeter::report() const {
  if (is_alone()) return members_.front()->meter().report();
  MeterReport report = seen_;
  report.late_frames = clock_.late();
  report.clock_steps = clock_.steps();
  for (const auto& member : members_) report += member->meter().report();
  return report;
}

const FlowMeter& ShardedMeter::meter(std::size_t member) const {
  return members_[member]->meter();
}

}  // namespace flowtell
