#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How fast a link one core can watch without dropped frames, compared with tcpdump to /dev/null.

A veth pair in its own network carries real captures repeatedly. First the highest rate at which `tcpdump -w /dev/null`
drops none is searched. Then both run in turn: tcpdump at that rate, `flowtell watch` at 0.8 of it, each on one core,
the sender on another. It prints medians of five runs.

Before any timing, a watch at a low rate must find the flows that `classify` finds in what it wrote. Skipped (exit code
77) without root or user namespaces, a second core, or a required program.

usage: bench/live.py [FLOWTELL] [CAPTURES]    default: build/flowtell ../shared/captures/group-b
       bench/live.py --write                  puts the table into docs/performance.md
"""
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 5
SECONDS = 5  # of sending, each time
SHARE = 0.8
MIN_RATE = 300_000  # packets a second
ROOT = pathlib.Path(__file__).resolve().parent.parent
MARKS = ("<!-- generated: bench/live.py --write -->\n", "<!-- end -->")
sys.path[:0] = [str(ROOT / "lab"), str(ROOT / "tests/support")]
from private import UNAVAILABLE, run_in_private  # noqa: E402
from wire import make_wire  # noqa: E402

cores = sorted(os.sched_getaffinity(0))


def on_core(number, *command):
    return ["taskset", "-c", str(cores[number]), *map(str, command)]


def send(capture, rate, seconds=SECONDS):
    """Sends at this rate, or as fast as possible; returns the packets per second."""
    pace = ["--topspeed"] if rate is None else ["--pps", str(int(rate))]
    done = subprocess.run(on_core(1, "tcpreplay", "-i", "phone0", "--preload-pcap", "--loop", "0", *pace, "--duration",
                                  seconds, capture), capture_output=True, text=True)
    return float(re.search(r"([\d.]+) pps", done.stdout + done.stderr).group(1))


class Listener:
    """A program that listens on lan0, on the first core."""

    def __init__(self, *command, out=subprocess.DEVNULL):
        self.process = subprocess.Popen(on_core(0, *command), stdout=out, stderr=subprocess.PIPE, text=True)
        time.sleep(1)

    def end(self):
        """(frames seen, frames dropped, seconds of processor time)"""
        time.sleep(1.3)
        spent = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().split()
        seconds = (int(spent[13]) + int(spent[14])) / os.sysconf("SC_CLK_TCK")
        self.process.send_signal(signal.SIGINT)
        summary = self.process.communicate(timeout=60)[1]
        seen = int(re.search(r"(\d+) (?:packets captured|frames?,)", summary).group(1))
        return seen, int(re.search(r"(\d+) (?:packets|frames?) dropped by", summary).group(1)), seconds


def tcpdump():
    return Listener("tcpdump", "-ni", "lan0", "-w", "/dev/null")


def check_verdicts(flowtell, model, capture, folder):
    written, lines = folder / "easy.pcap", folder / "easy.txt"
    watch = Listener(flowtell, "watch", model, "-i", "lan0", "--write", written, "-o", lines)
    send(capture, 20_000, 2)
    assert watch.end()[1] == 0, "frames were dropped at a low rate"
    expected = subprocess.run([flowtell, "classify", model, written], capture_output=True, text=True, check=True).stdout
    assert lines.read_text() == expected and expected, "the watch and classify differ"


def rate_without_drops(capture):
    """The highest rate at which tcpdump drops none, and whether the sender was the limit."""
    listener = tcpdump()
    rate = send(capture, None)
    if listener.end()[1] == 0:
        return rate, True
    while True:
        rate *= 0.9
        listener = tcpdump()
        send(capture, rate)
        if listener.end()[1] == 0:
            return rate, False


def measure(flowtell, captures, folder):
    plain = []
    for number, packed in enumerate(sorted(one for one in captures.glob("*/*") if ".pcap" in one.name)):
        plain.append(folder / f"{number}.pcap")
        unpack = ["zstd", "-qdc"] if packed.suffix == ".zst" else ["cat"]
        with open(plain[-1], "wb") as file:
            subprocess.run([*unpack, packed], stdout=file, check=True)
    capture, model = folder / "all.pcap", folder / "apps.model"
    subprocess.run(["mergecap", "-F", "pcap", "-w", capture, *plain], check=True)
    subprocess.run([flowtell, "train", captures, "-o", model, "--no-score"], check=True, capture_output=True)
    make_wire()
    check_verdicts(flowtell, model, capture, folder)
    top, is_sender_limit = rate_without_drops(capture)
    rows = {"tcpdump -w /dev/null": (None if is_sender_limit else top, []), "flowtell watch": (SHARE * top, [])}
    for name in ["flowtell watch, as fast as the sender"] if is_sender_limit else []:
        rows[name] = (None, [])
    for _ in range(ROUNDS):
        for name, (rate, got) in rows.items():
            listener = tcpdump() if name.startswith("tcpdump") else Listener(flowtell, "watch", model, "-i", "lan0")
            sent = send(capture, rate)
            got.append((sent, *listener.end()))
    return rows, is_sender_limit, plain


def main():
    named = [a for a in sys.argv[1:] if a != "--write"]
    flowtell = pathlib.Path(named[0] if named else ROOT / "build/flowtell").resolve()
    captures = pathlib.Path(named[1] if len(named) > 1 else ROOT / "../shared/captures/group-b").resolve()
    missing = [name for name in ("tcpdump", "tcpreplay", "mergecap", "taskset", "zstd") if not shutil.which(name)]
    if missing or len(cores) < 2 or not captures.is_dir() or not flowtell.is_file():
        print(f"skipped: {', '.join(missing) or 'a second core, the program or the captures'}: absent")
        return UNAVAILABLE
    with tempfile.TemporaryDirectory() as name:
        rows, is_sender_limit, plain = measure(flowtell, captures, pathlib.Path(name))
    limit = "the limit of the sender" if is_sender_limit else "a higher rate made it drop frames"
    text = (f"Medians of {ROUNDS} rounds in turn, {SECONDS} s each; {len(plain)} captures of `{captures.name}` over and"
            f" over, one core for the program and one for the sender.\nFor tcpdump: {limit}.\n\n"
            "| program | packets a second sent | dropped by the kernel, median | worst | processor, ns a packet |\n"
            "| --- | ---: | ---: | ---: | ---: |\n")
    for name, (_, got) in rows.items():
        drops = [dropped for _, _, dropped, _ in got]
        text += (f"| {name} | {statistics.median(rate for rate, *_ in got):,.0f} | {statistics.median(drops):,.0f} |"
                 f" {max(drops):,} | {statistics.median(1e9 * spent / seen for _, seen, _, spent in got):.0f} |\n")
    print(text)
    target, got = rows["flowtell watch"]
    rate = statistics.median(rate for rate, *_ in got)
    if rate < 0.95 * target:
        print(f"FAILED: the machine is too busy to send {target:,.0f} packets a second; the run is invalid")
        return 1
    if rate < MIN_RATE or statistics.median(dropped for _, _, dropped, _ in got) > 0:
        print(f"FAILED: no drop at {SHARE} of tcpdump's rate, and {MIN_RATE} a second at least, is required")
        return 1
    if "--write" in sys.argv:
        page = ROOT / "docs/performance.md"
        before, _, rest = page.read_text().partition(MARKS[0])
        page.write_text(before + MARKS[0] + text + MARKS[1] + rest.partition(MARKS[1])[2])
    return 0


if __name__ == "__main__":
    sys.exit(run_in_private(main))
