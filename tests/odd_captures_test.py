#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Hundreds of seeded malformed captures go through `flows` and `classify`: no sanitizer reports, no run takes a second
of processor time, the exit code is 0, 1 or 3, every frame is in the ledger, every used packet is in a flow, and no
value is NaN. A failing input is kept as odd-SEED-NUMBER.

usage: odd_captures_test.py FLOWTELL [CAPTURES [SEED]]
"""
import concurrent.futures
import csv
import math
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from support import odd_captures  # noqa: E402

LONGEST = 1.0  # seconds of processor time
TIMEOUT = 60  # seconds of wall-clock time on a busy machine


class Run:
    """A finished run of the program, with its output."""

    def __init__(self, folder, *arguments):
        with open(folder / "out", "w+b") as out, open(folder / "err", "w+b") as err:
            process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
            watch = threading.Timer(TIMEOUT, process.kill)
            watch.start()
            _, status, used = os.wait4(process.pid, 0)  # with its resource use
            watch.cancel()
            process.returncode = self.code = os.waitstatus_to_exitcode(status)
            self.seconds = used.ru_utime + used.ru_stime
            out.seek(0), err.seek(0)
            self.out, self.err = out.read().decode(), err.read().decode()
        self.check()

    def check(self):
        assert "Sanitizer" not in self.err and "runtime error" not in self.err, self.err
        assert self.code in (0, 1, 3), f"exit code {self.code}: {self.err}"
        assert self.seconds < LONGEST, f"took {self.seconds:.1f} s"
        assert (self.code == 1) == bool(re.search("^flowtell: (?!warning|no flows)", self.err, re.M)), self.err
        assert (self.code == 3) == ("is damaged at byte" in self.err), self.err


def check_flows(run, frames):
    """The ledger adds up, and its used packets are in the flows."""
    rows = dict(re.findall(r"^([A-Za-z][A-Za-z/ ]*?) +([0-9]+) +[0-9.]+$", run.err, re.M))
    if run.code == 1:
        assert not rows and not run.out, run.err
        return
    rows = {name: int(count) for name, count in rows.items()}
    read = rows.pop("read")
    assert sum(rows.values()) == read, run.err
    assert frames is None or read == frames, f"{read} frames of {frames}"
    flows = [line.split() for line in run.out.splitlines()]
    assert all(len(flow) == 10 for flow in flows), run.out
    assert sum(int(flow[6]) + int(flow[7]) for flow in flows) == rows["used"], run.err


def check_verdicts(run, flows):
    rows = list(csv.DictReader(run.out.splitlines()))
    assert len(rows) == flows, f"{len(rows)} verdicts on {flows} flows"
    for row in rows:
        assert None not in row and None not in row.values(), row
        assert 0 <= float(row["confidence"]) <= 1, row
        assert 0 <= float(row["unknown_score"]) <= 1, row
        assert int(row["session_flows"]) >= 1, row
        columns = list(row)
        first, last = columns.index("device_name") + 1, columns.index("name")
        values = [row[column] for column in columns[first:last]]
        assert len(values) > 10, row
        assert all(math.isfinite(float(value)) for value in values), row


def try_capture(flowtell, model, folder, chance):
    data, frames = odd_captures.odd_capture(chance)
    with tempfile.TemporaryDirectory(dir=folder) as own:
        own = pathlib.Path(own)
        capture = own / "odd"
        capture.write_bytes(data)
        flows = Run(own, flowtell, "flows", "--ledger", capture)
        check_flows(flows, frames)
        # The model defines flows, and the definition is the same here.
        verdicts = Run(own, flowtell, "classify", model, capture, "--format", "csv", "--names",
                       "--features", "classic14,appscanner54,robust")
        check_verdicts(verdicts, flows.out.count("\n"))
        assert flows.code == verdicts.code, (flows.err, verdicts.err)
        return flows.code, max(flows.seconds, verdicts.seconds)


def train(flowtell, folder):
    chance = random.Random(1)
    for app, sizes in (("chat", [60, 90, 200]), ("video", [900, 1200, 1400])):
        (folder / "home" / app).mkdir(parents=True)
        for i in range(3):
            (folder / "home" / app / f"{i}.pcap").write_bytes(odd_captures.plain_capture(chance, sizes))
    model = folder / "apps.model"
    subprocess.run([flowtell, "train", folder / "home", "-o", model, "--trees", "20", "--no-score"],
                   check=True, capture_output=True, timeout=TIMEOUT)
    return model


def main(flowtell, captures="600", seed="1"):
    failures = 0
    codes, slowest = {0: 0, 1: 0, 3: 0}, 0.0
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(2) as pool:
        folder = pathlib.Path(folder)
        model = train(flowtell, folder)
        tries = {number: pool.submit(try_capture, flowtell, model, folder, random.Random(f"{seed} {number}"))
                 for number in range(int(captures))}
        for number, tried in tries.items():
            try:
                code, seconds = tried.result()
                codes[code] += 1
                slowest = max(slowest, seconds)
            except AssertionError as wrong:
                failures += 1
                left = pathlib.Path(f"odd-{seed}-{number}")
                left.write_bytes(odd_captures.odd_capture(random.Random(f"{seed} {number}"))[0])
                print(f"{left}: {wrong}")
    print(f"{captures} captures: {codes[0]} sound, {codes[3]} damaged, {codes[1]} refused, {failures} wrong; "
          f"the slowest took {slowest:.2f} s")
    return 1 if failures or not all(codes.values()) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
