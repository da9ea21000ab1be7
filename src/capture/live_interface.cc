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

// The kernel hands over a block of frames when it is full, or so long after its
// first. libpcap makes blocks of 256 KiB, so that on a quiet link, too, the
// ring lasts for its number of blocks times this: five seconds at 64 MiB.
constexpr int kBlockMilliseconds = 20;

// A frame is at hand a moment after its time: so long is waited beyond a
// silence before it is believed.
constexpr Duration kGrace = std::chrono::milliseconds(kBlockMilliseconds + 10);

constexpr int kDltRawOnLinux = 12;

// Files and handles number the link type "raw IP" differently.
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
    // The others are no network interfaces (USB, Bluetooth, the firewall's).
    const bool is_network = (one->flags & PCAP_IF_CONNECTION_STATUS) !=
                            PCAP_IF_CONNECTION_STATUS_NOT_APPLICABLE;
    if (is_network || (one->flags & PCAP_IF_LOOPBACK) != 0) {
      names.emplace_back(one->name);
    }
  }
  pcap_freealldevs(all);
  return names.empty() ? "none" : listed(names);
}

tl::unexpected<Error> no_listening(const std::string& name, int status,
                                   pcap_t* handle) {
  switch (status) {
    case PCAP_ERROR_NO_SUCH_DEVICE:
      return fail(ErrorKind::kInput, "there is no interface {}; there are: {}",
                  name, interfaces_text());
    case PCAP_ERROR_IFACE_NOT_UP:
      return fail(ErrorKind::kInput,
                  "the interface {} is down; bring it up first: ip link set "
                  "{} up",
                  name, name);
    case PCAP_ERROR_PERM_DENIED:
    case PCAP_ERROR_PROMISC_PERM_DENIED:
      return fail(ErrorKind::kInput,
                  "may not listen on {}: that takes the capability "
                  "CAP_NET_RAW; run it as root, with sudo",
                  name);
    default:
      return fail(ErrorKind::kInput, "cannot listen on {}: {}", name,
                  pcap_geterr(handle));
  }
}

Result<void> set_filter(pcap_t* handle, const std::string& filter) {
  if (filter.empty()) return {};
  bpf_program program{};
  constexpr int kOptimize = 1;
  if (pcap_compile(handle, &program, filter.c_str(), kOptimize,
                   PCAP_NETMASK_UNKNOWN) != 0) {
    return fail(ErrorKind::kUsage, "cannot filter by '{}': {}", filter,
                pcap_geterr(handle));
  }
  const int status = pcap_setfilter(handle, &program);
  pcap_freecode(&program);
  if (status == 0) return {};
  return fail(ErrorKind::kInput, "cannot filter by '{}': {}", filter,
              pcap_geterr(handle));
}

// What the callback fills.
struct Filling {
  std::span<Frame> batch;
  std::vector<std::uint8_t>& store;
  std::size_t snap;
  LinkType link;
  std::size_t count = 0;
};

// libpcap's frames last no longer than this call, so they are copied.
void take_frame(u_char* user, const pcap_pkthdr* header, const u_char* bytes) {
  Filling& filling = *static_cast<Filling*>(static_cast<void*>(user));
  const std::size_t size = std::min<std::size_t>(header->caplen, filling.snap);
  std::uint8_t* at = filling.store.data() + filling.count * filling.snap;
  std::memcpy(at, bytes, size);
  // The handle tells nanoseconds where the field says microseconds.
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
                             LinkMonitor news)
    : name_(std::move(name)),
      options_(std::move(options)),
      news_(std::move(news)) {}

LiveInterface::~LiveInterface() = default;

Result<std::unique_ptr<LiveInterface>> LiveInterface::open(
    const std::string& name, const InterfaceOptions& options) {
  auto news = LinkMonitor::subscribe();
  if (!news) return fail(std::move(news).error());
  std::unique_ptr<LiveInterface> interface(
      new LiveInterface(name, options, std::move(*news)));
  if (auto done = interface->listen(); !done) {
    return fail(std::move(done).error());
  }
  return interface;
}

Result<void> LiveInterface::listen() {
  std::array<char, PCAP_ERRBUF_SIZE> reason{};
  Handle handle(pcap_create(name_.c_str(), reason.data()));
  if (!handle) {
    return fail(ErrorKind::kInput, "cannot listen on {}: {}", name_,
                reason.data());
  }
  pcap_set_snaplen(handle.get(), static_cast<int>(options_.snap));
  pcap_set_buffer_size(handle.get(), static_cast<int>(options_.buffer_bytes));
  pcap_set_promisc(handle.get(), 1);
  pcap_set_timeout(handle.get(), kBlockMilliseconds);
  pcap_set_tstamp_precision(handle.get(), PCAP_TSTAMP_PRECISION_NANO);
  // Above 0 stand warnings, such as that there is no promiscuous mode.
  const int status = pcap_activate(handle.get());
  if (status < 0) return no_listening(name_, status, handle.get());
  if (pcap_setnonblock(handle.get(), 1, reason.data()) != 0) {
    return fail(ErrorKind::kInput, "cannot listen on {}: {}", name_,
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
    if (!news_.take() || !resume()) return 0;
    is_away_ = false;
    notice_ = fmt::format("{} is back", name_);
  }
  store_.resize(batch.size() * options_.snap);
  Filling filling{batch, store_, options_.snap, link_};
  const int status =
      pcap_dispatch(handle_.get(), static_cast<int>(batch.size()), take_frame,
                    reinterpret_cast<u_char*>(&filling));
  if (status < 0) lose();
  if (filling.count > 0) heard_ = monotonic_now();
  return filling.count;
}

int LiveInterface::packet_socket() const { return pcap_fileno(handle_.get()); }

bool LiveInterface::resume() {
  if (bind_again_) return bind_again_();
  return bind_to_interface(packet_socket(), name_, hardware_) || listen();
}

// It may be back before anybody noticed that it was gone.
void LiveInterface::lose() {
  static_cast<void>(news_.take());
  is_away_ = !resume();
  if (is_away_) {
    notice_ = fmt::format("{} went away; waiting for it to come back", name_);
  }
}

Duration LiveInterface::silence() const {
  return std::max(monotonic_now() - heard_ - kGrace, Duration{});
}

Duration LiveInterface::time_until(Duration silence) const {
  return heard_ + silence + kGrace + Duration{1} - monotonic_now();
}

int LiveInterface::descriptor() const {
  return is_away_ ? news_.descriptor() : pcap_get_selectable_fd(handle_.get());
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
