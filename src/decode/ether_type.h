// SPDX-License-Identifier: Apache-2.0
//
// The EtherTypes that are read (IEEE 802 Numbers, IANA).
#pragma once

#include <cstdint>

namespace flowtell {

enum EtherType : std::uint16_t {
  kMaxLlcLength = 0x05dc,  // up to this it is a length, and LLC follows
  kEtherIpv4 = 0x0800,
  kEtherArp = 0x0806,
  kEtherBridged = 0x6558,  // transparent Ethernet bridging
  kEtherVlan = 0x8100,
  kEtherIpv6 = 0x86dd,
  kEtherMpls = 0x8847,
  kEtherMplsMulticast = 0x8848,
  kEtherPppoeDiscovery = 0x8863,
  kEtherPppoe = 0x8864,
  kEtherLlc = 0x8870,
  kEtherPpp = 0x880b,
  kEtherSlow = 0x8809,        // link aggregation
  kEtherRedirected = 0x883e,  // WCCP
  kEtherPortAccess = 0x888e,
  kEtherQinQ = 0x88a8,
  kEtherErspan = 0x88be,  // types I and II
  kEtherErspan3 = 0x22eb,
  kEtherNeighbours = 0x88cc,  // LLDP
  kEtherMacsec = 0x88e5,
  kEtherBackbone = 0x88e7,  // 802.1ah
  kEtherTime = 0x88f7,
  kEtherCiscoMetadata = 0x8909,
  kEtherVnTag = 0x8926,
  kEtherPortExtension = 0x893f,  // 802.1BR
  kEtherService = 0x894f,
  kEtherLoop = 0x9000,
  kEtherOldQinQ = 0x9100,
  kEtherOtherQinQ = 0x9200,
  kEtherRedundancy = 0xf1c1,  // 802.1CB
};

}  // namespace flowtell
