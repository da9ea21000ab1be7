// SPDX-License-Identifier: Apache-2.0
#include "decode/dns_message.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

#include "support/dns_bytes.h"

namespace flowtell {
namespace {

using Lines = std::vector<std::string>;

Lines lines_of(const std::string& message, DnsKind kind = DnsKind::kUnicast) {
  Lines lines;
  DnsReader reader(as_bytes(message), kind);
  for (DnsAnswer answer; reader.next(answer);) {
    lines.push_back(fmt::format("{} {} {}", answer.name, answer.address.text(),
                                answer.seconds));
  }
  return lines;
}

TEST(DnsMessage, ReportsEveryAddressOfTheQuestion) {
  EXPECT_EQ(lines_of(dns()
                         .asks("WWW.example.org")
                         .v4("www.Example.org", "203.0.113.5", 60)
                         .v6("WWW.example.org", "2001:db8::5", 90)
                         .bytes()),
            (Lines{"www.example.org 203.0.113.5 60",
                   "www.example.org 2001:db8::5 90"}));
}

// --- SVCB and HTTPS (RFC 9460) ----------------------------------------------

const std::string kV4Hints("\xcb\x00\x71\x05\xcb\x00\x71\x06", 8);
const std::string kV6Hint("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x05", 16);

TEST(DnsMessage, ReportsTheHintsOfHttpsRecords) {
  const std::string parameters = https_parameter(1, "\x02h2") +
                                 https_parameter(4, kV4Hints) +
                                 https_parameter(6, kV6Hint);
  EXPECT_EQ(
      lines_of(dns()
                   .asks("www.example.org", 65)
                   .https("www.example.org", 1, "", parameters, 60)
                   .bytes()),
      (Lines{"www.example.org 203.0.113.5 60", "www.example.org 203.0.113.6 60",
             "www.example.org 2001:db8::5 60"}));
  EXPECT_EQ(lines_of(dns()
                         .asks("www.example.org", 65)
                         .https("other.example", 1, "", parameters)
                         .bytes()),
            Lines{})
      << "of another owner";
}

TEST(DnsMessage, ReportsHintsUnderTheQuestionOfAnAlias) {
  EXPECT_EQ(lines_of(dns()
                         .asks("www.example.org", 65)
                         .alias("www.example.org", "cdn.example.net", 30)
                         .https("cdn.example.net", 1, "",
                                https_parameter(6, kV6Hint), 60)
                         .bytes()),
            Lines{"www.example.org 2001:db8::5 30"});
}

// Alias mode, or a target that is another host: its addresses are additional.
TEST(DnsMessage, FollowsTheTargetsOfHttpsRecords) {
  for (const bool is_alias : {true, false}) {
    const std::uint16_t priority = is_alias ? 0 : 1;
    EXPECT_EQ(
        lines_of(dns()
                     .asks("example.org", 65)
                     .https("example.org", priority, "svc.example.net", "")
                     .additional()
                     .v4("svc.example.net", "203.0.113.5")
                     .v4("other.example", "203.0.113.6")
                     .bytes()),
        Lines{"example.org 203.0.113.5 300"});
  }
  EXPECT_EQ(lines_of(dns()
                         .asks("example.org", 65)
                         .https("example.org", 0, "svc.example.net", "")
                         .https("svc.example.net", 1, "",
                                https_parameter(4, kV4Hints))
                         .bytes())
                .size(),
            2U);
}

TEST(DnsMessage, ReadsNoAdditionalAddressesOfOtherQuestions) {
  EXPECT_EQ(lines_of(dns()
                         .asks("example.org")
                         .additional()
                         .v4("example.org", "203.0.113.5")
                         .bytes()),
            Lines{});
}

TEST(DnsMessage, BoundsHints) {
  std::string many;
  for (int i = 0; i < 500; ++i) many += kV4Hints;
  const auto count = [](const std::string& parameters) {
    return lines_of(dns()
                        .asks("a.example", 65)
                        .https("a.example", 1, "a.example", parameters)
                        .bytes())
        .size();
  };
  EXPECT_EQ(count(https_parameter(4, many)), DnsReader::kMaxHints);
  EXPECT_EQ(count(https_parameter(4, kV4Hints.substr(0, 7))), 1U);
  EXPECT_EQ(count(https_parameter(4, kV4Hints).substr(0, 8)), 0U);
  EXPECT_EQ(count(https_parameter(6, kV4Hints) + https_parameter(4, kV4Hints)),
            2U);
}

// RFC 2181, section 8: a lifetime has 31 bits, and one with the top bit set
// counts as 0.
TEST(DnsMessage, TreatsALifetimeWithTheTopBitAsZero) {
  const auto lifetime = [](std::uint32_t seconds) {
    return lines_of(dns()
                        .asks("a.example")
                        .v4("a.example", "203.0.113.5", seconds)
                        .bytes());
  };
  EXPECT_EQ(lifetime(0x7fffffff), Lines{"a.example 203.0.113.5 2147483647"});
  EXPECT_EQ(lifetime(0x80000000), Lines{"a.example 203.0.113.5 0"});
  EXPECT_EQ(lifetime(0xffffffff), Lines{"a.example 203.0.113.5 0"});
  EXPECT_EQ(lines_of(dns()
                         .asks("a.example")
                         .alias("a.example", "b.example", 0x80000000)
                         .v4("b.example", "203.0.113.5", 60)
                         .bytes()),
            Lines{"a.example 203.0.113.5 0"})
      << "also of an alias";
}

// Names that differ only in their last label are compared in full. Once they
// add up to kMaxNameBytes, nothing after them is reported.
TEST(DnsMessage, BoundsTheDecodedNameBytes) {
  const std::string label(61, 'a');
  const std::string name = fmt::format("{0}.{0}.{0}.{0}", label);
  std::string other = name;
  other.back() = 'b';
  const auto count_after = [&](std::size_t others) {
    DnsBytes message = dns().asks(name);
    for (std::size_t i = 0; i < others; ++i) message.v4(other, "203.0.113.1");
    return lines_of(message.v4(name, "203.0.113.5").bytes()).size();
  };
  const std::size_t max = DnsReader::kMaxNameBytes / (4 * label.size()) - 1;
  EXPECT_EQ(count_after(max - 1), 1u);
  EXPECT_EQ(count_after(max), 1u) << "without the question";
  EXPECT_EQ(count_after(max + 1), 0u);
}

TEST(DnsMessage, ComparesNamesLabelByLabel) {
  const auto is_reported = [](const std::vector<std::string>& labels) {
    std::string owner;
    for (const std::string& label : labels) {
      owner += static_cast<char>(label.size());
      owner += label;
    }
    owner += '\0';
    std::string message =
        dns().asks("a.example").v4("a.example", "203.0.113.5").bytes();
    return !lines_of(message.replace(message.size() - 16, 2, owner)).empty();
  };
  EXPECT_TRUE(is_reported({"A", "exAmple"}));
  EXPECT_FALSE(is_reported({"a.example"})) << "a dot within a label";
  EXPECT_FALSE(is_reported({"a", "example."}));
  EXPECT_FALSE(is_reported({"a"}));
  EXPECT_FALSE(is_reported({"a", "example", "b"}));
  EXPECT_FALSE(is_reported({"aexample"}));
  EXPECT_FALSE(is_reported({}));
}

TEST(DnsMessage, ReportsTheQuestionOfAQuery) {
  const auto question = [](const std::string& message) {
    return std::string(
        DnsReader(as_bytes(message), DnsKind::kUnicast).asked().text());
  };
  constexpr std::uint16_t kQuery = 0x0100;
  constexpr std::uint16_t kNoSuchName = 0x8183;
  const auto query = [](std::uint16_t flags) {
    return dns().flags(flags).asks("WWW.example.org").bytes();
  };
  EXPECT_EQ(question(query(kQuery)), "www.example.org");
  EXPECT_EQ(question(query(kNoSuchName)), "www.example.org");
  EXPECT_EQ(lines_of(query(kQuery)), Lines{});
  EXPECT_EQ(
      question(dns().flags(kQuery).asks("a.example").asks("b.example").bytes()),
      "");
  EXPECT_EQ(question(""), "");
}

TEST(DnsMessage, FollowsAliasesInAnyOrder) {
  const Lines expected{"a.example 203.0.113.5 20"};
  EXPECT_EQ(lines_of(dns()
                         .asks("a.example")
                         .alias("a.example", "b.example", 300)
                         .alias("b.example", "c.example", 20)
                         .v4("c.example", "203.0.113.5", 60)
                         .bytes()),
            expected);
  EXPECT_EQ(lines_of(dns()
                         .asks("a.example")
                         .v4("c.example", "203.0.113.5", 60)
                         .alias("b.example", "c.example", 20)
                         .alias("a.example", "b.example", 300)
                         .bytes()),
            expected);
}

TEST(DnsMessage, SkipsAddressesOfOtherNames) {
  EXPECT_EQ(
      lines_of(
          dns().asks("a.example").v4("bank.example", "203.0.113.5").bytes()),
      Lines{});
}

TEST(DnsMessage, StopsAtAliasLoops) {
  DnsBytes circle = dns()
                        .asks("a.example")
                        .alias("a.example", "b.example")
                        .alias("b.example", "a.example");
  EXPECT_EQ(lines_of(circle.bytes()), Lines{});
  // An address is reported at most once per round.
  circle.v4("a.example", "203.0.113.5");
  EXPECT_LE(lines_of(circle.bytes()).size(), DnsReader::kMaxAliases);
}

TEST(DnsMessage, ReadsOnlySuccessfulAnswers) {
  DnsBytes message = dns().asks("a.example").v4("a.example", "203.0.113.5");
  EXPECT_EQ(lines_of(message.bytes()).size(), 1u);
  EXPECT_EQ(lines_of(message.flags(0x0100).bytes()), Lines{});  // a question
  EXPECT_EQ(lines_of(message.flags(0x8183).bytes()), Lines{});  // no such name
  EXPECT_EQ(lines_of(message.flags(0xa980).bytes()), Lines{});  // an update
}

TEST(DnsMessage, ReportsMulticastAddressesUnderTheirOwnNames) {
  EXPECT_EQ(
      lines_of(dns()
                   .flags(0x8400)
                   .v4("tv.local", "192.168.12.7", 120)
                   .v4("printer.local", "192.168.12.8", 120)
                   .bytes(),
               DnsKind::kMulticast),
      (Lines{"tv.local 192.168.12.7 120", "printer.local 192.168.12.8 120"}));
}

TEST(DnsMessage, ReadsNothingAfterATooLongQuestion) {
  std::string name = "abc";
  while (name.size() <= HostName::kMaxLength) name += ".abc";
  std::string message = dns().flags(0x8400).asks(name).answers(1).bytes();
  // From the second label on, with this: an address record of a valid name.
  message += std::string("\0\0\0\x3c\0\x04\xcb\0\x71\x05", 10);
  EXPECT_EQ(lines_of(message, DnsKind::kMulticast), Lines{});
}

TEST(DnsMessage, DoesNotTrustRecordCounts) {
  EXPECT_EQ(lines_of(dns()
                         .asks("a.example")
                         .v4("a.example", "203.0.113.5")
                         .answers(65535)
                         .bytes())
                .size(),
            1u);
  DnsBytes many = dns().asks("a.example");
  for (int i = 0; i < 200; ++i) many.v4("a.example", "203.0.113.5");
  EXPECT_EQ(lines_of(many.bytes()).size(), DnsReader::kMaxRecords);
}

TEST(DnsMessage, ToleratesInvalidPointers) {
  const std::string valid =
      dns().asks("a.example").v4("a.example", "203.0.113.5").bytes();
  const std::size_t owner = valid.size() - 16;
  for (unsigned target = 0; target < 0x4000; ++target) {
    std::string message = valid;
    message[owner] = static_cast<char>(0xc0 | target >> 8);
    message[owner + 1] = static_cast<char>(target & 0xff);
    const Lines lines = lines_of(message);
    EXPECT_EQ(lines.size(), target == 12 ? 1u : 0u) << target;
  }
}

TEST(DnsMessage, ToleratesUnterminatedNames) {
  std::string message = dns().asks("a.example").bytes();
  message[7] = 1;
  for (int i = 0; i < 16'000; ++i) message += "\x03xyz";
  EXPECT_EQ(lines_of(message), Lines{});
}

TEST(DnsMessage, ReadsTruncatedMessagesUpToTheCut) {
  const std::string whole = dns()
                                .asks("a.example")
                                .alias("a.example", "b.example")
                                .v4("b.example", "203.0.113.5")
                                .v4("b.example", "203.0.113.6")
                                .bytes();
  std::size_t max = 0;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const Lines lines = lines_of(whole.substr(0, size));
    EXPECT_GE(lines.size(), max);
    max = lines.size();
  }
  EXPECT_EQ(max, 2u);
}

RC_GTEST_PROP(DnsMessage, ToleratesGarbage, (std::string garbage)) {
  std::string message =
      dns().asks("a.example").alias("a.example", "b.example").bytes();
  message += garbage;
  message[7] = 20;
  RC_ASSERT(lines_of(message).size() <=
            DnsReader::kMaxRecords * (DnsReader::kMaxAliases + 1));
  for (const DnsKind kind : {DnsKind::kUnicast, DnsKind::kMulticast}) {
    lines_of(garbage, kind);
  }
}

}  // namespace
}  // namespace flowtell
