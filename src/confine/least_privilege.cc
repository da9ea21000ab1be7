// SPDX-License-Identifier: Apache-2.0
#include "confine/least_privilege.h"

#include <cap-ng.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "base/sanitized.h"
#include "base/text.h"
#include "confine/privilege.h"

namespace flowtell {
namespace {

constexpr std::string_view kFlowtellUser = "flowtell";
constexpr std::string_view kNobodyUser = "nobody";
constexpr uid_t kNobodyNumber = 65534;

std::string variable(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): no thread sets variables
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

tl::unexpected<Error> cannot_drop(std::string_view what) {
  const int error = errno;
  return fail(kind_of_errno(error, ErrorKind::kSystem), "cannot drop {}: {}",
              what, system_reason(error));
}

// Root without these capabilities, as in a container, cannot switch users.
bool may_switch_user() {
  return may(Capability::kSetUser) && may(Capability::kSetGroup) &&
         maps_other_users();
}

// Clearing the bounding set needs a capability. Without any capability and with
// no_new_privs, the set has no effect.
bool may_clear_bounding() { return may(Capability::kSetCapabilities); }

Result<void> switch_to(const Account& account) {
  const int flags =
      CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_AMBIENT |
      (may_clear_bounding() ? CAPNG_CLEAR_BOUNDING : CAPNG_NO_FLAG);
  const int status = capng_change_id(static_cast<int>(account.user),
                                     static_cast<int>(account.group),
                                     static_cast<capng_flags_t>(flags));
  if (status == 0) return {};
  return cannot_drop(fmt::format("root for user {}", account.name));
}

Result<void> drop_capabilities() {
  capng_clear(CAPNG_SELECT_ALL);
  if (may_clear_bounding()) capng_apply(CAPNG_SELECT_BOUNDS);
  capng_apply(CAPNG_SELECT_AMBIENT);
  if (capng_apply(CAPNG_SELECT_CAPS) == 0) return {};
  return cannot_drop("capabilities");
}

Result<void> drop_rights(const std::optional<Account>& account) {
  capng_clear(CAPNG_SELECT_ALL);
  if (account) {
    if (auto done = switch_to(*account); !done) return done;
  }
  if (auto done = drop_capabilities(); !done) return done;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return cannot_drop("the right to gain privileges");
  }
  return {};
}

// A change of user also hides memory; under a sanitizer it is shown again.
Result<void> hide_memory() {
  const rlimit none{};
  if (::setrlimit(RLIMIT_CORE, &none) != 0 ||
      ::prctl(PR_SET_DUMPABLE, kIsSanitized ? 1 : 0, 0, 0, 0) != 0) {
    return cannot_drop("memory access by other processes");
  }
  return {};
}

// Verifies the result instead of trusting the return values.
Result<void> check_dropped(const std::optional<Account>& account) {
  capng_get_caps_process();
  const bool has_switched =
      !account || (::getuid() == account->user && ::geteuid() == account->user);
  if (has_switched &&
      capng_have_capabilities(CAPNG_SELECT_CAPS) == CAPNG_NONE) {
    return {};
  }
  return fail(ErrorKind::kSystem, "dropped privileges are still in effect");
}

}  // namespace

std::optional<Account> find_account(const std::string& name_or_number) {
  std::array<char, 16'384> text;
  passwd entry{};
  passwd* found = nullptr;
  if (const auto number = parse_number<uid_t>(name_or_number)) {
    ::getpwuid_r(*number, &entry, text.data(), text.size(), &found);
  } else {
    ::getpwnam_r(name_or_number.c_str(), &entry, text.data(), text.size(),
                 &found);
  }
  if (found == nullptr) return std::nullopt;
  return Account{found->pw_uid, found->pw_gid, found->pw_name};
}

SudoCaller sudo_caller() {
  if (std::string user = variable("SUDO_UID"); !user.empty()) {
    return {std::move(user), variable("SUDO_GID")};
  }
  if (std::string user = variable("PKEXEC_UID"); !user.empty()) {
    return {std::move(user), ""};
  }
  const std::string name = variable("DOAS_USER");
  const auto account = name.empty() ? std::nullopt : find_account(name);
  return {account ? fmt::format("{}", account->user) : "", ""};
}

Account choose_account(const SudoCaller& caller, const FindAccount& find) {
  const Account nobody = find(std::string(kNobodyUser))
                             .value_or(Account{kNobodyNumber, kNobodyNumber,
                                               std::string(kNobodyUser)});
  const auto user = parse_number<uid_t>(caller.user);
  if (!user || *user == 0) {
    return find(std::string(kFlowtellUser)).value_or(nobody);
  }
  Account account =
      find(caller.user)
          .value_or(Account{*user, nobody.group, fmt::format("{}", *user)});
  const auto group = parse_number<gid_t>(caller.group);
  if (group && *group != 0) account.group = *group;
  return account;
}

std::optional<Account> choose_owner(const std::optional<Account>& caller,
                                    const std::string& folder,
                                    const FindAccount& find) {
  if (caller) return caller;
  std::error_code problem;
  std::filesystem::path at = std::filesystem::absolute(folder, problem);
  struct stat facts {};
  while (::stat(at.c_str(), &facts) != 0) {
    if (!at.has_relative_path()) return std::nullopt;
    at = at.parent_path();
  }
  if (facts.st_uid == 0) return std::nullopt;
  const std::string number = fmt::format("{}", facts.st_uid);
  return find(number).value_or(Account{facts.st_uid, facts.st_gid, number});
}

std::optional<Account> owner_account(const std::string& folder) {
  if (::geteuid() != 0 || !may_switch_user()) return std::nullopt;
  const SudoCaller caller = sudo_caller();
  const auto user = parse_number<uid_t>(caller.user);
  std::optional<Account> account;
  if (user && *user != 0) account = choose_account(caller, find_account);
  account = choose_owner(account, folder, find_account);
  if (account || can_fence_paths()) return account;
  return choose_account({}, find_account);
}

std::optional<Account> target_account() {
  if (::geteuid() != 0 || !may_switch_user()) return std::nullopt;
  return choose_account(sudo_caller(), find_account);
}

namespace {

Result<void> restrict_calls(const PrivilegeLimits& remaining) {
  if (remaining.work == Work::kBindSocket) return allow_only_binding_calls();
  if (remaining.work == Work::kReplaceFiles) {
    return allow_only_needed_calls(FileCalls::kReplace, Connections::kNone);
  }
  return allow_only_needed_calls(
      remaining.paths.writable.empty() ? FileCalls::kRead : FileCalls::kCreate,
      remaining.connections);
}

}  // namespace

Result<void> drop_privileges(const PrivilegeLimits& remaining) {
  auto done = drop_rights(remaining.account);
  if (done) done = check_dropped(remaining.account);
  if (done) done = hide_memory();
  if (kIsSanitized) return done;
  if (done) done = fence_paths(remaining.paths);
  if (done) done = restrict_calls(remaining);
  return done;
}

}  // namespace flowtell
