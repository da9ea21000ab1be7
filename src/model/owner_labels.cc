// SPDX-License-Identifier: Apache-2.0
#include "model/owner_labels.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace flowtell {

void OwnerLabels::add(std::span<const Owner> owners) {
  std::map<std::string, std::set<std::int32_t>> here;
  for (const Owner& owner : owners) {
    if (owner.uid == FrameOwner::kNoUid) continue;
    here[owner.app].insert(owner.uid);
    Uids& known = uids_[owner.app];
    known.all.insert(owner.uid);
    known.is_cut |= owner.is_cut;
  }
  for (const auto& [app, uids] : here) {
    if (uids.size() > 1) uids_[app].are_together = true;
  }
}

std::string OwnerLabels::of(const Owner& owner,
                            const std::vector<std::string>& apps) const {
  if (owner.uid == FrameOwner::kNoUid) return owner.app;
  std::string with_uid = fmt::format("{} (uid {})", owner.app, owner.uid);
  const Uids& known = uids_.at(owner.app);
  const bool is_ambiguous =
      known.all.size() > 1 && (known.is_cut || known.are_together);
  const bool is_chosen =
      apps.empty() ? is_ambiguous
                   : std::binary_search(apps.begin(), apps.end(), with_uid);
  return is_chosen ? with_uid : owner.app;
}

std::vector<std::string> OwnerSummary::remarks() const {
  constexpr std::size_t kMaxNamed = 5;
  std::vector<std::string> remarks;
  if (unlabelled_flows > 0) {
    remarks.push_back(fmt::format(
        "{} of {} left out, because the capture does not name {}",
        unlabelled_flows,
        counted(unlabelled_flows + labelled_flows + untrained_flows, "flow"),
        unlabelled_flows == 1 ? "its app" : "their apps"));
  }
  if (untrained_flows > 0) {
    std::vector<std::string> named = untrained_apps;
    const std::size_t more = named.size() - std::min(named.size(), kMaxNamed);
    named.resize(named.size() - more);
    if (more > 0) named.push_back(fmt::format("{} more", more));
    remarks.push_back(
        fmt::format("{} left out, because no model was trained on {}",
                    counted(untrained_flows, "flow"), listed(named)));
  }
  if (disputed_packets > 0) {
    remarks.push_back(fmt::format(
        "{} of {} named another app than most packets of the flow, whose label "
        "was used",
        counted(disputed_packets, "packet"), counted(disputed_flows, "flow")));
  }
  return remarks;
}

}  // namespace flowtell
