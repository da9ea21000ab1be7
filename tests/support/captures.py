# SPDX-License-Identifier: Apache-2.0
"""Captures made by hand, as pcap with nanoseconds."""
import struct

from wire import udp_frame

HOUR = 3600 * 10**9
START = 10**18


HEADER = struct.pack("<IHHQII", 0xA1B23C4D, 2, 4, 0, 262144, 1)


def cut_whole(capture, at):
    """Where the record ends that byte `at` of a capture lies in."""
    place = len(HEADER)
    while place < at:
        place += 16 + struct.unpack_from("<I", capture, place + 8)[0]
    return place


def session(bursts, steps=()):
    """Bursts of two flows of ten packets, 5 s apart. In some, steps tells, the clock steps by so many nanoseconds: on
    before the burst, back in the middle of it."""
    now = START
    for burst in range(bursts):
        step = steps[burst] if burst in steps else 0
        now += 5 * 10**9 + max(step, 0)
        for packet in range(20):
            now += 10**7 + (min(step, 0) if packet == 7 else 0)
            yield now, udp_frame(1, 50 + burst % 100 + packet, 40_000 + packet % 2)


def crowd(apart):
    """60,000 flows of a packet each, of 60 devices, so many nanoseconds apart."""
    for number in range(60_000):
        yield START + number * apart, udp_frame(100 + number % 60, 20, 20_000 + number // 60)


def write_capture(path, frames):
    """Frames are (when, bytes), and the length that they had on the wire if they are cut."""
    with open(path, "wb") as file:
        file.write(HEADER)
        for when, data, *wire in frames:
            file.write(struct.pack("<IIII", when // 10**9, when % 10**9, len(data), *wire or [len(data)]) + data)
