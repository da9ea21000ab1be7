// SPDX-License-Identifier: Apache-2.0
//
// DNS messages for tests:
//
//   dns().asks("www.example.org").alias("www.example.org", "cdn.example.net")
//        .v4("cdn.example.net", "203.0.113.5", 60).bytes()
//
// The first occurrence of a name is written in full, later ones as pointers to
// it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace flowtell {

class DnsBytes {
 public:
  DnsBytes();

  DnsBytes& asks(std::string_view name, std::uint16_t type = 1);
  DnsBytes& alias(std::string_view owner, std::string_view target,
                  std::uint32_t seconds = 300);
  DnsBytes& v4(std::string_view owner, std::string_view address,
               std::uint32_t seconds = 300);
  DnsBytes& v6(std::string_view owner, std::string_view address,
               std::uint32_t seconds = 300);
  // An HTTPS record (RFC 9460) with parameters as they are. The target "" is
  // the owner.
  DnsBytes& https(std::string_view owner, std::uint16_t priority,
                  std::string_view target, std::string_view parameters,
                  std::uint32_t seconds = 300);
  // Any record, with `data` as it is.
  DnsBytes& record(std::string_view owner, std::uint16_t type,
                   std::string_view data, std::uint32_t seconds = 300);
  DnsBytes& flags(std::uint16_t flags);
  // Counts the records from here on as additional.
  DnsBytes& additional();
  // The answer count of the header, whatever the real number.
  DnsBytes& answers(std::uint16_t count);

  std::string bytes() const { return bytes_; }

 private:
  void name(std::string_view text);

  std::string bytes_;
  std::map<std::string, std::size_t, std::less<>> offsets_;
  std::uint16_t questions_ = 0;
  std::uint16_t answers_ = 0;
  std::uint16_t additional_ = 0;
  bool is_additional_ = false;
};

inline DnsBytes dns() { return {}; }

// A parameter of an HTTPS record: 4 is ipv4hint, 6 is ipv6hint.
std::string https_parameter(std::uint16_t key, std::string_view value);

}  // namespace flowtell
