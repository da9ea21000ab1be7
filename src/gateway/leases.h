// SPDX-License-Identifier: Apache-2.0
//
// Reads dnsmasq's lease file, and names devices by it. A line holds the end of
// the lease (seconds since 1970, 0 for never), MAC, address, name (* for none)
// and client identifier.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/time.h"
#include "decode/address.h"
#include "gateway/ipv4.h"

namespace flowtell {

struct Lease {
  Ipv4 address;
  std::string mac;
  std::string name;       // empty: none
  std::int64_t ends = 0;  // seconds since 1970; 0: never
};

// Sorted by address. Lines of other forms, such as DHCPv6, are skipped.
std::vector<Lease> parse_leases(std::string_view file);

// Device names from the lease file of an interface's gateway, if there is one.
// Devices without a name are called by their address. The file is read again on
// use, at most every few seconds. If its path can no longer be opened, the file
// opened at the start is read, which dnsmasq overwrites in place.
class DeviceNames {
 public:
  // An absent file names no device.
  explicit DeviceNames(std::string lease_file);

  // As sent by the device; escape it before printing it to a terminal.
  std::string of(const Address& device);

 private:
  void read_again();

  std::string lease_file_;
  FileHandle held_;  // opened at the start; invalid if the file was absent
  std::map<std::string, std::string, std::less<>> names_;  // by address
  Duration next_{};                                        // by monotonic_now
};

}  // namespace flowtell
