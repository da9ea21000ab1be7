// SPDX-License-Identifier: Apache-2.0
//
// Summarises the verdicts of whole captures: for each app the number of flows,
// the kinds of evidence that decided them, and the flows with the strongest
// evidence.
//
// A kind of evidence decides a flow if the likeliest app would be another, or
// none, without it. A flow that no kind decides has the same likeliest app
// whichever kind is left out.
//
// Memory does not grow with the number of flows.
#pragma once

#include <vector>

#include "explain/evidence_tracer.h"

namespace flowtell {

// A flow whose own shape and name are strong evidence for an app.
struct StrongFlow {
  std::size_t number = 0;
  std::string capture;
  KeptFlow flow;
  Timestamp origin;
  AppId app = 0;           // likeliest on its own evidence
  double probability = 0;  // on its own evidence
  Verdict verdict;
};

struct AppSummary {
  std::size_t flows = 0;    // whose likeliest app is this one
  std::size_t unknown = 0;  // of these, called unknown
  // Of these, the flows that each kind of evidence decides (a flow may count
  // under several), and those that no kind decides.
  std::size_t by_shape = 0;
  std::size_t by_name = 0;
  std::size_t by_time = 0;
  std::size_t in_any_case = 0;
  std::size_t named_servers = 0;         // of these, with a server name
  std::vector<StrongFlow> strong_flows;  // strongest first, one per server
};

class CaptureSummary {
 public:
  // `kinds`: the evidence in use. `fewer` of add() is EvidenceTracer::fewer().
  CaptureSummary(std::size_t apps, EvidenceKinds kinds)
      : kinds_(kinds), apps_(apps) {}

  void add(const TracedFlow& flow, std::span<const EvidenceKinds> fewer);

  const EvidenceKinds& kinds() const { return kinds_; }
  const std::vector<AppSummary>& apps() const { return apps_; }
  std::size_t flows() const { return flows_; }
  // The app with the most flows; on a tie, the first.
  AppId top_app() const;

 private:
  static constexpr std::size_t kStrongFlows = 5;

  void add_strong_flow(const TracedFlow& flow);

  EvidenceKinds kinds_;
  std::vector<AppSummary> apps_;
  std::size_t flows_ = 0;
};

}  // namespace flowtell
