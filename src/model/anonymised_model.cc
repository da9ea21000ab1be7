// SPDX-License-Identifier: Apache-2.0
#include "model/anonymised_model.h"

#include <string>
#include <utility>

namespace flowtell {

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
