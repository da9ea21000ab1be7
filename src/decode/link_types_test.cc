// SPDX-License-Identifier: Apache-2.0
//
// Tests of the rarer link types, each in several forms.
#include "capture/link_type.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "decode/decoder.h"
#include "decode/link_layer.h"
#include "decode/owner_table.h"
#include "decode/tunnel.h"
#include "support/encapsulations.h"
#include "support/owned_captures.h"

namespace flowtell {
namespace {

LinkPayload behind_link(const TestFrame& frame) {
  return find_datagram(frame.link, as_bytes(frame.bytes));
}

std::vector<TestFrame> datagrams() {
  return {
      frame().ethernet().ipv4().tcp(40000, 443, kTcpSyn).payload(0),
      frame().ethernet().ipv4().udp().payload(700),
      frame().ethernet().ipv6().tcp().payload(9),
      frame().ethernet().ipv6().extension(0).udp().payload(1),
  };
}

TEST(LinkTypes, AllFindTheDatagram) {
  std::map<LinkType, int> forms;
  for (const Header& header : link_headers()) {
    ++forms[header.link];
    for (const TestFrame& ethernet : datagrams()) {
      const TestFrame made = with_header(header, ethernet);
      const LinkPayload found = behind_link(made);
      EXPECT_EQ(found.outcome, FrameOutcome::kUsed)
          << link_type_name(header.link) << ' ' << header.digits;
      EXPECT_EQ(as_text(found.datagram), ethernet.bytes.substr(14))
          << link_type_name(header.link) << ' ' << header.digits;
    }
  }
  constexpr std::string_view kThis = "LinkTypes.AllFindTheDatagram";
  for (const LinkTypeInfo& info : link_types()) {
    if (info.test != kThis || info.header == "nothing") continue;
    EXPECT_GE(forms[info.link], 3) << info.name;
  }
}

TEST(LinkTypes, AreCutShortWithinTheirHeaders) {
  for (const Header& header : link_headers()) {
    const TestFrame made =
        with_header(header, frame().ethernet().ipv4().udp().payload(99));
    const std::size_t size = header_bytes(header.digits, "\x45").size();
    for (std::size_t cut = 0; cut < size; ++cut) {
      const LinkPayload found = find_datagram(
          made.link, as_bytes(made.bytes).first(cut), made.bytes.size() - cut);
      EXPECT_TRUE(found.outcome == FrameOutcome::kCutShort ||
                  found.outcome == FrameOutcome::kNotIp)
          << link_type_name(header.link) << ' ' << header.digits << " to "
          << cut;
    }
  }
}

TEST(LinkTypes, AreEitherDecodedOrRefusedAndNamed) {
  std::set<LinkType> seen;
  for (const LinkTypeInfo& info : link_types()) {
    EXPECT_TRUE(seen.insert(info.link).second) << info.name;
    EXPECT_TRUE(is_known(info.link));
    if (info.link != LinkType::kUser2) {
      EXPECT_NE(find_datagram(info.link, Bytes()).outcome,
                FrameOutcome::kUnsupportedLink)
          << info.name;
    }
    EXPECT_TRUE(link_type_name(info.link).starts_with(info.name));
  }
  for (const RefusedLinkType& refused : refused_link_types()) {
    EXPECT_TRUE(seen.insert(refused.link).second) << refused.name;
    EXPECT_FALSE(is_known(refused.link));
    EXPECT_EQ(find_datagram(refused.link, Bytes()).outcome,
              FrameOutcome::kUnsupportedLink)
        << refused.name;
    EXPECT_EQ(link_type_remedy(refused.link), refused.remedy);
    EXPECT_TRUE(link_type_name(refused.link).starts_with(refused.name));
  }
  EXPECT_EQ(link_type_name(LinkType{9999}), "unsupported (link type 9999)");
}

TEST(LinkTypes, PktapIsReadUnderItsOlderNumber) {
  const TestFrame plain = frame().ethernet().ipv4().udp().payload(9);
  TestFrame made = pktap_frame(plain, "nsurlsessiond", "Podcasts");
  made.link = LinkType::kUser2;
  Packet packet{};
  ASSERT_EQ(Decoder().decode(made.view(), packet), FrameOutcome::kUsed);
  OwnerTable owners;
  EXPECT_EQ(owners[owners.of(made.view(), packet)].app, "Podcasts");
  for (const std::string_view other :
       {"", "\x45\0\0\x1c", "a private header"}) {
    EXPECT_EQ(find_datagram(LinkType::kUser2, as_bytes(other)).outcome,
              FrameOutcome::kUnsupportedLink);
  }
  made.bytes[4] = 0;
  EXPECT_EQ(behind_link(made).outcome, FrameOutcome::kNotIp) << "no packet";
}

TEST(LinkTypes, LogRecordsOfOtherProtocolsAreNotIp) {
  const TestFrame plain = frame().ethernet().ipv4().udp().payload(9);
  for (const std::string_view type : {"\x08\x06", "\x88\xcc", "\x88\x63"}) {
    TestFrame made = nflog_frame(plain, 1);
    made.bytes.replace(8, 2, type);
    EXPECT_EQ(behind_link(made).outcome, FrameOutcome::kNotIp);
  }
  TestFrame six = nflog_frame(frame().ethernet().ipv6().tcp().build(), 1);
  six.bytes.replace(8, 2, "\x86\xdd");
  EXPECT_EQ(behind_link(six).outcome, FrameOutcome::kUsed);
}

TEST(LinkTypes, CookedFramesMayHoldLlc) {
  for (const std::string_view snap :
       {"aa aa 03 00 00 00 TT TT", "aa aa 03 00 00 f8 TT TT", "06 06 03"}) {
    for (const std::string_view cooked :
         {"00 00 00 01 00 06 02 00 00 00 00 02 00 00 00 04 ",
          "00 03 03 21 00 06 02 00 00 00 00 02 00 00 00 04 ",
          "00 04 00 01 00 06 02 00 00 00 00 02 00 00 00 04 "}) {
      const std::string digits = std::string(cooked) + std::string(snap);
      const TestFrame made =
          with_header({LinkType::kLinuxSll, digits},
                      frame().ethernet().ipv4().udp().payload(9));
      EXPECT_EQ(behind_link(made).outcome, FrameOutcome::kUsed) << digits;
    }
  }
}

constexpr Station kSender = 0x020000000002;

TEST(LinkTypes, KeepTheStationsOfTaggedEthernet) {
  for (const Header& header : link_headers()) {
    const bool has_stations = header.link == LinkType::kDsa ||
                              header.link == LinkType::kEdsa ||
                              header.link == LinkType::kDsaBroadcom;
    if (!has_stations) continue;
    const TestFrame made = with_header(header, frame().ethernet().ipv4().udp());
    EXPECT_EQ(behind_link(made).ends.source, kSender) << header.digits;
    EXPECT_FALSE(behind_link(made).is_tagged_only);
  }
}

}  // namespace
}  // namespace flowtell
