// SPDX-License-Identifier: Apache-2.0
#include "live/metrics_server.h"

#include <arpa/inet.h>
#include <httplib.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <array>
#include <cstring>
#include <optional>

#include "base/text.h"
#include "base/time.h"
#include "decode/host_name.h"
#include "flow/lan.h"

namespace flowtell {
namespace {

constexpr Duration kPatience = std::chrono::seconds(2);  // for a connection
constexpr std::size_t kLongestRequest = 4096;
constexpr int kQueue = 8;
constexpr Duration kPause = std::chrono::milliseconds(100);

// Waits until the descriptor is ready, the time is over, or all is to end.
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

// A connection as cpp-httplib sees one.
class Connection : public httplib::Stream {
 public:
  Connection(const FileHandle& from, const FileHandle& stop)
      : socket_(from.get()),
        stop_(stop.get()),
        until_(monotonic_now() + kPatience) {}

  bool is_readable() const override {
    return room_ > 0 && is_ready(socket_, POLLIN, stop_, until_);
  }
  bool is_writable() const override {
    return is_ready(socket_, POLLOUT, stop_, until_);
  }
  ssize_t read(char* to, std::size_t size) override {
    if (!is_readable()) return -1;
    const ssize_t got =
        ::recv(socket_, to, std::min(size, room_), MSG_DONTWAIT);
    if (got > 0) room_ -= static_cast<std::size_t>(got);
    return got;
  }
  ssize_t write(const char* from, std::size_t size) override {
    if (!is_writable()) return -1;
    return ::send(socket_, from, size, MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  // Nobody asks who asks.
  void get_remote_ip_and_port(std::string&, int&) const override {}
  void get_local_ip_and_port(std::string&, int&) const override {}
  socket_t socket() const override { return socket_; }

 private:
  int socket_;
  int stop_;
  Duration until_;
  std::size_t room_ = kLongestRequest;
};

// In a time that does not tell how much was right.
bool is_same(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// "name", "name:80" or "[::1]:80" without its port; nothing where what stands
// for one is none.
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

// An address as it stands in a Host: one of version 6 in brackets.
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
  // At the same place in both versions.
  sockaddr_in v4{};
  std::memcpy(&v4, &own.storage, sizeof v4);
  return ntohs(v4.sin_port);
}

}  // namespace

bool is_loopback(const Address& address) {
  static const Lan kLoopback = *Lan::parse("127.0.0.0/8,::1");
  return kLoopback.contains(address);
}

class MetricsServer::Http : public httplib::Server {
 public:
  explicit Http(const MetricsServer& house) {
    set_pre_routing_handler([&house](const auto& request, auto& response) {
      const std::size_t hosts = request.get_header_value_count("Host");
      // RFC 9112, 3.2: one, but for HTTP/1.0, which may have none.
      if (hosts > 1 || (hosts == 0 && request.version != "HTTP/1.0")) {
        response.status = 400;
        response.set_content("a request names its host once\n", "text/plain");
        return HandlerResponse::Handled;
      }
      if (hosts == 1 &&
          !house.is_for_this_machine(request.get_header_value("Host"))) {
        response.status = 403;
        response.set_content(
            "without a token, metrics are served to requests for 127.0.0.1 or "
            "localhost only\n",
            "text/plain");
        return HandlerResponse::Handled;
      }
      if (!house.knows_token(request.get_header_value("Authorization"))) {
        response.status = 401;
        response.set_header("WWW-Authenticate", "Bearer");
        response.set_content("a token is needed\n", "text/plain");
        return HandlerResponse::Handled;
      }
      if (request.method != "GET" && request.method != "HEAD") {
        response.status = 405;
        response.set_header("Allow", "GET, HEAD");
        return HandlerResponse::Handled;
      }
      return HandlerResponse::Unhandled;
    });
    Get("/metrics", [&house](const auto&, auto& response) {
      response.set_content(house.text(),
                           "text/plain; version=0.0.4; charset=utf-8");
    });
  }

  // Nothing that a stranger sends may end the watch.
  void answer(const FileHandle& socket, const FileHandle& stop) try {
    Connection connection(socket, stop);
    bool is_closed = false;
    process_request(connection, true, is_closed, be_plain);
  } catch (const std::exception&) {
  }

 private:
  // The whole text as it is: packing it, or sending a thousand parts of it,
  // would be work for who asks to choose.
  static void be_plain(httplib::Request& request) {
    request.ranges.clear();
    request.headers.erase("Accept-Encoding");
  }
};

Result<std::unique_ptr<MetricsServer>> MetricsServer::open(Options options) {
  const auto refused = [&] {
    return fail(ErrorKind::kInput, "cannot serve metrics on {} port {}: {}",
                options.address.text(), options.port, system_reason());
  };
  const int family = options.address.is_v4() ? AF_INET : AF_INET6;
  FileHandle listener(
      ::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (listener.get() < 0) return refused();
  const int yes = 1;
  // Not two programs at once, but again at once after an end.
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
      port_(port),
      http_(std::make_unique<Http>(*this)) {}

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

bool MetricsServer::knows_token(std::string_view authorization) const {
  return options_.token.empty() ||
         is_same(authorization, "Bearer " + options_.token);
}

bool MetricsServer::is_for_this_machine(std::string_view host) const {
  if (!options_.token.empty()) return true;
  const auto name = without_port(host);
  if (!name) return false;
  const auto address = host_address(*name);
  if (address) return is_loopback(*address) || *address == options_.address;
  const auto named = HostName::from(*name);
  return named && named->text() == "localhost";
}

std::string MetricsServer::text() const {
  const std::lock_guard lock(mutex_);
  return text_;
}

void MetricsServer::serve() {
  constexpr Duration kForEver = std::chrono::hours(1);
  std::uint64_t ended = 0;
  while (::eventfd_read(stop_.get(), &ended) != 0) {
    if (!is_ready(listener_.get(), POLLIN, stop_.get(),
                  monotonic_now() + kForEver)) {
      continue;
    }
    const FileHandle socket(::accept4(listener_.get(), nullptr, nullptr,
                                      SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (socket.get() >= 0) {
      http_->answer(socket, stop_);
    } else {
      // It went away, or there is no room for it yet.
      is_ready(stop_.get(), POLLIN, stop_.get(), monotonic_now() + kPause);
    }
  }
}

}  // namespace flowtell
