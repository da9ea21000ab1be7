// SPDX-License-Identifier: Apache-2.0
#include "report/anonymised.h"

namespace flowtell {

Flow anonymised(const Flow& flow, Anonymiser& anonymiser) {
  Flow result = flow;
  result.device = anonymiser.address(flow.device);
  result.remote = anonymiser.address(flow.remote);
  result.name.server = anonymiser.name(flow.name.server);
  return result;
}

KeptFlow anonymised(const KeptFlow& flow, Anonymiser& anonymiser) {
  return KeptFlow(anonymised(flow.to_flow(), anonymiser));
}

void anonymise(FlowExplanation& flow, Anonymiser& anonymiser) {
  flow.capture = anonymiser.capture(flow.capture);
  flow.flow = anonymised(flow.flow, anonymiser);
  for (NameRecord::Key& key : flow.name_record.keys) {
    key.key = anonymiser.name(key.key);
  }
  for (NameChange& change : flow.name_changes) {
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
    // A protocol and a port, as in "UDP 53", identify no one.
    const bool is_name = key.find(' ') == std::string::npos;
    groups.emplace(is_name ? anonymiser.name(key) : key, group);
  }
  model.ambiguity = AmbiguityTable(std::move(groups));
}

}  // namespace flowtell
