// SPDX-License-Identifier: Apache-2.0
//
// Where an output goes when its name, or a folder on the way, is a link.
//
// In a folder that others may write to, anybody can put a link under the name
// of an expected output, so that a file elsewhere is replaced. The kernel's
// protected_symlinks (proc_sys_fs(5)) refuses such links, but is not switched
// on everywhere and covers sticky folders only. The rule here: in a folder that
// its group or others may write to, a link is followed only if it belongs to
// this process's user, to root or to the owner of the folder. Links in other
// folders are followed, whatever they belong to.
//
// It covers every link on the way: the last name, folders, and links that lead
// to links. What comes out has no link in it, so a link that appears at its
// last name later is not followed. A folder on the way that is exchanged for a
// link later is.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace flowtell {

// A path without links to the same file, which may be yet to be made. Nothing
// where no path leads there: a folder is absent, links go round in a circle, or
// /proc stands for something without a name. Fails, naming the path, at a link
// that is not followed.
Result<std::optional<std::string>> output_place(const std::string& path);

// Fails where `output_place` does.
Result<void> check_links(const std::string& path);

}  // namespace flowtell
