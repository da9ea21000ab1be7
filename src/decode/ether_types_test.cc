// SPDX-License-Identifier: Apache-2.0
//
// Tests of the headers that may follow an EtherType.
#include <gtest/gtest.h>

#include "decode/link_layer.h"
#include "support/encapsulations.h"

namespace flowtell {
namespace {

constexpr std::string_view kMacs = "02 00 00 00 00 01 02 00 00 00 00 02 ";

struct EtherHeader {
  std::string_view digits;
  Header::Wraps wraps = Header::Wraps::kDatagramOnly;
};

TestFrame ethernet_with(const EtherHeader& header, const TestFrame& inner) {
  const std::string digits = std::string(kMacs) + std::string(header.digits);
  return with_header({LinkType::kEthernet, digits, header.wraps}, inner);
}

FrameOutcome outcome_of(const EtherHeader& header) {
  const TestFrame made =
      ethernet_with(header, frame().ethernet().ipv4().udp().payload(40));
  return find_datagram(made.link, as_bytes(made.bytes)).outcome;
}

void expect_ip_behind(const EtherHeader& header) {
  for (const TestFrame& inner :
       {frame().ethernet().ipv4().tcp().payload(9).build(),
        frame().ethernet().ipv4().udp().payload(900).build(),
        frame().ethernet().ipv6().tcp(1, 2, kTcpSyn).build(),
        frame().ethernet().ipv6().udp().payload(64).build()}) {
    const TestFrame made = ethernet_with(header, inner);
    const LinkPayload found = find_datagram(made.link, as_bytes(made.bytes));
    EXPECT_EQ(found.outcome, FrameOutcome::kUsed) << header.digits;
    EXPECT_EQ(as_text(found.datagram), inner.bytes.substr(14)) << header.digits;
    EXPECT_FALSE(found.is_tagged_only) << header.digits;
  }
}

using enum Header::Wraps;

TEST(EtherTypes, AreFollowed) {
  for (const EtherHeader& header : std::vector<EtherHeader>{
           // LLC and SNAP
           {"00 64 aa aa 03 00 00 00 TT TT"},
           {"00 64 aa aa 03 00 00 f8 TT TT"},
           {"88 70 aa aa 03 00 00 00 TT TT"},
           {"81 00 00 07 00 64 aa aa 03 00 00 00 TT TT"},
           // 802.1ah
           {"88 e7 00 00 00 01", kWholeFrame},
           {"88 a8 00 07 88 e7 00 00 00 01", kWholeFrame},
           {"88 e7 00 00 00 01 02 00 00 00 00 03 02 00 00 00 00 04 81 00 00 "
            "07 TT TT"},
           // Cisco metadata
           {"89 09 01 01 00 01 00 09 TT TT"},
           {"81 00 00 07 89 09 01 01 00 01 00 09 TT TT"},
           {"89 09 01 01 00 01 ff ff 81 00 00 07 TT TT"},
           // 802.1BR, VN-Tag, 802.1CB
           {"89 3f 00 00 00 01 00 00 TT TT"},
           {"89 26 80 01 00 02 TT TT"},
           {"f1 c1 00 00 00 05 TT TT"},
           {"89 3f 00 00 00 01 00 00 81 00 00 07 TT TT"},
           {"f1 c1 00 00 00 05 81 00 00 07 TT TT"},
           {"89 26 80 01 00 02 81 00 00 07 TT TT"},
           // service headers
           {"89 4f 0f c2 02 03 00 00 01 ff", kWholeFrame},
           {"89 4f 0f c6 01 03 00 00 01 ff 00 00 00 00 00 00 00 00 00 00 00 "
            "00 00 00 00 00",
            kWholeFrame},
           {"89 4f 0f c2 02 05 00 00 01 ff 00 01 01 40"},
       }) {
    expect_ip_behind(header);
  }
}

TEST(EtherTypes, MplsHoldsIpOrEthernet) {
  for (const EtherHeader& header : std::vector<EtherHeader>{
           {"88 47 00 01 01 40"},
           {"88 47 00 00 01 40"},  // explicit null
           {"88 48 00 01 00 40 00 02 00 40 00 03 01 40"},
           {"81 00 00 07 88 47 00 01 01 40"},
           {"88 47 00 01 01 40 00 00 00 00", kWholeFrame},
           {"88 47 00 01 00 40 00 02 01 40 00 00 12 34", kWholeFrame},
           {"88 47 00 01 01 40", kWholeFrame},
           {"88 47 00 01 01 40 00 00 00 00 45 00 01 02 03 04 02 00 00 00 00 "
            "04 TT TT"},
           {"88 47 00 01 01 40 6a 00 01 02 03 04 02 00 00 00 00 04 TT TT"},
       }) {
    expect_ip_behind(header);
  }
  EXPECT_EQ(outcome_of({"88 47 00 01 01 40 10 00 00 07"}), FrameOutcome::kNotIp)
      << "a channel's own messages";
  EXPECT_EQ(outcome_of({"88 47 00 01 01 40 ff ff ff ff"}),
            FrameOutcome::kNotIp);
}

TEST(EtherTypes, MacsecIsReadWhereItIsClear) {
  for (const EtherHeader& header : std::vector<EtherHeader>{
           {"88 e5 00 00 00 00 00 01 TT TT"},
           {"88 e5 20 00 00 00 00 01 02 00 00 00 00 02 00 01 TT TT"},
           {"88 e5 01 1c 00 00 00 01 TT TT"},
           {"81 00 00 07 88 e5 00 00 00 00 00 01 81 00 00 07 TT TT"},
       }) {
    expect_ip_behind(header);
  }
  EXPECT_EQ(outcome_of({"88 e5 0c 00 00 00 00 01 TT TT"}), FrameOutcome::kNotIp)
      << "encrypted";
  EXPECT_EQ(outcome_of({"88 e5 2c 00 00 00 00 01 02 00 00 00 00 02 00 01"}),
            FrameOutcome::kNotIp);
  EXPECT_EQ(outcome_of({"88 e5 04 00 00 00 00 01 TT TT"}), FrameOutcome::kNotIp)
      << "changed";
}

TEST(EtherTypes, OtherPayloadsAreNotIp) {
  for (const std::string_view digits :
       {"88 cc", "88 8e", "00 26 42 42 03", "00 26 aa aa 03 00 00 0c 20 00",
        "00 26 aa aa 07 00 00 00 TT TT", "00 26 ff ff",
        "89 09 01 01 00 01 00 "
        "09 88 cc",
        "89 4f 0f c2 02 09 00 00 01 ff",
        "88 64 11 00 00 01 00 20 "
        "c0 21"}) {
    EXPECT_EQ(outcome_of({digits}), FrameOutcome::kNotIp) << digits;
  }
  EXPECT_EQ(outcome_of({"89 4f 0f c0 02 01 00 00 01 ff"}),
            FrameOutcome::kMalformed)
      << "a service header without length";
}

TEST(EtherTypes, AreBoundedByTheFrame) {
  for (const std::string_view header :
       {"88 e7 00 00 00 01", "89 09 01 01 00 01 00 09", "88 47 00 01 00 40",
        "f1 c1 00 00 00 05"}) {
    std::string digits;
    for (int i = 0; i < 5000; ++i) digits += std::string(header) + ' ';
    const TestFrame made =
        ethernet_with({digits}, frame().ethernet().ipv4().udp());
    const LinkPayload found = find_datagram(made.link, as_bytes(made.bytes));
    EXPECT_NE(found.outcome, FrameOutcome::kUnsupportedLink) << header;
  }
}

TEST(EtherTypes, TheInnermostStationsCount) {
  const TestFrame inner = frame().ethernet().ipv4().udp();
  const TestFrame made =
      ethernet_with({"88 e7 00 00 00 01", kWholeFrame}, inner);
  const LinkPayload found = find_datagram(made.link, as_bytes(made.bytes));
  EXPECT_EQ(found.ends.source,
            find_datagram(inner.link, as_bytes(inner.bytes)).ends.source);
}

}  // namespace
}  // namespace flowtell
