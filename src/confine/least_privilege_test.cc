// SPDX-License-Identifier: Apache-2.0
//
// Whom a process becomes. That it then is so, and may do nothing else, is seen
// from outside: tests/privileges_test.py.
#include "confine/least_privilege.h"

#include <gtest/gtest.h>

#include <map>

namespace flowtell {
namespace {

// A system with those accounts, under their names and numbers.
FindAccount system_with(const std::vector<Account>& accounts) {
  return [accounts](const std::string& who) -> std::optional<Account> {
    for (const Account& account : accounts) {
      if (account.name == who || std::to_string(account.user) == who) {
        return account;
      }
    }
    return std::nullopt;
  };
}

const Account kNobody{65534, 65534, "nobody"};
const Account kFlowtell{101, 102, "flowtell"};
const Account kAnna{1000, 1001, "anna"};

TEST(AccountToBecome, IsOurOwnUser) {
  const auto account =
      account_to_become({}, system_with({kNobody, kFlowtell, kAnna}));
  EXPECT_EQ(account.name, "flowtell");
  EXPECT_EQ(account.user, 101u);
  EXPECT_EQ(account.group, 102u);
}

TEST(AccountToBecome, IsWhoeverCalledSudo) {
  const auto find = system_with({kNobody, kFlowtell, kAnna});
  const auto account = account_to_become({"1000", "1001"}, find);
  EXPECT_EQ(account.name, "anna");
  EXPECT_EQ(account.user, 1000u);
  EXPECT_EQ(account.group, 1001u);
  EXPECT_EQ(account_to_become({"1000", ""}, find).group, 1001u);
}

TEST(AccountToBecome, MayHaveNoEntry) {
  const auto account =
      account_to_become({"2000", "3000"}, system_with({kNobody}));
  EXPECT_EQ(account.name, "2000");
  EXPECT_EQ(account.user, 2000u);
  EXPECT_EQ(account.group, 3000u);
  EXPECT_EQ(account_to_become({"2000", ""}, system_with({})).group, 65534u);
}

TEST(AccountToBecome, IsNobodyWhereThereIsNoOther) {
  EXPECT_EQ(account_to_become({}, system_with({kNobody})).name, "nobody");
  const auto bare = account_to_become({}, system_with({}));
  EXPECT_EQ(bare.name, "nobody");
  EXPECT_EQ(bare.user, 65534u);
  EXPECT_EQ(bare.group, 65534u);
}

TEST(AccountToBecome, IsNeverRoot) {
  const Account root{0, 0, "root"};
  const auto find = system_with({root, kNobody, kAnna});
  for (const char* user : {"0", "00", "-1", "root", "1000x", "4294967296"}) {
    const auto account = account_to_become({user, "0"}, find);
    EXPECT_EQ(account.name, "nobody") << user;
    EXPECT_NE(account.group, 0u) << user;
  }
  EXPECT_EQ(account_to_become({"1000", "0"}, find).group, 1001u);
}

TEST(FindAccount, KnowsNamesAndNumbers) {
  EXPECT_EQ(find_account("root").value().user, 0u);
  EXPECT_EQ(find_account("0").value().name, "root");
  EXPECT_FALSE(find_account("no such user"));
}

}  // namespace
}  // namespace flowtell
