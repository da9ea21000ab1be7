// SPDX-License-Identifier: Apache-2.0
#include "gateway/device_names.h"

#include <unistd.h>

#include "gateway/leases.h"

namespace flowtell {
namespace {

constexpr Duration kReadEvery = std::chrono::seconds(5);

// A lease takes about a hundred bytes.
constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

FileHandle open_leases(const std::string& path) {
  auto file = open_for_reading(path);
  return file ? std::move(*file) : FileHandle();
}

std::string text_of(const FileHandle& file) {
  std::string text(kMaxBytes, '\0');
  const ssize_t got = ::pread(file.get(), text.data(), text.size(), 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

}  // namespace

DeviceNames::DeviceNames(std::string lease_file)
    : lease_file_(std::move(lease_file)), held_(open_leases(lease_file_)) {}

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
  for (const Lease& lease : parse_leases(file ? *file : text_of(held_))) {
    if (!lease.name.empty()) names_[lease.address.text()] = lease.name;
  }
}

}  // namespace flowtell
