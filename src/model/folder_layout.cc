// SPDX-License-Identifier: Apache-2.0
#include "model/folder_layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

#include "base/text.h"

namespace flowtell {
namespace {

// FolderNames of parts of a collection, and of conditions of recording; often
// with a number or letter: "group-b", "phone2".
constexpr auto kPartNames = std::to_array<std::string_view>(
    {"train",      "training", "trainset",   "test",      "testing",
     "tests",      "testset",  "val",        "valid",     "validation",
     "dev",        "eval",     "evaluation", "holdout",   "heldout",
     "fold",       "split",    "part",       "set",       "subset",
     "group",      "team",     "batch",      "session",   "sessions",
     "run",        "round",    "trial",      "take",      "series",
     "day",        "week",     "month",      "date",      "user",
     "person",     "people",   "subject",    "operator",  "participant",
     "device",     "phone",    "tablet",     "laptop",    "site",
     "network",    "location", "capture",    "captures",  "recording",
     "recordings", "pcap",     "pcaps",      "trace",     "traces",
     "data",       "dataset",  "datasets",   "raw",       "android",
     "ios",        "iphone",   "ipad",       "wifi",      "wlan",
     "lte",        "ethernet", "eth",        "mobile",    "vpn",
     "home",       "office",   "lab",        "monday",    "tuesday",
     "wednesday",  "thursday", "friday",     "saturday",  "sunday",
     "january",    "february", "march",      "april",     "may",
     "june",       "july",     "august",     "september", "october",
     "november",   "december"});

constexpr std::string_view kSeparators = "-_. ";

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool is_part_word(std::string_view word) {
  return std::ranges::find(kPartNames, word) != kPartNames.end();
}

// "2019-04-03", "train", "group-a", "phone 2", "test_set", "4g".
bool names_a_part(const std::string& name) {
  const std::string text = lower(name);
  if (text.find_first_not_of("0123456789-_.: tzg") == std::string::npos) {
    return text.find_first_of("0123456789") != std::string::npos;
  }
  bool has_word = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end =
        std::min(text.find_first_of(kSeparators, at), text.size());
    std::string_view word = std::string_view(text).substr(at, end - at);
    at = end + 1;
    const std::size_t last = word.find_last_not_of("0123456789");
    word = word.substr(0, last == std::string_view::npos ? 0 : last + 1);
    if (is_part_word(word)) {
      has_word = true;
    } else if (word.size() > 1) {
      return false;
    }
  }
  return has_word;
}

// The name without the number at its end.
std::string_view stem_of(std::string_view name) {
  const std::size_t last = name.find_last_not_of("0123456789");
  return name.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

using FolderNames = std::vector<std::string>;

// "run1", "run2", …: one word, numbered.
bool are_numbered(const FolderNames& names) {
  return names.size() > 1 &&
         std::ranges::all_of(names, [&](const std::string& name) {
           return stem_of(name) == stem_of(names.front()) &&
                  stem_of(name).size() < name.size();
         });
}

bool all_name_parts(const FolderNames& names) {
  return std::ranges::all_of(names, names_a_part);
}

bool most_name_parts(const FolderNames& names) {
  return are_numbered(names) ||
         2 * std::ranges::count_if(names, names_a_part) >=
             static_cast<std::ptrdiff_t>(names.size());
}

bool share_any(const FolderNames& names, const FolderNames& apps) {
  return std::ranges::any_of(names, [&](const std::string& name) {
    return std::ranges::find(apps, name) != apps.end();
  });
}

// The names of both levels, sorted.
struct Levels {
  FolderNames top;
  FolderNames nested;
  FolderNames repeated;  // of `nested`: below several of `top`
};

Levels levels_of(std::span<const FolderCapture> captures) {
  std::set<std::string> tops;
  std::map<std::string, std::set<std::string>> tops_of;
  for (const FolderCapture& capture : captures) {
    tops.insert(capture.top);
    tops_of[capture.nested].insert(capture.top);
  }
  Levels levels;
  levels.top.assign(tops.begin(), tops.end());
  for (const auto& [nested, above] : tops_of) {
    levels.nested.push_back(nested);
    if (above.size() > 1) levels.repeated.push_back(nested);
  }
  return levels;
}

std::string shown(FolderNames names) {
  constexpr std::size_t kMaxShown = 4;
  const std::size_t more = names.size() - std::min(names.size(), kMaxShown);
  names.resize(names.size() - more);
  if (more > 0) names.push_back(fmt::format("{} more", more));
  return plain_text(listed(names));
}

FolderLayout nested_layout(const std::string& folder, const Levels& levels,
                           std::string_view reason) {
  const std::string name = plain_text(folder);
  std::string remark = fmt::format(
      "{}: the folders below {} are taken as the apps ({}), because {}; if "
      "this is wrong, list the captures in a manifest (path,app)",
      name, shown(levels.top), shown(levels.nested), reason);
  if (share_any(levels.top, {"train", "training"}) &&
      share_any(levels.top, {"test", "testing"})) {
    remark += "; all parts are read: name one of them to use it alone";
  }
  return {LabelLevel::kNested, std::move(remark)};
}

}  // namespace

FolderLayout find_layout(const std::string& folder,
                         std::span<const FolderCapture> captures,
                         const std::vector<std::string>& apps) {
  const bool is_nested =
      !captures.empty() && std::ranges::none_of(captures, [](const auto& one) {
        return one.nested.empty();
      });
  if (!is_nested) return {};
  const Levels levels = levels_of(captures);
  if (share_any(levels.top, apps)) return {};
  if (share_any(levels.nested, apps)) {
    return nested_layout(folder, levels, "these are trained apps");
  }
  if (all_name_parts(levels.nested)) return {};
  // "app1", "app2" below "train" are apps, "a1", "a2" below "chat" are not.
  if (are_numbered(levels.nested) && !all_name_parts(levels.top)) return {};
  if (most_name_parts(levels.top)) {
    return nested_layout(folder, levels,
                         levels.top.size() == 1
                             ? "it names a part of a collection"
                             : "these name parts of a collection");
  }
  if (levels.top.size() == 1 && levels.nested.size() > 1) {
    return nested_layout(folder, levels, "it is the only folder");
  }
  if (levels.repeated.size() < 2) return {};
  return {LabelLevel::kTop,
          fmt::format("{}: its folders are taken as the apps ({}), although "
                      "several hold the same folders ({}); if those are the "
                      "apps, list the captures in a manifest (path,app)",
                      plain_text(folder), shown(levels.top),
                      shown(levels.repeated))};
}

}  // namespace flowtell
