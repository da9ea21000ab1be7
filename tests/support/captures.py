# SPDX-License-Identifier: Apache-2.0
"""Handmade captures, as pcap with nanoseconds."""
import struct

from wire import udp_frame

HOUR = 3600 * 10**9
START = 10**18


HEADER = struct.pack("<IHHQII", 0xA1B23C4D, 2, 4, 0, 262144, 1)


def cut_whole(capture, at):
    """The end of the record that contains byte `at` of a capture."""
    offset = len(HEADER)
    while offset < at:
        offset += 16 + struct.unpack_from("<I", capture, offset + 8)[0]
    return offset


def session(bursts, steps=()):
    """Bursts of two flows of ten packets, 5 s apart. `steps` gives clock steps in nanoseconds by burst: forward before
    the burst, back in the middle of it."""
    now = START
    for burst in range(bursts):
        step = steps[burst] if burst in steps else 0
        now += 5 * 10**9 + max(step, 0)
        for packet in range(20):
            now += 10**7 + (min(step, 0) if packet == 7 else 0)
            yield now, udp_frame(1, 50 + burst % 100 + packet, 40_000 + packet % 2)


def crowd(apart):
    """60,000 flows of one packet, of 60 devices, `apart` nanoseconds apart."""
    for number in range(60_000):
        yield START + number * apart, udp_frame(100 + number % 60, 20, 20_000 + number // 60)


def write_capture(path, frames):
    """Frames are (time, bytes), with the wire length if they are cut."""
    with open(path, "wb") as file:
        file.write(HEADER)
        for when, data, *wire in frames:
            file.write(struct.pack("<IIII", when // 10**9, when % 10**9, len(data), *wire or [len(data)]) + data)
