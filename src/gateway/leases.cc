// SPDX-License-Identifier: Apache-2.0
#include "gateway/leases.h"

#include <unistd.h>

#include <algorithm>

#include "base/text.h"

namespace flowtell {
namespace {

// Names come from devices; other characters could control a terminal.
std::string plain(std::string_view name) {
  std::string text(name);
  std::ranges::replace_if(
      text, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

}  // namespace

std::vector<Lease> parse_leases(std::string_view file) {
  std::vector<Lease> leases;
  for (const std::string_view line : split(file, '\n')) {
    const auto fields = split(line, ' ');
    if (fields.size() < 4) continue;
    const auto ends = parse_number<std::int64_t>(fields[0]);
    const auto address = Ipv4::parse(fields[2]);
    if (!ends || !address) continue;
    leases.push_back({*address, plain(fields[1]),
                      fields[3] == "*" ? "" : plain(fields[3]), *ends});
  }
  std::ranges::sort(leases, {}, &Lease::address);
  return leases;
}

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
