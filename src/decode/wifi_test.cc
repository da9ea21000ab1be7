// SPDX-License-Identifier: Apache-2.0
#include "decode/wifi.h"

#include <gtest/gtest.h>

#include "decode/decoder.h"
#include "support/encapsulations.h"

namespace flowtell {
namespace {

constexpr std::string_view kSnap = "aa aa 03 00 00 00 TT TT";
constexpr Station kAirPhone = 0x020000000010;
constexpr Station kAirServer = 0x020000000020;

#define PHONE "02 00 00 00 00 10 "
#define POINT "02 00 00 00 00 01 "
#define SERVER "02 00 00 00 00 20 "

// Data frames from the phone to the server, in clear.
struct AirFrame {
  std::string_view name;
  std::string header;
};
const AirFrame kAirFrames[] = {
    {"to the access point", "08 01 2c 00 " POINT PHONE SERVER "10 00 "},
    {"from the access point", "08 02 2c 00 " SERVER POINT PHONE "20 00 "},
    {"between stations", "08 00 2c 00 " SERVER PHONE POINT "30 00 "},
    {"four addresses", "08 03 2c 00 " POINT POINT SERVER "40 00 " PHONE},
    {"quality of service", "88 01 2c 00 " POINT PHONE SERVER "10 00 00 00 "},
    {"quality of service from the access point",
     "88 02 2c 00 " SERVER POINT PHONE "10 00 05 00 "},
    {"high throughput control",
     "88 81 2c 00 " POINT PHONE SERVER "10 00 00 00 00 00 00 00 "},
    {"four addresses with quality of service",
     "88 03 2c 00 " POINT POINT SERVER "40 00 " PHONE "00 00 "},
    {"a retry", "88 09 2c 00 " POINT PHONE SERVER "10 00 00 00 "},
    {"an aggregate",
     "88 01 2c 00 " POINT PHONE POINT "10 00 80 00 " SERVER PHONE "00 64 "},
};

struct Preamble {
  LinkType link;
  std::string digits;
};

std::vector<Preamble> preambles() {
  const auto zeros = [](int count) {
    std::string out;
    for (int i = 0; i < count; ++i) out += "00 ";
    return out;
  };
  return {
      {LinkType::kWifi, ""},
      {LinkType::kRadiotap, "00 00 08 00 00 00 00 00 "},
      {LinkType::kRadiotap, "00 00 09 00 02 00 00 00 10 "},  // with FCS
      {LinkType::kRadiotap,
       "00 00 12 00 2e 48 00 00 00 02 6c 09 a0 00 d8 01 "
       "00 00 "},
      {LinkType::kRadiotap,  // two words of what is present, and a time
       "00 00 1a 00 2f 08 00 a0 00 00 00 00 00 00 00 00 " + zeros(9) + "00 "},
      {LinkType::kPrism, "44 00 00 00 90 00 00 00 " + zeros(136)},
      {LinkType::kPrism, "00 00 00 44 00 00 00 90 " + zeros(136)},
      {LinkType::kPrism, "80 21 10 01 00 00 00 40 " + zeros(56)},
      {LinkType::kAvs, "80 21 10 01 00 00 00 40 " + zeros(56)},
      {LinkType::kAvs, "80 21 10 02 00 00 00 50 " + zeros(72)},
      {LinkType::kPpi, "00 00 08 00 69 00 00 00 "},
      {LinkType::kPpi, "00 00 20 00 69 00 00 00 02 00 14 00 " + zeros(20)},
      {LinkType::kPpi, "00 00 08 00 7f 00 00 00 00 00 08 00 00 00 00 00 "},
  };
}

TEST(Wifi, FindsTheDatagramBehindEveryHeader) {
  for (const Preamble& preamble : preambles()) {
    for (const AirFrame& air : kAirFrames) {
      for (const TestFrame& inner :
           {frame().ethernet().ipv4().tcp().payload(50).build(),
            frame().ethernet().ipv6().udp().payload(60).build()}) {
        const std::string digits =
            preamble.digits + air.header + std::string(kSnap);
        TestFrame made = with_header({preamble.link, digits}, inner);
        const auto size = made.bytes.size();
        made.bytes += "\x12\x34\x56\x78";  // a frame check sequence
        made.wire_length += 4;
        Packet packet{};
        EXPECT_EQ(Decoder().decode(made.view(), packet), FrameOutcome::kUsed)
            << link_type_name(preamble.link) << ": " << air.name;
        EXPECT_EQ(packet.length, inner.bytes.size() - 14) << air.name;
        EXPECT_EQ(packet.payload.data() + packet.payload.size(),
                  as_bytes(made.bytes).data() + size)
            << "the check sequence is not payload";
        EXPECT_EQ(packet.source_station, kAirPhone) << air.name;
        EXPECT_EQ(packet.destination_station, kAirServer) << air.name;
      }
    }
  }
}

// Some cards pad the header to four bytes, as a flag of radiotap says.
TEST(Wifi, SkipsThePaddingOfRadiotap) {
  const TestFrame inner = frame().ethernet().ipv4().udp().payload(9);
  const auto decoded = [&](const std::string& digits) {
    const TestFrame made = with_header({LinkType::kRadiotap, digits}, inner);
    Packet packet{};
    return Decoder().decode(made.view(), packet);
  };
  const std::string snap(kSnap);
  const std::string quality = "88 01 2c 00 " POINT PHONE SERVER "10 00 00 00 ";
  const std::string plain = "08 01 2c 00 " POINT PHONE SERVER "10 00 ";
  const std::string padded = "00 00 09 00 02 00 00 00 20 ";
  EXPECT_EQ(decoded(padded + quality + "00 00 " + snap), FrameOutcome::kUsed);
  EXPECT_EQ(decoded(padded + quality + snap), FrameOutcome::kNotIp);
  EXPECT_EQ(decoded(padded + plain + snap), FrameOutcome::kUsed);
  // The flags stand behind the time, which is aligned.
  EXPECT_EQ(decoded("00 00 11 00 03 00 00 00 00 00 00 00 00 00 00 00 20 " +
                    quality + "00 00 " + snap),
            FrameOutcome::kUsed);
  EXPECT_EQ(decoded("00 00 19 00 03 00 00 80 00 00 00 00 00 00 00 00 00 00 00 "
                    "00 00 00 00 00 20 " +
                    quality + "00 00 " + snap),
            FrameOutcome::kUsed)
      << "aligned behind a second word";
}

TEST(Wifi, CountsWhatHoldsNoDatagram) {
  const TestFrame inner = frame().ethernet().ipv4().udp().payload(90);
  const auto outcome_of = [&](const std::string& header) {
    const TestFrame made =
        with_header({LinkType::kWifi, header + std::string(kSnap)}, inner);
    Packet packet{};
    return Decoder().decode(made.view(), packet);
  };
  const std::string rest = " 2c 00 " POINT PHONE SERVER "10 00 ";
  EXPECT_EQ(outcome_of("80 00" + rest), FrameOutcome::kNotIp) << "a beacon";
  EXPECT_EQ(outcome_of("d4 00" + rest), FrameOutcome::kNotIp) << "control";
  EXPECT_EQ(outcome_of("08 41" + rest), FrameOutcome::kNotIp) << "encrypted";
  EXPECT_EQ(outcome_of("48 01" + rest), FrameOutcome::kNotIp) << "no data";
  EXPECT_EQ(outcome_of("c8 01" + rest), FrameOutcome::kNotIp);
  EXPECT_EQ(outcome_of("09 01" + rest), FrameOutcome::kMalformed) << "version";
  EXPECT_EQ(outcome_of("08 01 2c 00 " POINT PHONE SERVER "11 00 "),
            FrameOutcome::kFragmentWithoutPorts);
}

TEST(Wifi, RefusesPreamblesThatLieAboutTheirLength) {
  const std::string air = kAirFrames[0].header + std::string(kSnap);
  for (const Preamble& preamble :
       std::vector<Preamble>{{LinkType::kRadiotap, "00 00 07 00 00 00 00 00 "},
                             {LinkType::kRadiotap, "01 00 08 00 00 00 00 00 "},
                             {LinkType::kRadiotap, "00 00 ff ff 00 00 00 00 "},
                             {LinkType::kAvs, "80 21 10 01 00 00 00 07 "},
                             {LinkType::kAvs, "80 21 10 01 ff ff ff ff "},
                             {LinkType::kPpi, "00 00 07 00 69 00 00 00 "},
                             {LinkType::kPpi, "00 00 ff ff 69 00 00 00 "}}) {
    const TestFrame made =
        with_header({preamble.link, preamble.digits + air},
                    frame().ethernet().ipv4().udp().payload(9));
    Packet packet{};
    EXPECT_EQ(Decoder().decode(made.view(), packet), FrameOutcome::kMalformed)
        << preamble.digits;
  }
  const TestFrame nested =
      with_header({LinkType::kPpi, "00 00 08 00 c0 00 00 00 " + air},
                  frame().ethernet().ipv4().udp());
  EXPECT_EQ(find_datagram(nested.link, as_bytes(nested.bytes)).outcome,
            FrameOutcome::kUnsupportedLink);
}

TEST(Wifi, IsReadUpToAnyCut) {
  for (const Preamble& preamble : preambles()) {
    for (const AirFrame& air : kAirFrames) {
      const std::string digits =
          preamble.digits + air.header + std::string(kSnap);
      const TestFrame whole = with_header(
          {preamble.link, digits}, frame().ethernet().ipv4().udp().payload(9));
      const std::size_t headers = header_bytes(digits, "\x45").size();
      for (std::size_t cut = 0; cut < headers; ++cut) {
        TestFrame part = whole;
        part.bytes.resize(cut);
        Packet packet{};
        EXPECT_EQ(Decoder().decode(part.view(), packet),
                  FrameOutcome::kCutShort)
            << link_type_name(preamble.link) << ", " << air.name << " to "
            << cut;
      }
    }
  }
}

#undef PHONE
#undef POINT
#undef SERVER

}  // namespace
}  // namespace flowtell
