// SPDX-License-Identifier: Apache-2.0
//
// Unfinished hellos are held in a fixed number of places: which hello takes
// one, and when it is free again.
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

TEST(HelloPlaces, HoldsSoManyIncompleteHellos) {
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

// What looks like an Initial packet and cannot be opened holds no place.
TEST(HelloPlaces, HoldsNoPlaceForWhatItCannotOpen) {
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

// However a hello ends, its place is free again: were it not, the first one
// would have to make way long before.
TEST(HelloPlaces, FreesThePlacesOfHellosThatAreOver) {
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
      << "whole";
  EXPECT_EQ(first_name_after(
                [&](Wire& wire, Port) { wire.syn(9).segment(0, front, 9); }),
            kOverTls)
      << "their connection begins anew";
  EXPECT_EQ(first_name_after([&](Wire& wire, Port port) {
              wire.segment(0, front, port);
              for (int i = 0; i < NameFinder::kMaxLooks; ++i) {
                wire.segment(9000, "data", port);
              }
            }),
            kOverTls)
      << "looked at often enough";
}

// The pair's place goes to another when the device is forgotten.
TEST(HelloPlaces, FreesThePlacesOfPairsThatAreForgotten) {
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
      << "nothing is left of who was there before";
}

}  // namespace
}  // namespace flowtell
