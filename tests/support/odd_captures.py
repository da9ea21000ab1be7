# SPDX-License-Identifier: Apache-2.0
"""Seeded malformed captures: every link type, false headers, truncated files, unknown blocks, clock jumps. The same
seed gives the same bytes."""
import gzip
import struct

PHONE4, SERVER4 = bytes([192, 168, 12, 100]), bytes([203, 0, 113, 5])
PHONE6, SERVER6 = bytes.fromhex("fd" + "00" * 14 + "64"), bytes.fromhex("20010db8" + "00" * 11 + "05")
START = 1_554_312_069
LINKS = [0, 1, 12, 101, 108, 113, 228, 229, 276]
BARE_LINKS = [9, 50, 51, 100, 104, 105, 117, 119, 127, 149, 163, 192, 204, 219, 239, 258, 281, 282, 284, 285]
ODD_NUMBERS = [0, 1, 7, 8, 19, 20, 21, 39, 40, 41, 127, 128, 255, 256, 1499, 1500, 32767, 32768, 65535]


# --- above IP ---------------------------------------------------------------------------------------------

def client_hello(name):
    server = struct.pack("!BH", 0, len(name)) + name
    servers = struct.pack("!H", len(server)) + server
    extensions = struct.pack("!HH", 0, len(servers)) + servers + b"\x00\x10\x00\x05\x00\x03\x02h2"
    body = (b"\x03\x03" + bytes(32) + b"\x00" + b"\x00\x02\x13\x01" + b"\x01\x00" +
            struct.pack("!H", len(extensions)) + extensions)
    message = b"\x01" + struct.pack("!I", len(body))[1:] + body
    return b"\x16\x03\x01" + struct.pack("!H", len(message)) + message


def dns_answer(name):
    labels = b"".join(bytes([len(label)]) + label for label in name.split(b".")) + b"\x00"
    return (b"\x12\x34\x81\x80\x00\x01\x00\x02\x00\x00\x00\x00" + labels + b"\x00\x01\x00\x01" +
            b"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x02\xc0\x0c" +
            b"\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04" + SERVER4)


def quic_initial(chance):
    identity = chance.randbytes(8)
    return (b"\xc3" + chance.choice([b"\x00\x00\x00\x01", bytes.fromhex("6b3343cf"), bytes.fromhex("ff00001d"),
                                     b"\x00\x00\x00\x00"]) +
            b"\x08" + identity + b"\x00\x00\x44\x96" + chance.randbytes(1174))


def spoilt(chance, data):
    """Some bytes changed, or the end removed."""
    data = bytearray(data)
    for _ in range(chance.choice([0, 1, 1, 2, 8])):
        if data:
            data[chance.randrange(len(data))] = chance.choice([0, 255, 0xC0, chance.randrange(256)])
    return bytes(data[:chance.randrange(len(data) + 1)] if chance.random() < 0.2 else data)


def payload(chance):
    plain = chance.choice([
        lambda: b"", lambda: chance.randbytes(chance.randrange(1400)), lambda: client_hello(b"www.example.org"),
        lambda: client_hello(b"x" * chance.randrange(1, 600)), lambda: dns_answer(b"www.example.org"),
        lambda: dns_answer(b"a" * 63 + b"." + b"b" * 63), lambda: quic_initial(chance),
        lambda: b"\x0d" + bytes(8) + b"Q043\x01" + bytes(12) + b"CHLO\x02\x00\x00\x00SNI\x00\xff\xff\xff\xff"])()
    return spoilt(chance, plain) if chance.random() < 0.4 else plain


def transport(chance, sent):
    """(protocol number, bytes)"""
    data = payload(chance)
    device, remote = chance.choice([40000, 40001, 5353, 1]), chance.choice([443, 53, 5353, 80, 0])
    ports = (device, remote) if sent else (remote, device)
    kind = chance.random()
    if kind < 0.45:
        offset = chance.choice([5, 5, 5, 6, 15, 0, 4])
        return 6, struct.pack("!HHIIBBHHH", *ports, chance.choice([0, 1, 2**32 - 1]), 0, offset << 4,
                              chance.randrange(64), 0, 0, 0) + bytes(max(0, offset - 5) * 4) + data
    if kind < 0.9:
        length = 8 + len(data) if chance.random() < 0.9 else chance.choice(ODD_NUMBERS)
        return 17, struct.pack("!HHHH", *ports, length & 0xFFFF, 0) + data
    return chance.choice([0, 1, 2, 4, 41, 47, 58, 132, 255]), data


# --- IP and what precedes it ------------------------------------------------------------------------------

def ipv4(chance):
    sent = chance.random() < 0.6
    protocol, above = transport(chance, sent)
    words = chance.choice([5, 5, 5, 5, 6, 15, 0, 4])
    length = words * 4 + len(above) if chance.random() < 0.85 else chance.choice(ODD_NUMBERS)
    fragment = chance.choice([0, 0, 0, 0x4000, 0x2000, 0x2001, 0x0001, 0x1FFF])
    ends = PHONE4 + SERVER4 if sent else SERVER4 + PHONE4
    return (struct.pack("!BBHHHBBH", 0x40 | words, 0, length & 0xFFFF, chance.randrange(3), fragment, 64, protocol, 0) +
            ends + bytes(max(0, words - 5) * 4) + above)


def ipv6(chance):
    sent = chance.random() < 0.6
    kind, above = transport(chance, sent)
    for _ in range(chance.choice([0, 0, 1, 2, 7, 60])):
        header = chance.choice([0, 43, 44, 51, 60, 135, 139, 140])
        if header == 44:
            body = struct.pack("!BBHI", kind, 0, chance.choice([0, 1, 8, 0xFFF8]), chance.randrange(3))
        else:
            units = chance.choice([0, 0, 1, 255])
            size = (units + 2) * 4 if header == 51 else (units + 1) * 8
            body = bytes([kind, units]) + bytes((size if units < 255 else 8) - 2)
        kind, above = header, body + above
    length = len(above) if chance.random() < 0.85 else chance.choice(ODD_NUMBERS)
    ends = PHONE6 + SERVER6 if sent else SERVER6 + PHONE6
    return struct.pack("!IHBB", 0x60000000, length & 0xFFFF, kind, 64) + ends + above


def frame_of(chance, link):
    """A frame of the link type; sometimes of another type, or of none."""
    is_v6 = chance.random() < 0.4
    datagram = ipv6(chance) if is_v6 else ipv4(chance)
    ether_type = struct.pack("!H", 0x86DD if is_v6 else 0x0800)
    if chance.random() < 0.1:
        ether_type = struct.pack("!H", chance.choice([0x0806, 0x8847, 0x88CC, 100]))
    family = chance.choice([2, 10, 24, 28, 30, 0, 2**32 - 1])
    tags = b"".join(chance.choice([b"\x81\x00", b"\x88\xa8", b"\x91\x00"]) + b"\x00\x05"
                    for _ in range(chance.choice([0, 0, 0, 1, 2, 3, 200])))
    if chance.random() < 0.1:
        datagram = (b"\x11\x00\x00\x01" + struct.pack("!H", chance.choice([len(datagram) + 2, 0, 65535])) +
                    (b"\x00\x57" if is_v6 else b"\x00\x21") + datagram)
        ether_type = b"\x88\x64"
    head = {0: struct.pack(chance.choice("<>") + "I", family), 108: struct.pack("!I", family),
            1: bytes(12) + tags + ether_type, 113: bytes(14) + ether_type,
            276: ether_type + bytes(18)}.get(link, b"")
    frame = head + datagram + bytes(chance.choice([0, 0, 6, 30]))
    return spoilt(chance, frame) if chance.random() < 0.15 else frame


# --- files ------------------------------------------------------------------------------------------------

def times(chance, count):
    """Seconds and nanoseconds: small steps, pauses, jumps forward and back."""
    now = START * 10**9
    for _ in range(count):
        yield divmod(max(0, now), 10**9)
        now += chance.choice([10**6, 10**7, 3 * 10**8, 2 * 10**9, 0, -(10**6), -(10**10)])
        if chance.random() < 0.03:
            now = chance.choice([0, 2**31, 2**32 - 1, START]) * 10**9


def snapped(chance, frame):
    return frame[:chance.choice([0, 1, 13, 14, 34, 54, 60])] if chance.random() < 0.1 else frame


def pcap(chance, frames, link):
    """(bytes, number of frames in them)"""
    order, unit = chance.choice("<>"), chance.choice([1, 1000])
    magic = 0xA1B2C3D4 if unit == 1000 else 0xA1B23C4D
    out = struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, chance.choice([65535, 0, 64, 2**32 - 1]), link)
    for frame, (seconds, rest) in zip(frames, times(chance, len(frames))):
        kept = snapped(chance, frame)
        out += struct.pack(order + "IIII", seconds % 2**32, rest // unit, len(kept), len(frame)) + kept
    return out, len(frames)


def option(order, code, value):
    return struct.pack(order + "HH", code, len(value)) + value + bytes(-len(value) % 4)


def block(order, kind, body):
    body += bytes(-len(body) % 4)
    size = 12 + len(body)
    return struct.pack(order + "II", kind, size) + body + struct.pack(order + "I", size)


def pcapng(chance, frames, link):
    order = chance.choice("<>")
    out = block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    resolution = chance.choice([6, 9, 3, 0, 0x80 | 20, 0x80, 0xBF, 0xFF, 19, 127])
    described = struct.pack(order + "HHI", link, 0, chance.choice([0, 65535, 60]))
    described += option(order, 9, bytes([resolution]))
    described += option(order, 14, struct.pack(order + "q", chance.choice([0, 0, -(2**63), 2**63 - 1, 3600])))
    out += block(order, 1, described + option(order, 0, b""))
    count = 0
    for frame, (seconds, rest) in zip(frames, times(chance, len(frames))):
        if chance.random() < 0.2:  # blocks that readers skip
            out += block(order, chance.choice([4, 5, 10, 0xBAD, 0x80000001]), chance.randbytes(chance.randrange(40)))
        if chance.random() < 0.05:
            out += block(order, 0x0A0D0D0A, struct.pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
            out += block(order, 1, described)
        ticks = chance.choice([seconds * 10**6 + rest // 1000, chance.randrange(2**64)])
        out += block(order, 6, struct.pack(order + "IIIII", 0, ticks >> 32, ticks & (2**32 - 1), len(frame),
                                           len(frame)) + frame)
        count += 1
    return out, count


def zstd(data):
    """A frame of raw blocks (RFC 8878, 3.1.1)."""
    out = b"\x28\xb5\x2f\xfd\x00\x58"
    pieces = [data[at:at + 60_000] for at in range(0, len(data), 60_000)] or [b""]
    for i, piece in enumerate(pieces):
        out += struct.pack("<I", len(piece) << 3 | (i + 1 == len(pieces)))[:3] + piece
    return out


def damaged(chance, data):
    """Truncated, flipped, with false lengths, or with foreign bytes."""
    kind = chance.randrange(6)
    at = chance.randrange(len(data) + 1)
    if kind == 0:
        return data[:at]
    if kind == 1:
        return data[:at] + chance.choice([b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f"]) + data[at + 4:]
    if kind == 2:
        return data[:at] + chance.randbytes(chance.randrange(1, 40)) + data[at:]
    if kind == 3:
        return data[:at] + data[at + chance.randrange(1, 40):]
    if kind == 4:
        return data + chance.choice([data, bytes(100), b"\xff" * 100, chance.randbytes(50)])
    return spoilt(chance, data)


def odd_capture(chance):
    """(bytes, number of frames; None if damage leaves it open)"""
    link = chance.choice(LINKS) if chance.random() < 0.8 else chance.choice([*BARE_LINKS, 147, 65535])
    frames = [frame_of(chance, link) for _ in range(chance.choice([0, 1, 3, 10, 40]))]
    data, count = chance.choice([pcap, pcapng])(chance, frames, link)
    if chance.random() < 0.4:
        data, count = damaged(chance, data), None
    if chance.random() < 0.2:
        data = chance.choice([lambda plain: gzip.compress(plain, mtime=0), zstd])(data)
        if chance.random() < 0.5:
            data, count = damaged(chance, data), None
    return data, count


def plain_capture(chance, sizes):
    """A valid capture of flows with packets of these sizes, for training."""
    frames = []
    for i in range(60):
        port = 40000 + i // 6
        size = chance.choice(sizes)
        ends = (PHONE4 + SERVER4, (port, 443)) if i % 2 == 0 else (SERVER4 + PHONE4, (443, port))
        frames.append(bytes(12) + b"\x08\x00" + struct.pack("!BBHHHBBH", 0x45, 0, 28 + size, 0, 0, 64, 17, 0) + ends[0] +
                      struct.pack("!HHHH", *ends[1], 8 + size, 0) + bytes(size))
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    for i, frame in enumerate(frames):
        out += struct.pack("<IIII", START + i // 6 * 3, i % 6 * 1000, len(frame), len(frame)) + frame
    return out
