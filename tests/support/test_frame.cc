// SPDX-License-Identifier: Apache-2.0
#include "support/test_frame.h"

#include <algorithm>
#include <ostream>

#include "base/result.h"
#include "support/put.h"

namespace flowtell {
namespace {

constexpr std::uint8_t kFragmentHeader = 44;
constexpr std::uint8_t kAuthenticationHeader = 51;

}  // namespace

Address test_address(std::string_view text) {
  const auto parsed = Address::parse(text);
  require(parsed.has_value(), "a test uses an invalid address");
  return *parsed;
}

std::ostream& operator<<(std::ostream& out, const TestFrame& frame) {
  out << fmt::format("{} at {} s, {} of {} bytes:", link_type_name(frame.link),
                     seconds_text(frame.time.time_since_epoch(), 9),
                     frame.bytes.size(), frame.wire_length);
  for (const char byte : frame.bytes) {
    out << fmt::format(" {:02x}", static_cast<unsigned char>(byte));
  }
  return out;
}

void FrameBuilder::u16(std::uint16_t value) {
  put(bytes_, value, ByteOrder::kBig);
}

void FrameBuilder::follows_at(std::size_t at, Follows what) {
  follows_at_ = at;
  follows_ = what;
}

void FrameBuilder::set_type(std::uint16_t type) {
  if (follows_ == Follows::kEtherType || follows_ == Follows::kPppProtocol) {
    put_at(bytes_, follows_at_, type);
  }
}

void FrameBuilder::set_ip(bool is_v6) {
  const bool in_ppp = follows_ == Follows::kPppProtocol;
  const std::uint32_t family = is_v6 ? 10 : 2;
  if (is_v6) {
    set_type(in_ppp ? 0x0057 : 0x86dd);
  } else {
    set_type(in_ppp ? 0x0021 : 0x0800);
  }
  if (follows_ == Follows::kFamilyBig) put_at(bytes_, follows_at_, family);
  if (follows_ == Follows::kFamilyLittle) {
    put_at(bytes_, follows_at_, swap_bytes(family));
  }
}

FrameBuilder& FrameBuilder::ethernet() {
  bytes_ += "\x02\x01\x01\x01\x01\x01\x02\x02\x02\x02\x02\x02";
  u16(0xffff);
  follows_at(bytes_.size() - 2, Follows::kEtherType);
  return *this;
}

FrameBuilder& FrameBuilder::linux_sll() {
  link_ = LinkType::kLinuxSll;
  zeros(14);
  u16(0xffff);
  follows_at(14, Follows::kEtherType);
  return *this;
}

FrameBuilder& FrameBuilder::linux_sll2() {
  link_ = LinkType::kLinuxSll2;
  u16(0xffff);
  zeros(18);
  follows_at(0, Follows::kEtherType);
  return *this;
}

FrameBuilder& FrameBuilder::raw(LinkType link) {
  link_ = link;
  return *this;
}

FrameBuilder& FrameBuilder::null(ByteOrder order, std::uint32_t family) {
  link_ = LinkType::kNull;
  put(bytes_, family, order);
  if (family == 0) {
    follows_at(0, order == ByteOrder::kBig ? Follows::kFamilyBig
                                           : Follows::kFamilyLittle);
  }
  return *this;
}

FrameBuilder& FrameBuilder::loop() {
  null(ByteOrder::kBig);
  link_ = LinkType::kLoop;
  return *this;
}

FrameBuilder& FrameBuilder::vlan(std::uint16_t tag_type) {
  set_type(tag_type);
  u16(7);
  u16(0xffff);
  follows_at(bytes_.size() - 2, Follows::kEtherType);
  return *this;
}

FrameBuilder& FrameBuilder::pppoe() {
  set_type(0x8864);
  u16(0x1100);
  u16(1);  // session
  pppoe_at_ = bytes_.size();
  u16(0);  // length
  u16(0xffff);
  follows_at(bytes_.size() - 2, Follows::kPppProtocol);
  return *this;
}

FrameBuilder& FrameBuilder::ether_type(std::uint16_t type) {
  set_type(type);
  return *this;
}

FrameBuilder& FrameBuilder::ipv4(std::string_view source,
                                 std::string_view destination,
                                 unsigned option_words) {
  set_ip(false);
  ipv4_at_ = bytes_.size();
  u8(0x40 | (5 + option_words));
  zeros(7);
  u8(64);    // time to live
  u8(0xff);  // protocol
  follows_at(bytes_.size() - 1, Follows::kIpProtocol);
  u16(0);
  bytes_ += as_text(Bytes(test_address(source).bytes).last(4));
  bytes_ += as_text(Bytes(test_address(destination).bytes).last(4));
  bytes_.append(4 * option_words, '\1');
  return *this;
}

FrameBuilder& FrameBuilder::ipv6(std::string_view source,
                                 std::string_view destination) {
  set_ip(true);
  ipv6_at_ = bytes_.size();
  u8(0x60);
  zeros(5);
  u8(59);  // next header: none
  follows_at(bytes_.size() - 1, Follows::kIpProtocol);
  u8(64);
  bytes_ += as_text(test_address(source).bytes);
  bytes_ += as_text(test_address(destination).bytes);
  return *this;
}

FrameBuilder& FrameBuilder::extension(std::uint8_t kind, std::uint8_t units) {
  protocol(kind);
  follows_at(bytes_.size(), Follows::kIpProtocol);
  u8(59);
  u8(units);
  const bool flow_text = kind == kAuthenticationHeader;
  zeros((flow_text ? (units + 2u) * 4 : (units + 1u) * 8) - 2);
  return *this;
}

FrameBuilder& FrameBuilder::fragment(const TestFragment& fragment) {
  if (ipv4_at_) {
    put_at(bytes_, *ipv4_at_ + 4,
           static_cast<std::uint16_t>(fragment.identification));
    put_at(bytes_, *ipv4_at_ + 6,
           static_cast<std::uint16_t>((fragment.more ? 0x2000 : 0) |
                                      fragment.offset));
    return *this;
  }
  protocol(kFragmentHeader);
  follows_at(bytes_.size(), Follows::kIpProtocol);
  u16(59 << 8);
  u16(static_cast<std::uint16_t>((fragment.offset << 3) |
                                 (fragment.more ? 1 : 0)));
  put(bytes_, fragment.identification, ByteOrder::kBig);
  return *this;
}

FrameBuilder& FrameBuilder::protocol(std::uint8_t number) {
  if (follows_ == Follows::kIpProtocol) put_at(bytes_, follows_at_, number);
  return *this;
}

FrameBuilder& FrameBuilder::stated_length(std::uint16_t length) {
  stated_length_ = length;
  return *this;
}

FrameBuilder& FrameBuilder::tcp(Port source, Port destination,
                                std::uint8_t flags, unsigned option_words) {
  protocol(6);
  tcp_at_ = bytes_.size();
  u16(source);
  u16(destination);
  zeros(8);
  u8((5 + option_words) << 4);
  u8(flags);
  zeros(6);
  bytes_.append(4 * option_words, '\1');
  return *this;
}

FrameBuilder& FrameBuilder::sequence(std::uint32_t number) {
  constexpr std::size_t kSequence = 4;
  put_at(bytes_, *tcp_at_ + kSequence, number);
  return *this;
}

FrameBuilder& FrameBuilder::data_offset(unsigned words) {
  put_at(bytes_, *tcp_at_ + 12, static_cast<std::uint8_t>(words << 4));
  return *this;
}

FrameBuilder& FrameBuilder::udp(Port source, Port destination) {
  protocol(17);
  udp_at_ = bytes_.size();
  u16(source);
  u16(destination);
  zeros(4);
  return *this;
}

FrameBuilder& FrameBuilder::payload(std::size_t count) {
  bytes_.append(count, 'x');
  return *this;
}

FrameBuilder& FrameBuilder::payload(std::string_view bytes) {
  bytes_ += bytes;
  return *this;
}

FrameBuilder& FrameBuilder::padding(std::size_t count) {
  datagram_end_ = bytes_.size();
  zeros(count);
  return *this;
}

FrameBuilder& FrameBuilder::snap(std::size_t length) {
  snap_ = length;
  return *this;
}

FrameBuilder& FrameBuilder::at(Timestamp time) {
  time_ = time;
  return *this;
}

TestFrame FrameBuilder::build() const {
  std::string bytes = bytes_;
  const std::size_t end = datagram_end_.value_or(bytes.size());
  const auto state = [&](std::size_t at, std::size_t counted_from) {
    put_at(bytes, at, static_cast<std::uint16_t>(end - counted_from));
  };
  if (pppoe_at_) state(*pppoe_at_, *pppoe_at_ + 2);
  if (ipv4_at_) state(*ipv4_at_ + 2, *ipv4_at_);
  if (ipv6_at_) state(*ipv6_at_ + 4, *ipv6_at_ + 40);
  if (udp_at_) state(*udp_at_ + 4, *udp_at_);
  if (stated_length_) {
    put_at(bytes, ipv4_at_ ? *ipv4_at_ + 2 : *ipv6_at_ + 4, *stated_length_);
  }
  const auto wire_length = static_cast<std::uint32_t>(bytes.size());
  bytes.resize(std::min(bytes.size(), snap_.value_or(bytes.size())));
  return {std::move(bytes), wire_length, link_, time_};
}

}  // namespace flowtell
