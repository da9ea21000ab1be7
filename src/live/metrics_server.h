// SPDX-License-Identifier: Apache-2.0
//
// Serves one page, /metrics, over HTTP: the text published last. Boost.Beast
// parses requests. This class manages connections, so that clients cannot delay
// metering or use much memory: one connection at a time, closed after two
// seconds; of a request at most 4 KiB are read. Eight more connections wait in
// the kernel's queue; others are refused.
//
// A web page in a local browser can make its own host name resolve to 127.0.0.1
// (DNS rebinding) and then read the metrics. So without a token a request must
// name this machine in its Host header: localhost, a loopback address, or the
// served address.
//
// A separate thread serves; `publish` never waits for it. It needs the accept4
// system call besides those of every capturing process (call_filter.h).
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/file.h"
#include "base/result.h"
#include "decode/address.h"

namespace flowtell {

// Whether the address is reachable only from this machine.
bool is_loopback(const Address& address);

class MetricsServer {
 public:
  struct Options {
    Address address;    // of this machine
    Port port = 0;      // 0: any free port
    std::string token;  // required in requests; empty: none is required
  };

  // Binds the port. Requests are served only after `start`.
  static Result<std::unique_ptr<MetricsServer>> open(Options options);
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;
  ~MetricsServer();

  void start();
  // Thread-safe.
  void publish(std::string text);
  Port port() const { return port_; }

 private:
  MetricsServer(Options options, FileHandle listener, FileHandle stop,
                Port port);
  bool has_token(std::string_view authorization) const;
  bool names_this_machine(std::string_view host) const;
  std::string text() const;
  void answer(const FileHandle& socket) const;
  void serve();

  Options options_;
  FileHandle listener_;
  FileHandle stop_;  // an eventfd, readable when the thread must end
  Port port_;
  mutable std::mutex mutex_;
  std::string text_;
  std::thread thread_;
};

}  // namespace flowtell
