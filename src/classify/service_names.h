// SPDX-License-Identifier: Apache-2.0
//
// The service behind a flow, as nDPI (libndpi) recognises it: YouTube,
// WhatsApp, DNS, NTP. It needs no training, so it names well-known services
// before there is a model. Unlike an app, a service is what the server offers:
// an app may use many, and many apps one.
//
// A finished flow gets the first of these that there is:
//   1. a protocol of the network itself, by port: DNS, DHCP, NTP, mDNS ... A
//      question for youtube.com is DNS;
//   2. the service of the server name;
//   3. without a name, nDPI's guess by the remote's address (IPv4 only);
//   4. the protocol seen by the search for names, or else nDPI's guess by port:
//      SSH, TLS, QUIC, HTTP.
// Server names must have been searched for (FlowOptions::names).
//
// nDPI inspects no packets here: the program parses them already, and nDPI's
// dissectors would add a cost per packet and a large parser of untrusted bytes.
// This way live and offline flows get the same service, and the cost is about
// two microseconds per flow.
//
// The library is optional twice. Without its header at build time `open` fails
// always; at run time it is loaded by its soname, so that packages need not
// depend on it. After `open`, no file is opened: call it before the sandbox
// closes.
//
// Any number of threads. They share one detection module (4.5 MB, 50 ms to
// make) behind a mutex, as nDPI requires that one thread at a time uses it.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.h"
#include "flow/flow.h"

namespace flowtell {

class ServiceNames {
 public:
  // The soname of the library that the build found; empty without one.
  static std::string_view built_for();

  // Loads the library and its lists of names and addresses.
  static Result<std::unique_ptr<ServiceNames>> open(
      const std::string& library = std::string(built_for()));
  ~ServiceNames();

  // Empty if nDPI recognises none. Valid during the lifetime of this object.
  std::string_view of(const Flow& flow) const;

 private:
  class Ndpi;

  explicit ServiceNames(std::unique_ptr<Ndpi> ndpi);

  mutable std::mutex mutex_;  // guards ndpi_
  std::unique_ptr<Ndpi> ndpi_;
};

}  // namespace flowtell
