// SPDX-License-Identifier: Apache-2.0
#include "report/ledger_text.h"

#include <gtest/gtest.h>

#include "capture/link_type.h"

namespace flowtell {
namespace {

MeterReport report_of(std::uint64_t frames, FrameOutcome outcome,
                      LinkType link = LinkType::kEthernet) {
  MeterReport report;
  report.frames = frames;
  for (std::uint64_t i = 0; i < frames; ++i) report.ledger.count(outcome);
  report.links = {link};
  return report;
}

TEST(LedgerText, ShowsEveryHeadingAndTheTotal) {
  MeterReport report = report_of(6, FrameOutcome::kUsed);
  report += report_of(1, FrameOutcome::kNotIp);
  report += report_of(1, FrameOutcome::kMalformed, LinkType::kRaw);
  report.flows = 2;
  EXPECT_EQ(ledger_text(report),
            "ledger                  frames      %\n"
            "-------------------------------------\n"
            "used                         6   75.0\n"
            "unsupported link             0    0.0\n"
            "not IP                       1   12.5\n"
            "not TCP/UDP                  0    0.0\n"
            "fragment without ports       0    0.0\n"
            "cut short                    0    0.0\n"
            "malformed                    1   12.5\n"
            "copy                         0    0.0\n"
            "-------------------------------------\n"
            "read                         8  100.0\n"
            "2 flows on Ethernet (link type 1) and raw IP (link type 101)\n");
}

TEST(LedgerText, ReportsOtherEvents) {
  MeterReport report = report_of(9, FrameOutcome::kUsed);
  report.late_frames = 1;
  report.clock_steps = 2;
  report.bursts_ended_early = 3;
  const std::string text = ledger_text(report);
  EXPECT_NE(text.find("\n1 frame came up to a second late"), std::string::npos);
  EXPECT_NE(text.find("\n2 times the recorder's clock stepped back; gaps were "
                      "kept\n"),
            std::string::npos);
  EXPECT_NE(text.find("\n3 bursts ended early because the flow table was full "
                      "(--max-flows)"),
            std::string::npos);
}

TEST(LedgerText, OmitsEventsThatDidNotHappen) {
  MeterReport report = report_of(1, FrameOutcome::kUsed);
  report.flows = 1;
  EXPECT_TRUE(
      ledger_text(report).ends_with("1 flow on Ethernet (link type 1)"
                                    "\n"));
}

TEST(LedgerText, HandlesAnEmptyReport) {
  const std::string text = ledger_text({});
  EXPECT_NE(text.find("read                         0  0.0\n"),
            std::string::npos)
      << text;
  EXPECT_TRUE(text.ends_with("0 flows on no link\n")) << text;
}

TEST(NoFlowText, ShowsTheLikeliestReasonAndARemedy) {
  MeterReport report = report_of(7, FrameOutcome::kCutShort);
  report += report_of(2, FrameOutcome::kNotIp);
  EXPECT_EQ(no_flow_text(report),
            "no flows: 7 of 9 frames on Ethernet (link type 1) are 'cut short' "
            "(the snap length cut off headers that are needed); record with a "
            "longer snap length, at least 128 bytes");
}

TEST(NoFlowText, ShowsAnUnsupportedLinkType) {
  EXPECT_EQ(no_flow_text(report_of(1, FrameOutcome::kUnsupportedLink,
                                   static_cast<LinkType>(147))),
            "no flows: 1 of 1 frame on unsupported (link type 147) are "
            "'unsupported link' (recorded on a link type that flowtell does "
            "not decode); record on the Ethernet or Wi-Fi interface of the "
            "gateway");
}

TEST(Warnings, AreNoneWhereNearlyAllIsUsed) {
  MeterReport report = report_of(96, FrameOutcome::kUsed);
  report += report_of(4, FrameOutcome::kNotIp);
  report.flows = 1;
  EXPECT_TRUE(warnings_of(report).empty());
}

TEST(Warnings, TellOfFramesThatWereNotUsed) {
  for (const FrameOutcome outcome :
       {FrameOutcome::kUnsupportedLink, FrameOutcome::kNotIp,
        FrameOutcome::kNotTcpUdp, FrameOutcome::kFragmentWithoutPorts,
        FrameOutcome::kCutShort, FrameOutcome::kMalformed}) {
    MeterReport report = report_of(5, FrameOutcome::kUsed);
    report += report_of(200, outcome, static_cast<LinkType>(147));
    report.flows = 1;
    const auto warnings = warnings_of(report);
    ASSERT_EQ(warnings.size(), 1u);
    const LedgerHeading& heading =
        kLedgerHeadings[static_cast<std::size_t>(outcome)];
    EXPECT_TRUE(warnings[0].starts_with("200 of 205 frames (97.6 %)"))
        << warnings[0];
    EXPECT_NE(warnings[0].find(heading.name), std::string::npos);
    EXPECT_TRUE(warnings[0].ends_with(heading.remedy));
  }
}

TEST(Warnings, NameTheLinkThatIsNotDecoded) {
  MeterReport report = report_of(5, FrameOutcome::kUsed);
  report += report_of(200, FrameOutcome::kUnsupportedLink,
                      static_cast<LinkType>(147));
  report.flows = 1;
  EXPECT_NE(warnings_of(report)[0].find(
                "not decode: unsupported (link type 147)); record"),
            std::string::npos);
}

TEST(Warnings, TellOfCopiesOneDirectionAndClocks) {
  MeterReport report = report_of(50, FrameOutcome::kUsed);
  report += report_of(50, FrameOutcome::kCopy);
  report.flows = 9;
  report.tcp_flows = 8;
  report.one_way_flows = 7;
  report.clocks.differing = 1;
  report.clocks.apart = std::chrono::milliseconds(3000);
  report.clocks.timeless = 2;
  report.clocks.are_nanoseconds = true;
  const auto warnings = warnings_of(report);
  ASSERT_EQ(warnings.size(), 5u);
  EXPECT_TRUE(warnings[0].starts_with("50 of 100 frames (50.0 %) are copies"));
  EXPECT_TRUE(warnings[1].starts_with("7 of 8 TCP flows"));
  EXPECT_EQ(warnings[2],
            "2 interfaces with clocks up to 3.0 s apart; each is timed by its "
            "own clock");
  EXPECT_TRUE(warnings[3].starts_with("the times are nanoseconds"));
  EXPECT_TRUE(warnings[4].starts_with("2 frames without a time"));
}

TEST(NoFlowText, SaysHowToRecordInsteadOfEachRefusedLinkType) {
  for (const RefusedLinkType& refused : refused_link_types()) {
    MeterReport report =
        report_of(1, FrameOutcome::kUnsupportedLink, refused.link);
    report += report_of(0, FrameOutcome::kUsed, LinkType::kEthernet);
    const std::string text = no_flow_text(report);
    EXPECT_NE(text.find(std::string(refused.name) + " (link type "),
              std::string::npos)
        << text;
    EXPECT_TRUE(text.ends_with(refused.remedy)) << text;
  }
}

TEST(NoFlowText, SuspectsEncryptionOfWifi) {
  for (const LinkType link :
       {LinkType::kRadiotap, LinkType::kWifi, LinkType::kPpi}) {
    const std::string text =
        no_flow_text(report_of(9, FrameOutcome::kNotIp, link));
    EXPECT_TRUE(text.ends_with("airdecap-ng")) << text;
  }
}

TEST(NoFlowText, ReportsMissingFrames) {
  EXPECT_EQ(no_flow_text({}),
            "no flows: no frames were read; record while the apps are "
            "in use");
}

}  // namespace
}  // namespace flowtell
