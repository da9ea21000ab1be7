// SPDX-License-Identifier: Apache-2.0
//
// The addresses in a DNS answer, each with the name of the *question*: where
// "www.example.org" is an alias (CNAME) of "cdn7.example.net", the address of
// the second is reported under the first, the name that the app uses.
//
// RFC 1035, section 4; AAAA by RFC 3596. The hints of SVCB and HTTPS records
// (RFC 9460, 7.3) are addresses of their owner; a record's target is an alias.
// Of an answer to such a question the additional section is read, too, which
// holds the target's addresses. Multicast DNS (RFC 6762) has the same
// format, but may answer without a question: each address is reported under the
// name of its own record, and the authority and additional sections are read
// too. A query gives the name that it asks for, and no addresses.
//
// Input is untrusted. Compression pointers may only point back, and a bounded
// number of them is followed. Records, aliases and decoded name bytes are
// bounded, and counts in the header are only upper limits. A truncated message
// gives the records before the cut. Never allocates; any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "decode/address.h"
#include "decode/host_name.h"

namespace flowtell {

enum class DnsKind { kUnicast, kMulticast };

struct DnsAnswer {
  std::string_view name;  // a host name; valid until the next call
  Address address;
  std::uint32_t seconds = 0;  // lifetime: the shortest of all records used
};

class DnsReader {
 public:
  // `message` outlives the reader.
  DnsReader(Bytes message, DnsKind kind) noexcept;

  // The next address; false when there is none.
  bool next(DnsAnswer& answer) noexcept;

  // The name in the question of a query or answer, also of a failure. Empty if
  // it is not a host name, or if there is not exactly one question. Multicast
  // DNS may have several questions; this is the name in the last.
  const HostName& asked() const { return question_; }

  // Bounds on what is read of a message.
  static constexpr unsigned kMaxRecords = 64;
  static constexpr unsigned kMaxAliases = 8;
  static constexpr std::size_t kMaxNameBytes = 8192;
  static constexpr unsigned kMaxHints = 64;  // addresses in SVCB and HTTPS

 private:
  struct Record {
    ByteReader owner;  // at its name
    std::uint16_t type = 0;
    std::uint16_t record_class = 0;
    std::uint32_t ttl = 0;  // seconds
    Bytes data{};
    std::size_t data_at = 0;
  };

  void read_question();
  bool read_record(Record& record);
  // The name to report a record's address under; empty: do not report it.
  std::string_view name_for(const Record& record);
  // An alias whose target is the name at this offset of the message.
  void note_alias(const Record& record, std::size_t target_at);
  void start_service(const Record& record);
  bool next_hint(DnsAnswer& answer);
  bool follow_alias();

  // Reads the name at the position of `reader`; empty if it is no host name.
  HostName read_name(ByteReader& reader);
  bool is_target(const ByteReader& owner);
  bool points_to_target(ByteReader owner) const;
  bool use_budget(std::size_t name_bytes);

  Bytes message_;
  DnsKind kind_;
  ByteReader first_record_;
  ByteReader reader_;
  unsigned records_ = 0;       // from first_record_ on
  unsigned records_left_ = 0;  // of these, in this round
  unsigned rounds_ = 0;
  std::size_t name_budget_ = kMaxNameBytes;  // left to decode
  HostName question_;
  std::uint16_t question_type_ = 0;
  HostName target_;            // question_ after its aliases
  std::size_t target_at_ = 0;  // its offset in the message
  std::uint32_t ttl_ = UINT32_MAX;
  HostName alias_;  // of target_; empty: none seen
  std::size_t alias_at_ = 0;
  std::uint32_t alias_ttl_ = 0;
  HostName owner_name_;  // of the last record, in multicast
  // Of the SVCB or HTTPS record being read: the parameters to come, and the
  // addresses left in the current one.
  ByteReader parameters_{Bytes()};
  ByteReader hints_{Bytes()};
  std::size_t hint_size_ = 0;
  std::uint32_t hint_ttl_ = 0;
  unsigned hints_left_ = kMaxHints;  // of the message
};

}  // namespace flowtell
