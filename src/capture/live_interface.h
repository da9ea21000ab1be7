// SPDX-License-Identifier: Apache-2.0
//
// Frames from a network interface, by libpcap, through a ring buffer shared
// with the kernel. The kernel passes blocks of as many frames as fit, so that
// no frame costs a wake-up or a slot of maximum size. A block is passed at the
// latest twenty milliseconds after its first frame.
//
// When the interface disappears or goes down, the source waits for it. On
// return the open socket is bound to it again; an interface of another device
// type is opened anew. A process without the rights for both delegates the
// binding (confine/interface_binder.h). Drop counts add up. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "capture/interface_binding.h"
#include "capture/live_source.h"

struct pcap;

namespace flowtell {

struct InterfaceOptions {
  // Bytes captured of each frame.
  std::uint32_t snap = 2048;
  // Size of the ring buffer, which holds frames while the program is busy.
  std::uint32_t buffer_bytes = 64u << 20;
  // Filter expression (pcap-filter(7)); empty for all frames.
  std::string filter;
};

class LiveInterface : public LiveSource {
 public:
  // Fails, naming the remedy, if the interface is absent or down, permission is
  // missing, or the filter is invalid.
  static Result<std::unique_ptr<LiveInterface>> open(
      const std::string& name, const InterfaceOptions& options);
  ~LiveInterface() override;

  // Sets the function that rebinds the socket; it returns true once bound. From
  // then on no interface is opened anew.
  void set_rebind(std::function<bool()> rebind) { rebind_ = std::move(rebind); }
  int packet_socket() const;
  // Device type (ARPHRD_...) of the interface when it was opened.
  int hardware() const { return hardware_; }

  LinkType link() override { return link_; }
  std::size_t read(std::span<Frame> batch) override;
  bool has_ended() const override { return false; }
  Duration silence() const override;
  Duration time_until(Duration silence) const override;
  int descriptor() const override;
  std::uint64_t dropped() override;
  std::optional<std::string> take_notice() override;

 private:
  struct Closer {
    void operator()(pcap* handle) const;
  };
  using Handle = std::unique_ptr<pcap, Closer>;

  LiveInterface(std::string name, InterfaceOptions options,
                LinkMonitor monitor);
  Result<void> activate();
  bool resume();
  void handle_loss();
  std::uint64_t dropped_by_handle() const;

  std::string name_;
  InterfaceOptions options_;
  LinkMonitor monitor_;
  Handle handle_;
  bool is_away_ = false;  // whether the interface is absent or down
  int hardware_ = 0;
  std::function<bool()> rebind_;  // empty: this process rebinds
  LinkType link_{};
  std::vector<std::uint8_t> store_;  // bytes of the last batch
  Duration last_read_{};             // when the last frame was read
  std::uint64_t dropped_before_ = 0;
  std::optional<std::string> notice_;
};

}  // namespace flowtell
