// SPDX-License-Identifier: Apache-2.0
//
// What an audit of labelled captures finds (audit/audit.h), each thing in the
// same form: of what kind, how grave, what, where, and what to do.
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
  kFault,    // what is learned from this is wrong
  kWarning,  // what is learned may be something else than meant
  kNote,     // good to know when a score is read
};

inline constexpr std::array<std::string_view, 3> kSeverityNames = {
    "fault", "warning", "note"};

constexpr std::string_view severity_name(Severity severity) {
  return kSeverityNames[static_cast<std::size_t>(severity)];
}

enum class FindingKind : std::uint8_t {
  kNothingToTell,
  kSameFile,
  kSameFlows,
  kOverlap,
  kDamage,
  kEmptyCapture,
  kClock,
  kFewCaptures,
  kUnbalanced,
  kDominantCapture,
  kDevices,
  kLinkType,
  kCaptureForm,
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

// By FindingKind. The findings of an audit come in this order, graver ones
// first.
inline constexpr std::array<FindingKindInfo, 21> kFindingKinds = {{
    {"nothing-to-tell", "an app gave no flow, or there is one app only",
     "record captures of it, or of another app or background to tell it from"},
    {"same-file", "one file stands among the captures more than once",
     "keep one of them, under the app that was in use"},
    {"same-flows",
     "flows with the same times, device and features stand in several "
     "captures: a recording that was packed, cut or copied",
     "keep one of the captures, or parts that do not overlap"},
    {"overlap", "captures of one device overlap in time",
     "cut the captures so that each moment of a device belongs to one, with "
     "the app that was in use then ('from' and 'to' in a manifest)"},
    {"damage", "a capture could be read only in part",
     "copy or record it again; what could be read is used"},
    {"empty-capture", "a capture gave no flow",
     "see 'flowtell flows --ledger' for the reason; record it again or leave "
     "it out"},
    {"clock", "times fall back, come out of order, or were never set",
     "set the recorder's clock (NTP) and record on one interface; gaps between "
     "packets of these captures are not to be trusted"},
    {"few-captures",
     "an app has fewer than three captures with flows, too few to learn from "
     "some and be judged on others",
     "record at least three, better ten, at different times"},
    {"unbalanced", "an app has ten times the flows or captures of another",
     "record more of the smaller; until then read balanced accuracy, and keep "
     "--balance apps"},
    {"dominant-capture", "one capture holds most of an app's flows",
     "record more captures of the app; its score hangs on that one"},
    {"devices",
     "which device it was tells the app, or all is of one device: its habits "
     "cannot be told from the app's",
     "record every app on each device, and on more than one"},
    {"link-type", "captures of apps were recorded on different kinds of links",
     "record all apps at the same place, in the same way"},
    {"capture-form", "captures of apps were written in different formats",
     "record all apps with the same program; the format itself is not "
     "learned, but it shows that they were recorded differently"},
    {"snap-length", "captures of apps were cut to different lengths",
     "record all apps with the same snap length; names stand in the first few "
     "hundred bytes"},
    {"offload",
     "packets are longer than links carry them: the network card joined them "
     "before they were recorded",
     "switch it off where you record (ethtool -K DEVICE gro off lro off tso "
     "off gso off), or use features that bear it (robust)"},
    {"ceiling",
     "the best that any classifier can do on these columns alone, for flows "
     "with the same values carry different labels",
     "use more evidence (--evidence name,time), or columns that tell more; "
     "nothing gets beyond it by these columns"},
    {"lookalikes", "flows of several apps have exactly the same values",
     "expect these flows to be unknown or wrong by shape alone; they need "
     "names and time"},
    {"repeats",
     "flows in several captures of an app have exactly the same values",
     "split by capture, never by flow; if whole captures repeat, record "
     "others"},
    {"giveaway",
     "one column and one range tell an app from all others, in captures that "
     "the range was not learned from",
     "look whether it is the app or the way it was recorded; judge on captures "
     "from elsewhere ('flowtell evaluate --test')"},
    {"other-app",
     "a capture holds servers that only another app's captures use otherwise: "
     "that app was at work too",
     "close other apps before recording; leave these captures out, or cut "
     "them ('from' and 'to' in a manifest)"},
    {"background", "flows go to servers that several apps use",
     "expect little of these names; what tells the apps apart are the others"},
}};

constexpr const FindingKindInfo& info_of(FindingKind kind) {
  return kFindingKinds[static_cast<std::size_t>(kind)];
}

struct Finding {
  FindingKind kind;
  Severity severity;
  std::string what;                // a sentence, without its full stop
  std::vector<std::string> where;  // captures, apps, columns or servers; all
  // What was measured, for programs: "accuracy" and 0.98.
  std::vector<std::pair<std::string, double>> figures;
};

}  // namespace flowtell
