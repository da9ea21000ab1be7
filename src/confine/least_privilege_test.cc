// SPDX-License-Identifier: Apache-2.0
//
// Tests the choice of account. tests/privileges_test.py tests from outside that
// the process switches to it and has no other privileges.
#include "confine/least_privilege.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <map>

#include "support/temporary_folder.h"

namespace flowtell {
namespace {

// Finds these accounts by name or number.
FindAccount system_with(const std::vector<Account>& accounts) {
  return [accounts](const std::string& key) -> std::optional<Account> {
    for (const Account& account : accounts) {
      if (account.name == key || std::to_string(account.user) == key) {
        return account;
      }
    }
    return std::nullopt;
  };
}

const Account kNobody{65534, 65534, "nobody"};
const Account kFlowtell{101, 102, "flowtell"};
const Account kAnna{1000, 1001, "anna"};

TEST(ChooseAccount, PrefersTheFlowtellUser) {
  const auto account =
      choose_account({}, system_with({kNobody, kFlowtell, kAnna}));
  EXPECT_EQ(account.name, "flowtell");
  EXPECT_EQ(account.user, 101u);
  EXPECT_EQ(account.group, 102u);
}

TEST(ChooseAccount, PrefersTheCallerOfSudo) {
  const auto find = system_with({kNobody, kFlowtell, kAnna});
  const auto account = choose_account({"1000", "1001"}, find);
  EXPECT_EQ(account.name, "anna");
  EXPECT_EQ(account.user, 1000u);
  EXPECT_EQ(account.group, 1001u);
  EXPECT_EQ(choose_account({"1000", ""}, find).group, 1001u);
}

TEST(ChooseAccount, AcceptsAnAccountWithoutEntry) {
  const auto account = choose_account({"2000", "3000"}, system_with({kNobody}));
  EXPECT_EQ(account.name, "2000");
  EXPECT_EQ(account.user, 2000u);
  EXPECT_EQ(account.group, 3000u);
  EXPECT_EQ(choose_account({"2000", ""}, system_with({})).group, 65534u);
}

TEST(ChooseAccount, FallsBackToNobody) {
  EXPECT_EQ(choose_account({}, system_with({kNobody})).name, "nobody");
  const auto bare = choose_account({}, system_with({}));
  EXPECT_EQ(bare.name, "nobody");
  EXPECT_EQ(bare.user, 65534u);
  EXPECT_EQ(bare.group, 65534u);
}

TEST(ChooseAccount, NeverChoosesRoot) {
  const Account root{0, 0, "root"};
  const auto find = system_with({root, kNobody, kAnna});
  for (const char* user : {"0", "00", "-1", "root", "1000x", "4294967296"}) {
    const auto account = choose_account({user, "0"}, find);
    EXPECT_EQ(account.name, "nobody") << user;
    EXPECT_NE(account.group, 0u) << user;
  }
  EXPECT_EQ(choose_account({"1000", "0"}, find).group, 1001u);
}

TEST(FindAccount, AcceptsNamesAndNumbers) {
  EXPECT_EQ(find_account("root").value().user, 0u);
  EXPECT_EQ(find_account("0").value().name, "root");
  EXPECT_FALSE(find_account("no such user"));
}

// A root process: its files belong to its caller, else to the folder's owner.
TEST(ChooseOwner, TakesTheCallerFirst) {
  const TemporaryFolder folder;
  const Account caller{1234, 1234, "caller"};
  const auto owner = choose_owner(caller, folder.path(), system_with({}));
  ASSERT_TRUE(owner);
  EXPECT_EQ(owner->user, 1234u);
}

TEST(ChooseOwner, TakesTheOwnerOfTheFolder) {
  const TemporaryFolder folder;
  if (::chown(folder.path().c_str(), 4321, 999) != 0) {
    GTEST_SKIP() << "only root gives folders away";
  }
  // Also of a folder that does not exist yet.
  for (const std::string& path :
       {folder.path(), folder / "new", folder / "new/below/that"}) {
    auto owner = choose_owner({}, path, system_with({}));
    ASSERT_TRUE(owner) << path;
    EXPECT_EQ(owner->user, 4321u);
    EXPECT_EQ(owner->group, 999u);
    const Account known{4321, 77, "4321"};
    owner = choose_owner({}, path, system_with({known}));
    ASSERT_TRUE(owner);
    EXPECT_EQ(owner->group, 77u);
  }
}

TEST(ChooseOwner, LeavesRootItsFolders) {
  for (const char* path : {"/", "/absent", "/absent/below"}) {
    EXPECT_FALSE(choose_owner({}, path, system_with({})));
  }
}

}  // namespace
}  // namespace flowtell
