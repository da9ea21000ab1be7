// SPDX-License-Identifier: Apache-2.0
#include "live/sharded_meter.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>

#include "base/hash.h"

namespace flowtell {
namespace {

// A block is handed over at this size, or this long after the last.
constexpr std::size_t kBlockPackets = 512;
constexpr std::size_t kBlockBytes = std::size_t{256} << 10;
constexpr Duration kBlockTime = std::chrono::milliseconds(2);

constexpr std::size_t kFlowsAnnounced = 256;

// The most blocks that wait for a shard before the reader blocks.
constexpr std::size_t kMaxBlocks = 16;

// How far a shard's time may lag while it has open bursts.
constexpr Duration kMaxTimeLag = std::chrono::milliseconds(10);

FlowOptions share_of(FlowOptions options, std::size_t shards) {
  options.max_flows = std::max<std::size_t>(options.max_flows / shards, 1);
  return options;
}

}  // namespace

// Packets of one shard, in order, and their payloads.
struct ShardedMeter::Block {
  // The name of any device, learned before the packet of this index.
  struct Learned {
    std::size_t index;
    Timestamp time;
    DhcpName name;
  };

  // Each payload is in `bytes`, the first one first; its data pointer is set
  // only when the block is processed, since `bytes` moves while it grows.
  std::vector<Packet> packets;
  std::vector<DeviceFinder::Found> devices;  // of the packets
  std::vector<Learned> names;
  std::vector<std::uint8_t> bytes;
  Timestamp now;  // no later block holds a packet of an earlier time
  Timestamp origin;
  Then then = Then::kContinue;
};

// A flow table, and the blocks queued for its thread.
class ShardedMeter::Shard {
 public:
  // `processed`: written after each block, and within a block that delivers
  // many flows; -1 for none.
  Shard(const FlowOptions& options, FlowSink& sink, int processed)
      : sink_(sink, processed), table_(options, sink_) {}
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

  // Returns whether the block is full.
  bool put(const Packet& packet, const DeviceFinder::Found& device,
           bool with_payload, Timestamp origin) {
    filling_.origin = origin;
    filling_.packets.push_back(packet);
    filling_.devices.push_back(device);
    if (with_payload) {
      filling_.bytes.insert(filling_.bytes.end(), packet.payload.begin(),
                            packet.payload.end());
    } else {
      filling_.packets.back().payload = {};
    }
    last_ = packet.time;
    return filling_.packets.size() >= kBlockPackets ||
           filling_.bytes.size() >= kBlockBytes;
  }

  bool put(const DhcpName& name, Timestamp time) {
    filling_.names.push_back({filling_.packets.size(), time, name});
    return filling_.names.size() >= kBlockPackets;
  }

  bool has_waiting() const {
    return !filling_.packets.empty() || !filling_.names.empty();
  }

  // When to send the shard the time if no frame arrives; empty once all its
  // bursts have ended.
  std::optional<Timestamp> next_time_due(Duration burst_gap) const {
    if (!last_ || sent_time_ > *last_ + burst_gap) return std::nullopt;
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
  const std::optional<Timestamp>& origin() const { return origin_; }
  // Safe only while the thread is idle or absent.
  FlowTable& table() { return table_; }

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
      block.packets.clear();
      block.devices.clear();
      block.names.clear();
      block.bytes.clear();

      lock.lock();
      spare_.push_back(std::move(block));
      --in_flight_;
      lock.unlock();
      changed_.notify_all();
      sink_.announce();
      if (then != Then::kContinue) return;
    }
  }

  void process(const Block& block) {
    if (block.then == Then::kAbort) return;
    std::size_t offset = 0;
    const DeviceFinder::Found* device = block.devices.data();
    auto name = block.names.begin();
    const auto learn_before = [&](std::size_t index) {
      for (; name != block.names.end() && name->index <= index; ++name) {
        table_.learn(name->name, name->time);
      }
    };
    std::size_t index = 0;
    for (Packet packet : block.packets) {
      learn_before(index++);
      if (!origin_) origin_ = block.origin;
      packet.payload =
          std::span(block.bytes).subspan(offset, packet.payload.size());
      offset += packet.payload.size();
      table_.add(packet, *device++);
    }
    learn_before(block.packets.size());
    if (block.then == Then::kFinish) {
      table_.finish();
    } else {
      table_.advance(block.now);
    }
    open_flows_ = table_.open_flows();
  }

  // Announces progress while one block delivers many flows, so that their lines
  // are written meanwhile.
  class AnnouncingSink : public FlowSink {
   public:
    AnnouncingSink(FlowSink& next, int processed)
        : next_(next), processed_(processed) {}

    void take(const Flow& flow) override {
      next_.take(flow);
      if (++taken_ % kFlowsAnnounced == 0) announce();
    }
    void end_burst() override { next_.end_burst(); }
    void take_early(const Flow& flow) override { next_.take_early(flow); }

    // The counter cannot overflow: it is cleared long before 2^64.
    void announce() const {
      if (processed_ < 0) return;
      const std::uint64_t one = 1;
      require(::write(processed_, &one, sizeof one) == sizeof one,
              "an eventfd takes a number");
    }

   private:
    FlowSink& next_;
    int processed_;
    std::size_t taken_ = 0;
  };

  // Used by the reading thread.
  Block filling_;
  std::optional<Timestamp> last_;  // of the packets
  Timestamp sent_time_ = kEarliestTime;

  // Used by the shard's thread.
  AnnouncingSink sink_;
  FlowTable table_;
  std::optional<Timestamp> origin_;
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
    : intake_(options.tunnels),
      finder_(options.lan, options.max_flows * PairTable::kPairsPerFlow),
      with_payload_(options.names),
      burst_gap_(options.burst_gap) {
  require(!sinks.empty(), "a sharded meter needs a sink");
  if (sinks.size() > 1) {
    processed_ = FileHandle(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (processed_.get() < 0) {
      throw std::system_error(errno, std::generic_category(), "eventfd");
    }
  }
  const FlowOptions share = share_of(options, sinks.size());
  for (FlowSink* sink : sinks) {
    shards_.push_back(std::make_unique<Shard>(share, *sink, processed_.get()));
  }
  if (is_single()) return;
  for (const auto& shard : shards_) shard->start();
}

ShardedMeter::~ShardedMeter() {
  hand_over_last(Then::kAbort);
  for (const auto& shard : shards_) shard->join();
}

void ShardedMeter::add(const Frame& frame) {
  Packet packet;
  const bool is_packet = intake_.take(frame, packet);
  if (is_single()) {
    if (is_packet) shards_.front()->table().add(packet);
    return;
  }
  if (intake_.frames() == 1) handed_over_ = now_ = *intake_.last();
  now_ = std::max(now_, *intake_.last());
  if (now_ - handed_over_ >= kBlockTime) hand_over_blocks();
  if (!is_packet) return;
  if (is_to_dhcp_server(packet)) {
    if (const auto name = find_dhcp_name(packet)) {
      for (const auto& shard : shards_) {
        if (shard->put(*name, packet.time)) shard->hand_over(now_);
      }
    }
  }
  const DeviceFinder::Found device = finder_.find(packet);
  const std::uint64_t hash = keyed_hash(device.device);
  Shard& shard = *shards_[static_cast<std::size_t>(hash % shards_.size())];
  if (shard.put(packet, device, with_payload_, *intake_.first())) {
    shard.hand_over(now_);
  }
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
  if (!intake_.last()) return;
  const Timestamp time = intake_.time_after(since_last_frame);
  if (is_single()) return shards_.front()->table().advance(time);
  now_ = std::max(now_, time);
  hand_over_blocks();
}

std::optional<Duration> ShardedMeter::next_end() const {
  std::optional<Timestamp> next;
  for (const auto& shard : shards_) {
    const auto due = is_single() ? shard->table().next_end()
                                 : shard->next_time_due(burst_gap_);
    if (due) next = std::min(*due, next.value_or(*due));
  }
  if (!next) return std::nullopt;
  return *next - *intake_.last();
}

bool ShardedMeter::is_busy() const {
  return std::any_of(shards_.begin(), shards_.end(),
                     [](const auto& shard) { return shard->is_busy(); });
}

void ShardedMeter::wait_until_idle() {
  for (const auto& shard : shards_) shard->wait_until_idle();
}

void ShardedMeter::clear_progress() {
  std::uint64_t blocks = 0;
  if (processed_.get() < 0) return;
  // Fails if no block was processed since.
  [[maybe_unused]] const auto size =
      ::read(processed_.get(), &blocks, sizeof blocks);
}

void ShardedMeter::finish(const std::function<void()>& meanwhile) {
  if (is_single()) return shards_.front()->table().finish();
  hand_over_last(Then::kFinish);
  // A busy shard writes to the descriptor after this check.
  while (is_busy()) {
    pollfd watched{processed_.get(), POLLIN, 0};
    ::poll(&watched, 1, -1);
    clear_progress();
    meanwhile();
  }
  for (const auto& shard : shards_) shard->join();
}

void ShardedMeter::hand_over_last(Then then) {
  for (const auto& shard : shards_) shard->hand_over_last(now_, then);
}

ShardedMeter::Progress ShardedMeter::progress() const {
  Progress progress{intake_.frames(), intake_.last(), 0, intake_.ledger()};
  for (const auto& shard : shards_) {
    progress.open_flows +=
        is_single() ? shard->table().open_flows() : shard->open_flows();
  }
  return progress;
}

MeterReport ShardedMeter::report() const {
  MeterReport report = intake_.report();
  for (const auto& shard : shards_) {
    report.flows += shard->table().flows();
    report.tcp_flows += shard->table().directions().tcp_flows;
    report.one_way_flows += shard->table().directions().one_way_flows;
    report.bursts_ended_early += shard->table().bursts_ended_early();
  }
  return report;
}

const std::optional<Timestamp>& ShardedMeter::origin(std::size_t shard) const {
  return is_single() ? intake_.first() : shards_[shard]->origin();
}

}  // namespace flowtell
