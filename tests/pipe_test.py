#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Captures that arrive over a pipe: `watch MODEL -` and `classify MODEL -` print verdicts while the pipe is open.

usage: pipe_test.py FLOWTELL SAMPLES
    SAMPLES: labelled captures
"""
import os
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "lab"), str(ROOT / "tests/support")]
from checks import check, failures, run  # noqa: E402
from waiting import wait_for  # noqa: E402
from wire import udp_frame  # noqa: E402

flowtell, samples = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)


def record(at, frame):
    seconds, micros = int(at), int(at % 1 * 1e6)
    return struct.pack("<IIII", seconds, micros, len(frame), len(frame)) + frame


class Piped:
    """The program with an open pipe as its input, and its lines as they come."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([flowtell, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.lines = []
        self.thread = threading.Thread(target=lambda: self.lines.extend(iter(self.process.stdout.readline, b"")))
        self.thread.start()

    def send(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def end(self):
        self.process.stdin.close()
        self.thread.join(20)
        return self.process.wait(20)


def watches(model):
    # The recorder's clock is an hour behind.
    start = time.time() - 3600
    watch = Piped("watch", model, "-", "--format", "csv")
    watch.send(HEADER)
    watch.send(record(start, udp_frame(1, 50)) + record(start + 0.2, udp_frame(1, 60)))
    sent = time.monotonic()
    wait_for(lambda: len(watch.lines) >= 2, "a verdict while the pipe is silent")
    check(time.monotonic() - sent < 5, f"the last burst's verdict comes {time.monotonic() - sent:.1f} s after it")
    watch.send(record(start + 10, udp_frame(2, 50)))
    wait_for(lambda: len(watch.lines) >= 3, "a verdict on a second burst")
    # A frame cut by the end of the pipe is damage, and what came before is used.
    watch.send(record(start + 20, udp_frame(3, 50))[:-3])
    check(watch.end() == 3 and len(watch.lines) == 3, f"a pipe that ends within a frame: {len(watch.lines)} lines")
    watch = Piped("watch", model, "-")
    watch.send(HEADER + record(start, udp_frame(1, 50)))
    wait_for(lambda: watch.lines, "a verdict")
    watch.process.send_signal(signal.SIGTERM)
    check(watch.process.wait(20) == 0, "a signal ends it while the pipe is open")
    watch.process.stdin.close()
    watch.thread.join(20)


def equals_classify(model, capture):
    expected = run(flowtell, "classify", model, capture).stdout
    with open(capture, "rb") as file:
        watch = ["watch", model, "-", "--format", "text", "--early", "0"]
        for arguments in (watch, [*watch, "--threads", "2"], ["classify", model, "-"]):
            file.seek(0)
            cat = subprocess.Popen(["cat"], stdin=file, stdout=subprocess.PIPE)
            got = subprocess.run([flowtell, *arguments], stdin=cat.stdout, capture_output=True, text=True, timeout=60)
            cat.wait()
            same = sorted(got.stdout.splitlines()) == sorted(expected.splitlines())
            check(got.returncode == 0 and same and expected, f"{arguments[0]} of a pipe equals classify of the file")


def classifies_as_it_goes(model):
    start = time.time()
    for threads in ("1", "2"):
        classify = Piped("classify", model, "-", "--threads", threads)
        classify.send(HEADER + record(start, udp_frame(1, 50)) + record(start + 5, udp_frame(2, 50)))
        wait_for(lambda: classify.lines, f"classify prints while the pipe is open, {threads} threads")
        check(len(classify.lines) == 1, "the burst that ended")
        check(classify.end() == 0 and len(classify.lines) == 2, "and the rest at the end")


def named_pipe(model, folder):
    fifo = folder / "fifo"
    os.mkfifo(fifo)
    watch = subprocess.Popen([flowtell, "watch", model, fifo], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with open(fifo, "wb") as pipe:
        pipe.write(HEADER + record(time.time(), udp_frame(1, 50)))
    out, _ = watch.communicate(timeout=20)
    check(watch.returncode == 0 and out.count(b"\n") == 1, "a named pipe is watched")


def mistakes(model, capture):
    done = run(flowtell, "watch", model, capture)
    check(done.returncode == 2 and "--replay" in done.stderr, f"a file: {done.stderr.strip()}")
    done = run(flowtell, "watch", model, "-", input="no capture")
    check(done.returncode == 1 and "standard input is not a capture" in done.stderr, f"no capture: {done.stderr.strip()}")
    done = run(flowtell, "watch", model, "-", "-i", "lo")
    check(done.returncode == 2, f"two sources: {done.stderr.strip()}")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        model = folder / "apps.model"
        run(flowtell, "train", samples, "-o", model, "--trees", "10", "--no-score")
        capture = folder / "one.pcap"
        packed = sorted(samples.glob("chat/*.zst"))[0]
        subprocess.run(["zstd", "-qdf", packed, "-o", capture], check=True)
        watches(model)
        equals_classify(model, capture)
        classifies_as_it_goes(model)
        named_pipe(model, folder)
        mistakes(model, capture)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
