// SPDX-License-Identifier: Apache-2.0
#include "classify/unknown_scorer.h"

#include <algorithm>

#include "base/portable_math.h"

namespace flowtell {
namespace {

constexpr double kSessionHalfLife = 60;  // seconds
constexpr std::size_t kMaxNames = 64;

double entropy_of(std::span<const double> probabilities) {
  double entropy = 0;
  for (const double p : probabilities) {
    if (p > 0) entropy -= p * portable_log(p);
  }
  return entropy;
}

}  // namespace

UnknownScorer::UnknownScorer(EvidenceKinds kinds, std::size_t apps,
                             std::size_t trained_apps)
    : kinds_(kinds),
      apps_(apps),
      max_entropy_(portable_log(
          static_cast<double>(std::max<std::size_t>(trained_apps, 2)))),
      sessions_(std::make_unique<DeviceStore<Session>>()) {}

std::span<const UnknownColumns> UnknownScorer::measure(
    const ScoredBurst& burst) {
  if (!kinds_.time) return measure_early(burst);
  measure(burst, sessions_->update(burst.device));
  return columns_;
}

std::span<const UnknownColumns> UnknownScorer::measure_early(
    const ScoredBurst& burst) {
  Session session;
  if (kinds_.time) {
    const Session* known = sessions_->find(burst.device);
    if (known != nullptr) session = *known;
  }
  measure(burst, session);
  return columns_;
}

void UnknownScorer::measure(const ScoredBurst& burst, Session& session) {
  const std::size_t flows = burst.scores.names.size();
  columns_.assign(flows, {});
  begin(burst, session);
  for (std::size_t i = 0; i < flows; ++i) {
    if (!kinds_.time && i > 0) begin(burst, session);
    add(burst.scores, i, session);
    if (!kinds_.time) describe(session, columns_[i]);
  }
  summary_ = {session.flow_count, session.name_count, 0, 0};
  if (session.names > 0) {
    summary_.never_seen = session.never / session.names;
    summary_.explained = std::ranges::max(session.explained) / session.names;
  }
  if (!kinds_.time || flows == 0) return;
  describe(session, columns_[0]);
  // The session columns are the same for all flows of the burst.
  for (std::size_t i = 1; i < flows; ++i) {
    for (auto id = static_cast<std::size_t>(UnknownColumnId::kSessionEntropy);
         id < kUnknownColumns.size(); ++id) {
      columns_[i].values[id] = columns_[0].values[id];
    }
  }
}

// Decays the session, or begins it anew.
void UnknownScorer::begin(const ScoredBurst& burst, Session& session) const {
  const bool goes_on = kinds_.time && session.flow_count > 0 &&
                       burst.first - session.last <= kSessionPause;
  if (!goes_on) {
    session.flows = session.entropy = session.unlike = session.other = 0;
    session.names = session.never = session.domain = session.rare = 0;
    session.explained.assign(apps_, 0);
    session.seen.clear();
    session.flow_count = session.name_count = 0;
    session.last = burst.last;
    return;
  }
  const Duration passed = std::max(burst.last - session.last, Duration::zero());
  const double decay = portable_exp2(-in_seconds(passed) / kSessionHalfLife);
  for (double* sum :
       {&session.flows, &session.entropy, &session.unlike, &session.other,
        &session.names, &session.never, &session.domain, &session.rare}) {
    *sum *= decay;
  }
  for (double& sum : session.explained) sum *= decay;
  session.last = std::max(session.last, burst.last);
}

void UnknownScorer::add(const BurstScores& scores, std::size_t flow,
                        Session& session) {
  ++session.flow_count;
  ++session.flows;
  if (kinds_.shape) {
    UnknownColumns& columns = columns_[flow];
    columns[UnknownColumnId::kEntropy] =
        std::min(1.0, entropy_of(scores.shape.subspan(flow * apps_, apps_)) /
                          max_entropy_);
    columns[UnknownColumnId::kUnlike] = scores.unlike[flow];
    if (!scores.other.empty()) {
      columns[UnknownColumnId::kOther] = scores.other[flow];
    }
    session.entropy += columns[UnknownColumnId::kEntropy];
    session.other += columns[UnknownColumnId::kOther];
    session.unlike += columns[UnknownColumnId::kUnlike];
  }
  if (kinds_.name && scores.names[flow].match != NameMatch::kNoName) {
    add_name(scores.names[flow], scores.name.subspan(flow * apps_, apps_),
             session);
  }
}

void UnknownScorer::add_name(const NameEvidence& name,
                             std::span<const double> scores,
                             Session& session) const {
  // How much of the name has decayed since it counted in full.
  double weight = 1;
  const auto seen = std::ranges::find(session.seen, name.key, &SeenName::key);
  if (seen != session.seen.end()) {
    weight = 1 - portable_exp2(-in_seconds(session.last - seen->counted) /
                               kSessionHalfLife);
    seen->counted = session.last;
  } else {
    const SeenName added{name.key, session.last};
    if (session.seen.size() < kMaxNames) {
      session.seen.push_back(added);
    } else {
      session.seen[session.name_count % kMaxNames] = added;
    }
    ++session.name_count;
  }
  session.names += weight;
  if (name.match == NameMatch::kNever) {
    session.never += weight;
    return;
  }
  if (name.match == NameMatch::kDomain) session.domain += weight;
  if (name.match == NameMatch::kRare) session.rare += weight;
  // An app explains a name that is at least as likely there as by chance.
  const double chance = (1 - 1e-9) / static_cast<double>(apps_);
  for (std::size_t app = 0; app < apps_; ++app) {
    if (scores[app] >= chance) session.explained[app] += weight;
  }
}

void UnknownScorer::describe(const Session& session,
                             UnknownColumns& columns) const {
  columns[UnknownColumnId::kSessionEntropy] = session.entropy / session.flows;
  columns[UnknownColumnId::kSessionUnlike] = session.unlike / session.flows;
  columns[UnknownColumnId::kSessionOther] = session.other / session.flows;
  // As if one more name had been seen, which is known and explained: few names
  // say little.
  const double names = session.names + 1;
  columns[UnknownColumnId::kNamesNever] = session.never / names;
  columns[UnknownColumnId::kNamesDomain] = session.domain / names;
  columns[UnknownColumnId::kNamesRare] = session.rare / names;
  const double most = std::ranges::max(session.explained);
  columns[UnknownColumnId::kNamesUnexplained] = (session.names - most) / names;
}

}  // namespace flowtell
