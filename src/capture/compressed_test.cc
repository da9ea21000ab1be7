// SPDX-License-Identifier: Apache-2.0
#include "capture/compressed.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/random.h"
#include "support/packed.h"
#include "support/pcap_bytes.h"
#include "support/read_back.h"

namespace flowtell {
namespace {

std::vector<TestFrame> many_frames() {
  std::vector<TestFrame> frames;
  Random random(3);
  for (int i = 0; i < 300; ++i) {
    std::string noise;
    for (int n = 0; n < 1400; ++n) noise += static_cast<char>(random.next());
    frames.push_back(frame().ethernet().ipv4().udp().payload(noise).at(
        kTestStart + i * 1ms));
  }
  return frames;
}

struct Packing {
  const char* name;
  std::function<std::string(std::string_view)> pack;
  std::function<std::unique_ptr<ByteSource>(std::unique_ptr<ByteSource>)>
      unpack;
};
void PrintTo(const Packing& packing, std::ostream* out) {
  *out << packing.name;
}

class EveryPacking : public testing::TestWithParam<Packing> {
 protected:
  std::string pack(std::string_view bytes) const {
    return GetParam().pack(bytes);
  }
  // All that comes out, and the problem it ended with.
  std::pair<std::string, std::string> unpack(const std::string& packed,
                                             std::size_t bite) const {
    ByteStream stream(GetParam().unpack(in_bites(packed, bite)));
    stream.fill(1 << 24);
    return {std::string(as_text(stream.window())),
            stream.problem().value_or("")};
  }
};

TEST_P(EveryPacking, IsReadAsIfItWerePlain) {
  const ReadBack read = read_back(pack(pcap_bytes(many_frames())));
  EXPECT_EQ(read.frames, many_frames());
  EXPECT_FALSE(read.damage);
}

TEST_P(EveryPacking, MayBeLaidEndToEnd) {
  const std::string bytes = pcap_bytes(many_frames());
  const std::string packed =
      pack(bytes.substr(0, 1000)) + pack("") + pack(bytes.substr(1000));
  for (const std::size_t bite : {1u, 1000u}) {
    const auto [unpacked, problem] = unpack(packed, bite);
    EXPECT_EQ(unpacked, bytes);
    EXPECT_EQ(problem, "");
  }
}

TEST_P(EveryPacking, CutAtAnyByteGivesAFrontAndSaysSo) {
  const std::string bytes = pcap_bytes(many_frames()).substr(0, 600);
  const std::string packed = pack(bytes);
  for (std::size_t cut = 1; cut < packed.size(); ++cut) {
    const auto [unpacked, problem] = unpack(packed.substr(0, cut), 64);
    ASSERT_EQ(unpacked, bytes.substr(0, unpacked.size())) << cut;
    ASSERT_NE(problem.find("cut short"), std::string::npos) << cut;
  }
}

TEST_P(EveryPacking, CutGivesTheFramesBeforeTheCutAndNamesTheDamage) {
  const std::string packed = pack(pcap_bytes(many_frames()));
  const ReadBack read = read_back(packed.substr(0, packed.size() / 2));
  EXPECT_GT(read.frames.size(), 50u);
  EXPECT_LT(read.frames.size(), 250u);
  ASSERT_TRUE(read.damage);
  EXPECT_NE(read.damage->what.find("cut short"), std::string::npos);
  std::vector<TestFrame> front = many_frames();
  front.resize(read.frames.size());
  EXPECT_EQ(read.frames, front);
}

TEST_P(EveryPacking, WithAnyByteSpoiltStaysSane) {
  const std::string bytes = pcap_bytes(many_frames()).substr(0, 600);
  const std::string packed = pack(bytes);
  for (std::size_t at = 0; at < packed.size(); ++at) {
    std::string spoilt = packed;
    spoilt[at] = static_cast<char>(spoilt[at] ^ 0x5a);
    const auto [unpacked, problem] = unpack(spoilt, 64);
    ASSERT_LE(unpacked.size(), 1u << 24);
  }
}

TEST_P(EveryPacking, AWrongChecksumCostsNoFrame) {
  std::string packed = pack(pcap_bytes(many_frames()));
  packed.back() = static_cast<char>(~packed.back());
  const ReadBack read = read_back(packed);
  EXPECT_EQ(read.frames, many_frames());
  ASSERT_TRUE(read.damage);
  EXPECT_NE(read.damage->what.find("damaged"), std::string::npos);
}

// However little room there is at a time for what comes out before the damage.
TEST_P(EveryPacking, CutOrSpoiltGivesTheSameWhateverTheRoom) {
  const std::string packed = pack(std::string(150'000, 'a') + "b");
  for (std::size_t at = 0; at < packed.size(); ++at) {
    std::string spoilt = packed;
    spoilt[at] = static_cast<char>(~spoilt[at]);
    for (const std::string& bytes : {packed.substr(0, at), spoilt}) {
      const auto [all, problem] = unpack(bytes, 1000);
      const auto source = GetParam().unpack(in_bites(bytes, 1000));
      std::vector<std::uint8_t> room(4093);
      std::size_t unpacked = 0;
      auto got = source->read(room);
      for (; got.value_or(0) > 0; got = source->read(room)) unpacked += *got;
      ASSERT_EQ(unpacked, all.size()) << at;
      ASSERT_EQ(got ? "" : got.error().message, problem) << at;
    }
  }
}

TEST_P(EveryPacking, FitsIntoAnyRoom) {
  const std::string bytes = std::string(3000, 'a') + "and what follows";
  const std::string packed = pack(bytes) + pack("more");
  for (const std::size_t size : {1u, 2u, 3u, 1000u}) {
    const auto source = GetParam().unpack(in_bites(packed, 1000));
    std::vector<std::uint8_t> room(size);
    std::string unpacked;
    auto got = source->read(room);
    for (; got.value_or(0) > 0; got = source->read(room)) {
      unpacked += as_text(Bytes(room).first(*got));
    }
    ASSERT_TRUE(got) << size << got.error().message;
    EXPECT_EQ(unpacked, bytes + "more") << size;
  }
}

TEST_P(EveryPacking, PassesTheProblemOfItsSourceOn) {
  const std::string packed = pack("something");
  ByteStream stream(GetParam().unpack(
      in_bites(packed.substr(0, packed.size() - 2), 5, "the cable is out")));
  EXPECT_FALSE(stream.fill(100));
  EXPECT_EQ(stream.problem(), "the cable is out");
}

INSTANTIATE_TEST_SUITE_P(
    Packed, EveryPacking,
    testing::Values(Packing{"gzip", gzip_packed, unpack_gzip},
                    Packing{"zstd", zstd_packed, unpack_zstd}));

// A frame of two blocks (RFC 8878, 3.1.1) that is cut off behind the first,
// which zstd then holds whole.
TEST(Compressed, CutBetweenBlocksGivesTheFirstInAnyRoom) {
  const std::string header("\x28\xb5\x2f\xfd\x20\x08", 6);  // of 8 bytes
  const std::string block("\x20\x00\x00", 3);  // 4 bytes as they are
  const std::string frame = header + block + "more";
  for (const std::size_t size : {1u, 2u, 3u, 4u, 5u}) {
    const auto source = unpack_zstd(in_bites(frame, 1000));
    std::vector<std::uint8_t> room(size);
    std::string unpacked;
    auto got = source->read(room);
    for (; got.value_or(0) > 0; got = source->read(room)) {
      unpacked += as_text(Bytes(room).first(*got));
    }
    EXPECT_EQ(unpacked, "more") << size;
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().message, "the zstd data is cut short");
  }
}

TEST(Compressed, GzipIgnoresPaddingBehindItself) {
  const std::string bytes = pcap_bytes(many_frames());
  const std::string padded = gzip_packed(bytes) + std::string(512, '\0');
  const ReadBack read = read_back(padded);
  EXPECT_EQ(read.frames, many_frames());
  EXPECT_FALSE(read.damage);
}

TEST(Compressed, IsToldByItsFirstBytes) {
  const std::string gzip = gzip_packed("x");
  const std::string zstd = zstd_packed("x");
  EXPECT_TRUE(looks_gzip(as_bytes(gzip)));
  EXPECT_FALSE(looks_gzip(as_bytes(zstd)));
  EXPECT_FALSE(looks_gzip(as_bytes(gzip).first(1)));
  EXPECT_TRUE(looks_zstd(as_bytes(zstd)));
  EXPECT_FALSE(looks_zstd(as_bytes(gzip)));
  EXPECT_FALSE(looks_zstd(as_bytes(zstd).first(3)));
}

}  // namespace
}  // namespace flowtell
