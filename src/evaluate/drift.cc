// SPDX-License-Identifier: Apache-2.0
#include "evaluate/drift.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "base/portable_math.h"
#include "classify/unknown_scorer.h"
#include "learn/sessions.h"

namespace flowtell {
namespace {

// Sums are decayed at most this often, so that decay costs little.
constexpr Duration kDecayEvery = std::chrono::minutes(1);

constexpr double kLog2 = 0.6931471805599453;

double quotient(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

// One part of the divergence of `share` from `mean`, in bits.
double divergence(double share, double mean) {
  return share > 0 ? share * portable_log(share / mean) / kLog2 : 0;
}

// The Jensen-Shannon divergence that sampling alone makes of a bin, to the
// second order: the variance of the difference by eight times the share.
double chance_of(double share, double variance) {
  return share > 0 ? variance / (8 * kLog2 * share) : 0;
}

}  // namespace

double Drift::level() const {
  const double names = (traffic.domains - training.domains) / kMaxNewDomains;
  return std::max(excess / kMaxExcess, has_names ? names : 0);
}

DriftMeter::DriftMeter(std::shared_ptr<const DriftReference> reference,
                       std::optional<Duration> half_life)
    : reference_(std::move(reference)), half_life_(half_life) {
  sums_.counts.resize(reference_->width() * DriftReference::kBins);
  sums_.apps.resize(reference_->apps());
  open_.reserve(kMaxSessions);
}

void DriftMeter::add(const ClassifierSession::BurstEvidence& evidence) {
  const auto names = evidence.burst.scores.names;
  if (names.empty()) return;
  Session& session = session_of(evidence.burst);
  session.flows += names.size();
  for (const NameEvidence& name : names) {
    if (name.match == NameMatch::kNoName) continue;
    ++session.named;
    if (name.match == NameMatch::kNever) ++session.new_domains;
    if (name.match == NameMatch::kNever || name.match == NameMatch::kDomain) {
      ++session.new_names;
    }
  }
  const std::size_t apps = reference_->apps();
  for (std::size_t i = 0; i < evidence.probabilities.size(); ++i) {
    session.posterior[i % apps] += evidence.probabilities[i];
  }
  const std::size_t width = reference_->width();
  session.rows += evidence.features.size() / width;
  for (std::size_t i = 0; i < evidence.features.size(); ++i) {
    const std::size_t column = i % width;
    ++session.counts[column * DriftReference::kBins +
                     reference_->bin(column, evidence.features[i])];
  }
}

// The device's open session, begun if necessary.
DriftMeter::Session& DriftMeter::session_of(const ScoredBurst& burst) {
  auto at = std::ranges::find(open_, burst.device, &Session::device);
  if (at != open_.end()) {
    if (burst.first - at->last > kSessionPause ||
        burst.first - at->first > kLongestSession) {
      end(*at);
      begin(*at, burst);
    }
    at->last = std::max(at->last, burst.last);
    return *at;
  }
  if (open_.size() < kMaxSessions) {
    open_.emplace_back();
    at = open_.end() - 1;
  } else {
    at = std::ranges::min_element(open_, {}, &Session::last);
    end(*at);
  }
  begin(*at, burst);
  return *at;
}

void DriftMeter::begin(Session& session, const ScoredBurst& burst) const {
  session.device = burst.device;
  session.first = burst.first;
  session.last = burst.last;
  session.flows = session.rows = session.named = 0;
  session.new_names = session.new_domains = 0;
  session.counts.assign(sums_.counts.size(), 0);
  session.posterior.assign(sums_.apps.size(), 0);
}

void DriftMeter::end(Session& session) {
  if (session.flows == 0) return;
  if (half_life_) decay(session.last);
  const auto flows = static_cast<double>(session.flows);
  sums_.sessions += 1;
  sums_.squares += 1;
  sums_.flows += flows;
  for (std::size_t app = 0; app < sums_.apps.size(); ++app) {
    sums_.apps[app] += session.posterior[app] / flows;
  }
  if (session.named > 0) {
    const auto named = static_cast<double>(session.named);
    sums_.named += 1;
    sums_.fresh.names += static_cast<double>(session.new_names) / named;
    sums_.fresh.domains += static_cast<double>(session.new_domains) / named;
  }
  if (session.rows > 0) {
    sums_.with_rows += 1;
    const auto rows = static_cast<double>(session.rows);
    for (std::size_t i = 0; i < sums_.counts.size(); ++i) {
      sums_.counts[i] += session.counts[i] / rows;
    }
  }
  session.flows = 0;
}

void DriftMeter::end_sessions() {
  for (Session& session : open_) end(session);
  open_.clear();
}

// Earlier times are of other devices, and change nothing.
void DriftMeter::decay(Timestamp now) {
  if (!decayed_at_) decayed_at_ = now;
  const Duration passed = now - *decayed_at_;
  if (passed < kDecayEvery) return;
  decayed_at_ = now;
  const double factor =
      portable_exp2(-in_seconds(passed) / in_seconds(*half_life_));
  sums_.squares *= factor * factor;
  for (double* sum : {&sums_.sessions, &sums_.flows, &sums_.with_rows,
                      &sums_.named, &sums_.fresh.names, &sums_.fresh.domains}) {
    *sum *= factor;
  }
  for (double& sum : sums_.counts) sum *= factor;
  for (double& sum : sums_.apps) sum *= factor;
}

ColumnDrift DriftMeter::column_drift(std::size_t column,
                                     std::span<const double> mixture) const {
  constexpr std::size_t kBins = DriftReference::kBins;
  std::array<DriftReference::Share, kBins> training{};
  // Of one session of the traffic, and of the training mean.
  const double one = quotient(sums_.squares, sums_.sessions * sums_.sessions);
  for (std::size_t app = 0; app < mixture.size(); ++app) {
    if (mixture[app] <= 0) continue;
    const auto shares = reference_->shares(app, column);
    const auto sessions = static_cast<double>(reference_->sessions(app));
    const double weight =
        mixture[app] * one + mixture[app] * mixture[app] / sessions;
    for (std::size_t i = 0; i < kBins; ++i) {
      training[i].mean += mixture[app] * shares[i].mean;
      training[i].variance += weight * shares[i].variance;
    }
  }
  ColumnDrift drift;
  drift.feature = reference_->model().columns[column];
  for (std::size_t i = 0; i < kBins; ++i) {
    const double share =
        quotient(sums_.counts[column * kBins + i], sums_.with_rows);
    const auto& [own, variance] = training[i];
    const double mean = (own + share) / 2;
    drift.distance += (divergence(own, mean) + divergence(share, mean)) / 2;
    drift.chance += chance_of(own, variance);
  }
  drift.distance = std::clamp(drift.distance, 0.0, 1.0);
  return drift;
}

Drift DriftMeter::measure() const {
  Drift drift;
  drift.sessions = quotient(sums_.sessions * sums_.sessions, sums_.squares);
  drift.flows = sums_.flows;
  // Apps without training flows have no histogram.
  std::vector<double> mixture = sums_.apps;
  for (std::size_t app = 0; app < mixture.size(); ++app) {
    if (reference_->sessions(app) == 0) mixture[app] = 0;
  }
  const double total = std::accumulate(mixture.begin(), mixture.end(), 0.0);
  if (total <= 0) return drift;
  for (double& share : mixture) share /= total;
  if (sums_.with_rows > 0) {
    drift.columns.reserve(reference_->width());
    double sum = 0;
    for (std::size_t i = 0; i < reference_->width(); ++i) {
      drift.columns.push_back(column_drift(i, mixture));
      sum += drift.columns.back().excess();
    }
    drift.excess =
        std::max(0.0, sum / static_cast<double>(reference_->width()));
  }
  if (!reference_->has_names() || sums_.named <= 0) return drift;
  drift.has_names = true;
  drift.traffic = {sums_.fresh.names / sums_.named,
                   sums_.fresh.domains / sums_.named};
  for (std::size_t app = 0; app < mixture.size(); ++app) {
    const NewNames& held_out = reference_->new_names(app);
    drift.training.names += mixture[app] * held_out.names;
    drift.training.domains += mixture[app] * held_out.domains;
  }
  return drift;
}

}  // namespace flowtell
