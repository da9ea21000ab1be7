// SPDX-License-Identifier: Apache-2.0
#include "confine/least_privilege.h"

#include <cap-ng.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

#include "base/sanitized.h"
#include "base/text.h"
#include "confine/privilege.h"

namespace flowtell {
namespace {

constexpr std::string_view kOwnUser = "flowtell";
constexpr std::string_view kMinUser = "nobody";
constexpr uid_t kMinNumber = 65534;

std::string variable(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing here sets variables
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

tl::unexpected<Error> cannot_drop(std::string_view what) {
  return fail(ErrorKind::kInput, "cannot give up {}: {}", what,
              system_reason());
}

// Root without these (a container's) can become nobody else.
bool may_become_others() {
  return may(Capability::kSetUser) && may(Capability::kSetGroup) &&
         knows_other_users();
}

// The bounding set is beyond those who lack the capability for it; without any
// other, and with no_new_privs, it is worth nothing to them.
bool may_bound() { return may(Capability::kSetCapabilities); }

Result<void> become(const Account& account) {
  const int flags = CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_AMBIENT |
                    (may_bound() ? CAPNG_CLEAR_BOUNDING : CAPNG_NO_FLAG);
  const int status = capng_change_id(static_cast<int>(account.user),
                                     static_cast<int>(account.group),
                                     static_cast<capng_flags_t>(flags));
  if (status == 0) return {};
  return cannot_drop(fmt::format("root for user {}", account.name));
}

Result<void> give_up_capabilities() {
  capng_clear(CAPNG_SELECT_ALL);
  if (may_bound()) capng_apply(CAPNG_SELECT_BOUNDS);
  capng_apply(CAPNG_SELECT_AMBIENT);
  if (capng_apply(CAPNG_SELECT_CAPS) == 0) return {};
  return cannot_drop("capabilities");
}

Result<void> give_up_rights(const std::optional<Account>& account) {
  capng_clear(CAPNG_SELECT_ALL);
  if (account) {
    if (auto done = become(*account); !done) return done;
  }
  if (auto done = give_up_capabilities(); !done) return done;
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return cannot_drop("the way to new privileges");
  }
  return {};
}

// A change of user hides it as well, so a sanitizer has it shown again.
Result<void> hide_memory() {
  const rlimit none{};
  if (::setrlimit(RLIMIT_CORE, &none) != 0 ||
      ::prctl(PR_SET_DUMPABLE, kIsSanitized ? 1 : 0, 0, 0, 0) != 0) {
    return cannot_drop("memory that others may look into");
  }
  return {};
}

// Believes no step's word for it.
Result<void> check_gone(const std::optional<Account>& account) {
  capng_get_caps_process();
  const bool is_who_it_should_be =
      !account || (::getuid() == account->user && ::geteuid() == account->user);
  if (is_who_it_should_be &&
      capng_have_capabilities(CAPNG_SELECT_CAPS) == CAPNG_NONE) {
    return {};
  }
  return fail(ErrorKind::kInput,
              "privileges that were given up are still there");
}

}  // namespace

std::optional<Account> find_account(const std::string& who) {
  std::array<char, 16'384> text;
  passwd entry{};
  passwd* found = nullptr;
  if (const auto number = parse_number<uid_t>(who)) {
    ::getpwuid_r(*number, &entry, text.data(), text.size(), &found);
  } else {
    ::getpwnam_r(who.c_str(), &entry, text.data(), text.size(), &found);
  }
  if (found == nullptr) return std::nullopt;
  return Account{found->pw_uid, found->pw_gid, found->pw_name};
}

SudoCaller sudo_caller() {
  return {variable("SUDO_UID"), variable("SUDO_GID")};
}

Account account_to_become(const SudoCaller& caller, const FindAccount& find) {
  const Account least =
      find(std::string(kMinUser))
          .value_or(Account{kMinNumber, kMinNumber, std::string(kMinUser)});
  const auto user = parse_number<uid_t>(caller.user);
  if (!user || *user == 0) {
    return find(std::string(kOwnUser)).value_or(least);
  }
  Account account =
      find(caller.user)
          .value_or(Account{*user, least.group, fmt::format("{}", *user)});
  const auto group = parse_number<gid_t>(caller.group);
  if (group && *group != 0) account.group = *group;
  return account;
}

std::optional<Account> account_from_here() {
  if (::geteuid() != 0 || !may_become_others()) return std::nullopt;
  return account_to_become(sudo_caller(), find_account);
}

namespace {

Result<void> give_up_calls(const Remaining& remaining) {
  if (remaining.work == Work::kBinds) return allow_only_binding_calls();
  return allow_only_needed_calls(
      remaining.paths.writable.empty() ? FileCalls::kRead : FileCalls::kMake,
      remaining.connections);
}

}  // namespace

Result<void> drop_privileges(const Remaining& remaining) {
  auto done = give_up_rights(remaining.account);
  if (done) done = check_gone(remaining.account);
  if (done) done = hide_memory();
  if (kIsSanitized) return done;
  if (done) done = fence_paths(remaining.paths);
  if (done) done = give_up_calls(remaining);
  return done;
}

}  // namespace flowtell
