// SPDX-License-Identifier: Apache-2.0
//
// Resolves the links in an output path: in its last name and its folders.
//
// In a folder that others may write to, any user can put a link under the name
// of an expected output, so that a file elsewhere is replaced. The kernel's
// protected_symlinks (proc_sys_fs(5)) refuses such links, but is not enabled
// everywhere and covers sticky folders only. The rule here: in a folder
// writable by its group or others, a link is followed only if its owner is this
// process's user, root or the owner of the folder. Links in other folders are
// always followed.
//
// The rule covers every link on the way: the last name, folders, and links to
// links. The result contains no link, so a link created later at its last name
// is not followed. A folder on the way that is later replaced by a link is
// followed.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace flowtell {

// A link-free path to the same file, which need not exist yet. Nothing if there
// is no such path: a folder is absent, links form a cycle, or a /proc link has
// a target without a name. Fails, naming the path, at a link that is not
// followed.
Result<std::optional<std::string>> output_place(const std::string& path);

// Fails if `output_place` does.
Result<void> check_links(const std::string& path);

}  // namespace flowtell
