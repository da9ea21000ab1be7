#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""flowtell and tshark agree on every conversation of every real capture: the TCP and UDP packets
sent by each end. Exit code 77 (skipped) if tshark or the captures are absent.

usage: conversations_test.py FLOWTELL CAPTURES
"""
import collections
import concurrent.futures
import csv
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys

SKIPPED = 77
LINE = re.compile(r"^(\S+)\s+<->\s+(\S+)\s+(\d+) [\d.]+ \S+\s+(\d+) [\d.]+ \S+")


def by_tshark(capture):
    """{(protocol, sender, receiver): packets}; an end is an address:port."""
    done = subprocess.run(
        ["tshark", "-n", "-q", "-z", "conv,tcp", "-z", "conv,udp", "-r", capture],
        capture_output=True, text=True, timeout=120, check=True)
    packets = collections.Counter()
    protocol = None
    for line in done.stdout.splitlines():
        if line.endswith(" Conversations"):
            protocol = line.split()[0]
        found = LINE.match(line)
        if found:
            left, right, from_right, from_left = found.groups()
            packets[protocol, left, right] += int(from_left)
            packets[protocol, right, left] += int(from_right)
    return +packets


def by_flowtell(flowtell, capture):
    done = subprocess.run([flowtell, "flows", "--format", "csv", capture],
                          capture_output=True, text=True, timeout=120, check=True)
    packets = collections.Counter()
    for row in csv.DictReader(io.StringIO(done.stdout)):
        device = f"{row['device']}:{row['device_port']}"
        remote = f"{row['remote']}:{row['remote_port']}"
        packets[row["protocol"], device, remote] += int(row["packets_sent"])
        packets[row["protocol"], remote, device] += int(row["packets_received"])
    return +packets


def main():
    flowtell, captures = sys.argv[1:]
    if not shutil.which("tshark"):
        print("skipped: tshark is not installed")
        return SKIPPED
    paths = sorted(str(p) for p in pathlib.Path(captures).glob("group-*/*/*.pcap*"))
    if not paths:
        print(f"skipped: there are no captures in {captures}")
        return SKIPPED

    def compare(path):
        return path, by_tshark(path), by_flowtell(flowtell, path)

    mismatches = directions = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, expected, found in pool.map(compare, paths):
            directions += len(expected)
            for key in sorted(expected.keys() | found.keys()):
                if expected[key] != found[key]:
                    mismatches += 1
                    print(f"{path}: {' '.join(key)}: {found[key]} packets, tshark has {expected[key]}")
    print(f"{len(paths)} captures, {directions} directions of conversations, {mismatches} differ")
    return 1 if mismatches or not directions else 0


if __name__ == "__main__":
    sys.exit(main())
