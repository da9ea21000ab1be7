// SPDX-License-Identifier: Apache-2.0
//
// Tests each bound of a DNS message from both sides, and which records are
// used.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "decode/dns_message.h"
#include "support/dns_bytes.h"

namespace flowtell {
namespace {

constexpr std::size_t kQuestionAt = 12;     // after the header
constexpr std::size_t kAddressRecord = 16;  // bytes: a pointer, then 14
constexpr const char* kAddress = "203.0.113.5";

std::vector<std::string> answers(const std::string& message,
                                 DnsKind kind = DnsKind::kUnicast) {
  std::vector<std::string> lines;
  DnsReader reader(as_bytes(message), kind);
  for (DnsAnswer answer; reader.next(answer);) {
    lines.push_back(fmt::format("{} {}", answer.name, answer.address.text()));
  }
  return lines;
}

std::string pointer_to(std::size_t offset) {
  return {static_cast<char>(0xc0 | offset >> 8),
          static_cast<char>(offset & 255)};
}

// Replaces the owner of the last record, an address, by other bytes.
std::string owned_by(const std::string& owner, std::string message) {
  return message.replace(message.size() - kAddressRecord, 2, owner);
}

DnsBytes one_address() {
  return dns().asks("a.example").v4("a.example", kAddress);
}

TEST(DnsBounds, FollowsAtMostSixteenPointers) {
  const auto count_through = [](std::size_t pointers) {
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
    return answers(owned_by(pointer_to(target), message.bytes())).size();
  };
  EXPECT_EQ(count_through(1), 1u);
  EXPECT_EQ(count_through(16), 1u);
  EXPECT_EQ(count_through(17), 0u);
}

// Each pointer must lead further back than the previous one.
TEST(DnsBounds, RejectsForwardPointers) {
  constexpr std::uint16_t kText = 16;
  DnsBytes message = dns().asks("a.example");
  const std::size_t data_at = message.bytes().size() + 12;
  const auto count_with = [&](const std::string& data, std::size_t first) {
    const DnsBytes whole = DnsBytes(message)
                               .record("a.example", kText, data)
                               .v4("a.example", kAddress);
    return answers(owned_by(pointer_to(first), whole.bytes())).size();
  };
  const std::string to_question = pointer_to(kQuestionAt);
  EXPECT_EQ(count_with(to_question + pointer_to(data_at), data_at + 2), 1u);
  EXPECT_EQ(count_with(pointer_to(data_at + 2) + to_question, data_at), 0u);
}

// The labels before such a pointer are not a name.
TEST(DnsBounds, RejectsNamesThatEndInABadPointer) {
  const auto count_with_end = [](const std::string& end, DnsKind kind) {
    const std::string owner =
        "\x01"
        "a\x07"
        "example" +
        end;
    return answers(owned_by(owner, one_address().bytes()), kind).size();
  };
  const std::string whole(1, '\0');
  const std::string forward = "\xff\xff";
  const std::string to_root = pointer_to(kQuestionAt + 10);
  for (const DnsKind kind : {DnsKind::kUnicast, DnsKind::kMulticast}) {
    EXPECT_EQ(count_with_end(whole, kind), 1u);
    EXPECT_EQ(count_with_end(to_root, kind), 1u);
    EXPECT_EQ(count_with_end(forward, kind), 0u);
  }
}

// Only two values of a length's first two bits are defined (RFC 1035, 4.1.4).
TEST(DnsBounds, StopsAtALabelThatIsTooLong) {
  const auto count_after = [](std::size_t length) {
    const std::string owner =
        static_cast<char>(length) + std::string(length, 'x') + '\0';
    const std::string before = owned_by(
        owner, dns().asks("a.example").v4("a.example", kAddress).bytes());
    std::string message = one_address().v4("a.example", kAddress).bytes();
    // The record with that owner, then a valid one.
    message = message.substr(0, message.size() - 2 * kAddressRecord) +
              before.substr(before.size() - 14 - owner.size()) +
              message.substr(message.size() - kAddressRecord);
    return answers(message).size();
  };
  EXPECT_EQ(count_after(63), 1u);
  EXPECT_EQ(count_after(64), 0u);
  EXPECT_EQ(count_after(128), 0u);
  EXPECT_EQ(count_after(191), 0u);
}

TEST(DnsBounds, AcceptsLabelsAndNamesUpToTheirLimits) {
  const std::string label(63, 'x');
  const std::string longest =
      fmt::format("{0}.{0}.{0}.{1}", label, std::string(61, 'y'));
  ASSERT_EQ(longest.size(), HostName::kMaxLength);
  const auto count_for = [](const std::string& name) {
    return answers(dns().asks(name).v4(name, kAddress).bytes()).size();
  };
  EXPECT_EQ(count_for(label), 1u);
  EXPECT_EQ(count_for(longest), 1u);
  EXPECT_EQ(count_for(longest + 'y'), 0u);
  EXPECT_EQ(count_for(longest + ".y"), 0u);
}

TEST(DnsBounds, FollowsAtMostEightAliases) {
  const auto count_through = [](unsigned aliases) {
    DnsBytes message = dns().asks("0.example");
    for (unsigned i = 0; i < aliases; ++i) {
      message.alias(fmt::format("{}.example", i),
                    fmt::format("{}.example", i + 1));
    }
    return answers(
               message.v4(fmt::format("{}.example", aliases), kAddress).bytes())
        .size();
  };
  EXPECT_EQ(count_through(DnsReader::kMaxAliases), 1u);
  EXPECT_EQ(count_through(DnsReader::kMaxAliases + 1), 0u);
}

TEST(DnsBounds, FollowsOnlyTheFirstAliasOfTheName) {
  const auto count_in = [](DnsBytes message) {
    return answers(message.v4("b.example", kAddress).bytes()).size();
  };
  const DnsBytes question = dns().asks("a.example");
  EXPECT_EQ(count_in(DnsBytes(question).alias("a.example", "b.example")), 1u);
  EXPECT_EQ(count_in(DnsBytes(question).alias("c.example", "b.example")), 0u);
  EXPECT_EQ(count_in(DnsBytes(question)
                         .alias("a.example", "c.example")
                         .alias("a.example", "b.example")),
            0u);
}

TEST(DnsBounds, ReadsOneUnicastOrManyMulticastQuestions) {
  DnsBytes two = dns().asks("b.example").asks("a.example");
  EXPECT_EQ(answers(two.v4("a.example", kAddress).bytes()).size(), 0u);
  const auto count_after = [](unsigned questions) {
    DnsBytes message = dns().flags(0x8400);
    // A repeated name is encoded as a pointer.
    for (unsigned i = 0; i < questions; ++i) message.asks("tv.local");
    return answers(message.v4("tv.local", kAddress).bytes(),
                   DnsKind::kMulticast)
        .size();
  };
  EXPECT_EQ(count_after(2), 1u);
  EXPECT_EQ(count_after(DnsReader::kMaxRecords), 1u);
  EXPECT_EQ(count_after(DnsReader::kMaxRecords + 1), 0u);
}

// The answers are followed by the authority and additional sections.
TEST(DnsBounds, ReadsOtherSectionsOfMulticastOnly) {
  std::string message = one_address()
                            .v4("a.example", "203.0.113.6")
                            .v4("a.example", "::7")
                            .bytes();
  constexpr std::size_t kAnswers = 7;
  constexpr std::size_t kAuthorities = 9;
  constexpr std::size_t kAdditional = 11;
  message[kAnswers] = message[kAuthorities] = message[kAdditional] = 1;
  EXPECT_EQ(answers(message).size(), 1u);
  EXPECT_EQ(answers(message, DnsKind::kMulticast).size(), 3u);
}

TEST(DnsBounds, ReadsOnlyInternetClassRecords) {
  const auto count_of_class = [](int high, int low) {
    std::string message = one_address().bytes();
    const std::size_t class_at = message.size() - 12;
    message[class_at] = static_cast<char>(high);
    message[class_at + 1] = static_cast<char>(low);
    return answers(message, DnsKind::kMulticast).size();
  };
  EXPECT_EQ(count_of_class(0, 1), 1u);
  EXPECT_EQ(count_of_class(0x80, 1), 1u) << "with the cache-flush bit";
  EXPECT_EQ(count_of_class(0, 3), 0u);
  EXPECT_EQ(count_of_class(1, 1), 0u);
}

TEST(DnsBounds, SkipsAddressesOfAnotherSize) {
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
      answers(message.bytes()),
      (std::vector<std::string>{"a.example 101:101:101:101:101:101:101:101",
                                "a.example 97.98.99.100"}));
}

TEST(DnsBounds, ReportsNothingWithoutAValidQuestion) {
  EXPECT_EQ(answers(dns().asks("not a name").v4("not a name", kAddress).bytes())
                .size(),
            0u);
  EXPECT_EQ(answers(dns().v4("a.example", kAddress).bytes()).size(), 0u);
}

}  // namespace
}  // namespace flowtell
