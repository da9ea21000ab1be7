// SPDX-License-Identifier: Apache-2.0
//
// Which folders name the apps: those directly in the folder of captures, or
// those one level below, where the first level names parts of the collection
// (train/APP, test/APP; group-a/APP, group-b/APP). Names alone decide, and a
// remark says how.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace flowtell {

// A capture somewhere below a folder.
struct FolderCapture {
  std::string path;
  std::string top;     // the folder it is in, of those in the folder given
  std::string nested;  // the one below that; empty if it lies in `top` itself
};

enum class LabelLevel { kTop, kNested };

struct FolderLayout {
  LabelLevel level = LabelLevel::kTop;
  std::string remark;  // one sentence, where the layout may be taken otherwise
};

// `apps`: the trained apps, if they are known; they settle what names an app.
FolderLayout find_layout(const std::string& folder,
                         std::span<const FolderCapture> captures,
                         const std::vector<std::string>& apps);

}  // namespace flowtell
