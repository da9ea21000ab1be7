// SPDX-License-Identifier: Apache-2.0
#include "live/metrics_server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <vector>

#include "base/time.h"

namespace flowtell {
namespace {

MetricsServer::Options on(std::string_view address, std::string token = "") {
  return {*Address::parse(address), 0, std::move(token)};
}

FileHandle connect_to(const MetricsServer& server) {
  FileHandle socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(server.port());
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(
      ::connect(socket.get(), reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
  return socket;
}

std::string reply_to(const MetricsServer& server, const std::string& request) {
  const FileHandle socket = connect_to(server);
  EXPECT_TRUE(write_all(socket.get(), request));
  std::string reply;
  char bytes[4096];
  for (;;) {
    const ssize_t got = ::recv(socket.get(), bytes, sizeof bytes, 0);
    if (got <= 0) return reply;
    reply.append(bytes, static_cast<std::size_t>(got));
  }
}

std::string get(const MetricsServer& server, const std::string& path,
                const std::string& header = "") {
  return reply_to(server, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" +
                              header + "\r\n");
}

TEST(MetricsServer, ServesTheTextPublishedLast) {
  auto server = MetricsServer::open(on("127.0.0.1"));
  ASSERT_TRUE(server) << server.error().message;
  (*server)->publish("old 1\n");
  (*server)->start();
  (*server)->publish("frames 1\n");
  const std::string reply = get(**server, "/metrics");
  EXPECT_TRUE(reply.starts_with("HTTP/1.1 200 ")) << reply;
  EXPECT_NE(reply.find("Content-Type: text/plain; version=0.0.4"), reply.npos);
  EXPECT_TRUE(reply.ends_with("\r\n\r\nframes 1\n")) << reply;
  EXPECT_TRUE(get(**server, "/").starts_with("HTTP/1.1 404 "));
  EXPECT_TRUE(get(**server, "/../etc/passwd").starts_with("HTTP/1.1 404 "));
}

TEST(MetricsServer, RequiresItsToken) {
  auto server = MetricsServer::open(on("127.0.0.1", "correct-horse"));
  ASSERT_TRUE(server);
  (*server)->publish("frames 1\n");
  (*server)->start();
  for (const char* header :
       {"", "Authorization: Bearer \r\n", "Authorization: Bearer correct\r\n",
        "Authorization: Bearer correct-horsE\r\n",
        "Authorization: Basic correct-horse\r\n"}) {
    const std::string reply = get(**server, "/metrics", header);
    EXPECT_TRUE(reply.starts_with("HTTP/1.1 401 ")) << header << reply;
    EXPECT_EQ(reply.find("frames"), reply.npos);
  }
  EXPECT_TRUE(
      get(**server, "/metrics", "Authorization: Bearer correct-horse\r\n")
          .ends_with("frames 1\n"));
}

TEST(MetricsServer, ReportsWhyItCannotServe) {
  auto first = MetricsServer::open(on("127.0.0.1"));
  ASSERT_TRUE(first);
  auto second =
      MetricsServer::open({*Address::parse("127.0.0.1"), (*first)->port(), ""});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message,
            fmt::format("cannot serve metrics on 127.0.0.1 port {}: Address "
                        "already in use",
                        (*first)->port()));
  EXPECT_FALSE(MetricsServer::open(on("203.0.113.5"))) << "of another machine";
}

TEST(MetricsServer, RefusesLongRequests) {
  auto server = MetricsServer::open(on("127.0.0.1"));
  ASSERT_TRUE(server);
  (*server)->publish("frames 1\n");
  (*server)->start();
  const std::string reply = reply_to(
      **server,
      "GET /metrics HTTP/1.1\r\nA: " + std::string(100'000, 'a') + "\r\n\r\n");
  EXPECT_EQ(reply.find("frames"), reply.npos);
  EXPECT_TRUE(get(**server, "/metrics").ends_with("frames 1\n"));
}

// A client cannot cause work by ranges or compression.
TEST(MetricsServer, SendsTheWholeTextUncompressed) {
  auto server = MetricsServer::open(on("127.0.0.1"));
  ASSERT_TRUE(server);
  const std::string text(100'000, 'a');
  (*server)->publish(text);
  (*server)->start();
  std::string ranges = "0-1";
  while (ranges.size() < 3900) ranges += ",0-";
  for (const std::string& header :
       {"Range: bytes=" + ranges, std::string("Range: bytes=0-0"),
        std::string("Accept-Encoding: br, gzip")}) {
    const std::string reply = get(**server, "/metrics", header + "\r\n");
    EXPECT_TRUE(reply.starts_with("HTTP/1.1 200 ")) << header;
    EXPECT_TRUE(reply.ends_with("\r\n\r\n" + text)) << header;
  }
  EXPECT_TRUE(
      reply_to(**server, "POST /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
          .starts_with("HTTP/1.1 405 "));
}

// A page can resolve its own name to 127.0.0.1, but cannot send another Host.
TEST(MetricsServer, AnswersRequestsForThisMachineOnly) {
  auto server = MetricsServer::open(on("127.0.0.1"));
  ASSERT_TRUE(server);
  (*server)->publish("frames 1\n");
  (*server)->start();
  const auto reply_for = [&](const std::string& host) {
    return reply_to(**server,
                    "GET /metrics HTTP/1.1\r\nHost: " + host + "\r\n\r\n");
  };
  for (const char* host :
       {"localhost", "localhost:9464", "LocalHost", "localhost.", "127.0.0.1",
        "127.0.0.1:9464", "127.255.0.9:1", "[::1]", "[::1]:9464"}) {
    EXPECT_TRUE(reply_for(host).ends_with("frames 1\n")) << host;
  }
  for (const char* host : {"evil.example",
                           "evil.example:9464",
                           "localhost.evil.example",
                           "127.0.0.1.evil.example",
                           "evil.example:127.0.0.1",
                           "128.0.0.1",
                           "126.255.255.255",
                           "192.168.12.1:9464",
                           "0.0.0.0",
                           "[::]",
                           "[::2]:80",
                           "::1",
                           "[127.0.0.1]",
                           "[::1",
                           "[::1]80",
                           "[]",
                           "localhost:",
                           "localhost:x",
                           "localhost:65536",
                           "localhost@evil.example"}) {
    const std::string reply = reply_for(host);
    EXPECT_TRUE(reply.starts_with("HTTP/1.1 403 ")) << host << reply;
    EXPECT_NE(reply.find("for 127.0.0.1 or localhost only"), reply.npos);
    EXPECT_EQ(reply.find("frames"), reply.npos) << host;
  }
}

TEST(MetricsServer, AcceptsItsOwnAddressAsHost) {
  auto server = MetricsServer::open(on("0.0.0.0"));
  ASSERT_TRUE(server);
  (*server)->publish("frames 1\n");
  (*server)->start();
  EXPECT_TRUE(
      reply_to(**server, "GET /metrics HTTP/1.1\r\nHost: 0.0.0.0:1\r\n\r\n")
          .ends_with("frames 1\n"));
}

TEST(MetricsServer, RefusesARequestWithoutItsHost) {
  auto server = MetricsServer::open(on("127.0.0.1", "correct-horse"));
  ASSERT_TRUE(server);
  (*server)->publish("frames 1\n");
  (*server)->start();
  const std::string token = "Authorization: Bearer correct-horse\r\n";
  for (const char* hosts :
       {"", "Host:\r\n", "Host: localhost\r\nHost: localhost\r\n"}) {
    const std::string reply =
        reply_to(**server, std::string("GET /metrics HTTP/1.1\r\n") + hosts +
                               token + "\r\n");
    EXPECT_TRUE(reply.starts_with("HTTP/1.1 400 ")) << hosts << reply;
    EXPECT_EQ(reply.find("frames"), reply.npos) << hosts;
  }
  EXPECT_TRUE(reply_to(**server, "GET /metrics HTTP/1.0\r\n" + token + "\r\n")
                  .ends_with("frames 1\n"))
      << "HTTP/1.0 has none";
}

// A page does not know the token, and a tunnel or reverse proxy has a name.
TEST(MetricsServer, AcceptsAnyHostWithItsToken) {
  auto server = MetricsServer::open(on("127.0.0.1", "correct-horse"));
  ASSERT_TRUE(server);
  (*server)->publish("frames 1\n");
  (*server)->start();
  const std::string request =
      "GET /metrics HTTP/1.1\r\nHost: metrics.example:9464\r\n";
  EXPECT_TRUE(
      reply_to(**server, request + "\r\n").starts_with("HTTP/1.1 401 "));
  EXPECT_TRUE(reply_to(**server,
                       request + "Authorization: Bearer correct-horse\r\n\r\n")
                  .ends_with("frames 1\n"));
}

TEST(MetricsServer, IsNotBlockedByASilentClient) {
  auto server = MetricsServer::open(on("127.0.0.1"));
  ASSERT_TRUE(server);
  (*server)->publish("frames 1\n");
  (*server)->start();
  const FileHandle silent = connect_to(**server);
  const Duration began = monotonic_now();
  EXPECT_TRUE(get(**server, "/metrics").ends_with("frames 1\n"));
  EXPECT_LT(monotonic_now() - began, std::chrono::seconds(10));
}

TEST(MetricsServer, EndsAtOnceDuringAConnection) {
  auto server = MetricsServer::open(on("127.0.0.1"));
  ASSERT_TRUE(server);
  (*server)->start();
  const FileHandle silent = connect_to(**server);
  EXPECT_TRUE(write_all(silent.get(), "GET /metr"));
  const Duration began = monotonic_now();
  server->reset();
  EXPECT_LT(monotonic_now() - began, std::chrono::seconds(1));
  auto never_started = MetricsServer::open(on("127.0.0.1"));
  ASSERT_TRUE(never_started);
  never_started->reset();
}

}  // namespace
}  // namespace flowtell
