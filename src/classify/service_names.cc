// SPDX-License-Identifier: Apache-2.0
#include "classify/service_names.h"

#include <utility>

#ifdef FLOWTELL_NDPI_LIBRARY

#include <dlfcn.h>
#include <ndpi_api.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace flowtell {
namespace {

using ProtocolId = std::uint16_t;

constexpr std::string_view kRemedy =
    "nDPI 4.2 (Debian: " FLOWTELL_NDPI_PACKAGE ")";

constexpr ProtocolId kNoProtocol = NDPI_PROTOCOL_UNKNOWN;

// The protocols of the network itself, which no server name or address
// overrides. UDP, and DNS over TCP too.
struct NetworkService {
  Port port;
  ProtocolId protocol;
};
constexpr auto kNetworkServices = std::to_array<NetworkService>({
    {53, NDPI_PROTOCOL_DNS},
    {67, NDPI_PROTOCOL_DHCP},
    {68, NDPI_PROTOCOL_DHCP},
    {123, NDPI_PROTOCOL_NTP},
    {137, NDPI_PROTOCOL_NETBIOS},
    {138, NDPI_PROTOCOL_NETBIOS},
    {546, NDPI_PROTOCOL_DHCPV6},
    {547, NDPI_PROTOCOL_DHCPV6},
    {1900, NDPI_PROTOCOL_SSDP},
    {5353, NDPI_PROTOCOL_MDNS},
    {5355, NDPI_PROTOCOL_LLMNR},
});

// Protocols that carry any service: a better answer replaces them.
constexpr auto kTransports = std::to_array<ProtocolId>(
    {NDPI_PROTOCOL_TLS, NDPI_PROTOCOL_QUIC, NDPI_PROTOCOL_HTTP,
     NDPI_PROTOCOL_HTTP_PROXY, NDPI_PROTOCOL_STUN});

bool is_transport(ProtocolId protocol) {
  return std::ranges::find(kTransports, protocol) != kTransports.end();
}

// Services listen on low ports, clients send from high ones.
Port service_port(const Flow& flow) {
  return std::min(flow.device_port, flow.remote_port);
}

ProtocolId network_service(const Flow& flow) {
  const Port port = service_port(flow);
  const auto found =
      std::ranges::find(kNetworkServices, port, &NetworkService::port);
  if (found == kNetworkServices.end()) return kNoProtocol;
  const bool is_found =
      flow.protocol == Protocol::kUdp || found->protocol == NDPI_PROTOCOL_DNS;
  return is_found ? found->protocol : kNoProtocol;
}

// The protocol in which the search for names found the name.
ProtocolId seen_protocol(const Flow& flow) {
  switch (flow.name.source) {
    case NameSource::kNone:
    case NameSource::kDns:
      return kNoProtocol;
    case NameSource::kQuestion:
      return NDPI_PROTOCOL_DNS;
    case NameSource::kTls:
      return NDPI_PROTOCOL_TLS;
    case NameSource::kQuic:
    case NameSource::kGoogleQuic:
      return NDPI_PROTOCOL_QUIC;
    case NameSource::kHttp:
      return NDPI_PROTOCOL_HTTP;
    case NameSource::kSocks:
      return NDPI_PROTOCOL_SOCKS;
    case NameSource::kEch:
      return flow.protocol == Protocol::kUdp ? NDPI_PROTOCOL_QUIC
                                             : NDPI_PROTOCOL_TLS;
  }
  return kNoProtocol;
}

constexpr std::uint32_t kNoAddress = 0;  // in no list of nDPI

// In host byte order; kNoAddress for IPv6.
std::uint32_t v4_number(const Address& address) {
  if (!address.is_v4()) return kNoAddress;
  std::uint32_t number = 0;
  for (std::size_t i = 12; i < 16; ++i) number = number << 8 | address.bytes[i];
  return number;
}

}  // namespace

std::string_view ServiceNames::built_for() { return FLOWTELL_NDPI_LIBRARY; }

// A detection module and the functions of the library that it needs. The
// library stays loaded until the program ends.
class ServiceNames::Ndpi {
 public:
  Ndpi() = default;
  Ndpi(const Ndpi&) = delete;
  Ndpi& operator=(const Ndpi&) = delete;
  ~Ndpi() {
    if (module_ != nullptr) exit_module_(module_);
  }

  Result<void> load(const std::string& library) {
    void* const handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
      return fail(ErrorKind::kSystem,
                  "cannot load {}, which names services; install {}", library,
                  kRemedy);
    }
    const bool is_complete =
        find(handle, "ndpi_init_detection_module", init_module_) &&
        find(handle, "ndpi_finalize_initialization", finalize_) &&
        find(handle, "ndpi_exit_detection_module", exit_module_) &&
        find(handle, "ndpi_match_string_subprotocol", match_name_) &&
        find(handle, "ndpi_guess_undetected_protocol", guess_) &&
        find(handle, "ndpi_get_proto_name", proto_name_);
    if (!is_complete) {
      return fail(ErrorKind::kWrongVersion, "{} is not nDPI 4.2; install {}",
                  library, kRemedy);
    }
    // Its list of Tor's addresses is as old as the library, and such addresses
    // change hands.
    module_ = init_module_(ndpi_dont_init_libgcrypt | ndpi_dont_load_tor_hosts);
    require_memory(module_ != nullptr);
    finalize_(module_);
    return {};
  }

  ProtocolId service(const Flow& flow) {
    const ProtocolId seen = seen_protocol(flow);
    if (seen == kNoProtocol || seen == NDPI_PROTOCOL_DNS) {
      if (const ProtocolId network = network_service(flow)) return network;
    }
    if (seen == NDPI_PROTOCOL_DNS) return seen;
    // The outer name of an encrypted hello is the provider's.
    const std::string_view server = flow.name.evidence();
    if (!server.empty()) {
      if (const ProtocolId named = service_of_name(server)) return named;
    }
    const ProtocolId guess =
        server.empty() ? guess_by_address(flow) : guess_by_port(flow);
    const bool is_vague = guess == kNoProtocol || is_transport(guess);
    return is_vague && seen != kNoProtocol ? seen : guess;
  }

  std::string_view name_of(ProtocolId protocol) const {
    return proto_name_(module_, protocol);
  }

 private:
  template <typename Function>
  static bool find(void* handle, const char* name, Function*& function) {
    function = reinterpret_cast<Function*>(::dlsym(handle, name));
    return function != nullptr;
  }

  ProtocolId match(std::string name) {
    ndpi_protocol_match_result result{};
    const int protocol = match_name_(
        module_, name.data(), static_cast<unsigned>(name.size()), &result);
    return protocol > 0 ? static_cast<ProtocolId>(protocol) : kNoProtocol;
  }

  // Some of nDPI's names begin with a dot, as ".zoom.us", and only match below
  // the domain. With a dot in front, the domain itself matches too.
  ProtocolId service_of_name(std::string_view server) {
    if (const ProtocolId found = match(std::string(server))) return found;
    return match('.' + std::string(server));
  }

  ndpi_protocol guess(const Flow& flow, std::uint32_t remote) {
    const Port port = service_port(flow);
    return guess_(module_, nullptr, static_cast<u_int8_t>(flow.protocol),
                  kNoAddress, port, remote, port);
  }

  // The device's own address says nothing of the service.
  ProtocolId guess_by_address(const Flow& flow) {
    const ndpi_protocol both = guess(flow, v4_number(flow.remote));
    const bool has_port = both.master_protocol != kNoProtocol;
    // SSH to a data centre is SSH.
    if (has_port && !is_transport(both.master_protocol)) {
      return both.master_protocol;
    }
    return both.app_protocol;
  }

  ProtocolId guess_by_port(const Flow& flow) {
    return guess(flow, kNoAddress).app_protocol;
  }

  ndpi_detection_module_struct* module_ = nullptr;
  decltype(&ndpi_init_detection_module) init_module_ = nullptr;
  decltype(&ndpi_finalize_initialization) finalize_ = nullptr;
  decltype(&ndpi_exit_detection_module) exit_module_ = nullptr;
  decltype(&ndpi_match_string_subprotocol) match_name_ = nullptr;
  decltype(&ndpi_guess_undetected_protocol) guess_ = nullptr;
  decltype(&ndpi_get_proto_name) proto_name_ = nullptr;
};

Result<std::unique_ptr<ServiceNames>> ServiceNames::open(
    const std::string& library) {
  auto ndpi = std::make_unique<Ndpi>();
  if (auto loaded = ndpi->load(library); !loaded) {
    return fail(std::move(loaded).error());
  }
  return std::unique_ptr<ServiceNames>(new ServiceNames(std::move(ndpi)));
}

std::string_view ServiceNames::of(const Flow& flow) const {
  const std::lock_guard lock(mutex_);
  const ProtocolId protocol = ndpi_->service(flow);
  return protocol == kNoProtocol ? std::string_view()
                                 : ndpi_->name_of(protocol);
}

}  // namespace flowtell

#else

namespace flowtell {

class ServiceNames::Ndpi {};

std::string_view ServiceNames::built_for() { return {}; }

Result<std::unique_ptr<ServiceNames>> ServiceNames::open(const std::string&) {
  return fail(ErrorKind::kSystem,
              "this program was built without nDPI, which names services; "
              "install libndpi-dev and build it again");
}

std::string_view ServiceNames::of(const Flow&) const { return {}; }

}  // namespace flowtell

#endif

namespace flowtell {

ServiceNames::ServiceNames(std::unique_ptr<Ndpi> ndpi)
    : ndpi_(std::move(ndpi)) {}

ServiceNames::~ServiceNames() = default;

}  // namespace flowtell
