#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Doubles captures as recorders do and compares the verdicts with those of the single captures: the same frames back
to back, forwarded by a router, on two interfaces of 'tcpdump -i any', with and without a VLAN tag, on both sides of
NAT. Undoubled captures have no copies.

usage: copies_test.py FLOWTELL SAMPLES [CAPTURE...]
"""
import pathlib
import random
import re
import socket
import struct
import subprocess
import sys
import tempfile

FLOWTELL, SAMPLES = sys.argv[1], pathlib.Path(sys.argv[2])
NAT = socket.inet_aton("198.51.100.200")
LAN = [(0x0A000000, 8), (0xAC100000, 12), (0xC0A80000, 16)]


def run(*arguments):
    return subprocess.run([FLOWTELL, *map(str, arguments)], capture_output=True, text=True, timeout=300, check=False)


def frames_of(path):
    """(time in ns, bytes, wire length) of an Ethernet pcap, plain or packed by zstd, or pcapng."""
    data = path.read_bytes()
    if path.suffix == ".zst":
        data = subprocess.run(["zstd", "-dcq", path], capture_output=True, check=True).stdout
    if data[:4] == b"\x0a\x0d\x0d\x0a":
        at, resolution = 0, 10**6
        while at + 12 <= len(data):
            kind, size = struct.unpack_from("<II", data, at)
            if kind == 1:
                option = at + 16
                while option + 4 <= at + size - 4:
                    code, length = struct.unpack_from("<HH", data, option)
                    if code == 9:
                        resolution = 10**data[option + 4]
                    if code == 0:
                        break
                    option += 4 + (length + 3) // 4 * 4
            if kind == 6:
                _, high, low, kept, wire = struct.unpack_from("<IIIII", data, at + 8)
                yield (high << 32 | low) * 10**9 // resolution, data[at + 28:at + 28 + kept], wire
            at += size
        return
    unit = 1 if data[:4] == b"\x4d\x3c\xb2\xa1" else 1000
    at = 24
    while at + 16 <= len(data):
        seconds, fraction, kept, wire = struct.unpack_from("<IIII", data, at)
        yield seconds * 10**9 + fraction * unit, data[at + 16:at + 16 + kept], wire
        at += 16 + kept


def write(path, frames, link=1):
    frames = sorted(frames, key=lambda frame: frame[0])
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 262144, link))
        for time, data, wire in frames:
            out.write(struct.pack("<IIII", time // 10**9, time % 10**9, len(data), wire) + data)
    return path


def forwarded(frame):
    """The frame after a router: TTL less by one, other MACs; None if it is not IP."""
    kind = frame[12:14]
    if kind not in (b"\x08\0", b"\x86\xdd"):
        return None
    data = bytearray(b"\x02\0\0\0\0\x31" + b"\x02\0\0\0\0\x32" + frame[12:])
    at = 14 + (8 if kind == b"\x08\0" else 7)
    data[at] = max(data[at] - 1, 1)
    if kind == b"\x08\0":
        data[24:26] = b"\xab\xcd"
    return bytes(data)


def in_lan(address):
    number = int.from_bytes(address, "big")
    return any(number >> (32 - bits) == network >> (32 - bits) for network, bits in LAN)


def same(frames):
    return [(t + after, f, w) for t, f, w in frames for after in (0, 20_000)], 1


def router(frames):
    doubled = []
    for t, f, w in frames:
        doubled.append((t, f, w))
        if forwarded(f):
            doubled.append((t + 100_000, forwarded(f), w))
    return doubled, 1


def any_interface(frames):
    doubled = []
    for t, f, w in frames:
        for after, interface, kind, data in ((0, 3, 0, f), (31_000, 2, 4, forwarded(f))):
            if data:
                doubled.append((t + after, struct.pack("!HHIHBB8s", int.from_bytes(f[12:14], "big"), 0, interface, 1,
                                                       kind, 6, data[6:12] + b"\0\0") + data[14:], w + 6))
    return doubled, 276


def tagged(frames):
    return [each for t, f, w in frames for each in
            ((t, f, w), (t + 50_000, f[:12] + b"\x81\0\0\x07" + f[12:], w + 4))], 1


def translated(frames):
    """Both sides of NAT. What goes out is seen inside first, what comes in outside first."""
    doubled = []
    for t, f, w in frames:
        data = forwarded(f)
        doubled.append((t, f, w))
        if not data or f[12:14] != b"\x08\0" or f[23] not in (6, 17):
            continue
        source, destination = f[26:30], f[30:34]
        if in_lan(source) and not in_lan(destination) and destination[0] < 224:
            doubled.append((t + 80_000, data[:26] + NAT + data[30:], w))
        elif in_lan(destination) and not in_lan(source):
            data = bytearray(f[:30] + NAT + f[34:])
            data[22] = min(data[22] + 1, 255)
            doubled.append((t - 80_000, bytes(data), w))
    return doubled, 1


def classified(model, path):
    """The verdicts and the ledger."""
    done = run("classify", model, path, "--ledger")
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def without_times(lines):
    """Where a copy that IP does not number stays, another packet like it is left out, microseconds earlier."""
    return [line.partition(" ")[2] for line in lines.splitlines()]


def copies_in(ledger):
    return int(re.search(r"^copy +([0-9]+)", ledger, re.M).group(1))


def main():
    captures = [pathlib.Path(each) for each in sys.argv[3:]]
    if not captures:
        random.seed(1)
        captures = sorted(SAMPLES.glob("*/*/*.pcap.zst"))
        captures = random.sample(captures, min(len(captures), 12))
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        model = folder / "model"
        done = run("train", SAMPLES / "home", "-o", model)
        assert done.returncode == 0, done.stderr
        wrong = 0
        for capture in captures:
            frames = list(frames_of(capture))
            single = write(folder / "single.pcap", frames)
            expected, ledger = classified(model, single)
            found = copies_in(ledger)
            if found:
                print(f"{capture}: {found} of {len(frames)} frames are copies already")
            for change in (same, router, any_interface, tagged, translated):
                doubled, link = change(frames)
                got, ledger = classified(model, write(folder / "doubled.pcap", doubled, link))
                if without_times(got) != without_times(expected):
                    wrong += 1
                    before, after = expected.splitlines(), got.splitlines()
                    pairs = [each for each in zip(before, after) if each[0] != each[1]]
                    print(f"{capture}, {change.__name__}: {len(before)} flows became {len(after)}, {len(pairs)} differ"
                          f", {copies_in(ledger) - found} copies of {len(doubled) - len(frames)}; first:", *pairs[:1],
                          sep="\n  ")
                assert re.search("warning: .* are copies of packets", ledger), ledger
        print(f"{len(captures)} captures doubled in 5 ways, {wrong} with other verdicts")
        sys.exit(wrong > 0)


main()
