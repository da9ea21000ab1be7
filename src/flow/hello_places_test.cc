// SPDX-License-Identifier: Apache-2.0
//
// Tests of the fixed number of slots for incomplete hellos: which hellos use
// one, and when it is freed.
#include <gtest/gtest.h>

#include <string>

#include "flow/name_finder.h"
#include "support/hello_bytes.h"
#include "support/quic_bytes.h"
#include "support/wire.h"

namespace flowtell {
namespace {

constexpr std::string_view kOverTls = "tls www.example.org h2";
constexpr std::string_view kOverQuic = "quic www.example.org h2";

TEST(HelloSlots, LimitIncompleteHellos) {
  const std::string hello = tls_records(client_hello());
  const auto flood = [&](std::size_t others) {
    Wire wire = Wire().syn().segment(0, hello.substr(0, 50));
    for (std::size_t i = 0; i < others; ++i) {
      wire.segment(0, hello.substr(0, 50), static_cast<Port>(1024 + i));
    }
    wire.segment(50, hello.substr(50));
    return names(wire).front();
  };
  EXPECT_EQ(flood(NameFinder::kMaxHellos - 1), kOverTls);
  EXPECT_EQ(flood(NameFinder::kMaxHellos), "none");
}

// A packet with an Initial header that cannot be decrypted uses no slot.
TEST(HelloSlots, AreNotUsedByUndecryptablePackets) {
  const std::string hello = client_hello();
  const std::string front =
      quic_initial({.frames = padded(crypto_frame(0, hello.substr(0, 90)))});
  const std::string back = quic_initial(
      {.frames = padded(crypto_frame(90, hello.substr(90))), .number = 3});
  std::string broken = front;
  broken.back() = static_cast<char>(broken.back() ^ 1);
  Wire wire = Wire().datagram(front);
  for (std::size_t i = 0; i < NameFinder::kMaxHellos; ++i) {
    wire.datagram(broken, static_cast<Port>(1024 + i));
  }
  EXPECT_EQ(names(wire.datagram(back)).front(), kOverQuic);
}

// Every way a hello can end frees its slot; otherwise the first hello would be
// evicted.
TEST(HelloSlots, AreFreedWhenHellosEnd) {
  const std::string hello = tls_records(client_hello());
  const std::string front = hello.substr(0, 50);
  const std::string back = hello.substr(50);
  const auto first_name_after = [&](auto&& others) {
    Wire wire = Wire().syn().segment(0, front);
    for (std::size_t i = 0; i < NameFinder::kMaxHellos + 10; ++i) {
      others(wire, static_cast<Port>(1024 + i));
    }
    wire.segment(50, back);
    return names(wire).front();
  };
  EXPECT_EQ(first_name_after([&](Wire& wire, Port port) {
              wire.segment(0, front, port).segment(50, back, port);
            }),
            kOverTls)
      << "complete";
  EXPECT_EQ(first_name_after(
                [&](Wire& wire, Port) { wire.syn(9).segment(0, front, 9); }),
            kOverTls)
      << "new connection on the same ports";
  EXPECT_EQ(first_name_after([&](Wire& wire, Port port) {
              wire.segment(0, front, port);
              for (int i = 0; i < NameFinder::kMaxPackets; ++i) {
                wire.segment(static_cast<std::size_t>(9000 + 4 * i), "data",
                             port);
              }
            }),
            kOverTls)
      << "packet limit reached";
}

// A removed pair's position is reused by another pair.
TEST(HelloSlots, AreFreedWhenPairsAreRemoved) {
  const std::string front = tls_records(client_hello()).substr(0, 50);
  FlowOptions options;
  options.names = true;
  options.max_flows = 4;
  Wire wire;
  for (int i = 0; i < 3000; ++i) {
    wire.segment(0, front, static_cast<Port>(1024 + i)).after(2s);
  }
  const std::string other = tls_records(client_hello({.server = "b.example"}));
  wire.syn(7).segment(0, other.substr(0, 60), 7);
  wire.segment(60, other.substr(60), 7);
  EXPECT_EQ(wire.flows(options).flows.back().server, "b.example")
      << "no state of the removed pair is left";
}

}  // namespace
}  // namespace flowtell
