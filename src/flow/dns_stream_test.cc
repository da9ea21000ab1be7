// SPDX-License-Identifier: Apache-2.0
#include "flow/dns_stream.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/put.h"

namespace flowtell {
namespace {

using Lines = std::vector<std::string>;

constexpr std::uint32_t kFirst = 0xfffffff8;  // forces wrap-around

std::string framed(const std::string& message) {
  std::string out;
  put(out, static_cast<std::uint16_t>(message.size()), ByteOrder::kBig);
  return out + message;
}

// Adds segments by their offset and collects the messages.
class Segments {
 public:
  Segments& at(std::size_t offset, const std::string& bytes) {
    return cut(offset, bytes, bytes.size());
  }
  Segments& cut(std::size_t offset, const std::string& bytes,
                std::size_t length) {
    stream_.put(kFirst + static_cast<std::uint32_t>(offset), as_bytes(bytes),
                static_cast<std::uint32_t>(length));
    for (Bytes message; stream_.next(message);) {
      messages.emplace_back(as_text(message));
    }
    return *this;
  }

  Lines messages;

 private:
  DnsStream stream_;
};

TEST(DnsStream, SplitsMessages) {
  const std::string two = framed("first") + framed("second");
  EXPECT_EQ(Segments().at(0, two).messages, (Lines{"first", "second"}));
  for (std::size_t cut = 1; cut < two.size(); ++cut) {
    EXPECT_EQ(
        Segments().at(0, two.substr(0, cut)).at(cut, two.substr(cut)).messages,
        (Lines{"first", "second"}))
        << cut;
  }
}

TEST(DnsStream, HandlesLateAndRepeatedSegments) {
  const std::string first = framed("first");
  const std::string second = framed("second");
  EXPECT_EQ(Segments()
                .at(0, first)
                .at(0, first)
                .at(first.size() + 4, second.substr(4))
                .at(first.size(), second.substr(0, 5))
                .at(0, first + second)
                .messages,
            (Lines{"first", "second"}));
}

TEST(DnsStream, ContinuesAfterAGapThatIsTooLong) {
  EXPECT_EQ(Segments()
                .at(0, framed("first"))
                .at(100, framed("lost"))
                .at(20'000, framed("second"))
                .messages,
            (Lines{"first", "second"}));
}

TEST(DnsStream, GivesTheFrontOfATruncatedMessage) {
  const std::string message = framed(std::string(100, 'a') + "rest");
  EXPECT_EQ(Segments()
                .cut(0, message.substr(0, 102), message.size())
                .at(message.size(), framed("second"))
                .messages,
            (Lines{std::string(100, 'a'), "second"}));
}

TEST(DnsStream, GivesTheFrontOfALongMessage) {
  const std::string message = framed(std::string(40'000, 'a'));
  Segments segments;
  segments.at(0, framed("first"));
  const std::size_t begin = framed("first").size();
  for (std::size_t at = 0; at < message.size(); at += 1400) {
    segments.at(begin + at, message.substr(at, 1400));
  }
  segments.at(begin + message.size(), framed("second"));
  ASSERT_EQ(segments.messages.size(), 3U);
  EXPECT_EQ(segments.messages[1], std::string(PieceBuffer::kMax - 2, 'a'));
  EXPECT_EQ(segments.messages[2], "second");
}

}  // namespace
}  // namespace flowtell
