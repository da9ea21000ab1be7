# SPDX-License-Identifier: Apache-2.0
"""A wire in a private sandbox: frames sent to `phone0` arrive at `lan0`."""
import contextlib
import itertools
import os
import pathlib
import signal
import socket
import struct
import subprocess
import threading
import time

from process_state import is_listening
from waiting import becomes


def make_wire():
    for command in ("link add lan0 type veth peer name phone0", "link set lan0 up", "link set phone0 up"):
        subprocess.run(["ip", *command.split()], check=True)
    for end in ("lan0", "phone0"):
        with contextlib.suppress(FileNotFoundError):  # a kernel without IPv6
            pathlib.Path(f"/proc/sys/net/ipv6/conf/{end}/disable_ipv6").write_text("1")


def cut_wire():
    subprocess.run(["ip", "link", "del", "lan0"], check=True)


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


IDENTIFICATIONS = itertools.cycle(range(1, 65536))


def udp_frame(device, size, port=40000):
    """From 10.0.x.y, given by `device`, to 203.0.113.5:443. Packets are numbered, so none is a copy of another."""
    source = bytes([10, 0, device >> 8, device & 255])
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + size, next(IDENTIFICATIONS), 0, 64, 17, 0, source, bytes([203, 0, 113, 5]))
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    ethernet = bytes.fromhex("020000000001020000000002") + b"\x08\x00"
    return ethernet + head + struct.pack("!HHHH", port, 443, 8 + size, 0) + b"\x40" + bytes(size - 1)


def phone():
    """A socket that sends frames on the wire."""
    link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    link.bind(("phone0", 0))
    return link


class Program:
    """A running flowtell and its lines of output, with their times. One that listens on a link does so from the start,
    or has ended."""

    def __init__(self, *arguments, listens=True, env=None):
        self.process = subprocess.Popen([str(word) for word in arguments], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, env=env)
        self.lines, self.errors = [], []
        self.readers = [threading.Thread(target=self.read, args=pair) for pair in
                        ((self.process.stdout, self.lines), (self.process.stderr, self.errors))]
        for reader in self.readers:
            reader.start()
        if listens:
            becomes(lambda: self.process.poll() is not None or is_listening(self.process.pid), 30)

    @staticmethod
    def read(stream, into):
        for line in stream:
            into.append((time.time(), line.rstrip("\n")))

    @property
    def text(self):
        return "\n".join(line for _, line in self.lines)

    @property
    def err(self):
        return "\n".join(line for _, line in self.errors)

    def kill(self, number):
        os.kill(self.process.pid, number)

    def end(self, number=signal.SIGINT, within=20):
        """Returns the exit code, after a signal or (None) by itself."""
        if number is not None and self.process.poll() is None:
            self.kill(number)
        try:
            self.process.wait(within)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for reader in self.readers:
            reader.join()
        return self.process.returncode

    def own_kb(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1])
        return 0
