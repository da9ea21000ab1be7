// SPDX-License-Identifier: Apache-2.0
//
// Why whole captures got their verdicts: of each app, how many flows were named
// so and which kinds of evidence decided that, and the flows that spoke
// loudest.
//
// A kind of evidence decided a flow where without it another app would be the
// likeliest. Where none did, the verdict stands whichever is left out.
//
// Memory does not grow with the flows.
#pragma once

#include <vector>

#include "explain/evidence_tracer.h"

namespace flowtell {

// A flow that by itself, its shape and its name weighed, speaks for an app.
struct StrongFlow {
  std::size_t number = 0;
  std::string capture;
  KeptFlow flow;
  Timestamp origin;
  AppId app = 0;           // the one it speaks for
  double probability = 0;  // by itself
  Verdict verdict;
};

struct AppSummary {
  std::size_t flows = 0;    // to which it is the likeliest
  std::size_t unknown = 0;  // of these, those called unknown
  // Of these, those that another app would get without that kind of evidence,
  // and those that it gets in any case.
  std::size_t by_shape = 0;
  std::size_t by_name = 0;
  std::size_t by_time = 0;
  std::size_t in_any_case = 0;
  std::size_t named_servers = 0;  // of these, those with a server name
  std::vector<StrongFlow>
      strong_flows;  // for it, loudest first, a server's once
};

class CaptureSummary {
 public:
  // The kinds of evidence in use, and EvidenceTracer::fewer().
  CaptureSummary(std::size_t apps, EvidenceKinds kinds)
      : kinds_(kinds), apps_(apps) {}

  void add(const TracedFlow& flow, std::span<const EvidenceKinds> fewer);

  const EvidenceKinds& kinds() const { return kinds_; }
  const std::vector<AppSummary>& apps() const { return apps_; }
  std::size_t flows() const { return flows_; }
  // The app that most flows got, the first of equals.
  AppId leading() const;

 private:
  static constexpr std::size_t kSpeakers = 5;

  void listen(const TracedFlow& flow);

  EvidenceKinds kinds_;
  std::vector<AppSummary> apps_;
  std::size_t flows_ = 0;
};

}  // namespace flowtell
