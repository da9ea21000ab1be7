// SPDX-License-Identifier: Apache-2.0
//
// Drops what a process that reads untrusted packets does not need once its
// files are open: the root user, all capabilities and the ways to regain them,
// files other than those named, memory access by other processes, and all
// system calls but a list. This limits what a parser bug can do.
//
// It uses capabilities(7) through libcap-ng, PR_SET_NO_NEW_PRIVS and
// PR_SET_DUMPABLE (prctl(2)), landlock(7) where the kernel has it, and
// seccomp(2) through libseccomp. docs/security.md lists what each process
// keeps.
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

// Finds an account by name or user number.
using FindAccount = std::function<std::optional<Account>(const std::string&)>;
std::optional<Account> find_account(const std::string& name_or_number);

// The user that called sudo, or doas or pkexec; empty without.
struct SudoCaller {
  std::string user;   // SUDO_UID, PKEXEC_UID or the number of DOAS_USER
  std::string group;  // SUDO_GID
};
SudoCaller sudo_caller();

// The account that a root process should switch to: the caller of sudo, else
// the user `flowtell`, else `nobody`.
Account choose_account(const SudoCaller& caller, const FindAccount& find);

// The account that this process switches to. Empty if it is not root's or
// cannot switch.
std::optional<Account> target_account();

// The account that root's files in this folder should belong to: the caller of
// sudo, doas or pkexec, else the owner of the folder, or of the nearest folder
// above it that exists. Empty if that is root, which then keeps its user, but
// no capability.
std::optional<Account> choose_owner(const std::optional<Account>& caller,
                                    const std::string& folder,
                                    const FindAccount& find);

// The account that this process switches to in order to write to this folder.
// Empty if it is not root's or cannot switch, or if root owns the folder and
// the kernel can keep the process within it.
std::optional<Account> owner_account(const std::string& folder);

// What the process does after dropping its privileges.
enum class Work {
  kCapture,       // reads frames, and writes lines and files
  kBindSocket,    // binds a socket for the process that captures
                  // (interface_binder.h)
  kReplaceFiles,  // computes, and replaces files below a folder
};

struct PrivilegeLimits {
  // The account to switch to; empty: the user stays.
  std::optional<Account> account;
  // Files that may still be read or created.
  PathFence paths;
  // Whether connections may still be accepted.
  Connections connections = Connections::kNone;
  Work work = Work::kCapture;
};

// Cannot be reversed. Fails if a privilege that should be dropped remains; the
// caller should then exit. Under sanitizers, which inspect their own process
// and make other system calls, only user and capabilities are dropped.
// REQUIRES: no other thread runs. Threads started later are restricted too.
Result<void> drop_privileges(const PrivilegeLimits& remaining);

}  // namespace flowtell
