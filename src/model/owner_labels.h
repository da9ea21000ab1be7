// SPDX-License-Identifier: Apache-2.0
//
// Labels for flows whose apps the captures name themselves.
//
// The name becomes the label, whatever the UID, which differs between phones.
// "NAME (uid 10123)" is the label where the name alone does not tell apps
// apart: one recording has several apps of the name, or the name was cut and
// comes with several UIDs.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "decode/owner_table.h"

namespace flowtell {

class OwnerLabels {
 public:
  // Adds the owners of one recording.
  void add(std::span<const Owner> owners);

  // The label of an owner that was added. `apps`: the labels to choose from,
  // sorted; if empty, any.
  std::string of(const Owner& owner,
                 const std::vector<std::string>& apps) const;

 private:
  struct Uids {
    std::set<std::int32_t> all;
    bool is_cut = false;
    bool are_together = false;  // several in one recording
  };
  std::map<std::string, Uids> uids_;  // by name
};

// What became of such flows.
struct OwnerSummary {
  std::uint64_t labelled_flows = 0;
  std::uint64_t unlabelled_flows = 0;  // left out: the capture names no app
  std::uint64_t untrained_flows = 0;   // left out: not of LoadOptions::apps
  std::vector<std::string> untrained_apps;
  // Packets that name another app than most of their flow do, and such flows.
  std::uint64_t disputed_packets = 0;
  std::uint64_t disputed_flows = 0;

  // One sentence about each kind of flow that was left out or disputed.
  std::vector<std::string> remarks() const;
};

}  // namespace flowtell
