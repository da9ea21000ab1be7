// SPDX-License-Identifier: Apache-2.0
//
// The addresses in a DNS answer, each with the name that was *asked* for: where
// "www.example.org" is an alias (CNAME) of "cdn7.example.net", the address of
// the second is told under the first, for that is what the app wanted.
//
// RFC 1035, section 4; AAAA by RFC 3596. Multicast DNS (RFC 6762) looks the
// same, but is not asked: there each address is told under its own name, and
// the sections behind the answers count too.
//
// A query has no answers, but tells the name that it asks for.
//
// Hostile input is the rule: compression pointers may only point back and are
// followed a bounded number of times, counts are ends and not promises, so many
// records are looked at and so many aliases followed, and of names so many
// bytes are decoded in all. A message that was cut gives what came before the
// cut. Never allocates; any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "decode/address.h"
#include "decode/host_name.h"

namespace flowtell {

enum class DnsKind { kUnicast, kMulticast };

struct DnsAnswer {
  std::string_view name;  // of a host; valid until the next is read
  Address address;
  std::uint32_t seconds = 0;  // lifetime, the shortest on the way to it
};

class DnsReader {
 public:
  // `message` outlives the reader.
  DnsReader(Bytes message, DnsKind kind) noexcept;

  // The next address; false when there is none.
  bool next(DnsAnswer& answer) noexcept;

  // The name asked for, in a query as in an answer, a failure included. Empty
  // if there is none or several (of multicast DNS, which asks several at once,
  // it is the last), or it is no name of a host.
  const HostName& asked() const { return asked_; }

  // More is not looked at.
  static constexpr unsigned kMaxRecords = 64;
  static constexpr unsigned kMaxAliases = 8;
  static constexpr std::size_t kMaxNameBytes = 8192;

 private:
  struct Record {
    ByteReader owner;  // stands at its name
    std::uint16_t type = 0;
    std::uint16_t class_of = 0;
    std::uint32_t seconds = 0;
    Bytes data{};
    std::size_t data_at = 0;
  };

  void read_question();
  bool read_record(Record& record);
  // What the address of a record is told under; empty: it is not told.
  std::string_view name_for(const Record& record);
  void note_alias(const Record& record);
  bool follow_alias();

  // The name where `reader` stands, which moves past it; empty if it is no
  // name of a host.
  HostName read_name(ByteReader& reader);
  bool is_wanted(const ByteReader& owner);
  bool points_to_wanted(ByteReader owner) const;
  bool spend(std::size_t name_bytes);

  Bytes message_;
  DnsKind kind_;
  ByteReader first_record_;
  ByteReader reader_;
  unsigned records_ = 0;  // from first_record_ on
  unsigned left_ = 0;     // of these, in this round
  unsigned rounds_ = 0;
  std::size_t name_bytes_ = kMaxNameBytes;  // that may still be decoded
  HostName asked_;
  HostName wanted_;            // what asked_ came down to by aliases
  std::size_t wanted_at_ = 0;  // where it stands in the message
  std::uint32_t seconds_ = UINT32_MAX;
  HostName alias_;  // of wanted_; empty: none seen
  std::size_t alias_at_ = 0;
  std::uint32_t alias_seconds_ = 0;
  HostName own_;  // of the record read last, in multicast
};

}  // namespace flowtell
