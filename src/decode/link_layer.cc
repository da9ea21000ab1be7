// SPDX-License-Identifier: Apache-2.0
#include "decode/link_layer.h"

#include "decode/ether_type.h"
#include "decode/wifi.h"

namespace flowtell {
namespace {

// PPP protocols (RFC 1661).
constexpr std::uint16_t kPppIpv4 = 0x0021;
constexpr std::uint16_t kPppIpv6 = 0x0057;
constexpr std::uint16_t kPppMpls = 0x0281;
constexpr std::uint8_t kPppControl = 3;

// What comes next in a frame.
struct Step {
  enum Kind : std::uint8_t {
    kEtherType,
    kEthernet,
    kIp,
    kMpls,
    kPpp,
    kLlc,
    kLink,
    kWifi,
    kEnd,  // with `outcome`
  };
  Kind kind;
  std::uint16_t type = 0;  // EtherType or link type
  FrameOutcome outcome = FrameOutcome::kNotIp;
};

constexpr Step ends_as(FrameOutcome outcome) {
  return {Step::kEnd, 0, outcome};
}
constexpr Step kOther = ends_as(FrameOutcome::kNotIp);

constexpr Step ip_if(bool is_ip) { return is_ip ? Step{Step::kIp} : kOther; }

// Follows the headers of one frame.
class LinkWalk {
 public:
  LinkWalk(Bytes bytes, std::size_t missing)
      : reader_(bytes), missing_(missing) {}

  LinkPayload follow(Step step) {
    while (reader_.ok()) {
      switch (step.kind) {
        case Step::kEthernet:
          step = ethernet();
          break;
        case Step::kEtherType:
          step = ether_type(step.type);
          break;
        case Step::kIp:
          return {FrameOutcome::kUsed, reader_.rest(), ends_, is_tagged_only_};
        case Step::kMpls:
          step = mpls();
          break;
        case Step::kPpp:
          step = ppp();
          break;
        case Step::kLlc:
          step = llc();
          break;
        case Step::kLink:
          step = link(static_cast<LinkType>(step.type));
          break;
        case Step::kWifi:
          step = wifi();
          break;
        case Step::kEnd:
          return {step.outcome};
      }
    }
    return {FrameOutcome::kCutShort};
  }

 private:
  Step ethernet() {
    ends_ = find_link_ends(LinkType::kEthernet, reader_.rest());
    reader_.skip(12);  // destination and source
    return {Step::kEtherType, reader_.u16()};
  }

  // Ethernet with a switch's tag of `size` bytes before its EtherType.
  Step tagged_ethernet(std::size_t size) {
    ends_ = find_link_ends(LinkType::kEthernet, reader_.rest());
    is_tagged_only_ = false;
    reader_.skip(12 + size);
    return {Step::kEtherType, reader_.u16()};
  }

  Step ether_type(std::uint16_t type) {
    switch (type) {
      case kEtherIpv4:
      case kEtherIpv6:
        return {Step::kIp};
      case kEtherVlan:
      case kEtherQinQ:
      case kEtherOldQinQ:
      case kEtherOtherQinQ:
        reader_.skip(2);  // priority and VLAN number
        return {Step::kEtherType, reader_.u16()};
      case kEtherPppoe:
        reader_.skip(6);  // version, code, session, length
        return {Step::kPpp};
      default:
        is_tagged_only_ = false;
        return rarer_ether_type(type);
    }
  }

  Step rarer_ether_type(std::uint16_t type) {
    switch (type) {
      case kEtherMpls:
      case kEtherMplsMulticast:
        return {Step::kMpls};
      case kEtherBackbone:
        reader_.skip(4);  // service instance, before the customer's frame
        return {Step::kEthernet};
      case kEtherBridged:
        return {Step::kEthernet};
      case kEtherCiscoMetadata:
        reader_.skip(6);  // version, length, option, group
        return {Step::kEtherType, reader_.u16()};
      case kEtherVnTag:
      case kEtherRedundancy:
        reader_.skip(4);
        return {Step::kEtherType, reader_.u16()};
      case kEtherPortExtension:
        reader_.skip(6);
        return {Step::kEtherType, reader_.u16()};
      case kEtherMacsec:
        return macsec();
      case kEtherService:
        return service();
      case kEtherLlc:
        return {Step::kLlc};
      default:
        return type <= kMaxLlcLength ? Step{Step::kLlc} : kOther;
    }
  }

  // IEEE 802.1AE, 9.3: the tag tells whether the frame is encrypted.
  Step macsec() {
    constexpr unsigned kWithChannel = 0x20;
    constexpr unsigned kChanged = 0x0c;  // encrypted, or otherwise changed
    const unsigned control = reader_.u8();
    reader_.skip(5);  // length, packet number
    if ((control & kWithChannel) != 0) reader_.skip(8);
    if ((control & kChanged) != 0) return kOther;
    return {Step::kEtherType, reader_.u16()};
  }

  // RFC 8300.
  Step service() {
    const std::size_t size = std::size_t{4} * (reader_.u16() & 0x3fu);
    reader_.skip(1);
    const std::uint8_t next = reader_.u8();
    constexpr std::size_t kBase = 4;
    if (reader_.ok() && size < kBase) {
      return ends_as(FrameOutcome::kMalformed);
    }
    reader_.skip(size - kBase);
    switch (next) {
      case 1:
      case 2:
        return {Step::kIp};
      case 3:
        return {Step::kEthernet};
      case 5:
        return {Step::kMpls};
      default:
        return kOther;
    }
  }

  // IEEE 802.2 with SNAP (RFC 1042); RFC 2684 for frames bridged over ATM.
  Step llc() {
    is_tagged_only_ = false;
    const std::uint16_t points = reader_.u16();
    const std::uint8_t control = reader_.u8();
    constexpr std::uint8_t kUnnumbered = 3;
    if (control != kUnnumbered) return kOther;
    if (points == 0x0606) return {Step::kIp};
    if (points != 0xaaaa) return kOther;
    const std::uint32_t organisation =
        static_cast<std::uint32_t>(reader_.u8()) << 16 | reader_.u16();
    const std::uint16_t type = reader_.u16();
    if (organisation == 0 || organisation == 0x0000f8) {
      return {Step::kEtherType, type};
    }
    if (organisation == 0x0080c2 && (type == 1 || type == 7)) {
      reader_.skip(2);  // padding
      return {Step::kEthernet};
    }
    return kOther;
  }

  // RFC 1661 and 1662: address and control may be there, or left out; so may
  // the first byte of a small protocol's number.
  Step ppp() {
    std::uint16_t protocol = reader_.u8();
    if (protocol == 0xff) {
      reader_.skip(1);
      protocol = reader_.u8();
    }
    if ((protocol & 1) == 0) {
      protocol = static_cast<std::uint16_t>(protocol << 8 | reader_.u8());
    }
    if (protocol == kPppMpls) {
      is_tagged_only_ = false;
      return {Step::kMpls};
    }
    return ip_if(protocol == kPppIpv4 || protocol == kPppIpv6);
  }

  // RFC 3032. Labels do not say what they are in front of.
  Step mpls() {
    is_tagged_only_ = false;
    constexpr std::uint32_t kLast = 0x100;
    while (reader_.ok() && (reader_.u32() & kLast) == 0) {
    }
    if (!reader_.ok() || reader_.left() == 0) {
      return ends_as(FrameOutcome::kCutShort);
    }
    const Bytes rest = reader_.rest();
    const unsigned version = rest[0] >> 4;
    const auto is = [&](Inside kind, std::size_t from) {
      return from <= rest.size() &&
             is_plausible({kind, rest.subspan(from), missing_});
    };
    // Addresses of stations may begin like IP, but IP hardly like a frame.
    const bool has_type =
        rest.size() >= 14 &&
        load<std::uint16_t>(&rest[12], ByteOrder::kBig) > kMaxLlcLength;
    if (has_type && is(Inside::kEthernet, 0)) return {Step::kEthernet};
    if ((version == 4 || version == 6) && is(Inside::kIp, 0)) {
      return {Step::kIp};
    }
    constexpr std::size_t kControlWord = 4;  // RFC 4385
    if (version == 0 && is(Inside::kEthernet, kControlWord)) {
      reader_.skip(kControlWord);
      return {Step::kEthernet};
    }
    return is(Inside::kEthernet, 0) ? Step{Step::kEthernet} : kOther;
  }

  // Cisco's HDLC: address, control, EtherType.
  Step cisco_hdlc() {
    reader_.skip(2);
    return {Step::kEtherType, reader_.u16()};
  }

  // The address family as numbered by the recording system: 2 is IPv4
  // everywhere; IPv6 is 10 (Linux), 24, 28 or 30 (the BSDs). The byte order is
  // the recorder's too. No family exceeds 16 bits, so a larger value is
  // swapped.
  static bool is_ip_family(std::uint32_t family) {
    if (family > 0xffff) family = swap_bytes(family);
    return family == 2 || family == 10 || family == 24 || family == 28 ||
           family == 30;
  }

  Step wifi() {
    is_tagged_only_ = false;
    const WifiFrame found = read_wifi(reader_.rest(), padding_);
    if (found.outcome != FrameOutcome::kUsed) return ends_as(found.outcome);
    ends_ = found.ends;
    reader_.skip(found.header);
    return {Step::kLlc};
  }

  Step wifi_behind(const WifiPreamble& preamble) {
    if (preamble.size == 0) return ends_as(FrameOutcome::kCutShort);
    padding_ = preamble.padding;
    reader_.skip(preamble.size);
    return {Step::kWifi};
  }

  // Per-Packet Information: version, flags, length, link type; little-endian.
  Step ppi() {
    constexpr std::size_t kHeader = 8;
    ByteReader header(reader_.rest(), ByteOrder::kLittle);
    header.skip(2);
    const std::size_t size = header.u16();
    const std::uint32_t link = header.u32();
    if (!header.ok()) return ends_as(FrameOutcome::kCutShort);
    if (size < kHeader) return ends_as(FrameOutcome::kMalformed);
    reader_.skip(size);
    return inner_link(link, LinkType::kPpi);
  }

  // Apple's header begins with its length, the kind of the record and the link
  // type of the frame that follows, in little-endian order
  // (https://www.tcpdump.org/linktypes/LINKTYPE_PKTAP.html).
  Step pktap() {
    constexpr std::uint32_t kMinHeader = 108;
    constexpr std::uint32_t kPacket = 1;  // as opposed to no frame
    ByteReader reader(reader_.rest(), ByteOrder::kLittle);
    const std::uint32_t header = reader.u32();
    const std::uint32_t kind = reader.u32();
    const std::uint32_t link = reader.u32();
    if (!reader.ok()) return ends_as(FrameOutcome::kCutShort);
    if (header < kMinHeader) return ends_as(FrameOutcome::kMalformed);
    if (kind != kPacket) return kOther;
    reader_.skip(header);
    return inner_link(link, LinkType::kPktap);
  }

  static Step inner_link(std::uint32_t link, LinkType outer) {
    if (link > UINT16_MAX || link == static_cast<std::uint32_t>(outer)) {
      return ends_as(FrameOutcome::kUnsupportedLink);
    }
    return {Step::kLink, static_cast<std::uint16_t>(link)};
  }

  // Other users of this number have other bytes where PKTAP has its header.
  Step maybe_pktap() {
    ByteReader reader(reader_.rest(), ByteOrder::kLittle);
    const std::uint32_t header = reader.u32();
    const std::uint32_t kind = reader.u32();
    if (header < 108 || header > 1024 || kind > 1) {
      return ends_as(FrameOutcome::kUnsupportedLink);
    }
    return pktap();
  }

  Step nflog() {
    const NflogFrame found = read_nflog(reader_.rest());
    if (!found.has_packet || !found.is_ip) return kOther;
    reader_ = ByteReader(found.packet);
    return {Step::kIp};
  }

  // OpenBSD's log of packets: the header's length, padded to 4 bytes, and the
  // address family.
  Step pflog() {
    const Bytes rest = reader_.rest();
    const std::size_t size = reader_.u8();
    const std::uint8_t family = reader_.u8();
    if (reader_.ok() && size < 4) return ends_as(FrameOutcome::kMalformed);
    reader_ = ByteReader(rest);
    reader_.skip((size + 3) & ~std::size_t{3});
    return ip_if(is_ip_family(family));
  }

  Step linux_sll(std::size_t type_at, std::size_t size, LinkType link) {
    constexpr std::uint16_t kLlc = 4;  // as Linux numbers it
    const Bytes rest = reader_.rest();
    ends_ = find_link_ends(link, rest);
    reader_.skip(size);
    if (!reader_.ok()) return kOther;
    const auto type =
        load<std::uint16_t>(rest.data() + type_at, ByteOrder::kBig);
    return type == kLlc ? Step{Step::kLlc} : Step{Step::kEtherType, type};
  }

  Step link(LinkType link) {
    switch (link) {
      case LinkType::kEthernet:
        return ethernet();
      // https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html
      case LinkType::kLinuxSll:
        return linux_sll(14, 16, link);
      // https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html
      case LinkType::kLinuxSll2:
        return linux_sll(0, 20, link);
      case LinkType::kNull:
      case LinkType::kLoop:
        return ip_if(is_ip_family(reader_.u32()));
      case LinkType::kRaw:
      case LinkType::kRawOpenBsd:
      case LinkType::kRawOfOpenBsd:
      case LinkType::kIpv4:
      case LinkType::kIpv6:
        return {Step::kIp};
      case LinkType::kNflog:
        return nflog();
      default:
        is_tagged_only_ = false;
        return rarer_link(link);
    }
  }

  Step rarer_link(LinkType link) {
    switch (link) {
      case LinkType::kPktap:
        return pktap();
      case LinkType::kUser2:
        return maybe_pktap();
      case LinkType::kPpp:
        return {Step::kPpp};
      // The direction replaces the address.
      case LinkType::kPppPppd:
        reader_.skip(1);
        if (reader_.left() > 0 && reader_.rest()[0] == kPppControl) {
          reader_.skip(1);
        }
        return {Step::kPpp};
      case LinkType::kPppDirected:
        reader_.skip(1);
        return {Step::kPpp};
      case LinkType::kPppHdlc:
        return reader_.left() > 0 && (reader_.rest()[0] & 0x7f) == 0x0f
                   ? cisco_hdlc()
                   : Step{Step::kPpp};
      case LinkType::kPppEther:
        reader_.skip(6);
        return {Step::kPpp};
      case LinkType::kCiscoHdlcDirected:
        reader_.skip(1);
        return cisco_hdlc();
      case LinkType::kCiscoHdlc:
        return cisco_hdlc();
      case LinkType::kAtm:
        return {Step::kLlc};
      case LinkType::kMpls:
        return {Step::kMpls};
      case LinkType::kFirewire:
        reader_.skip(16);  // destination and source, of 8 bytes
        return {Step::kEtherType, reader_.u16()};
      case LinkType::kEnc: {
        const std::uint32_t family = reader_.u32();
        reader_.skip(8);
        return ip_if(is_ip_family(family));
      }
      case LinkType::kPflog:
        return pflog();
      case LinkType::kDsaBroadcomFront:
        reader_.skip(4);
        return ethernet();
      case LinkType::kDsaBroadcom:
      case LinkType::kDsa:
        return tagged_ethernet(4);
      case LinkType::kEdsa:
        return tagged_ethernet(8);
      default:
        return wifi_link(link);
    }
  }

  Step wifi_link(LinkType link) {
    switch (link) {
      case LinkType::kWifi:
        return {Step::kWifi};
      case LinkType::kRadiotap:
        return wifi_behind(read_radiotap(reader_.rest()));
      case LinkType::kPrism:
      case LinkType::kAvs:
        return wifi_behind(read_prism_or_avs(reader_.rest()));
      case LinkType::kPpi:
        return ppi();
      default:
        return ends_as(FrameOutcome::kUnsupportedLink);
    }
  }

  ByteReader reader_;
  std::size_t missing_;
  LinkEnds ends_;
  WifiPadding padding_ = WifiPadding::kNone;
  bool is_tagged_only_ = true;
};

Step first_step(const Encapsulated& inner) {
  switch (inner.kind) {
    case Inside::kEtherType:
      return {Step::kEtherType, inner.ether_type};
    case Inside::kEthernet:
      return {Step::kEthernet};
    case Inside::kIp:
      return {Step::kIp};
    case Inside::kMpls:
      return {Step::kMpls};
    case Inside::kPpp:
      return {Step::kPpp};
    case Inside::kWifi:
      return {Step::kWifi};
    case Inside::kWifiWithPrism:
      return {Step::kLink, static_cast<std::uint16_t>(LinkType::kPrism)};
  }
  return kOther;
}

}  // namespace

LinkPayload find_datagram(LinkType link, Bytes frame,
                          std::size_t missing) noexcept {
  return LinkWalk(frame, missing)
      .follow({Step::kLink, static_cast<std::uint16_t>(link)});
}

LinkPayload find_datagram(const Encapsulated& inner) noexcept {
  return LinkWalk(inner.bytes, inner.missing).follow(first_step(inner));
}

}  // namespace flowtell
