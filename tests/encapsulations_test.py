#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""flowtell and tshark find the conversations that were written, in captures of every link type and tunnel: the
innermost addresses, with the packets of each direction. Exit code 77 (skipped) if tshark is absent.

usage: encapsulations_test.py FLOWTELL
"""
import collections
import csv
import io
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent / "support"))
from encapsulations import PACKETS, captures  # noqa: E402

SKIPPED = 77
# What tshark does not assume by itself.
DECODE_AS = ["udp.port==8472,vxlan", "mpls.label==17,pwethcw"]
FIELDS = ["frame.protocols", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst"]


def by_tshark(path):
    """{(sender, receiver): packets} of the innermost datagrams with TCP or UDP."""
    words = [word for field in FIELDS for word in ("-e", field)]
    words += [word for rule in DECODE_AS for word in ("-d", rule)]
    done = subprocess.run(["tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=l", *words],
                          capture_output=True, text=True, timeout=120, check=True)
    packets = collections.Counter()
    for line in done.stdout.splitlines():
        layers, *ends = line.split("\t")
        innermost = [layer for layer in layers.split(":") if layer in ("ip", "ipv6")]
        if not innermost or not {"tcp", "udp"} & set(layers.split(":")):
            continue
        packets[tuple(ends[:2] if innermost[-1] == "ip" else ends[2:])] += 1
    return packets


def by_flowtell(flowtell, path):
    done = subprocess.run([flowtell, "flows", "--format", "csv", path],
                          capture_output=True, text=True, timeout=120, check=False)
    packets = collections.Counter()
    for row in csv.DictReader(io.StringIO(done.stdout)):
        packets[row["device"], row["remote"]] += int(row["packets_sent"])
        packets[row["remote"], row["device"]] += int(row["packets_received"])
    return +packets


def main():
    flowtell, = sys.argv[1:]
    if not shutil.which("tshark"):
        print("skipped: tshark is not installed")
        return SKIPPED
    differ = count = packets = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, content, tshark_cannot in captures():
            path = pathlib.Path(folder) / "capture.pcap"
            path.write_bytes(content)
            found = by_flowtell(flowtell, path)
            reference = PACKETS if tshark_cannot else by_tshark(path)
            count += 1
            packets += sum(found.values())
            if not found == reference == PACKETS:
                differ += 1
                print(f"{name}: flowtell has {dict(found)}, tshark {dict(reference)}")
    print(f"{count} captures, {packets} packets, {differ} captures differ")
    return 1 if differ or not count else 0


if __name__ == "__main__":
    sys.exit(main())
