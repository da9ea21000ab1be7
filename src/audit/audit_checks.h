// SPDX-License-Identifier: Apache-2.0
//
// The checks of an audit, grouped by file, and their helpers. Each check
// returns its findings in an order that depends only on the captures.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit.h"

namespace flowtell {

using Findings = std::vector<Finding>;

// Findings from fewer captures may be chance.
inline constexpr std::uint64_t kEnoughCaptures = 3;

// audit_copies.cc: same files, same flows, overlapping times.
Findings check_same_files(const LoadedDataset& loaded, const AuditOptions&);
Findings check_same_flows(const LoadedDataset& loaded, const AuditOptions&);
Findings check_overlaps(const LoadedDataset& loaded, const AuditOptions&);

// audit_soundness.cc: damage, captures without flows, clocks, flows without an
// app.
Findings check_damage(const LoadedDataset& loaded, const AuditOptions&);
Findings check_empty_captures(const LoadedDataset& loaded, const AuditOptions&);
Findings check_clocks(const LoadedDataset& loaded, const AuditOptions&);
Findings check_packet_copies(const LoadedDataset& loaded, const AuditOptions&);
Findings check_flow_labels(const LoadedDataset& loaded, const AuditOptions&);

// audit_amounts.cc: the amount of data per app.
Findings check_apps(const LoadedDataset& loaded, const AuditOptions&);
Findings check_capture_counts(const LoadedDataset& loaded, const AuditOptions&);
Findings check_balance(const LoadedDataset& loaded, const AuditOptions&);
Findings check_dominant_captures(const LoadedDataset& loaded,
                                 const AuditOptions&);
Findings check_devices(const LoadedDataset& loaded, const AuditOptions&);

// audit_recording.cc: differences in recording.
Findings check_link_types(const LoadedDataset& loaded, const AuditOptions&);
Findings check_capture_forms(const LoadedDataset& loaded, const AuditOptions&);
Findings check_snap_lengths(const LoadedDataset& loaded, const AuditOptions&);
Findings check_offload(const LoadedDataset& loaded, const AuditOptions&);

// audit_rows.cc: equal rows.
Findings check_ceiling(const LoadedDataset& loaded, const AuditOptions&);
Findings check_lookalikes(const LoadedDataset& loaded, const AuditOptions&);
Findings check_repeats(const LoadedDataset& loaded, const AuditOptions&);

// audit_leakage.cc: columns that identify an app alone.
Findings check_leaking_features(const LoadedDataset& loaded,
                                const AuditOptions& options);

// audit_names.cc: server names of background and of other apps.
Findings check_other_apps(const LoadedDataset& loaded, const AuditOptions&);
Findings check_background(const LoadedDataset& loaded, const AuditOptions&);

// "3 of 10"
std::string of_text(std::uint64_t part, std::uint64_t whole);

// 0.0125 as "1.3 %"
std::string share_text(double share);

// By AppId: its captures with flows.
std::vector<std::uint64_t> captures_per_app(const Dataset& data);

// The paths of the captures, in order.
std::vector<std::string> paths_of(const Dataset& data,
                                  const std::set<std::uint32_t>& captures);

// The names of the apps, in order.
std::vector<std::string> names_of(const Dataset& data,
                                  const std::set<AppId>& apps);

double share_of(std::uint64_t part, std::uint64_t whole);

}  // namespace flowtell
