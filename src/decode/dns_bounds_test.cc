// SPDX-License-Identifier: Apache-2.0
//
// The bounds of a DNS message, each from both sides, and which of its records
// count.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "decode/dns_message.h"
#include "support/dns_bytes.h"

namespace flowtell {
namespace {

constexpr std::size_t kQuestionAt = 12;     // behind the header
constexpr std::size_t kAddressRecord = 16;  // bytes: a pointer, then 14
constexpr const char* kAddress = "203.0.113.5";

std::vector<std::string> told_by(const std::string& message,
                                 DnsKind kind = DnsKind::kUnicast) {
  std::vector<std::string> reported;
  DnsReader reader(as_bytes(message), kind);
  for (DnsAnswer answer; reader.next(answer);) {
    reported.push_back(
        fmt::format("{} {}", answer.name, answer.address.text()));
  }
  return reported;
}

std::string pointer_to(std::size_t place) {
  return {static_cast<char>(0xc0 | place >> 8), static_cast<char>(place & 255)};
}

// The message with other bytes for the owner of its last record, an address.
std::string owned_by(const std::string& owner, std::string message) {
  return message.replace(message.size() - kAddressRecord, 2, owner);
}

DnsBytes one_address() {
  return dns().asks("a.example").v4("a.example", kAddress);
}

TEST(DnsBounds, FollowsSixteenPointersAndNoMore) {
  const auto told_through = [](std::size_t pointers) {
    DnsBytes message = dns().asks("a.example");
    const std::size_t data_at = message.bytes().size() + 12;
    std::string chain;
    std::size_t target = kQuestionAt;
    for (std::size_t i = 1; i < pointers; ++i) {
      chain += pointer_to(target);
      target = data_at + chain.size() - 2;
    }
    constexpr std::uint16_t kText = 16;
    message.record("a.example", kText, chain).v4("a.example", kAddress);
    return told_by(owned_by(pointer_to(target), message.bytes())).size();
  };
  EXPECT_EQ(told_through(1), 1u);
  EXPECT_EQ(told_through(16), 1u);
  EXPECT_EQ(told_through(17), 0u);
}

// Each pointer must lead further back than the one before it.
TEST(DnsBounds, FollowsNoPointerThatLeadsForward) {
  constexpr std::uint16_t kText = 16;
  DnsBytes message = dns().asks("a.example");
  const std::size_t data_at = message.bytes().size() + 12;
  const auto told_with = [&](const std::string& data, std::size_t first) {
    const DnsBytes whole = DnsBytes(message)
                               .record("a.example", kText, data)
                               .v4("a.example", kAddress);
    return told_by(owned_by(pointer_to(first), whole.bytes())).size();
  };
  const std::string to_question = pointer_to(kQuestionAt);
  EXPECT_EQ(told_with(to_question + pointer_to(data_at), data_at + 2), 1u);
  EXPECT_EQ(told_with(pointer_to(data_at + 2) + to_question, data_at), 0u);
}

// What stands before such a pointer is no name.
TEST(DnsBounds, TakesNoNameThatEndsInAPointerToNowhere) {
  const auto told_of = [](const std::string& end, DnsKind kind) {
    const std::string owner =
        "\x01"
        "a\x07"
        "example" +
        end;
    return told_by(owned_by(owner, one_address().bytes()), kind).size();
  };
  const std::string whole(1, '\0');
  const std::string forward = "\xff\xff";
  const std::string to_root = pointer_to(kQuestionAt + 10);
  for (const DnsKind kind : {DnsKind::kUnicast, DnsKind::kMulticast}) {
    EXPECT_EQ(told_of(whole, kind), 1u);
    EXPECT_EQ(told_of(to_root, kind), 1u);
    EXPECT_EQ(told_of(forward, kind), 0u);
  }
}

// The two first bits of a length have but two meanings (RFC 1035, 4.1.4).
TEST(DnsBounds, EndsAtALabelThatIsTooLong) {
  const auto told_behind = [](std::size_t length) {
    const std::string owner =
        static_cast<char>(length) + std::string(length, 'x') + '\0';
    const std::string before = owned_by(
        owner, dns().asks("a.example").v4("a.example", kAddress).bytes());
    std::string message = one_address().v4("a.example", kAddress).bytes();
    // The record with that owner, then one that is fine.
    message = message.substr(0, message.size() - 2 * kAddressRecord) +
              before.substr(before.size() - 14 - owner.size()) +
              message.substr(message.size() - kAddressRecord);
    return told_by(message).size();
  };
  EXPECT_EQ(told_behind(63), 1u);
  EXPECT_EQ(told_behind(64), 0u);
  EXPECT_EQ(told_behind(128), 0u);
  EXPECT_EQ(told_behind(191), 0u);
}

TEST(DnsBounds, TakesLabelsAndNamesAsLongAsTheyMayBe) {
  const std::string label(63, 'x');
  const std::string longest =
      fmt::format("{0}.{0}.{0}.{1}", label, std::string(61, 'y'));
  ASSERT_EQ(longest.size(), HostName::kLongest);
  const auto reported = [](const std::string& name) {
    return told_by(dns().asks(name).v4(name, kAddress).bytes()).size();
  };
  EXPECT_EQ(reported(label), 1u);
  EXPECT_EQ(reported(longest), 1u);
  EXPECT_EQ(reported(longest + 'y'), 0u);
  EXPECT_EQ(reported(longest + ".y"), 0u);
}

TEST(DnsBounds, FollowsEightAliasesAndNoMore) {
  const auto told_through = [](unsigned aliases) {
    DnsBytes message = dns().asks("0.example");
    for (unsigned i = 0; i < aliases; ++i) {
      message.alias(fmt::format("{}.example", i),
                    fmt::format("{}.example", i + 1));
    }
    return told_by(
               message.v4(fmt::format("{}.example", aliases), kAddress).bytes())
        .size();
  };
  EXPECT_EQ(told_through(DnsReader::kMaxAliases), 1u);
  EXPECT_EQ(told_through(DnsReader::kMaxAliases + 1), 0u);
}

TEST(DnsBounds, FollowsTheFirstAliasOfTheNameAlone) {
  const auto reported = [](DnsBytes message) {
    return told_by(message.v4("b.example", kAddress).bytes()).size();
  };
  const DnsBytes asked = dns().asks("a.example");
  EXPECT_EQ(reported(DnsBytes(asked).alias("a.example", "b.example")), 1u);
  EXPECT_EQ(reported(DnsBytes(asked).alias("c.example", "b.example")), 0u);
  EXPECT_EQ(reported(DnsBytes(asked)
                         .alias("a.example", "c.example")
                         .alias("a.example", "b.example")),
            0u);
}

TEST(DnsBounds, ReadsOneQuestionOrManyOfMulticast) {
  DnsBytes two = dns().asks("b.example").asks("a.example");
  EXPECT_EQ(told_by(two.v4("a.example", kAddress).bytes()).size(), 0u);
  const auto told_behind = [](unsigned questions) {
    DnsBytes message = dns().flags(0x8400);
    // The same name again is a pointer.
    for (unsigned i = 0; i < questions; ++i) message.asks("tv.local");
    return told_by(message.v4("tv.local", kAddress).bytes(),
                   DnsKind::kMulticast)
        .size();
  };
  EXPECT_EQ(told_behind(2), 1u);
  EXPECT_EQ(told_behind(DnsReader::kMaxRecords), 1u);
  EXPECT_EQ(told_behind(DnsReader::kMaxRecords + 1), 0u);
}

// Behind the answers stand the authorities and what is told besides.
TEST(DnsBounds, CountsOtherSectionsOfMulticastOnly) {
  std::string message = one_address()
                            .v4("a.example", "203.0.113.6")
                            .v4("a.example", "::7")
                            .bytes();
  constexpr std::size_t kAnswers = 7;
  constexpr std::size_t kAuthorities = 9;
  constexpr std::size_t kOthers = 11;
  message[kAnswers] = message[kAuthorities] = message[kOthers] = 1;
  EXPECT_EQ(told_by(message).size(), 1u);
  EXPECT_EQ(told_by(message, DnsKind::kMulticast).size(), 3u);
}

TEST(DnsBounds, ReadsAddressesOfTheInternetOnly) {
  const auto told_of_class = [](int high, int low) {
    std::string message = one_address().bytes();
    const std::size_t class_at = message.size() - 12;
    message[class_at] = static_cast<char>(high);
    message[class_at + 1] = static_cast<char>(low);
    return told_by(message, DnsKind::kMulticast).size();
  };
  EXPECT_EQ(told_of_class(0, 1), 1u);
  EXPECT_EQ(told_of_class(0x80, 1), 1u) << "with multicast's own bit";
  EXPECT_EQ(told_of_class(0, 3), 0u);
  EXPECT_EQ(told_of_class(1, 1), 0u);
}

TEST(DnsBounds, PassesOverAddressesOfAnotherSize) {
  constexpr std::uint16_t kV4 = 1;
  constexpr std::uint16_t kV6 = 28;
  const std::string sixteen(16, '\1');
  const DnsBytes message = dns()
                               .asks("a.example")
                               .record("a.example", kV4, "abc")
                               .record("a.example", kV4, sixteen)
                               .record("a.example", kV6, "abcd")
                               .record("a.example", 16, "abcd")
                               .record("a.example", kV6, sixteen)
                               .record("a.example", kV4, "abcd");
  EXPECT_EQ(
      told_by(message.bytes()),
      (std::vector<std::string>{"a.example 101:101:101:101:101:101:101:101",
                                "a.example 97.98.99.100"}));
}

TEST(DnsBounds, OfAMessageWithoutAnAddressedNameTellsNothing) {
  EXPECT_EQ(told_by(dns().asks("not a name").v4("not a name", kAddress).bytes())
                .size(),
            0u);
  EXPECT_EQ(told_by(dns().v4("a.example", kAddress).bytes()).size(), 0u);
}

}  // namespace
}  // namespace flowtell
