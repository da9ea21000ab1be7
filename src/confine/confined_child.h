// SPDX-License-Identifier: Apache-2.0
//
// Runs work on untrusted input for a process that must keep its own privileges.
// A child drops its privileges (least_privilege.h), works with the files that
// are open, and writes its result to a pipe. If the child is compromised, its
// parent receives nothing but that text.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace flowtell {

// Returns the result of the work. Fails if the child cannot drop its
// privileges, does not exit normally, or returns more than 64 KiB.
// REQUIRES: this process has one thread.
Result<std::string> run_confined(const std::function<std::string()>& work);

}  // namespace flowtell
