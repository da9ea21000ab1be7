#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The live screen names the app that a phone of the lab is using now, in nearly every second. Exit
code 77 (skipped) if there can be no lab.

usage: now_test.py BUILD [SEED...]      BUILD: the folder that flowtell and cable are in
"""
import os
import pathlib
import re
import select
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "lab"), str(ROOT / "tests/support")]
from checks import check, failures, run  # noqa: E402
from private import UNAVAILABLE  # noqa: E402

BUILD = pathlib.Path(sys.argv[1]).resolve()
SEEDS = sys.argv[2:] or ["1"]
SECONDS = 15  # of each app
SETTLING = 3  # seconds after a switch that do not count
EVERY = 0.5  # seconds between samples
LEAST_SHARE = 0.95
# The phone's line: its name, then the app in a column of 16.
PHONE = re.compile(r"^phone\S* +(\S+)", re.MULTILINE)
STYLE = re.compile(r"\x1b\[[\d;]*m")
STARTED = re.compile(r"([\d.]+) s: the phone started to use (\w+)")


def apps_shown(text):
    """The app in each phone's line of the last whole drawing in `text`."""
    drawings = text.split("\x1b[H")
    if len(drawings) < 3:
        return []
    return PHONE.findall(STYLE.sub("", drawings[-2]).replace("\r", "").split("RECENT FLOWS")[0])


def play(model, seed):
    """The samples, (seconds since the first drawing, apps), and the starts, (seconds, app)."""
    ours, its = os.openpty()
    words = ["/usr/bin/python3", ROOT / "lab/lab.py", "live", model, "--build", BUILD, "--seconds", str(SECONDS),
             "--seed", seed]
    lab = subprocess.Popen(words, stdin=its, stdout=its, stderr=its)
    os.close(its)
    text, samples, first = "", [], None
    next_sample = 0
    while True:
        ready, _, _ = select.select([ours], [], [], 0.1)
        try:
            text += os.read(ours, 65536).decode(errors="replace") if ready else ""
        except OSError:  # the last writer closed the terminal
            break
        if first is None and "\x1b[H" in text:
            first = time.monotonic()
        if first is not None and time.monotonic() - first >= next_sample:
            samples.append((next_sample, apps_shown(text)))
            next_sample += EVERY
    os.close(ours)
    if lab.wait(30) == UNAVAILABLE:
        sys.exit(UNAVAILABLE)
    return samples, [(float(moment), app) for moment, app in STARTED.findall(text)]


def share_right(samples, starts):
    right, wrong = 0, []
    for (start, app), end in zip(starts, [moment for moment, _ in starts[1:]] + [starts[-1][0] + SECONDS]):
        for moment, shown in samples:
            if not start + SETTLING < moment < end:
                continue
            if shown == [app]:
                right += 1
            else:
                wrong.append(f"{moment:g} s: {shown} is {app}")
    return right, wrong


def main():
    with tempfile.TemporaryDirectory(prefix="flowtell-now-") as folder:
        model = pathlib.Path(folder) / "home.model"
        run(BUILD / "flowtell", "train", ROOT / "samples/home", "-o", model, "--no-score")
        right, wrong = 0, []
        for seed in SEEDS:
            samples, starts = play(model, seed)
            check(len(starts) == 3, f"the phone used three apps: {starts}")
            if len(starts) == 3:
                right_now, wrong_now = share_right(samples, starts)
                right, wrong = right + right_now, wrong + wrong_now
    total = right + len(wrong)
    check(total > 50 * len(SEEDS) and right >= LEAST_SHARE * total,
          f"NOW is right in {right} of {total} samples; wrong: {'; '.join(wrong) or 'none'}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
