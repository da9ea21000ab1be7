// SPDX-License-Identifier: Apache-2.0
#include "report/anonymised.h"

namespace flowtell {

Flow anonymised(const Flow& flow, Anonymiser& anonymiser) {
  Flow reported = flow;
  reported.device = anonymiser.address(flow.device);
  reported.remote = anonymiser.address(flow.remote);
  reported.name.server = anonymiser.name(flow.name.server);
  return reported;
}

KeptFlow anonymised(const KeptFlow& flow, Anonymiser& anonymiser) {
  return KeptFlow(anonymised(flow.reported(), anonymiser));
}

void anonymise(FlowExplanation& reported, Anonymiser& anonymiser) {
  reported.capture = anonymiser.capture(reported.capture);
  reported.flow = anonymised(reported.flow, anonymiser);
  for (NameRecord::Key& key : reported.name_record.keys) {
    key.key = anonymiser.name(key.key);
  }
  for (NameChange& change : reported.name_changes) {
    change.name = anonymiser.name(change.name);
  }
}

void anonymise(std::vector<CaptureRecord>& captures,
               const Anonymiser& anonymiser) {
  for (CaptureRecord& capture : captures) {
    capture.path = anonymiser.capture(capture.path);
    if (!capture.group.empty()) {
      capture.group = anonymiser.capture(capture.group);
    }
    capture.sha256.clear();
  }
}

void anonymise(Model& model, Anonymiser& anonymiser) {
  anonymise(model.captures, anonymiser);
  AmbiguityTable::Groups groups;
  for (const auto& [key, group] : model.ambiguity.groups()) {
    // A protocol and a port, as in "UDP 53", are nobody's.
    const bool is_name = key.find(' ') == std::string::npos;
    groups.emplace(is_name ? anonymiser.name(key) : key, group);
  }
  model.ambiguity = AmbiguityTable(std::move(groups));
}

}  // namespace flowtell
