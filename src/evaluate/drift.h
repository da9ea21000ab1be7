// SPDX-License-Identifier: Apache-2.0
//
// Drift: how much traffic differs from the training flows of a model, to decide
// whether the model still fits.
//
// Columns: the distance of a feature column is the Jensen-Shannon divergence
// (Lin 1991) in bits between its histograms in the traffic and in training,
// over bins that hold about a tenth of the training flows each, and one on
// either side for values outside of training. 0: equal; 1: no bin in common.
// Each session (learn/sessions.h) has a weight of 1, which its flows share, so
// that long downloads and scans count little. The training side is a mixture of
// the apps in the shares that the posteriors give the traffic (label shift;
// Lipton et al. 2018), so that traffic of a single app is no drift. With few
// sessions chance alone makes a distance; the one to expect follows from the
// variance between training sessions.
//
// Names: the share of named flows whose folded name, or registrable domain,
// never occurred in training; and the same of training flows, each compared
// with the other recordings. Client fingerprints are not compared, because a
// training table holds none.
//
// A DriftReference is made once per model and is immutable. A DriftMeter
// belongs to one thread. Adding a burst takes about ten comparisons per value
// and allocates nothing once kMaxSessions devices were seen; memory is bounded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "classify/classifier_session.h"
#include "model/model.h"

namespace flowtell {

// Of the flows with a name, the shares whose name, and whose registrable
// domain, is new.
struct NewNames {
  double names = 0;
  double domains = 0;
};

struct ColumnDrift {
  std::string_view feature;  // lives with the reference
  double distance = 0;
  double chance = 0;  // the distance to expect of the training network

  // May be below 0, so that means are unbiased.
  double excess() const { return distance - chance; }
};

struct Drift {
  // Fewer sessions give no result.
  static constexpr double kMinSessions = 20;
  // A model fits up to this mean excess, and these shares of new domains above
  // those of training. docs/how-it-works.md has the measurements.
  static constexpr double kMaxExcess = 0.008;
  static constexpr double kMaxNewDomains = 0.2;

  double sessions = 0;  // after decay: as many of equal weight
  double flows = 0;
  std::vector<ColumnDrift> columns;  // in the model's order
  double excess = 0;                 // the mean of the columns, at least 0
  bool has_names = false;            // in the traffic and in training
  NewNames traffic;
  NewNames training;

  bool is_enough() const { return sessions >= kMinSessions; }
  // The larger of both measures, each divided by its limit: above 1 the model
  // no longer fits.
  double level() const;
  bool fits() const { return level() <= 1; }
};

// The training flows as histograms.
class DriftReference {
 public:
  static constexpr std::size_t kParts = 10;
  static constexpr std::size_t kBins = kParts + 2;

  // REQUIRES: the model keeps its training table.
  static DriftReference of(std::shared_ptr<const Model> model);

  const Model& model() const { return *model_; }
  std::size_t apps() const { return model_->apps.size(); }
  std::size_t width() const { return model_->columns.size(); }
  std::size_t bin(std::size_t column, float value) const;

  // A bin's share of the flows of an app's sessions: the mean, and the variance
  // between sessions.
  struct Share {
    double mean = 0;
    double variance = 0;
  };
  std::span<const Share> shares(std::size_t app, std::size_t column) const;
  std::size_t sessions(std::size_t app) const { return sessions_[app]; }
  bool has_names() const { return has_names_; }
  const NewNames& new_names(std::size_t app) const { return new_names_[app]; }

 private:
  using Sessions = std::vector<std::vector<std::uint32_t>>;  // rows of each

  void add_columns(const Sessions& sessions);
  void add_names(const Sessions& sessions);

  std::shared_ptr<const Model> model_;
  std::vector<float> tops_;    // by column: the greatest values of kBins - 1
  std::vector<Share> shares_;  // by app, column and bin
  std::vector<std::size_t> sessions_;  // by app
  bool has_names_ = false;
  std::vector<NewNames> new_names_;  // by app, of its training flows
};

// Collects traffic and compares it with the reference.
class DriftMeter {
 public:
  // The sessions that may be open at once; beyond it, the one silent for
  // longest ends early.
  static constexpr std::size_t kMaxSessions = 256;

  // With a half-life, earlier sessions count less and less, in packet time.
  explicit DriftMeter(std::shared_ptr<const DriftReference> reference,
                      std::optional<Duration> half_life = std::nullopt);

  // REQUIRES: the session classifies with the reference's model.
  void add(const ClassifierSession::BurstEvidence& evidence);
  // Ends all open sessions: the end of a capture.
  void end_sessions();
  // The drift of the sessions that have ended.
  Drift measure() const;

 private:
  struct Session {
    Address device;
    Timestamp first{};
    Timestamp last{};
    std::uint64_t flows = 0;
    std::uint64_t rows = 0;  // flows with features
    std::uint64_t named = 0;
    std::uint64_t new_names = 0;
    std::uint64_t new_domains = 0;
    std::vector<std::uint32_t> counts;  // by column and bin
    std::vector<double> posterior;      // sums, by app
  };
  // Sums over sessions, each of which has shares from 0 to 1.
  struct Sums {
    double sessions = 0;
    double squares = 0;  // of the sessions' weights
    double flows = 0;
    double with_rows = 0;
    double named = 0;
    NewNames fresh;
    std::vector<double> counts;
    std::vector<double> apps;
  };

  Session& session_of(const ScoredBurst& burst);
  void begin(Session& session, const ScoredBurst& burst) const;
  void end(Session& session);
  void decay(Timestamp now);
  ColumnDrift column_drift(std::size_t column,
                           std::span<const double> mixture) const;

  std::shared_ptr<const DriftReference> reference_;
  std::optional<Duration> half_life_;
  std::optional<Timestamp> decayed_at_;
  std::vector<Session> open_;
  Sums sums_;
};

}  // namespace flowtell
