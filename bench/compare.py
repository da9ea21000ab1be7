#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Frames to verdicts, compared with capture readers and flow meters of Debian: five interleaved rounds on one big
capture (big_capture.cc). Prints medians and ratios as Markdown.

usage: bench/compare.py MODEL BIG [--write]    BIG: made by build/big_capture
       --write puts the table into docs/performance.md
Needs build/flowtell and build/limits (cmake --preset release -DFLOWTELL_BENCH=ON); absent peers are omitted.
bench/compare.sh does all of it.
"""
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 5
TIMEOUT = 300  # seconds a run may take
ROOT = pathlib.Path(__file__).resolve().parent.parent
MARKS = ("<!-- generated: bench/compare.sh -->\n", "<!-- end compare -->")
SCAPY = """
import sys
from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.l2 import Ether
from scapy.utils import PcapReader
print(sum(1 for packet in PcapReader(sys.argv[1]) if packet.haslayer(IP)) > 0)
"""


class Runner:
    """One program: its command, its capture, and how to check that it did the work."""

    def __init__(self, name, command, capture, frames, proof=None):
        self.name, self.command, self.proof = name, command, proof
        self.capture, self.frames = capture, frames
        self.seconds = []

    def run(self):
        with tempfile.TemporaryDirectory() as folder:
            command = [str(part).replace("CAPTURE", str(self.capture)).replace("FOLDER", folder)
                       for part in self.command]
            begin = time.perf_counter()
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  stdin=subprocess.DEVNULL, check=False, timeout=TIMEOUT)
            self.seconds.append(time.perf_counter() - begin)
        text = done.stdout.decode(errors="replace")
        if done.returncode != 0 or (self.proof and not re.search(self.proof, text)):
            sys.exit(f"compare: {self.name} did not do the work:\n{text[-2000:]}")

    def rate(self):
        return self.frames / statistics.median(self.seconds)


def count_frames(capture):
    done = subprocess.run([ROOT / "build/limits", "libpcap", capture], capture_output=True,
                          text=True, check=True)
    return int(done.stdout.split()[0])


def slice_of(capture, frames, folder):
    """The first frames of a capture, as a capture."""
    path = pathlib.Path(folder) / f"slice-{frames}.pcap"
    subprocess.run(["tcpdump", "-q", "-r", capture, "-c", str(frames), "-w", path],
                   stderr=subprocess.DEVNULL, check=True)
    return path


def make_runners(model, big, folder):
    frames = count_frames(big)
    flowtell, limits = ROOT / "build/flowtell", ROOT / "build/limits"
    digits = f"{frames} frames"
    ledger = rf"read +{frames} "
    all_frames = [
        ("flowtell classify, 1 thread",
         [flowtell, "classify", model, "CAPTURE", "--threads", 1, "--ledger", "-o", "/dev/null"], ledger),
        ("flowtell classify, 2 threads",
         [flowtell, "classify", model, "CAPTURE", "--threads", 2, "--ledger", "-o", "/dev/null"], ledger),
        ("flowtell flows, 1 thread",
         [flowtell, "flows", "CAPTURE", "--threads", 1, "--ledger", "-o", "/dev/null"], ledger),
        ("mapped loop that touches headers", [limits, "mapped", "CAPTURE"], digits),
        ("libpcap, bare loop", [limits, "libpcap", "CAPTURE"], digits),
        ("softflowd", ["softflowd", "-d", "-r", "CAPTURE", "-n", "127.0.0.1:9996", "-p", "FOLDER/pid",
                       "-c", "none"], None),
        ("nfpcapd", ["nfpcapd", "-t", 86400, "-r", "CAPTURE", "-w", "FOLDER"], rf"Processed: {frames}"),
        ("argus", ["argus", "-r", "CAPTURE", "-w", "FOLDER/out"], None),
        ("ndpiReader", ["ndpiReader", "-i", "CAPTURE", "-q"], None),
    ]
    runners = [Runner(name, command, big, frames, proof) for name, command, proof in all_frames]
    fewer = slice_of(big, 200_000, folder)
    runners.append(Runner("tshark", ["tshark", "-n", "-q", "-z", "conv,tcp", "-z", "conv,udp", "-r", "CAPTURE"], fewer, 200_000))
    fewest = slice_of(big, 20_000, folder)
    runners.append(Runner("scapy", ["/usr/bin/python3", "-c", SCAPY, "CAPTURE"], fewest, 20_000, "True"))
    return frames, [r for r in runners if shutil.which(str(r.command[0]))]


def table(frames, big, runners):
    ours = runners[0].rate()
    lines = [
        f"Medians of {ROUNDS} rounds in turn, {frames:,} frames in {big.stat().st_size / 1e9:.1f} GB "
        "(tshark 200,000 of them, scapy 20,000), the file in the page cache.", "",
        "| | M packets/s | classify, 1 thread, is so many times faster |", "| --- | ---: | ---: |"]
    for runner in runners:
        lines.append(f"| {runner.name} | {runner.rate() / 1e6:.3f} | {ours / runner.rate():.2f} |")
    return "\n".join(lines) + "\n"


def write(text):
    page = ROOT / "docs/performance.md"
    old = page.read_text()
    front, rest = old.split(MARKS[0])
    page.write_text(front + MARKS[0] + text + MARKS[1] + rest.split(MARKS[1], 1)[1])


def main():
    named = [a for a in sys.argv[1:] if a != "--write"]
    if len(named) != 2:
        sys.exit("usage: bench/compare.py MODEL BIG [--write]")
    big = pathlib.Path(named[1])
    with tempfile.TemporaryDirectory() as folder:
        frames, runners = make_runners(named[0], big, folder)
        for round_number in range(ROUNDS):
            for runner in runners:
                runner.run()
                print(f"round {round_number + 1}: {runner.name} {runner.seconds[-1]:.2f} s", file=sys.stderr)
    text = table(frames, big, runners)
    print(text, end="")
    if "--write" in sys.argv:
        write(text)


if __name__ == "__main__":
    main()
