// SPDX-License-Identifier: Apache-2.0
//
// A process that listens to strangers gives up whatever it does not need once
// all is open: root's user, every capability and the way to new ones, files
// but those it names, memory that others may look into, and all system calls
// but a list. So a mistake in a parser is worth no more than what is left.
//
// What each step rests on: capabilities(7), by libcap-ng; PR_SET_NO_NEW_PRIVS
// and PR_SET_DUMPABLE (prctl(2)); landlock(7), where the kernel has it;
// seccomp(2), by libseccomp. docs/security.md says what is left to whom.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "confine/call_filter.h"
#include "confine/path_fence.h"

namespace flowtell {

struct Account {
  uid_t user = 0;
  gid_t group = 0;
  std::string name;
};

// Finds an account by its name or its user's number; nothing where there is
// none.
using FindAccount = std::function<std::optional<Account>(const std::string&)>;
std::optional<Account> find_account(const std::string& who);

// What sudo tells of whoever called it; empty without it.
struct SudoCaller {
  std::string user;   // SUDO_UID
  std::string group;  // SUDO_GID
};
SudoCaller sudo_caller();

// Whom a process of root should become: who called sudo; else the user
// `flowtell`; else `nobody`.
Account account_to_become(const SudoCaller& caller, const FindAccount& find);

// Whom this process becomes; nothing where it is not root's, or cannot become
// anybody else.
std::optional<Account> account_from_here();

// What the process does from here on.
enum class Work {
  kListens,  // reads what comes, and writes lines and files
  kBinds,    // binds a socket for one that listens (interface_binder.h)
};

struct Remaining {
  // Whom to become; nothing: who it is.
  std::optional<Account> account;
  // Files that may still be read or made.
  PathFence paths;
  // Whether connections may still be accepted.
  Connections connections = Connections::kNone;
  Work work = Work::kListens;
};

// There is no way back. Fails where anything that should be gone is left, and
// then the process had better end. Under sanitizers, which look into their own
// process and make calls of their own, only rights are given up.
// REQUIRES: no other thread runs; those that start later are bound, too.
Result<void> drop_privileges(const Remaining& remaining);

}  // namespace flowtell
