// SPDX-License-Identifier: Apache-2.0
//
// Work on what strangers sent, on behalf of a process that cannot give up its
// privileges: a child gives up its own (least_privilege.h), works with what is
// open, and says what it found. Whatever becomes of it, its parent gets no more
// than that text.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace flowtell {

// What the work returned. Fails where the child could not give up its
// privileges, did not end by itself, or said more than 64 KiB.
// REQUIRES: this process has one thread.
Result<std::string> in_confined_child(const std::function<std::string()>& work);

}  // namespace flowtell
