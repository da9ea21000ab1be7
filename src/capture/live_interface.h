// SPDX-License-Identifier: Apache-2.0
//
// Frames from a network interface, by libpcap, through a ring shared with the
// kernel: in blocks of as many frames as have room, so that neither a wake-up
// nor a slot of the longest frame's size is paid for each, and twenty
// milliseconds after its first frame at the latest.
//
// An interface that goes away or down is waited for. When it returns the socket
// that is open is bound to it again; one of another kind is opened anew. A
// process that has given up the rights for both has another bind the socket
// (confine/interface_binder.h). What was dropped goes on being summed up. One
// thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "capture/link_monitor.h"
#include "capture/live_source.h"

struct pcap;

namespace flowtell {

struct InterfaceOptions {
  // How much of each frame is looked at, in bytes.
  std::uint32_t snap = 2048;
  // The ring's size: room for what comes while the program is busy.
  std::uint32_t buffer_bytes = 64u << 20;
  // A filter in libpcap's language (pcap-filter(7)); empty: all frames.
  std::string filter;
};

class LiveInterface : public LiveSource {
 public:
  // Fails, naming the way out, where the interface is absent or down, may not
  // be listened to, or the filter makes no sense.
  static Result<std::unique_ptr<LiveInterface>> open(
      const std::string& name, const InterfaceOptions& options);
  ~LiveInterface() override;

  // What binds the socket again from here on; true once it is bound. Then no
  // interface is opened anew.
  void bind_by(std::function<bool()> bind_again) {
    bind_again_ = std::move(bind_again);
  }
  int packet_socket() const;
  // The interface's kind when it was opened, as the kernel numbers it.
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

  LiveInterface(std::string name, InterfaceOptions options, LinkMonitor news);
  Result<void> listen();
  bool resume();
  void lose();
  std::uint64_t dropped_by_handle() const;

  std::string name_;
  InterfaceOptions options_;
  LinkMonitor news_;
  Handle handle_;
  bool is_away_ = false;  // the interface
  int hardware_ = 0;
  std::function<bool()> bind_again_;  // empty: this process binds itself
  LinkType link_{};
  std::vector<std::uint8_t> store_;  // of the frames handed out last
  Duration heard_{};                 // when the last frame was read
  std::uint64_t dropped_before_ = 0;
  std::optional<std::string> notice_;
};

}  // namespace flowtell
