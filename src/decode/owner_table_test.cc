// SPDX-License-Identifier: Apache-2.0
#include "decode/owner_table.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "decode/decoder.h"
#include "support/owned_captures.h"

namespace flowtell {
namespace {

TestFrame any_frame(std::size_t payload = 5) {
  return frame().ethernet().ipv4().udp().payload(payload);
}

class OwnerTableTest : public testing::Test {
 protected:
  OwnerId number(const Frame& frame) {
    Packet packet;
    EXPECT_EQ(decoder_.decode(frame, packet), FrameOutcome::kUsed);
    return table_.of(frame, packet);
  }
  // "app uid", with " cut" where the end may be missing; "-" for none.
  std::string owner(const TestFrame& frame) {
    const OwnerId id = number(frame.view());
    if (id == kNoOwner) return "-";
    const Owner& found = table_[id];
    return fmt::format("{} {}{}", found.app, found.uid,
                       found.is_cut ? " cut" : "");
  }
  std::string trailer(std::int32_t uid, std::string_view app) {
    return owner(with_trailer(any_frame(), uid, app));
  }

  Decoder decoder_;
  OwnerTable table_;
};

TEST_F(OwnerTableTest, ReadsPcapdroidsTrailer) {
  EXPECT_EQ(trailer(10123, "Telegram"), "Telegram 10123");
  EXPECT_EQ(trailer(0, "root"), "root 0");
  EXPECT_EQ(trailer(1051, "netd"), "netd 1051");
  EXPECT_EQ(trailer(10123, "Telegram"), "Telegram 10123");
  EXPECT_EQ(table_.size(), 3u);
}

TEST_F(OwnerTableTest, KnowsNoOwnerOfAnUnknownUid) {
  EXPECT_EQ(trailer(-1, "Unknown"), "-");
  EXPECT_EQ(trailer(-1, ""), "-");
  EXPECT_EQ(trailer(INT32_MIN, "x"), "-");
}

TEST_F(OwnerTableTest, CallsNamelessAppsByTheirUid) {
  EXPECT_EQ(trailer(10200, ""), "uid 10200 10200");
  EXPECT_EQ(trailer(10201, "???"), "uid 10201 10201");
  EXPECT_EQ(trailer(10202, "  "), "uid 10202 10202");
}

// The UID of an app is 100,000 higher for the next user (work profile).
TEST_F(OwnerTableTest, GivesUsersOfADeviceTheSameApp) {
  const OwnerId own = number(with_trailer(any_frame(), 10123, "Chat").view());
  const OwnerId work =
      number(with_trailer(any_frame(), 1'010'123, "Chat").view());
  EXPECT_EQ(own, work);
}

TEST_F(OwnerTableTest, KeepsAppsOfOneNameApart) {
  EXPECT_EQ(trailer(10123, "com.example.video.a.one"),
            "com.example.video.a 10123 cut");
  EXPECT_EQ(trailer(10124, "com.example.video.a.two"),
            "com.example.video.a 10124 cut");
  EXPECT_EQ(trailer(10125, "com.example.video."), "com.example.video. 10125");
}

TEST_F(OwnerTableTest, DropsACharacterThatIsCut) {
  // 18 bytes, then characters of two, three and four bytes after one byte.
  EXPECT_EQ(trailer(1, "123456789012345678é"), "123456789012345678 1 cut");
  EXPECT_EQ(trailer(2, "12345678901234567€"), "12345678901234567 2 cut");
  EXPECT_EQ(trailer(3, "1234567890123456😀"), "1234567890123456 3 cut");
  EXPECT_EQ(trailer(4, "12345678901234567é"), "12345678901234567é 4 cut");
  EXPECT_EQ(trailer(5, "1234567890123456€"), "1234567890123456€ 5 cut");
  EXPECT_EQ(trailer(6, "123456789012345😀"), "123456789012345😀 6 cut");
  EXPECT_EQ(trailer(7, "微信"), "微信 7");
  EXPECT_EQ(trailer(8, "\xc3"), "uid 8 8");
  EXPECT_EQ(trailer(9, "a\x80\x1b[31m"), "a??[31m 9");
}

TEST_F(OwnerTableTest, FindsTheTrailerBehindAnyDatagram) {
  for (std::size_t payload = 0; payload < 9; ++payload) {
    EXPECT_EQ(owner(with_trailer(any_frame(payload), 10123, "Chat")),
              "Chat 10123");
  }
  EXPECT_EQ(owner(with_trailer(frame().ethernet().ipv6().tcp().payload(3),
                               10123, "Chat")),
            "Chat 10123");
}

// Bytes of the payload are what somebody sent; they name no owner.
TEST_F(OwnerTableTest, TakesNoPayloadForATrailer) {
  const std::string spoofed =
      with_trailer(any_frame(), 10666, "Evil").bytes.substr(14 + 28);
  EXPECT_EQ(owner(frame().ethernet().ipv4().udp().payload(spoofed)), "-");
  EXPECT_EQ(owner(frame().ethernet().ipv4().tcp().payload(spoofed).snap(100)),
            "-");
  const TestFrame first =
      frame().ethernet().ipv4().fragment({7, 0, true}).udp().payload(8);
  EXPECT_EQ(owner(first), "-");
  const TestFrame later = frame()
                              .ethernet()
                              .ipv4()
                              .fragment({7, 2, false})
                              .protocol(17)
                              .payload(spoofed);
  EXPECT_EQ(owner(later), "-");
}

TEST_F(OwnerTableTest, TakesNoPaddingForATrailer) {
  EXPECT_EQ(owner(frame().ethernet().ipv4().udp().payload(3).padding(60)), "-");
  TestFrame broken = with_trailer(any_frame(), 10123, "Chat");
  broken.bytes.pop_back();
  EXPECT_EQ(owner(broken), "-");
}

TEST_F(OwnerTableTest, ReadsTheUidOfALogRecord) {
  for (const ByteOrder order : {ByteOrder::kLittle, ByteOrder::kBig}) {
    EXPECT_EQ(owner(nflog_frame(any_frame(), 10123, order)), "uid 10123 10123");
    EXPECT_EQ(owner(nflog_frame(any_frame(), 1'010'123, order)),
              "uid 1010123 1010123");
    EXPECT_EQ(owner(nflog_frame(any_frame(), -1, order)), "-");
    EXPECT_EQ(owner(nflog_frame(any_frame(), UINT32_MAX, order)), "-");
  }
}

TEST_F(OwnerTableTest, ReadsTheProcessOfPktap) {
  EXPECT_EQ(owner(pktap_frame(any_frame(), "Safari")), "Safari -1");
  EXPECT_EQ(owner(pktap_frame(any_frame(), "nsurlsessiond", "Podcasts")),
            "Podcasts -1");
  EXPECT_EQ(owner(pktap_frame(any_frame(), "")), "-");
}

TEST_F(OwnerTableTest, PrefersTheOwnerBesideTheFrame) {
  const FrameOwner named{"com.example.chat", 10123};
  const TestFrame bytes = with_trailer(any_frame(), 10123, "Chat");
  Frame frame = bytes.view();
  frame.owner = &named;
  EXPECT_EQ(table_[number(frame)].app, "com.example.chat");
}

TEST_F(OwnerTableTest, NumbersALimitedNumberOfOwners) {
  for (int i = 0; i < static_cast<int>(kMaxOwners); ++i) {
    ASSERT_NE(trailer(i, fmt::format("app {}", i)), "-");
  }
  EXPECT_EQ(trailer(5000, "one too many"), "-");
  EXPECT_EQ(trailer(7, "app 7"), "app 7 7");
  EXPECT_EQ(table_.size(), kMaxOwners);
}

}  // namespace
}  // namespace flowtell
