// SPDX-License-Identifier: Apache-2.0
#include "decode/quic_initial.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "decode/tls_hello.h"
#include "support/hello_bytes.h"
#include "support/quic_bytes.h"

namespace flowtell {
namespace {

// The hello reassembled from a connection's datagrams.
class Connection {
 public:
  Connection& add(const std::string& datagram) {
    return add(datagram, datagram.size());
  }
  Connection& add(const std::string& datagram, std::size_t length) {
    opened = opener_.add(as_bytes(datagram), length, seed_, hello_);
    return *this;
  }
  TlsHello hello() const { return read_handshake_hello(hello_.front()); }
  std::string name() const { return std::string(hello().server_name.text()); }

  bool opened = false;

 private:
  QuicOpener opener_;
  std::optional<QuicSeed> seed_;
  PieceBuffer hello_;
};

std::string initial(const std::string& frames) {
  return quic_initial({.frames = padded(frames)});
}

// RFC 9001, appendix A.2; RFC 9369, appendix A.2, has the same payload.
std::string rfc_frames() {
  return padded(from_hex(
      "060040f1010000ed0303ebf8fa56f12939b9584a3896472ec40bb863cfd3e868"
      "04fe3a47f06a2b69484c00000413011302010000c000000010000e00000b6578"
      "616d706c652e636f6dff01000100000a00080006001d00170018001000070005"
      "04616c706e000500050100000000003300260024001d00209370b2c9caa47fba"
      "baf4559fedba753de171fa71f50f1ce15d43e994ec74d748002b000302030400"
      "0d0010000e0403050306030203080408050806002d00020101001c0002400100"
      "3900320408ffffffffffffffff05048000ffff07048000ffff08011001048000"
      "75300901100f088394c8f03e51570806048000ffff"));
}

// The tag at its end authenticates the whole packet.
void expect_vector(QuicVersion version, const std::string& front,
                   const std::string& tag) {
  const std::string packet =
      quic_initial({.frames = rfc_frames(), .version = version});
  EXPECT_EQ(packet.size(), 1200u);
  EXPECT_TRUE(packet.starts_with(from_hex(front)));
  EXPECT_TRUE(packet.ends_with(from_hex(tag)));
  Connection connection;
  EXPECT_EQ(connection.add(packet).name(), "example.com");
  EXPECT_EQ(connection.hello().alpn(), "alpn");
}

TEST(QuicInitial, OpensTheVectorOfRfc9001) {
  expect_vector(
      QuicVersion::k1,
      "c000000001088394c8f03e5157080000449e7b9aec34d1b1c98dd7689fb8ec11",
      "e221af44860018ab0856972e194cd934");
}

TEST(QuicInitial, OpensTheVectorOfRfc9369) {
  expect_vector(
      QuicVersion::k2,
      "d76b3343cf088394c8f03e5157080000449ea0c95e82ffe67b6abcdb4298b485",
      "a18b2faa745b6fe189cf772a9f84cbfc");
}

TEST(QuicInitial, OpensEveryVersionAndHeaderForm) {
  // Drafts 22 to 34 and mvfst's versions.
  std::vector<std::uint32_t> versions = {
      1,          0x6b3343cf, 0xfaceb001, 0xfaceb002, 0xfaceb003, 0xfaceb004,
      0xfaceb00e, 0xfaceb010, 0xfaceb011, 0xfaceb013, 0xfaceb015};
  for (std::uint32_t draft = 22; draft <= 34; ++draft) {
    versions.push_back(0xff000000 + draft);
  }
  for (const std::uint32_t number : versions) {
    SCOPED_TRACE(number);
    const auto version = static_cast<QuicVersion>(number);
    for (unsigned number_size = 1; number_size <= 4; ++number_size) {
      Connection connection;
      connection.add(
          quic_initial({.frames = padded(crypto_frame(0, client_hello())),
                        .version = version,
                        .destination_id = std::string(20, 'd'),
                        .source_id = "source",
                        .token = std::string(100, 't'),
                        .number = 7,
                        .number_size = number_size}));
      EXPECT_EQ(connection.name(), "www.example.org");
    }
  }
}

TEST(QuicInitial, RejectsUnknownVersions) {
  for (const std::uint32_t number : {0u, 2u, 0xff000015u, 0xff000023u,
                                     0xfaceb000u, 0xfaceb100u, 0x0a0a0a0au}) {
    const auto version = static_cast<QuicVersion>(number);
    Connection connection;
    connection.add(
        quic_initial({.frames = padded(crypto_frame(0, client_hello())),
                      .version = version}));
    EXPECT_FALSE(connection.opened) << number;
    EXPECT_EQ(protection_of(version), QuicProtection::kNone);
  }
}

TEST(QuicInitial, JoinsPiecesInAnyOrderBetweenOtherFrames) {
  const std::string hello = client_hello();
  const std::string ack = std::string("\x02\x05\x00\x01\x00\x01\x01", 7);
  Connection connection;
  connection.add(initial("\x01" + crypto_frame(100, hello.substr(100)) + ack +
                         std::string(3, '\0') +
                         crypto_frame(50, hello.substr(50, 50)) + "\x01" +
                         crypto_frame(0, hello.substr(0, 50))));
  EXPECT_EQ(connection.hello().state, TlsHello::State::kDone);
  EXPECT_EQ(connection.name(), "www.example.org");
}

TEST(QuicInitial, JoinsDatagramsInAnyOrder) {
  const std::string hello = client_hello({.padding_before = 1500});
  const std::string first = initial(crypto_frame(0, hello.substr(0, 1000)));
  const std::string second = initial(crypto_frame(1000, hello.substr(1000)));
  Connection in_order;
  EXPECT_EQ(in_order.add(first).hello().state, TlsHello::State::kNeedsMore);
  EXPECT_EQ(in_order.add(second).name(), "www.example.org");
  Connection reversed;
  EXPECT_EQ(reversed.add(second).name(), "");
  EXPECT_EQ(reversed.add(first).name(), "www.example.org");
}

TEST(QuicInitial, OpensSeveralPacketsOfADatagram) {
  const std::string hello = client_hello();
  Connection connection;
  connection.add(
      quic_initial({.frames = crypto_frame(0, hello.substr(0, 60))}) +
      quic_initial(
          {.frames = padded(crypto_frame(60, hello.substr(60))), .number = 3}) +
      "rest");
  EXPECT_EQ(connection.name(), "www.example.org");
}

// Bounds the cost of a datagram to one key derivation.
TEST(QuicInitial, ReadsOneConnectionPerDatagram) {
  Connection connection;
  connection.add(
      quic_initial({.frames = crypto_frame(0, client_hello().substr(0, 60))}) +
      quic_initial({.frames = padded(crypto_frame(0, client_hello())),
                    .destination_id = "another"}));
  EXPECT_EQ(connection.name(), "");
}

TEST(QuicInitial, KeepsItsKeysWhenTheServerChoosesAnId) {
  const std::string hello = client_hello();
  Connection connection;
  connection.add(initial(crypto_frame(0, hello.substr(0, 60))));
  connection.add(
      quic_initial({.frames = padded(crypto_frame(60, hello.substr(60))),
                    .destination_id = "chosen",
                    .first_id = TestInitial{}.destination_id}));
  EXPECT_EQ(connection.name(), "www.example.org");
}

TEST(QuicInitial, DerivesNewKeysAfterARetry) {
  Connection connection;
  connection.add(initial(crypto_frame(0, client_hello().substr(0, 60))));
  connection.add(
      quic_initial({.frames = padded(crypto_frame(0, client_hello())),
                    .destination_id = "retried"}));
  EXPECT_EQ(connection.name(), "www.example.org");
}

TEST(QuicInitial, ReadsTruncatedDatagramsUpToTheCut) {
  const std::string whole = initial(crypto_frame(0, client_hello()));
  bool had_name = false;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    Connection connection;
    const std::string name =
        connection.add(whole.substr(0, size), whole.size()).name();
    ASSERT_TRUE(name.empty() || name == "www.example.org") << name;
    ASSERT_FALSE(had_name && name.empty()) << size;
    had_name = !name.empty();
    // As a whole datagram the same bytes are inconsistent.
    Connection whole_datagram;
    ASSERT_EQ(whole_datagram.add(whole.substr(0, size)).opened,
              size == whole.size());
  }
  EXPECT_TRUE(had_name);
}

TEST(QuicInitial, RejectsEveryFlippedBit) {
  const std::string whole =
      quic_initial({.frames = crypto_frame(0, client_hello())});
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    Connection connection;
    ASSERT_FALSE(connection.add(flipped).opened) << bit;
  }
}

TEST(QuicInitial, StopsAtFramesThatNoClientSends) {
  Connection connection;
  connection.add(initial("\x1c" + crypto_frame(0, client_hello())));
  EXPECT_EQ(connection.name(), "");
}

RC_GTEST_PROP(QuicInitial, ToleratesGarbage, (const std::string& garbage)) {
  Connection connection;
  connection.add(garbage, garbage.size() + 1000);
  connection.add(initial("").substr(0, 18) + garbage, 1200);
  PieceBuffer pieces;
  read_quic_frames(as_bytes('\x06' + garbage), pieces);
  read_quic_frames(as_bytes('\x02' + garbage), pieces);
  RC_ASSERT(pieces.front().size() <= PieceBuffer::kMax);
}

TEST(QuicInitial, ReadsAtMostFourPacketsPerDatagram) {
  const std::string hello = client_hello();
  const auto state_after = [&](std::size_t packets) {
    const std::size_t size = hello.size() / packets + 1;
    std::string datagram;
    for (std::size_t i = 0; i < packets; ++i) {
      datagram += quic_initial(
          {.frames = crypto_frame(i * size, hello.substr(i * size, size)),
           .number = static_cast<std::uint32_t>(i)});
    }
    Connection connection;
    connection.add(datagram);
    return connection.hello().state;
  };
  EXPECT_EQ(state_after(4), TlsHello::State::kDone);
  EXPECT_EQ(state_after(5), TlsHello::State::kNeedsMore);
}

std::string stream_of(const std::string& frames) {
  PieceBuffer pieces;
  read_quic_frames(as_bytes(frames), pieces);
  return std::string(as_text(pieces.front()));
}

TEST(QuicFrames, ReadIntegersOfEverySize) {
  using namespace std::string_literals;
  EXPECT_EQ(stream_of("\x06\x00\x03"s + "abc"), "abc");
  EXPECT_EQ(stream_of("\x06\x40\x00\x40\x03"s + "abc"), "abc");
  EXPECT_EQ(stream_of("\x06\x80\x00\x00\x00\x80\x00\x00\x03"s + "abc"), "abc");
  EXPECT_EQ(stream_of("\x06\xc0\x00\x00\x00\x00\x00\x00\x00"
                      "\xc0\x00\x00\x00\x00\x00\x00\x03"s +
                      "abc"),
            "abc");
  const std::string many(300, 'x');
  EXPECT_EQ(stream_of("\x06\x00\x41\x2c"s + many + "\x06\x41\x2c\x01y"),
            many + 'y');
}

TEST(QuicFrames, SkipAcknowledgements) {
  using namespace std::string_literals;
  const std::string crypto = "\x06\x00\x03"s + "abc";
  EXPECT_EQ(stream_of("\x02\x05\x00\x00\x01"s + crypto), "abc");
  EXPECT_EQ(stream_of("\x02\x05\x00\x02\x01\x09\x09\x09\x09"s + crypto), "abc");
  EXPECT_EQ(stream_of("\x03\x05\x00\x00\x01\x09\x09\x09"s + crypto), "abc");
  EXPECT_EQ(stream_of("\x03\x05\x00\x01\x01\x06\x06\x09\x09\x09"s + crypto),
            "abc");
  EXPECT_EQ(stream_of("\x00\x01\x00"s + crypto), "abc");
  EXPECT_EQ(stream_of("\x04"s + crypto), "") << "not sent by clients";
  EXPECT_EQ(stream_of("\x06\x00\x09"s + "abc"), "abc") << "the available part";
}

TEST(QuicHeader, AcceptsIdsOfAtMost20Bytes) {
  const auto opens = [](std::size_t id) {
    const std::string datagram =
        quic_initial({.frames = padded(crypto_frame(0, client_hello())),
                      .destination_id = std::string(id, 'd')});
    return read_quic_initial(as_bytes(datagram), datagram.size()).has_value();
  };
  EXPECT_TRUE(opens(0));
  EXPECT_TRUE(opens(20));
  EXPECT_FALSE(opens(21));
}

TEST(QuicHeader, RejectsALengthBeyondItsDatagram) {
  const std::string datagram = initial(crypto_frame(0, client_hello()));
  const auto read = [&](std::size_t size, std::size_t length) {
    return read_quic_initial(as_bytes(datagram.substr(0, size)), length);
  };
  EXPECT_TRUE(read(datagram.size(), datagram.size()));
  EXPECT_FALSE(read(datagram.size(), datagram.size())->is_cut());
  EXPECT_TRUE(read(200, datagram.size()));
  EXPECT_FALSE(read(200, datagram.size() - 1));
  const std::string longer = datagram + "more";
  const auto first = read_quic_initial(as_bytes(longer), longer.size());
  ASSERT_TRUE(first);
  EXPECT_EQ(first->end, datagram.size());
  EXPECT_EQ(first->packet.size(), datagram.size());
}

TEST(QuicVersion, HasATextForEveryNumber) {
  const auto text_of = [](std::uint32_t number) {
    return quic_version_text(static_cast<QuicVersion>(number));
  };
  EXPECT_EQ(text_of(0x00000001), "1");
  EXPECT_EQ(text_of(0x6b3343cf), "2");
  EXPECT_EQ(text_of(0xff00001d), "draft-29");
  EXPECT_EQ(text_of(0xfaceb002), "mvfst-faceb002");
  EXPECT_EQ(text_of(0x00000002), "0x00000002");
}

}  // namespace
}  // namespace flowtell
