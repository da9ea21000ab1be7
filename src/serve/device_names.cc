// SPDX-License-Identifier: Apache-2.0
#include "serve/device_names.h"

#include "base/file.h"
#include "serve/leases.h"

namespace flowtell {
namespace {

constexpr Duration kReadEvery = std::chrono::seconds(5);

}  // namespace

std::string DeviceNames::of(const Address& device) {
  if (const Duration now = monotonic_now(); now >= next_) {
    next_ = now + kReadEvery;
    read_again();
  }
  const std::string address = device.text();
  const auto at = names_.find(address);
  return at == names_.end() ? address : at->second;
}

void DeviceNames::read_again() {
  names_.clear();
  const auto file = read_file(lease_file_);
  if (!file) return;
  for (const Lease& lease : parse_leases(*file)) {
    if (!lease.name.empty()) names_[lease.address.text()] = lease.name;
  }
}

}  // namespace flowtell
