// SPDX-License-Identifier: Apache-2.0
#include "support/dns_bytes.h"

#include "base/text.h"
#include "support/put.h"
#include "support/test_frame.h"

namespace flowtell {
namespace {

constexpr std::size_t kFlagsAt = 2;
constexpr std::size_t kQuestionsAt = 4;
constexpr std::size_t kAnswersAt = 6;
constexpr std::size_t kAdditionalAt = 10;

}  // namespace

DnsBytes::DnsBytes() : bytes_(12, '\0') { flags(0x8180); }

DnsBytes& DnsBytes::asks(std::string_view query_name, std::uint16_t type) {
  name(query_name);
  put(bytes_, type, ByteOrder::kBig);
  put(bytes_, std::uint16_t{1}, ByteOrder::kBig);
  put_at(bytes_, kQuestionsAt, ++questions_);
  return *this;
}

DnsBytes& DnsBytes::alias(std::string_view owner, std::string_view target,
                          std::uint32_t seconds) {
  record(owner, 5, "", seconds);
  const std::size_t begin = bytes_.size();
  name(target);
  put_at(bytes_, begin - 2, static_cast<std::uint16_t>(bytes_.size() - begin));
  return *this;
}

DnsBytes& DnsBytes::v4(std::string_view owner, std::string_view address,
                       std::uint32_t seconds) {
  const Address parsed = test_address(address);
  return record(owner, 1, as_text(Bytes(parsed.bytes).subspan(12)), seconds);
}

DnsBytes& DnsBytes::v6(std::string_view owner, std::string_view address,
                       std::uint32_t seconds) {
  const Address parsed = test_address(address);
  return record(owner, 28, as_text(parsed.bytes), seconds);
}

DnsBytes& DnsBytes::https(std::string_view owner, std::uint16_t priority,
                          std::string_view target, std::string_view parameters,
                          std::uint32_t seconds) {
  std::string data;
  put(data, priority, ByteOrder::kBig);
  // Never compressed (RFC 9460, 2.2).
  for (const std::string_view label : split(target, '.')) {
    if (label.empty()) break;
    data += static_cast<char>(label.size());
    data += label;
  }
  data += '\0';
  data += parameters;
  return record(owner, 65, data, seconds);
}

DnsBytes& DnsBytes::record(std::string_view owner, std::uint16_t type,
                           std::string_view data, std::uint32_t seconds) {
  name(owner);
  put(bytes_, type, ByteOrder::kBig);
  put(bytes_, std::uint16_t{1}, ByteOrder::kBig);
  put(bytes_, seconds, ByteOrder::kBig);
  put(bytes_, static_cast<std::uint16_t>(data.size()), ByteOrder::kBig);
  bytes_ += data;
  if (is_additional_) {
    put_at(bytes_, kAdditionalAt, ++additional_);
    return *this;
  }
  return answers(static_cast<std::uint16_t>(answers_ + 1));
}

DnsBytes& DnsBytes::flags(std::uint16_t flags) {
  put_at(bytes_, kFlagsAt, flags);
  return *this;
}

DnsBytes& DnsBytes::additional() {
  is_additional_ = true;
  return *this;
}

DnsBytes& DnsBytes::answers(std::uint16_t count) {
  answers_ = count;
  put_at(bytes_, kAnswersAt, count);
  return *this;
}

void DnsBytes::name(std::string_view text) {
  if (const auto known = offsets_.find(text); known != offsets_.end()) {
    put(bytes_, static_cast<std::uint16_t>(0xc000 | known->second),
        ByteOrder::kBig);
    return;
  }
  offsets_.emplace(text, bytes_.size());
  for (const std::string_view label : split(text, '.')) {
    bytes_ += static_cast<char>(label.size());
    bytes_ += label;
  }
  bytes_ += '\0';
}

std::string https_parameter(std::uint16_t key, std::string_view value) {
  std::string out;
  put(out, key, ByteOrder::kBig);
  put(out, static_cast<std::uint16_t>(value.size()), ByteOrder::kBig);
  return out + std::string(value);
}

}  // namespace flowtell
