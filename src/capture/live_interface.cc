// SPDX-License-Identifier: Apache-2.0
#include "capture/live_interface.h"

#include <pcap/pcap.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/text.h"
#include "capture/interface_binding.h"

namespace flowtell {
namespace {

// The kernel passes a block of frames when it is full, or this long after its
// first frame. libpcap makes blocks of 256 KiB, so even on a quiet link the
// ring lasts for its number of blocks times this: five seconds at 64 MiB.
constexpr int kBlockMilliseconds = 20;

// Frames become available slightly after their time; a silence counts only once
// it is this much longer.
constexpr Duration kGrace = std::chrono::milliseconds(kBlockMilliseconds + 10);

constexpr int kDltRawOnLinux = 12;

// Capture files and libpcap handles number the link type "raw IP" differently.
LinkType link_of(int data_link) {
  if (data_link == kDltRawOnLinux) return LinkType::kRaw;
  return static_cast<LinkType>(data_link);
}

std::string interfaces_text() {
  std::vector<std::string> names;
  std::array<char, PCAP_ERRBUF_SIZE> reason{};
  pcap_if_t* all = nullptr;
  if (pcap_findalldevs(&all, reason.data()) != 0) return "none";
  for (const pcap_if_t* one = all; one != nullptr; one = one->next) {
    // Others are not network interfaces (USB, Bluetooth, netfilter).
    const bool is_network = (one->flags & PCAP_IF_CONNECTION_STATUS) !=
                            PCAP_IF_CONNECTION_STATUS_NOT_APPLICABLE;
    if (is_network || (one->flags & PCAP_IF_LOOPBACK) != 0) {
      names.emplace_back(one->name);
    }
  }
  pcap_freealldevs(all);
  return names.empty() ? "none" : listed(names);
}

tl::unexpected<Error> activation_error(const std::string& name, int status,
                                       pcap_t* handle) {
  switch (status) {
    case PCAP_ERROR_NO_SUCH_DEVICE:
      return fail(ErrorKind::kNotFound,
                  "there is no interface {}; available: {}", name,
                  interfaces_text());
    case PCAP_ERROR_IFACE_NOT_UP:
      return fail(ErrorKind::kSystem,
                  "the interface {} is down; bring it up first: ip link set "
                  "{} up",
                  name, name);
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
      return fail(ErrorKind::kPermission,
                  "may not capture on {}: this needs the capability "
                  "CAP_NET_RAW; run it as root, with sudo",
                  name);
    default:
      return fail(ErrorKind::kSystem, "cannot capture on {}: {}", name,
                  pcap_geterr(handle));
  }
}

Result<void> set_filter(pcap_t* handle, const std::string& filter) {
  if (filter.empty()) return {};
  bpf_program program{};
  constexpr int kOptimize = 1;
  if (pcap_compile(handle, &program, filter.c_str(), kOptimize,
                   PCAP_NETMASK_UNKNOWN) != 0) {
    return fail(ErrorKind::kUsage, "cannot apply the filter '{}': {}", filter,
                pcap_geterr(handle));
  }
  const int status = pcap_setfilter(handle, &program);
  pcap_freecode(&program);
  if (status == 0) return {};
  return fail(ErrorKind::kSystem, "cannot apply the filter '{}': {}", filter,
              pcap_geterr(handle));
}

struct Filling {
  std::span<Frame> batch;
  std::vector<std::uint8_t>& store;
  std::size_t snap;
  LinkType link;
  std::size_t count = 0;
};

// Copies the frame: libpcap's bytes are valid only during this call.
void take_frame(u_char* user, const pcap_pkthdr* header, const u_char* bytes) {
  Filling& filling = *static_cast<Filling*>(static_cast<void*>(user));
  const std::size_t size = std::min<std::size_t>(header->caplen, filling.snap);
  std::uint8_t* at = filling.store.data() + filling.count * filling.snap;
  std::memcpy(at, bytes, size);
  // The handle is set to nanoseconds, so tv_usec holds nanoseconds.
  const Duration since_epoch =
      std::chrono::seconds(header->ts.tv_sec) + Duration(header->ts.tv_usec);
  filling.batch[filling.count++] = {
      std::clamp(Timestamp(since_epoch), kEarliestTime, kLatestTime),
      Bytes(at, size), header->len, filling.link};
}

}  // namespace

void LiveInterface::Closer::operator()(pcap* handle) const {
  pcap_close(handle);
}

LiveInterface::LiveInterface(std::string name, InterfaceOptions options,
                             LinkMonitor monitor)
    : name_(std::move(name)),
      options_(std::move(options)),
      monitor_(std::move(monitor)) {}

LiveInterface::~LiveInterface() = default;

Result<std::unique_ptr<LiveInterface>> LiveInterface::open(
    const std::string& name, const InterfaceOptions& options) {
  auto monitor = LinkMonitor::subscribe();
  if (!monitor) return fail(std::move(monitor).error());
  std::unique_ptr<LiveInterface> interface(
      new LiveInterface(name, options, std::move(*monitor)));
  if (auto done = interface->activate(); !done) {
    return fail(std::move(done).error());
  }
  return interface;
}

Result<void> LiveInterface::activate() {
  std::array<char, PCAP_ERRBUF_SIZE> reason{};
  Handle handle(pcap_create(name_.c_str(), reason.data()));
  if (!handle) {
    return fail(ErrorKind::kSystem, "cannot capture on {}: {}", name_,
                reason.data());
  }
  pcap_set_snaplen(handle.get(), static_cast<int>(options_.snap));
  pcap_set_buffer_size(handle.get(), static_cast<int>(options_.buffer_bytes));
  pcap_set_promisc(handle.get(), 1);
  pcap_set_timeout(handle.get(), kBlockMilliseconds);
  pcap_set_tstamp_precision(handle.get(), PCAP_TSTAMP_PRECISION_NANO);
  // Positive values are warnings, such as missing promiscuous mode.
  const int status = pcap_activate(handle.get());
  if (status < 0) return activation_error(name_, status, handle.get());
  if (pcap_setnonblock(handle.get(), 1, reason.data()) != 0) {
    return fail(ErrorKind::kSystem, "cannot capture on {}: {}", name_,
                reason.data());
  }
  if (auto done = set_filter(handle.get(), options_.filter); !done) {
    return done;
  }
  link_ = link_of(pcap_datalink(handle.get()));
  const auto state = interface_state(pcap_fileno(handle.get()), name_);
  hardware_ = state ? state->hardware : 0;
  dropped_before_ += dropped_by_handle();
  handle_ = std::move(handle);
  return {};
}

std::size_t LiveInterface::read(std::span<Frame> batch) {
  if (is_away_) {
    if (!monitor_.drain() || !resume()) return 0;
    is_away_ = false;
    notice_ = fmt::format("{} is back", name_);
  }
  store_.resize(batch.size() * options_.snap);
  Filling filling{batch, store_, options_.snap, link_};
  const int status =
      pcap_dispatch(handle_.get(), static_cast<int>(batch.size()), take_frame,
                    reinterpret_cast<u_char*>(&filling));
  if (status < 0) handle_loss();
  if (filling.count > 0) last_read_ = monotonic_now();
  return filling.count;
}

int LiveInterface::packet_socket() const { return pcap_fileno(handle_.get()); }

bool LiveInterface::resume() {
  if (rebind_) return rebind_();
  return bind_to_interface(packet_socket(), name_, hardware_) || activate();
}

// The interface may have returned before its loss was noticed.
void LiveInterface::handle_loss() {
  static_cast<void>(monitor_.drain());
  is_away_ = !resume();
  if (is_away_) {
    notice_ = fmt::format("{} went away; waiting for it to come back", name_);
  }
}

Duration LiveInterface::silence() const {
  return std::max(monotonic_now() - last_read_ - kGrace, Duration{});
}

Duration LiveInterface::time_until(Duration silence) const {
  return last_read_ + silence + kGrace + Duration{1} - monotonic_now();
}

int LiveInterface::descriptor() const {
  return is_away_ ? monitor_.descriptor()
                  : pcap_get_selectable_fd(handle_.get());
}

std::uint64_t LiveInterface::dropped_by_handle() const {
  pcap_stat counts{};
  if (!handle_ || pcap_stats(handle_.get(), &counts) != 0) return 0;
  return counts.ps_drop;
}

std::uint64_t LiveInterface::dropped() {
  return dropped_before_ + dropped_by_handle();
}

std::optional<std::string> LiveInterface::take_notice() {
  return std::exchange(notice_, std::nullopt);
}

}  // namespace flowtell
