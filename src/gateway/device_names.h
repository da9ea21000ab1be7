// SPDX-License-Identifier: Apache-2.0
//
// Devices by the names they gave when they asked for a lease: those in the
// lease file of the gateway on an interface, if there is one. Others are called
// by their address. The file is read again when it is asked for and some
// seconds have passed: the one that bears its name, or where that may not be
// opened any more the one that did at the start, which dnsmasq writes over.
#pragma once

#include <map>
#include <string>

#include "base/file.h"
#include "base/time.h"
#include "decode/address.h"

namespace flowtell {

class DeviceNames {
 public:
  // A file that is absent names no device.
  explicit DeviceNames(std::string lease_file);

  // As the device gave it: not fit for a terminal as it is.
  std::string of(const Address& device);

 private:
  void read_again();

  std::string lease_file_;
  FileHandle held_;  // as it was at the start; none where there was none
  std::map<std::string, std::string, std::less<>> names_;  // by address
  Duration next_{};                                        // by monotonic_now
};

}  // namespace flowtell
