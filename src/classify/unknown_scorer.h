// SPDX-License-Identifier: Apache-2.0
//
// Measures the columns of the unknown-app score (model/unknown_model.h) of each
// flow, and remembers the session of each device.
//
// The session columns of a flow cover the session up to the end of the flow's
// burst. A session ends after 60 s without a packet of the device. Without time
// evidence, each flow is a session of its own.
//
// One thread at a time. Memory: per device one number per app and 64 names;
// names beyond that count again when they recur.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/recency_list.h"
#include "classify/device_store.h"
#include "classify/scored_burst.h"
#include "model/unknown_model.h"

namespace flowtell {

// A longer pause of a device ends its session.
inline constexpr Duration kSessionPause = std::chrono::seconds(60);

// What a session column rests on. Shares are of its names, with older ones
// decayed.
struct SessionSummary {
  std::uint32_t flows = 0;
  std::uint32_t names = 0;  // distinct
  double never_seen = 0;    // share whose domain was never seen in training
  double explained = 0;     // share that the app with most of them explains
};

class UnknownScorer {
 public:
  // `trained_apps`: how many of the apps the scorers were trained on.
  UnknownScorer(EvidenceKinds kinds, std::size_t apps,
                std::size_t trained_apps);

  // Returns the columns of each flow and adds the burst to its device's
  // session. Valid until the next call.
  std::span<const UnknownColumns> measure(const ScoredBurst& burst);

  // The same for a burst that has not ended; remembers nothing.
  std::span<const UnknownColumns> measure_early(const ScoredBurst& burst);

  // The session at the end of the burst measured last.
  const SessionSummary& session() const { return summary_; }

 private:
  struct SeenName {
    std::uint64_t key = 0;  // NameEvidence::key
    Timestamp counted{};    // when it last counted in full
  };

  // Sums over the flows and names of a session; older ones have decayed. A name
  // that recurs counts in full again, once.
  struct Session {
    Address device;
    RecencyLinks recency;
    Timestamp last{};
    double flows = 0;
    double entropy = 0;
    double unlike = 0;
    double other = 0;
    double names = 0;
    double never = 0;
    double domain = 0;
    double rare = 0;
    std::vector<double> explained;  // by app
    std::vector<SeenName> seen;     // the latest names
    std::uint32_t flow_count = 0;   // not decayed
    std::uint32_t name_count = 0;
  };

  void begin(const ScoredBurst& burst, Session& session) const;
  void add(const BurstScores& scores, std::size_t flow, Session& session);
  void add_name(const NameEvidence& name, std::span<const double> scores,
                Session& session) const;
  void describe(const Session& session, UnknownColumns& columns) const;
  void measure(const ScoredBurst& burst, Session& session);

  EvidenceKinds kinds_;
  std::size_t apps_;
  double max_entropy_;
  std::unique_ptr<DeviceStore<Session>> sessions_;
  std::vector<UnknownColumns> columns_;  // of the current burst
  SessionSummary summary_;
};

}  // namespace flowtell
