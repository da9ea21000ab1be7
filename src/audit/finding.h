// SPDX-License-Identifier: Apache-2.0
//
// The findings of an audit of labelled captures (audit/audit.h). Each has a
// kind, a severity, a description, places and a remedy.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flowtell {

enum class Severity : std::uint8_t {
  kFault,    // the training data are wrong
  kWarning,  // training may learn something other than the app
  kNote,     // affects how to read a score
};

inline constexpr std::array<std::string_view, 3> kSeverityNames = {
    "fault", "warning", "note"};

constexpr std::string_view severity_name(Severity severity) {
  return kSeverityNames[static_cast<std::size_t>(severity)];
}

enum class FindingKind : std::uint8_t {
  kTooFewApps,
  kSameFile,
  kSameFlows,
  kOverlap,
  kDamage,
  kEmptyCapture,
  kClock,
  kPacketCopies,
  kFlowLabels,
  kFewCaptures,
  kUnbalanced,
  kDominantCapture,
  kDevices,
  kLinkType,
  kCaptureFormat,
  kSnapLength,
  kOffload,
  kCeiling,
  kLookalikes,
  kRepeats,
  kLeakingFeature,
  kOtherApp,
  kBackground,
};

struct FindingKindInfo {
  std::string_view name;
  std::string_view meaning;
  std::string_view remedy;
};

// By FindingKind, which is also the order of findings of equal severity.
inline constexpr std::array<FindingKindInfo, 23> kFindingKinds = {{
    {"too-few-apps", "an app has no flows, or there is only one app",
     "record captures of it, or of another app or background traffic"},
    {"same-file", "one file is listed more than once",
     "keep one of them, under the app that was in use"},
    {"same-flows",
     "several captures contain flows with the same times, device and features: "
     "a recording was compressed, cut or copied",
     "keep one of the captures, or parts that do not overlap"},
    {"overlap", "captures of one device overlap in time",
     "cut the captures so that each moment of a device belongs to one, with "
     "the app that was in use then ('from' and 'to' in a manifest)"},
    {"damage", "a capture could be read only in part",
     "copy or record it again; the readable part is used"},
    {"empty-capture", "a capture has no flows",
     "see 'flowtell flows --ledger' for the reason; record it again or leave "
     "it out"},
    {"clock", "timestamps go backwards, are out of order, or were never set",
     "set the recorder's clock (NTP) and record on one interface; packet gaps "
     "of these captures are unreliable"},
    {"packet-copies",
     "packets were recorded more than once, at several interfaces, mirror "
     "ports "
     "or sides of a router; the copies are left out",
     "record on the one interface that the devices are on"},
    {"flow-labels",
     "flows of captures that name apps have no app, or packets of several",
     "such flows may be left out; if they are many, check the recorder"},
    {"few-captures",
     "an app has fewer than three captures with flows, too few to train on "
     "some and test on others",
     "record at least three, better ten, at different times"},
    {"unbalanced", "an app has ten times the flows or captures of another",
     "record more of the smaller; until then use balanced accuracy, and keep "
     "--balance apps"},
    {"dominant-capture", "one capture holds most of an app's flows",
     "record more captures of the app; its score depends on that one"},
    {"devices",
     "the device identifies the app, or all flows are of one device: device "
     "and app cannot be separated",
     "record every app on each device, and on more than one"},
    {"link-type", "captures of apps were recorded on different kinds of links",
     "record all apps at the same place, in the same way"},
    {"capture-format", "captures of apps were written in different formats",
     "record all apps with the same program; the format itself is not "
     "learned, but it shows that they were recorded differently"},
    {"snap-length", "captures of apps were cut to different lengths",
     "record all apps with the same snap length; names are in the first few "
     "hundred bytes"},
    {"offload",
     "packets exceed the usual MTU: the network card joined them before they "
     "were recorded",
     "switch it off where you record (ethtool -K DEVICE gro off lro off tso "
     "off gso off), or use features that tolerate it (robust)"},
    {"ceiling",
     "the best accuracy possible with these columns, since flows with the same "
     "values have different labels",
     "use more evidence (--evidence name,time) or more informative columns; no "
     "classifier exceeds it with these"},
    {"lookalikes", "flows of several apps have exactly the same values",
     "expect these flows to be unknown or wrong by shape alone; they need "
     "names and time"},
    {"repeats",
     "flows in several captures of an app have exactly the same values",
     "split by capture, never by flow; if whole captures repeat, record "
     "others"},
    {"leaking-feature",
     "a range of one column identifies an app, even in captures that the range "
     "was not fitted on",
     "check whether the app or the recording causes it; test on captures from "
     "elsewhere ('flowtell evaluate --test')"},
    {"other-app",
     "a capture has servers that otherwise only another app uses: that app was "
     "running too",
     "close other apps before recording; leave these captures out, or cut "
     "them ('from' and 'to' in a manifest)"},
    {"background", "flows go to servers that several apps use",
     "expect little from these names; the other names distinguish the apps"},
}};

constexpr const FindingKindInfo& info_of(FindingKind kind) {
  return kFindingKinds[static_cast<std::size_t>(kind)];
}

struct Finding {
  FindingKind kind;
  Severity severity;
  std::string what;                // a sentence without its full stop
  std::vector<std::string> where;  // all captures, apps, columns or servers
  // Measured values by name, such as "accuracy" and 0.98.
  std::vector<std::pair<std::string, double>> figures;
};

}  // namespace flowtell
