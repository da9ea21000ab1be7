// SPDX-License-Identifier: Apache-2.0
//
// Serves one page, /metrics, over HTTP: the text that was published last. The
// parsing and answering is cpp-httplib's; connections are ours, so that nobody
// can hold the watch up, or have it take memory: one at a time, each closed
// after two seconds or 4 KiB, whatever it says. Eight wait in the kernel's
// queue; further ones are not let in.
//
// A page of a browser on this machine can have a name of its own stand for
// 127.0.0.1 (DNS rebinding) and would then read what is served there. So
// without a token, which no page knows, a request has to be for this machine by
// its Host: localhost, a loopback address, or the address that is served.
//
// A thread of its own serves. Who publishes never waits for it. Of system calls
// it needs, beside those of every listener, accept4 (call_filter.h).
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

// Whether only this machine reaches the address.
bool is_loopback(const Address& address);

class MetricsServer {
 public:
  struct Options {
    Address address;    // of this machine
    Port port = 0;      // 0: any that is free
    std::string token;  // who asks must know it; empty: anybody may ask
  };

  // Takes the port. Nobody is answered before `start`.
  static Result<std::unique_ptr<MetricsServer>> open(Options options);
  MetricsServer(const MetricsServer&) = delete;
  MetricsServer& operator=(const MetricsServer&) = delete;
  ~MetricsServer();

  void start();
  // Any thread.
  void publish(std::string text);
  Port port() const { return port_; }

 private:
  class Http;

  MetricsServer(Options options, FileHandle listener, FileHandle stop,
                Port port);
  bool knows_token(std::string_view authorization) const;
  bool is_for_this_machine(std::string_view host) const;
  std::string text() const;
  void serve();

  Options options_;
  FileHandle listener_;
  FileHandle stop_;  // an eventfd, readable when all is to end
  Port port_;
  mutable std::mutex mutex_;
  std::string text_;
  std::unique_ptr<Http> http_;
  std::thread thread_;
};

}  // namespace flowtell
