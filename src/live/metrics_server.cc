// SPDX-License-Identifier: Apache-2.0
#include "live/metrics_server.h"

#include <arpa/inet.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <tl/expected.hpp>

#include "base/text.h"
#include "base/time.h"
#include "decode/host_name.h"
#include "flow/lan.h"

namespace flowtell {
namespace {

namespace http = boost::beast::http;

constexpr Duration kConnectionTimeout = std::chrono::seconds(2);
constexpr std::size_t kMaxRequest = 4096;
constexpr int kQueue = 8;
constexpr int kMaxDiscards = 64;  // blocks of kMaxRequest
constexpr Duration kRetryDelay = std::chrono::milliseconds(100);

// Waits until the descriptor is ready, the time is over or `stop` is readable.
bool is_ready(int descriptor, short events, int stop, Duration until) {
  std::array<pollfd, 2> waits = {{{descriptor, events, 0}, {stop, POLLIN, 0}}};
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        until - monotonic_now());
    if (left.count() <= 0) return false;
    const int ready =
        ::poll(waits.data(), waits.size(), static_cast<int>(left.count()) + 1);
    if (ready < 0 && errno == EINTR) continue;
    return ready > 0 && waits[1].revents == 0 && waits[0].revents != 0;
  }
}

// Boost 1.74 has a string view of its own; 1.83 uses the standard one.
std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

struct Answer {
  http::status status = http::status::ok;
  std::string body = {};
  std::string_view header = {};  // a whole line, or empty
};

// Ranges and compression are not offered: they would let a client cause work.
std::string response_text(const Answer& answer, bool is_head = false) {
  return fmt::format(
      "HTTP/1.1 {} {}\r\n"
      "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
      "Content-Length: {}\r\n"
      "Connection: close\r\n"
      "{}\r\n{}",
      static_cast<unsigned>(answer.status),
      view(http::obsolete_reason(answer.status)), answer.body.size(),
      answer.header, is_head ? "" : answer.body);
}

// A connection, bounded by a deadline and by the bytes read.
class Connection {
 public:
  Connection(const FileHandle& socket, const FileHandle& stop)
      : socket_(socket.get()),
        stop_(stop.get()),
        deadline_(monotonic_now() + kConnectionTimeout) {}

  // Reads the header of the request; the body is ignored. Fails with the
  // answer to a bad request, or with an empty one if the client is gone or
  // late.
  tl::expected<http::request_header<>, std::optional<Answer>> read_request() {
    http::request_parser<http::empty_body> parser;
    parser.header_limit(kMaxRequest);
    std::array<char, kMaxRequest> bytes;
    std::size_t size = 0;
    while (!parser.is_header_done()) {
      if (size == bytes.size()) return tl::unexpected(too_long());
      if (!wait_for(POLLIN)) return tl::unexpected(std::nullopt);
      const ssize_t received = ::recv(socket_, bytes.data() + size,
                                      bytes.size() - size, MSG_DONTWAIT);
      if (received <= 0) return tl::unexpected(std::nullopt);
      size += static_cast<std::size_t>(received);
      boost::system::error_code error;
      const std::size_t parsed =
          parser.put(boost::asio::buffer(bytes.data(), size), error);
      if (error == http::error::header_limit) {
        return tl::unexpected(too_long());
      }
      if (error && error != http::error::need_more) {
        return tl::unexpected(Answer{.status = http::status::bad_request,
                                     .body = "the request is not HTTP\n"});
      }
      std::copy(bytes.data() + parsed, bytes.data() + size, bytes.data());
      size -= parsed;
    }
    return parser.get().base();
  }

  void write(std::string_view text) {
    while (!text.empty() && wait_for(POLLOUT)) {
      const ssize_t sent = ::send(socket_, text.data(), text.size(),
                                  MSG_DONTWAIT | MSG_NOSIGNAL);
      if (sent < 0) return;
      text.remove_prefix(static_cast<std::size_t>(sent));
    }
    discard();
  }

 private:
  static Answer too_long() {
    return {
        .status = http::status::request_header_fields_too_large,
        .body = fmt::format("a request has at most {} bytes\n", kMaxRequest)};
  }

  bool wait_for(short events) const {
    return is_ready(socket_, events, stop_, deadline_);
  }

  // Unread bytes would turn the close into a reset, which can overtake the
  // answer.
  void discard() const {
    std::array<char, kMaxRequest> bytes;
    for (int i = 0; i < kMaxDiscards; ++i) {
      if (::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT) <= 0)
        return;
    }
  }

  int socket_;
  int stop_;
  Duration deadline_;
};

// Compares in constant time.
bool is_same(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// "name", "name:80" or "[::1]:80" without the port; empty if the port is
// invalid.
std::optional<std::string_view> without_port(std::string_view host) {
  const std::size_t end =
      host.starts_with('[') ? host.find(']') + 1 : host.find(':');
  if (host.starts_with('[') && end == 0) return std::nullopt;
  if (end >= host.size()) return host;
  if (host[end] != ':' || !parse_number<Port>(host.substr(end + 1))) {
    return std::nullopt;
  }
  return host.substr(0, end);
}

// The address in a Host header; version 6 is in brackets.
std::optional<Address> host_address(std::string_view host) {
  const bool is_bracketed = host.starts_with('[') && host.ends_with(']');
  if (is_bracketed) host = host.substr(1, host.size() - 2);
  if (is_bracketed != (host.find(':') != host.npos)) return std::nullopt;
  return Address::parse(host);
}

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketAddress socket_address(const Address& address, Port port) {
  SocketAddress out;
  if (address.is_v4()) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, &address.bytes[12], 4);
    std::memcpy(&out.storage, &v4, out.size = sizeof v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&v6.sin6_addr, address.bytes.data(), 16);
    std::memcpy(&out.storage, &v6, out.size = sizeof v6);
  }
  return out;
}

Port port_of(int socket) {
  SocketAddress own;
  own.size = sizeof own.storage;
  ::getsockname(socket, own.get(), &own.size);
  // The port has the same offset in both versions.
  sockaddr_in v4{};
  std::memcpy(&v4, &own.storage, sizeof v4);
  return ntohs(v4.sin_port);
}

}  // namespace

bool is_loopback(const Address& address) {
  static const Lan kLoopback = *Lan::parse("127.0.0.0/8,::1");
  return kLoopback.contains(address);
}

Result<std::unique_ptr<MetricsServer>> MetricsServer::open(Options options) {
  const auto refused = [&] {
    const int error = errno;
    return fail(kind_of_errno(error, ErrorKind::kSystem),
                "cannot serve metrics on {} port {}: {}",
                options.address.text(), options.port, system_reason(error));
  };
  const int family = options.address.is_v4() ? AF_INET : AF_INET6;
  FileHandle listener(
      ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (listener.get() < 0) return refused();
  const int yes = 1;
  // Refuses a port in use, but not one in TIME_WAIT.
  ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  SocketAddress at = socket_address(options.address, options.port);
  if (::bind(listener.get(), at.get(), at.size) != 0 ||
      ::listen(listener.get(), kQueue) != 0) {
    return refused();
  }
  FileHandle stop(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (stop.get() < 0) return refused();
  const Port port = port_of(listener.get());
  return std::unique_ptr<MetricsServer>(new MetricsServer(
      std::move(options), std::move(listener), std::move(stop), port));
}

MetricsServer::MetricsServer(Options options, FileHandle listener,
                             FileHandle stop, Port port)
    : options_(std::move(options)),
      listener_(std::move(listener)),
      stop_(std::move(stop)),
      port_(port) {}

MetricsServer::~MetricsServer() {
  ::eventfd_write(stop_.get(), 1);
  if (thread_.joinable()) thread_.join();
}

void MetricsServer::start() {
  thread_ = std::thread([this] { serve(); });
}

void MetricsServer::publish(std::string text) {
  const std::lock_guard lock(mutex_);
  text_ = std::move(text);
}

bool MetricsServer::has_token(std::string_view authorization) const {
  return options_.token.empty() ||
         is_same(authorization, "Bearer " + options_.token);
}

bool MetricsServer::names_this_machine(std::string_view host) const {
  if (!options_.token.empty()) return true;
  const auto name = without_port(host);
  if (!name) return false;
  const auto address = host_address(*name);
  if (address) return is_loopback(*address) || *address == options_.address;
  const auto named = HostName::from(*name);
  return named && named->text() == "localhost";
}

// Exceptions caused by a request must not end the watch.
void MetricsServer::answer(const FileHandle& socket) const try {
  Connection connection(socket, stop_);
  const auto request = connection.read_request();
  if (!request) {
    if (request.error()) connection.write(response_text(*request.error()));
    return;
  }
  const auto& fields = *request;
  const std::size_t hosts = fields.count(http::field::host);
  const std::string_view host = view(fields[http::field::host]);
  const std::string_view target = view(fields.target());
  const bool is_head = fields.method() == http::verb::head;
  Answer answer;
  // RFC 9112, section 3.2: exactly one Host, or none in HTTP/1.0.
  if (hosts > 1 || (hosts == 0 && fields.version() != 10) ||
      (hosts == 1 && host.empty())) {
    answer = {http::status::bad_request, "one Host header is required\n"};
  } else if (hosts == 1 && !names_this_machine(host)) {
    answer = {http::status::forbidden,
              "without a token, metrics are served to requests for 127.0.0.1 "
              "or localhost only\n"};
  } else if (!has_token(view(fields[http::field::authorization]))) {
    answer = {http::status::unauthorized, "a token is required\n",
              "WWW-Authenticate: Bearer\r\n"};
  } else if (!is_head && fields.method() != http::verb::get) {
    answer = {http::status::method_not_allowed, "GET and HEAD are served\n",
              "Allow: GET, HEAD\r\n"};
  } else if (target.substr(0, target.find('?')) != "/metrics") {
    answer = {http::status::not_found, "metrics are at /metrics\n"};
  } else {
    answer.body = text();
  }
  connection.write(response_text(answer, is_head));
} catch (const std::exception&) {
}

std::string MetricsServer::text() const {
  const std::lock_guard lock(mutex_);
  return text_;
}

void MetricsServer::serve() {
  constexpr Duration kLongWait = std::chrono::hours(1);
  std::uint64_t ended = 0;
  while (::eventfd_read(stop_.get(), &ended) != 0) {
    if (!is_ready(listener_.get(), POLLIN, stop_.get(),
                  monotonic_now() + kLongWait)) {
      continue;
    }
    const FileHandle socket(::accept4(listener_.get(), nullptr, nullptr,
                                      SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket.get() >= 0) {
      answer(socket);
    } else {
      // The client closed it, or there is no descriptor left.
      is_ready(stop_.get(), POLLIN, stop_.get(), monotonic_now() + kRetryDelay);
    }
  }
}

}  // namespace flowtell
