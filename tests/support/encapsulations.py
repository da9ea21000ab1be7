# SPDX-License-Identifier: Apache-2.0
"""Captures of every link type and tunnel, each with the same two conversations: three packets in each direction over
IPv4, and over IPv6."""
import socket
import struct

START = 1_554_312_069
POINT, SERVER = bytes.fromhex("020000000001"), bytes.fromhex("020000000020")


def phone(datagram):
    """Each conversation has its own: addresses with the same MAC are one device."""
    return bytes.fromhex("0200000000") + datagram[:1]


def macs(datagram):
    return POINT + phone(datagram)


def ones_sum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ip4(source, destination, protocol, data):
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(data), 7, 0, 64, protocol, 0,
                       socket.inet_aton(source), socket.inet_aton(destination))
    return head[:10] + struct.pack("!H", ones_sum(head)) + head[12:] + data


def ip6(source, destination, protocol, data):
    return struct.pack("!IHBB", 0x60000000, len(data), protocol, 64) + \
        socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, destination) + data


def udp(source, destination, data):
    return struct.pack("!HHHH", source, destination, 8 + len(data), 0) + data


def tcp(source, destination, data):
    return struct.pack("!HHIIBBHHH", source, destination, 1, 1, 0x50, 0x18, 8192, 0, 0) + data


def conversations():
    """(whether it was sent by the device, datagram)"""
    for number in range(3):
        for sent in (True, False):
            ends4 = ("192.168.1.10", "203.0.113.77") if sent else ("203.0.113.77", "192.168.1.10")
            ends6 = ("fd00::10", "2001:db8:5::7") if sent else ("2001:db8:5::7", "fd00::10")
            ports = (40000, 9999) if sent else (9999, 40000)
            yield sent, ip4(*ends4, 6, tcp(*ports, bytes(20 + number)))
            yield sent, ip6(*ends6, 17, udp(*ports, bytes(30 + number)))


# What is in each capture: packets by sender and receiver.
PACKETS = {ends: 3 for pair in (("192.168.1.10", "203.0.113.77"), ("fd00::10", "2001:db8:5::7"))
           for ends in (pair, pair[::-1])}


def kind(datagram):
    return struct.pack("!H", 0x0800 if datagram[0] >> 4 == 4 else 0x86DD)


def ppp(datagram):
    return b"\x00\x21" if datagram[0] >> 4 == 4 else b"\x00\x57"


def family(datagram, six=10):
    return 2 if datagram[0] >> 4 == 4 else six


def ethernet(datagram):
    return macs(datagram) + kind(datagram) + datagram


def snap(datagram):
    return b"\xaa\xaa\x03\0\0\0" + kind(datagram) + datagram


def air(datagram):
    return b"\x08\x01\0\0" + POINT + phone(datagram) + SERVER + b"\x10\0" + snap(datagram)


def quality(datagram):
    return b"\x88\x02\0\0" + SERVER + POINT + phone(datagram) + b"\x10\0\0\0" + snap(datagram)


def four(datagram):
    return b"\x08\x03\0\0" + POINT + POINT + SERVER + b"\x10\0" + phone(datagram) + snap(datagram)


def padded(datagram):
    head = quality(datagram)[:26]
    return bytes.fromhex("0000 0900 02000000 20") + head + b"\0\0" + snap(datagram)


def attribute(number, data):
    return struct.pack("<HH", 4 + len(data), number) + data + b"\0" * (-len(data) % 4)


def nflog(datagram):
    return struct.pack("!BBH", family(datagram), 0, 30) + attribute(1, kind(datagram) + b"\3\0") + \
        attribute(10, b"out\0") + attribute(9, datagram)


def pktap(datagram):
    return struct.pack("<III", 108, 1, 1) + bytes(96) + ethernet(datagram)


def typed(hexes):
    """After Ethernet's addresses, these bytes and the EtherType."""
    return lambda d: macs(d) + bytes.fromhex(hexes) + kind(d) + d


# name, link type, frame of a datagram; whether tshark cannot follow it as it is set up
LINKS = [
    ("BSD loopback", 0, lambda d: struct.pack("<I", family(d, 30)) + d, False),
    ("Ethernet", 1, ethernet, False),
    ("PPP", 9, lambda d: b"\xff\3" + ppp(d) + d, False),
    ("raw", 101, lambda d: d, False),
    ("PPP in HDLC", 50, lambda d: b"\xff\3" + ppp(d) + d, False),
    ("Cisco HDLC by PPP's number", 50, lambda d: b"\x0f\0" + kind(d) + d, False),
    ("PPPoE session", 51, lambda d: b"\x11\0\0\1" + struct.pack("!H", 2 + len(d)) + ppp(d) + d, False),
    ("ATM", 100, snap, False),
    ("Cisco HDLC", 104, lambda d: b"\x0f\0" + kind(d) + d, False),
    ("802.11", 105, air, False),
    ("802.11 with quality of service", 105, quality, False),
    ("802.11 with four addresses", 105, four, False),
    ("OpenBSD loopback", 108, lambda d: struct.pack("!I", family(d, 24)) + d, False),
    ("IPsec", 109, lambda d: struct.pack("<I", family(d, 24)) + bytes(8) + d, False),
    ("cooked", 113, lambda d: bytes(4) + b"\0\6" + phone(d) + b"\0\0" + kind(d) + d, False),
    ("pf log", 117, lambda d: bytes([61, family(d, 24)]) + bytes(62) + d, False),
    ("Prism", 119, lambda d: struct.pack("<II", 0x44, 144) + bytes(136) + air(d), False),
    ("radiotap", 127, lambda d: bytes.fromhex("0000 0900 02000000 00") + air(d), False),
    ("radiotap with padding", 127, padded, False),
    ("FireWire", 138, lambda d: bytes(16) + kind(d) + d, False),
    ("AVS", 163, lambda d: struct.pack("!II", 0x80211001, 64) + bytes(56) + air(d), False),
    ("PPP of pppd", 166, lambda d: b"\0\3" + ppp(d) + d, True),
    ("PPI", 192, lambda d: struct.pack("<BBHI", 0, 0, 8, 105) + air(d), False),
    ("PPP with direction", 204, lambda d: b"\1\xff\3" + ppp(d) + d, False),
    ("Cisco HDLC with direction", 205, lambda d: b"\1\x0f\0" + kind(d) + d, True),
    ("MPLS", 219, lambda d: b"\0\1\1\x40" + d, True),
    ("NFLOG", 239, nflog, False),
    ("PKTAP", 258, pktap, False),
    ("cooked, version 2", 276, lambda d: kind(d) + bytes(6) + b"\0\1\0\6" + phone(d) + b"\0\0" + d, False),
    ("Broadcom tag", 281, typed("00000003"), True),
    ("Broadcom tag in front", 282, lambda d: b"\x20\0\0\3" + ethernet(d), True),
    ("DSA", 284, typed("c0080007"), True),
    ("EDSA", 285, typed("dada0000c0080007"), True),
    ("VLAN", 1, typed("81000007"), False),
    ("QinQ", 1, typed("88a80007 81000007"), False),
    ("PPPoE", 1, lambda d: macs(d) + b"\x88\x64\x11\0\0\1" + struct.pack("!H", 2 + len(d)) + ppp(d) + d, False),
    ("LLC", 1, lambda d: macs(d) + struct.pack("!H", len(snap(d))) + snap(d), False),
    ("802.1ah", 1, lambda d: macs(d) + b"\x88\xe7\0\0\0\1" + ethernet(d), False),
    ("Cisco metadata", 1, typed("8909 0101 0001 0009"), False),
    ("MACsec", 1, lambda d: macs(d) + b"\x88\xe5\0\0\0\0\0\1" + kind(d) + d + bytes(16), False),
    ("802.1BR", 1, typed("893f 000000010000"), False),
    ("VN-Tag", 1, typed("8926 80010002"), False),
    ("802.1CB", 1, typed("f1c1 00000005"), False),
    ("service header", 1, lambda d: macs(d) + bytes.fromhex("894f 0fc20203000001ff") + ethernet(d), False),
    ("MPLS in Ethernet", 1, lambda d: macs(d) + b"\x88\x47\0\1\1\x40" + d, False),
    ("pseudowire", 1, lambda d: macs(d) + b"\x88\x47\0\1\x11\x40\0\0\0\0" + ethernet(d), False),
]


def gre(hexes, inside):
    return 47, lambda d: bytes.fromhex(hexes).replace(b"\xee\xee", kind(d)) + inside(d)


def plain(datagram):
    return datagram


def gtp(hexes):
    rest = bytes.fromhex(hexes)
    return lambda d: bytes([0x34 if rest else 0x30, 255]) + struct.pack("!HI", len(rest) + len(d), 1) + rest + d


# name, protocol or port, payload of a datagram; whether tshark cannot follow it
IP_TUNNELS = [
    ("GRE", *gre("0000eeee", plain), False),
    ("GRE with all fields", *gre("b000eeee 00000000 0000004d 00000001", plain), False),
    ("GRE with Ethernet", *gre("00006558", ethernet), False),
    ("ERSPAN I", *gre("000088be", ethernet), False),
    ("ERSPAN II", *gre("100088be 00000001 1007000100000001", ethernet), False),
    ("ERSPAN III", *gre("100022eb 00000001 200700010000000000000000", ethernet), False),
    ("PPTP", 47, lambda d: bytes.fromhex("3001880b") + struct.pack("!HHI", 4 + len(d), 1, 5) + b"\xff\3" +
     ppp(d) + d, False),
    ("EtherIP", 97, lambda d: b"\x30\0" + ethernet(d), False),
    ("MPLS in IP", 137, lambda d: b"\0\1\1\x40" + d, False),
]
UDP_TUNNELS = [
    ("VXLAN", 4789, lambda d: bytes.fromhex("0800000000002a00") + ethernet(d), False),
    ("VXLAN on Linux's port", 8472, lambda d: bytes.fromhex("0800000000002a00") + ethernet(d), False),
    ("VXLAN-GPE", 4790, lambda d: bytes.fromhex("0c00000300002a00") + ethernet(d), False),
    ("GENEVE", 6081, lambda d: bytes.fromhex("0240655800002a00 0102830100000009") + ethernet(d), False),
    ("GENEVE with IP", 6081, lambda d: b"\0\0" + kind(d) + b"\0\0\x2a\0" + d, False),
    ("GTP-U", 2152, gtp(""), False),
    ("GTP-U with extension", 2152, gtp("00000085 01000900"), False),
    ("TZSP", 37008, lambda d: b"\1\0\0\1\1" + ethernet(d), False),
    ("L2TP", 1701, lambda d: bytes.fromhex("000200010002ff03") + ppp(d) + d, False),
    ("GRE in UDP", 4754, lambda d: b"\0\0" + kind(d) + d, False),
    ("MPLS in UDP", 6635, lambda d: b"\0\1\1\x40" + d, False),
]
OUTER = [lambda p, d: ethernet(ip4("198.51.100.1", "203.0.113.1", p, d)),
         lambda p, d: ethernet(ip6("2001:db8::1", "2001:db8::2", p, d))]


def pcap(link, frames, extra=b""):
    magic = 0xA1B2CD34 if extra else 0xA1B2C3D4
    out = struct.pack("<IHHQII", magic, 2, 4, 0, 262144, link)
    for number, frame in enumerate(frames):
        out += struct.pack("<IIII", START, number * 1000, len(frame), len(frame)) + extra + frame
    return out


def captures():
    """(name, bytes of a capture, whether tshark cannot follow it)"""
    for name, link, make, beyond in LINKS:
        yield name, pcap(link, [make(d) for _, d in conversations()]), beyond
    for extra in (8, 12):
        yield f"modified pcap, {extra} bytes", pcap(1, [ethernet(d) for _, d in conversations()], bytes(extra)), False
    for outer in OUTER:
        yield "IP in IP", pcap(1, [outer(4 if d[0] >> 4 == 4 else 41, d) for _, d in conversations()]), False
        for name, protocol, make, beyond in IP_TUNNELS:
            yield name, pcap(1, [outer(protocol, make(d)) for _, d in conversations()]), beyond
        for name, port, make, beyond in UDP_TUNNELS:
            yield name, pcap(1, [outer(17, udp(50000, port, make(d))) for _, d in conversations()]), beyond
    twice = [OUTER[0](47, bytes.fromhex("00006558") + OUTER[1](17, udp(50000, 4789, bytes.fromhex(
        "0800000000002a00") + ethernet(d)))) for _, d in conversations()]
    yield "VXLAN in GRE", pcap(1, twice), False
