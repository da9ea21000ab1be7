// SPDX-License-Identifier: Apache-2.0
#include "capture/file_formats.h"

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
  // The complete output, and the problem at its end.
  std::pair<std::string, std::string> unpack(const std::string& packed,
                                             std::size_t bite) const {
    ByteStream stream(GetParam().unpack(in_chunks(packed, bite)));
    stream.fill(1 << 24);
    return {std::string(as_text(stream.window())),
            stream.problem() ? stream.problem()->message : ""};
  }
};

TEST_P(EveryPacking, ReadsLikeAPlainCapture) {
  const ReadBack read = read_back(pack(pcap_bytes(many_frames())));
  EXPECT_EQ(read.frames, many_frames());
  EXPECT_FALSE(read.damage);
}

TEST_P(EveryPacking, AllowsConcatenation) {
  const std::string bytes = pcap_bytes(many_frames());
  const std::string packed =
      pack(bytes.substr(0, 1000)) + pack("") + pack(bytes.substr(1000));
  for (const std::size_t bite : {1u, 1000u}) {
    const auto [unpacked, problem] = unpack(packed, bite);
    EXPECT_EQ(unpacked, bytes);
    EXPECT_EQ(problem, "");
  }
}

TEST_P(EveryPacking, CutAtAnyByteGivesAPrefixAndReportsIt) {
  const std::string bytes = pcap_bytes(many_frames()).substr(0, 600);
  const std::string packed = pack(bytes);
  for (std::size_t cut = 1; cut < packed.size(); ++cut) {
    const auto [unpacked, problem] = unpack(packed.substr(0, cut), 64);
    ASSERT_EQ(unpacked, bytes.substr(0, unpacked.size())) << cut;
    ASSERT_NE(problem.find("cut short"), std::string::npos) << cut;
  }
}

TEST_P(EveryPacking, CutKeepsEarlierFramesAndReportsDamage) {
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

TEST_P(EveryPacking, SurvivesAnyDamagedByte) {
  const std::string bytes = pcap_bytes(many_frames()).substr(0, 600);
  const std::string packed = pack(bytes);
  for (std::size_t at = 0; at < packed.size(); ++at) {
    std::string damaged = packed;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x5a);
    const auto [unpacked, problem] = unpack(damaged, 64);
    ASSERT_LE(unpacked.size(), 1u << 24);
  }
}

TEST_P(EveryPacking, AWrongChecksumLosesNoFrame) {
  std::string packed = pack(pcap_bytes(many_frames()));
  packed.back() = static_cast<char>(~packed.back());
  const ReadBack read = read_back(packed);
  EXPECT_EQ(read.frames, many_frames());
  ASSERT_TRUE(read.damage);
  EXPECT_NE(read.damage->what.find("damaged"), std::string::npos);
}

// Output before the damage must not depend on the size of the read buffer.
TEST_P(EveryPacking, DamageGivesTheSameForAnyBufferSize) {
  const std::string packed = pack(std::string(150'000, 'a') + "b");
  for (std::size_t at = 0; at < packed.size(); ++at) {
    std::string damaged = packed;
    damaged[at] = static_cast<char>(~damaged[at]);
    for (const std::string& bytes : {packed.substr(0, at), damaged}) {
      const auto [all, problem] = unpack(bytes, 1000);
      const auto source = GetParam().unpack(in_chunks(bytes, 1000));
      std::vector<std::uint8_t> buffer(4093);
      std::size_t unpacked = 0;
      auto got = source->read(buffer);
      for (; got.value_or(0) > 0; got = source->read(buffer)) unpacked += *got;
      ASSERT_EQ(unpacked, all.size()) << at;
      ASSERT_EQ(got ? "" : got.error().message, problem) << at;
    }
  }
}

TEST_P(EveryPacking, WorksWithAnyBufferSize) {
  const std::string bytes = std::string(3000, 'a') + "and what follows";
  const std::string packed = pack(bytes) + pack("more");
  for (const std::size_t size : {1u, 2u, 3u, 1000u}) {
    const auto source = GetParam().unpack(in_chunks(packed, 1000));
    std::vector<std::uint8_t> buffer(size);
    std::string unpacked;
    auto got = source->read(buffer);
    for (; got.value_or(0) > 0; got = source->read(buffer)) {
      unpacked += as_text(Bytes(buffer).first(*got));
    }
    ASSERT_TRUE(got) << size << got.error().message;
    EXPECT_EQ(unpacked, bytes + "more") << size;
  }
}

TEST_P(EveryPacking, PassesOnASourceFailure) {
  const std::string packed = pack("something");
  ByteStream stream(GetParam().unpack(
      in_chunks(packed.substr(0, packed.size() - 2), 5, "the cable is out")));
  EXPECT_FALSE(stream.fill(100));
  ASSERT_TRUE(stream.problem());
  EXPECT_EQ(stream.problem()->kind, ErrorKind::kNotReadable);
  EXPECT_EQ(stream.problem()->message, "the cable is out");
}

INSTANTIATE_TEST_SUITE_P(
    Packed, EveryPacking,
    testing::Values(Packing{"gzip", gzip_packed, unpack_gzip},
                    Packing{"zstd", zstd_packed, unpack_zstd}));

// A frame of two blocks (RFC 8878, 3.1.1), cut off after the first, which zstd
// has then received whole.
TEST(Compressed, CutBetweenBlocksKeepsTheFirstForAnyBufferSize) {
  const std::string header("\x28\xb5\x2f\xfd\x20\x08", 6);  // content size 8
  const std::string block("\x20\x00\x00", 3);  // raw block of 4 bytes
  const std::string frame = header + block + "more";
  for (const std::size_t size : {1u, 2u, 3u, 4u, 5u}) {
    const auto source = unpack_zstd(in_chunks(frame, 1000));
    std::vector<std::uint8_t> buffer(size);
    std::string unpacked;
    auto got = source->read(buffer);
    for (; got.value_or(0) > 0; got = source->read(buffer)) {
      unpacked += as_text(Bytes(buffer).first(*got));
    }
    EXPECT_EQ(unpacked, "more") << size;
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().message, "the zstd data is cut short");
  }
}

TEST(Compressed, GzipIgnoresTrailingPadding) {
  const std::string bytes = pcap_bytes(many_frames());
  const std::string padded = gzip_packed(bytes) + std::string(512, '\0');
  const ReadBack read = read_back(padded);
  EXPECT_EQ(read.frames, many_frames());
  EXPECT_FALSE(read.damage);
}

TEST(Compressed, IsDetectedByItsFirstBytes) {
  const std::string gzip = gzip_packed("x");
  const std::string zstd = zstd_packed("x");
  EXPECT_TRUE(looks_like_gzip(as_bytes(gzip)));
  EXPECT_FALSE(looks_like_gzip(as_bytes(zstd)));
  EXPECT_FALSE(looks_like_gzip(as_bytes(gzip).first(1)));
  EXPECT_TRUE(looks_like_zstd(as_bytes(zstd)));
  EXPECT_FALSE(looks_like_zstd(as_bytes(gzip)));
  EXPECT_FALSE(looks_like_zstd(as_bytes(zstd).first(3)));
}

}  // namespace
}  // namespace flowtell
