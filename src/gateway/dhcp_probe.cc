// SPDX-License-Identifier: Apache-2.0
#include "gateway/dhcp_probe.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

#include "base/checksum.h"
#include "base/file.h"
#include "confine/confined_child.h"

namespace flowtell {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::uint16_t kServerPort = 67;
constexpr std::uint16_t kClientPort = 68;
constexpr std::uint32_t kCookie = 0x63825363;
constexpr std::size_t kIpHeader = 20;
constexpr std::size_t kUdpHeaderSize = 8;
constexpr std::uint8_t kProtocolUdp = 17;
constexpr std::uint8_t kMessageType = 53;
constexpr std::uint8_t kDiscover = 1;
constexpr std::uint8_t kOffer = 2;
constexpr auto kLinkWait = 3s;  // for an interface that was just switched on
constexpr int kAttempts = 3;

// Appends big-endian bytes.
struct Writer {
  void u8(std::uint8_t value) { bytes += static_cast<char>(value); }
  void u16(std::uint16_t value) {
    u8(static_cast<std::uint8_t>(value >> 8));
    u8(static_cast<std::uint8_t>(value));
  }
  void u32(std::uint32_t value) {
    u16(static_cast<std::uint16_t>(value >> 16));
    u16(static_cast<std::uint16_t>(value));
  }
  void zeros(std::size_t count) { bytes.append(count, '\0'); }
  void mac(const Mac& mac) { bytes.append(mac.begin(), mac.end()); }

  std::string bytes;
};

std::string discover_message(const Mac& mac, std::uint32_t transaction) {
  constexpr std::uint16_t kBroadcastReply = 0x8000;
  Writer out;
  out.u8(1);  // a request
  out.u8(1);  // over Ethernet
  out.u8(6);
  out.u8(0);
  out.u32(transaction);
  out.u16(0);
  out.u16(kBroadcastReply);
  out.zeros(16);  // no addresses
  out.mac(mac);
  out.zeros(10 + 64 + 128);  // rest of the MAC's field, server name, file
  out.u32(kCookie);
  out.u8(kMessageType);
  out.u8(1);
  out.u8(kDiscover);
  out.u8(255);    // the end of the options
  out.zeros(60);  // to the minimum size that old servers accept
  return out.bytes;
}

FileHandle open_packet_socket(unsigned index) {
  FileHandle socket(
      ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETHERTYPE_IP)));
  sockaddr_ll local{};
  local.sll_family = AF_PACKET;
  local.sll_protocol = htons(ETHERTYPE_IP);
  local.sll_ifindex = static_cast<int>(index);
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&local),
             sizeof local) != 0) {
    return FileHandle();
  }
  return socket;
}

std::optional<Mac> mac_of(int socket, const std::string& interface) {
  ifreq request{};
  interface.copy(request.ifr_name, IFNAMSIZ - 1);
  if (::ioctl(socket, SIOCGIFHWADDR, &request) != 0) return std::nullopt;
  Mac mac;
  std::copy_n(request.ifr_hwaddr.sa_data, mac.size(), mac.begin());
  return mac;
}

bool has_link(int socket, const std::string& interface) {
  ifreq request{};
  interface.copy(request.ifr_name, IFNAMSIZ - 1);
  return ::ioctl(socket, SIOCGIFFLAGS, &request) == 0 &&
         (request.ifr_flags & IFF_RUNNING) != 0;
}

bool wait_for_link(int socket, const std::string& interface) {
  const auto end = Clock::now() + kLinkWait;
  while (!has_link(socket, interface)) {
    if (Clock::now() > end) return false;
    std::this_thread::sleep_for(50ms);
  }
  return true;
}

// Adds an Ethernet header, so that it is sent without an address: a confined
// process may send only to where its socket is bound (call_filter.h).
std::string broadcast_frame(const Mac& from, const std::string& packet) {
  Writer out;
  out.bytes.append(ETH_ALEN, '\xff');
  out.mac(from);
  out.u16(ETHERTYPE_IP);
  return out.bytes + packet;
}

std::optional<Ipv4> wait_for_offer(int socket, std::uint32_t transaction,
                                   std::chrono::milliseconds timeout) {
  const auto end = Clock::now() + timeout;
  std::array<std::uint8_t, 2048> frame;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
    if (left.count() <= 0) return std::nullopt;
    pollfd watched = {socket, POLLIN, 0};
    if (::poll(&watched, 1, static_cast<int>(left.count())) <= 0) continue;
    const ssize_t got = ::recv(socket, frame.data(), frame.size(), 0);
    if (got <= ETH_HLEN) continue;
    const Bytes packet =
        Bytes(frame).first(static_cast<std::size_t>(got)).subspan(ETH_HLEN);
    const auto server = dhcp_offer_from(packet, transaction);
    if (server) return server;
  }
}

struct Probe {
  int socket;  // bound to the interface
  Mac mac;
  std::chrono::milliseconds timeout;
};

// The address of a server that answers, as text; empty if none does.
std::string send_probe(const Probe& probe) {
  std::uint32_t transaction = 0;
  if (::getrandom(&transaction, sizeof transaction, 0) < 0) transaction = 1;
  const std::string frame =
      broadcast_frame(probe.mac, dhcp_discover(probe.mac, transaction));
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    ::send(probe.socket, frame.data(), frame.size(), 0);
    const auto server =
        wait_for_offer(probe.socket, transaction, probe.timeout / kAttempts);
    if (server) return server->text();
  }
  return "";
}

}  // namespace

std::string dhcp_discover(const Mac& mac, std::uint32_t transaction) {
  const std::string message = discover_message(mac, transaction);
  const auto length =
      static_cast<std::uint16_t>(kIpHeader + kUdpHeaderSize + message.size());
  Writer out;
  out.u16(0x4500);
  out.u16(length);
  out.u32(0);
  out.u8(64);
  out.u8(kProtocolUdp);
  out.u16(0);  // the checksum, below
  out.u32(0);
  out.u32(0xffffffff);
  const std::uint16_t checksum = internet_checksum(as_bytes(out.bytes));
  out.bytes[10] = static_cast<char>(checksum >> 8);
  out.bytes[11] = static_cast<char>(checksum);
  out.u16(kClientPort);
  out.u16(kServerPort);
  out.u16(static_cast<std::uint16_t>(kUdpHeaderSize + message.size()));
  out.u16(0);  // the UDP checksum is optional over IPv4
  return out.bytes + message;
}

std::optional<Ipv4> dhcp_offer_from(Bytes packet, std::uint32_t transaction) {
  ByteReader ip(packet);
  const std::size_t header = std::size_t{ip.u8() & 15u} * 4;
  ip.skip(8);
  const bool is_udp = ip.u8() == kProtocolUdp;
  ip.skip(2);
  const Ipv4 server = {ip.u32()};
  ByteReader udp(packet);
  udp.skip(header);
  const bool from_server = udp.u16() == kServerPort;
  udp.skip(kUdpHeaderSize - 2);
  const bool is_reply = udp.u8() == 2;
  udp.skip(3);
  const bool is_ours = udp.u32() == transaction;
  udp.skip(228);
  const bool is_dhcp = udp.u32() == kCookie;
  if (!ip.ok() || !udp.ok() || !is_udp || !from_server || !is_reply ||
      !is_ours || !is_dhcp) {
    return std::nullopt;
  }
  while (udp.ok() && udp.left() > 0) {
    const std::uint8_t option = udp.u8();
    if (option == 0) continue;
    const Bytes value = udp.take(udp.u8());
    if (option != kMessageType) continue;
    if (value.size() == 1 && value[0] == kOffer) return server;
    break;
  }
  return std::nullopt;
}

Result<void> refuse_other_dhcp_server(const std::string& interface,
                                      std::chrono::milliseconds timeout) {
  const unsigned index = ::if_nametoindex(interface.c_str());
  const FileHandle socket = open_packet_socket(index);
  const auto mac = mac_of(socket.get(), interface);
  if (index == 0 || !mac) {
    const int error = errno;
    return fail(kind_of_errno(error, ErrorKind::kSystem),
                "cannot listen on {}: {}", interface, system_reason(error));
  }
  if (!wait_for_link(socket.get(), interface)) return {};
  // Replies are parsed in a process that cannot change the firewall.
  const auto server = run_confined([&] {
    return send_probe({socket.get(), *mac, timeout});
  });
  if (!server) {
    return fail(fmt::format("cannot probe for DHCP servers on {}", interface),
                server.error());
  }
  return require_no_server(interface, *server);
}

Result<void> require_no_server(const std::string& interface,
                               std::string_view reply) {
  if (reply.empty()) return {};
  const auto server = Ipv4::parse(reply);
  if (!server) {
    return fail(ErrorKind::kSystem,
                "the probe for DHCP servers on {} returned no address; try "
                "again, and capture on {} if it happens again",
                interface, interface);
  }
  return fail(ErrorKind::kSystem,
              "a DHCP server at {} already answers on {}, and two would "
              "conflict; switch it off, or give another LAN interface",
              server->text(), interface);
}

}  // namespace flowtell
