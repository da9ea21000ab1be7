// SPDX-License-Identifier: Apache-2.0
#include "base/checksum.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <unistd.h>
#include <array>

#include "support/closed_input.h"
#include "support/temporary_folder.h"

namespace flowtell {
namespace {

using namespace std::string_view_literals;

TEST(Crc32, MatchesTheStandardCheckValue) {
  EXPECT_EQ(crc32(as_bytes("123456789")), 0xcbf43926u);
  EXPECT_EQ(crc32({}), 0u);
}

TEST(Crc32, DetectsEveryFlippedBit) {
  std::string bytes = "a stored model, for example";
  const std::uint32_t sum = crc32(as_bytes(bytes));
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string damaged = bytes;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_NE(crc32(as_bytes(damaged)), sum);
  }
}

// RFC 3174, 7.3; RFC 4648, 10.
TEST(Sha1, MatchesTheRfcExample) {
  EXPECT_EQ(base64(sha1(as_bytes("abc"))), "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=");
}

TEST(Base64, MatchesTheRfcExamples) {
  EXPECT_EQ(base64({}), "");
  EXPECT_EQ(base64(as_bytes("f")), "Zg==");
  EXPECT_EQ(base64(as_bytes("fo")), "Zm8=");
  EXPECT_EQ(base64(as_bytes("foo")), "Zm9v");
  EXPECT_EQ(base64(as_bytes("foobar")), "Zm9vYmFy");
}

TEST(Hex, HasTwoDigitsAByte) {
  EXPECT_EQ(hex({}), "");
  const std::array<std::uint8_t, 4> bytes = {0, 1, 0xa5, 255};
  EXPECT_EQ(hex(bytes), "0001a5ff");
}

TEST(InternetChecksum, MatchesTheRfcExample) {
  // RFC 1071, 3: the words add up to ddf2.
  EXPECT_EQ(internet_checksum(as_bytes("\0\x01\xf2\x03\xf4\xf5\xf6\xf7"sv)),
            0x220d);
  EXPECT_EQ(internet_checksum({}), 0xffff);
  // A carry that causes another carry.
  EXPECT_EQ(internet_checksum(as_bytes("\xff\xff\xff\xff\x00\x01"sv)), 0xfffe);
  EXPECT_EQ(internet_checksum(as_bytes("\xff\xff"sv)), 0);
  EXPECT_EQ(internet_checksum(as_bytes("\xff\xfe\x00\x02"sv)), 0xfffe);
}

TEST(Sha256, MatchesSha256sum) {
  EXPECT_EQ(sha256({}),
            "e3b0c44298fc1c149afbf4c8996fb924"
            "27ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256(as_bytes("abc")),
            "ba7816bf8f01cfea414140de5dae2223"
            "b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, OfAFileMatchesItsBytes) {
  const TemporaryFolder folder;
  for (const std::size_t size : {0u, 3u, 1u << 18, (1u << 18) + 1, 1000000u}) {
    const std::string bytes(size, 'y');
    const auto file = open_for_reading(folder.put("a", bytes));
    ASSERT_TRUE(file);
    EXPECT_EQ(sha256_of_file(*file), sha256(as_bytes(bytes))) << size;
  }
}

TEST(Sha256, CoversTheWholeFileAtAnyReadPosition) {
  const TemporaryFolder folder;
  const std::string path = folder.put("a", "abc");
  const ClosedInput closed;
  const auto file = open_for_reading(path);
  ASSERT_TRUE(file);
  ASSERT_EQ(file->get(), 0);
  EXPECT_EQ(::lseek(file->get(), 2, SEEK_SET), 2);
  EXPECT_EQ(sha256_of_file(*file), sha256(as_bytes("abc")));
  const FileHandle unreadable(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  EXPECT_FALSE(sha256_of_file(unreadable));
  EXPECT_FALSE(sha256_of_file(FileHandle()));
}

TEST(Sha256, IsAbsentForDevices) {
  const auto device = open_for_reading("/dev/zero");
  ASSERT_TRUE(device);
  EXPECT_FALSE(sha256_of_file(*device));
}

}  // namespace
}  // namespace flowtell
