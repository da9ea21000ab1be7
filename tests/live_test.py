#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`watch` and `capture` on a real interface: one end of a wire in a private network.

Exit code 77 (skipped) if there can be none, or if a required program is absent.

usage: live_test.py [--load | --readers | --other] FLOWTELL CAPTURES...
    --load: only the parts that measure drops and delays, for which nothing else may run
    --readers: only those whose output is not read
    --other: only the rest
    CAPTURES: labelled captures; the first existing folder is used
"""
import csv
import fcntl
import json
import os
import pathlib
import random
import select
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "lab"), str(ROOT / "tests/support")]
from captures import crowd, write_capture  # noqa: E402
from checks import check, failures, run  # noqa: E402
from growing_capture import GrowingCapture, frames_in  # noqa: E402
from private import UNAVAILABLE, run_in_private  # noqa: E402
from process_state import cpu_ticks, is_listening, private_kb  # noqa: E402
from waiting import becomes, wait_for  # noqa: E402
from wire import Program, cut_wire, make_wire, phone, udp_frame  # noqa: E402

GROUPS = ("--load", "--readers", "--other")
groups = [word for word in sys.argv[1:] if word in GROUPS] or GROUPS
WORDS = [word for word in sys.argv[1:] if word not in GROUPS]
flowtell = pathlib.Path(WORDS[0]).resolve()
BURST_GAP = 0.25  # seconds, of the quick model, for parts whose subject is not the length of the silence


def classify(model, capture):
    return run(flowtell, "classify", model, capture).stdout.strip()


def frames_of(capture):
    """(time in ns, bytes, wire length) of a little-endian pcap with nanoseconds."""
    data = pathlib.Path(capture).read_bytes()
    at = 24
    while at < len(data):
        seconds, part, size, wire = struct.unpack_from("<IIII", data, at)
        yield seconds * 10**9 + part, data[at + 16:at + 16 + size], wire
        at += 16 + size


def frames_recorded(sessions):
    """In the captures of the app `one`."""
    return frames_in(*sessions.glob("one/*.pcap"))


def frames_arrived():
    """The number of frames that lan0 has received."""
    devices = pathlib.Path("/proc/net/dev").read_text().splitlines()
    return next(int(line.split(":")[1].split()[1]) for line in devices if line.strip().startswith("lan0:"))


def is_early(line):
    return line.endswith(" early")


def devices_of(watch):
    """The devices whose bursts have ended."""
    return {line.split()[1] for _, line in watch.lines if not is_early(line)}


def seconds_of(capture):
    last = run(flowtell, "flows", capture, "--format", "csv").stdout.splitlines()[1:]
    return max((float(line.split(",")[3]) for line in last), default=0)


def plain(capture, folder):
    """The capture without compression, for tcpreplay."""
    if not capture.name.endswith(".zst"):
        return capture
    out = folder / capture.name[:-4]
    subprocess.run(["zstd", "-qdf", capture, "-o", out], check=True)
    return out


# --- live equals offline ---------------------------------------------------------------------------

def wait_until_reported(watch, model, written, frames):
    """Waits until the watch has written so many frames and then, when the silence has ended the last burst, a line for
    each flow. The callers check both. Returns the lines that `classify` gives."""
    capture = GrowingCapture(written)
    becomes(lambda: capture.count() >= frames)
    expected = classify(model, written)
    becomes(lambda: len(watch.lines) >= len(expected.splitlines()))
    return expected


def watch_replayed(model, folder, capture, *pace):
    """Returns the watch, what `classify` says of the frames it wrote, these, its exit code and tcpreplay's report."""
    written = folder / "written.pcap"
    written.unlink(missing_ok=True)
    watch = Program(flowtell, "watch", model, "-i", "lan0", "--early", "0", "--write", written)
    before = frames_arrived()
    sent = run("tcpreplay", "-i", "phone0", *pace, capture)
    expected = wait_until_reported(watch, model, written, frames_arrived() - before)
    size = written.stat().st_size
    code = watch.end()
    if written.stat().st_size != size:  # more frames than arrived before
        expected = classify(model, written)
    return watch, expected, written, code, sent.stdout + sent.stderr


def live_equals_offline(model, captures, folder):
    lasting = sorted(captures, key=lambda capture: abs(seconds_of(capture) - 8))[:3]
    for capture in lasting:
        watch, expected, _, code, _ = watch_replayed(model, folder, plain(capture, folder))
        lines = len(watch.lines)
        check(code == 0 and lines > 0 and watch.text == expected,
              f"{capture.name}, {seconds_of(capture):.0f} s at recorded pace: the watch's {lines} flows and verdicts"
              " equal those of classify on the written capture")


def keeps_up(model, captures, folder):
    capture = plain(max(captures, key=lambda one: one.stat().st_size), folder)
    frames = len(run("tcpdump", "-nr", capture, "-t", "-q").stdout.splitlines())
    loops = 150_000 // frames + 1
    watch, expected, written, code, sent = watch_replayed(model, folder, capture, "--preload-pcap", "--pps", "50000",
                                                          "--loop", str(loops))
    rate = next((line.split()[-2] for line in sent.splitlines() if line.startswith("Rated:")), "?")
    kept = sum(1 for _ in frames_of(written))
    check(code == 0 and kept == loops * frames and "0 frames dropped" in watch.err,
          f"{loops * frames} packets at {rate} a second: none dropped, all {kept} written")
    check(watch.text == expected, "and the flows are still those of classify")
    written.unlink()


# --- several threads, and readers that are slow ---------------------------------------------------------

def street(captures, folder):
    """Captures that start at the same time, each of another device."""
    out = folder / "street.pcap"
    frames = []
    for device, capture in enumerate(captures):
        own = [(when, data.replace(bytes([192, 168, 12]) + data_device(data), bytes([192, 168, 12, 10 + device])), wire)
               for when, data, wire in frames_of_any(capture, folder)]
        frames += [(10**18 + when - own[0][0], data, wire) for when, data, wire in own if when - own[0][0] < 10**10]
    write_capture(out, sorted(frames))
    return out


def by_device(lines):
    return sorted(lines, key=lambda line: line.split()[1])  # lines of one device keep their order


def threads_share_devices(model, captures, folder):
    capture = street(captures[:24], folder)
    expected = classify(model, capture).splitlines()
    devices = {line.split()[1] for line in expected}
    for threads in (2, 3):
        replayed = run(flowtell, "watch", model, "--replay", capture, "--speed", "20", "--threads", threads,
                       "--ledger", "--early", "0")
        check(replayed.returncode == 0 and by_device(replayed.stdout.splitlines()) == by_device(expected),
              f"{threads} threads find the {len(expected)} flows of {len(devices)} devices, with the verdicts of one")
    written = folder / "shared.pcap"
    watch = Program(flowtell, "watch", model, "-i", "lan0", "--threads", "2", "--ledger", "--early", "0", "--write",
                    written)
    before = frames_arrived()
    run("tcpreplay", "-i", "phone0", "--preload-pcap", "--pps", "20000", "--loop", "5", capture)
    wait_until_reported(watch, model, written, frames_arrived() - before)
    shown = len(watch.lines)
    watch.kill(signal.SIGHUP)  # handled before SIGINT, which has a higher number
    code = watch.end()
    frames = sum(1 for _ in frames_of(written))
    ledger = {line.rsplit(None, 2)[0]: int(line.split()[-2]) for line in watch.err.splitlines()
              if len(line.split()) >= 3 and line.split()[-2].isdigit() and line.split()[-1].replace(".", "").isdigit()}
    total = ledger.pop("read", 0)
    check(code == 0 and by_device(watch.text.splitlines()) == by_device(classify(model, written).splitlines()),
          f"and live, those of classify on the written capture ({len(watch.lines)})")
    check(shown == len(watch.lines), "each at the end of its burst")
    check(total == frames == sum(ledger.values()) and "0 frames dropped" in watch.err,
          f"the ledger adds up to the {frames} frames written; none is dropped")


def wait_until_idle(pid):
    """Waits until a process has used almost no processor time for longer than the silence that ends a burst, so that it
    has classified all frames."""
    used, since = 0, time.monotonic()

    def is_idle():
        nonlocal used, since
        now = cpu_ticks(pid)
        if now > used + 5:
            used, since = now, time.monotonic()
        return time.monotonic() > since + BURST_GAP + 0.5
    becomes(is_idle, 30)


def slow_reader(model, folder, threads):
    """The ring buffer holds each replay as a whole, so that a busy machine makes it drop nothing."""
    capture = folder / "crowd.pcap"
    write_capture(capture, crowd(1000))
    watch = subprocess.Popen([flowtell, "watch", model, "-i", "lan0", "--format", "jsonl", "--ledger", "--early", "0",
                              "--threads", str(threads)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # never read
    wait_for(lambda: is_listening(watch.pid), "the watch listens")
    sizes = []
    for _ in range(4):
        run("tcpreplay", "-i", "phone0", "--preload-pcap", "--pps", "20000", capture)
        wait_until_idle(watch.pid)
        sizes.append(private_kb(watch.pid))
    began = time.monotonic()
    watch.send_signal(signal.SIGINT)
    errors = "".join(line for line in watch.stderr.read().decode().splitlines(True) if "continuing as user" not in line)
    code = watch.wait(30)
    took = time.monotonic() - began
    got = watch.stdout.read()
    whole = got.count(b"\n")
    dropped = next((int(line.split()[1]) for line in errors.splitlines() if "dropped because" in line), 0)
    check(code == 0 and "240000 frames, 240000 flows, 0 frames dropped" in errors and took < 20,
          f"a stalled reader does not block a watch of {threads} threads")
    check(dropped > 100_000 and whole + dropped == 240_000 and "too slow" in errors.splitlines()[0]
          and all(line.startswith(b"{") and line.endswith(b"}") for line in got.splitlines()[:whole]),
          f"{whole} lines reached the pipe whole; {dropped} were dropped and reported")
    check(sizes[-1] <= sizes[1] * 1.1 + 2048, f"memory stays flat: {sizes} kB after each 60000 flows")


# --- verdicts at the end of bursts ------------------------------------------------------------------

def stopped_terminal(model, folder):
    """A screen that nothing reads and that is full at once."""
    written = folder / "unseen.pcap"
    ours, its = os.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 200, 500, 0, 0))
    watch = subprocess.Popen([flowtell, "watch", model, "-i", "lan0", "--write", written],
                             stdin=its, stdout=its, stderr=its)
    wait_for(lambda: is_listening(watch.pid), "the watch listens")
    wait_for(lambda: not select.select([], [its], [], 0)[1], "the terminal is full")
    for number in range(3):
        phone().send(udp_frame(7, 50 + number))
    becomes(lambda: frames_in(written) == 3)
    watch.send_signal(signal.SIGTERM)
    try:
        code = watch.wait(20)
    except subprocess.TimeoutExpired:
        code = "none within 20 s"
        watch.kill()
        watch.wait()
    seen = len(list(frames_of(written)))
    check(code == 0 and seen == 3, f"a terminal that is not read blocks nothing: exit code {code}, {seen} frames of 3")
    os.close(ours)
    os.close(its)


def verdict_delays(model, folder):
    written = folder / "delays.pcap"
    watch = Program(flowtell, "watch", model, "-i", "lan0", "--format", "jsonl", "--write", written)
    link = phone()
    for device in range(1000):
        link.send(udp_frame(device, 100))
        time.sleep(0.004)  # bursts that end at different times are the subject
    becomes(lambda: len(watch.lines) >= 1000)
    watch.end()
    start = next(frames_of(written))[0] / 1e9
    delays = sorted(came - start - json.loads(line)["last"] for came, line in watch.lines)
    check(len(delays) == 1000, f"1000 bursts gave {len(delays)} verdicts")
    print(f"a verdict's delay after its burst's last packet, 1000 bursts: median {statistics.median(delays):.3f} s,"
          f" 99 % {delays[989]:.3f} s, worst {delays[-1]:.3f} s")
    # Times vary on a busy machine. The check is that the silence is awaited and not overslept.
    check(delays[0] > 1 and statistics.median(delays) < 1.5, "they follow the second of silence without much delay")


# --- long runs --------------------------------------------------------------------------------------

def an_hour_of(packed):
    """Captures in random order one after the other, most of them with changed device addresses."""
    chance = random.Random(1)
    now = 10**18
    while now < 10**18 + 3600 * 10**9:
        frames = chance.choice(packed)
        device = chance.randrange(1, 255)
        first = frames[0][0]
        for when, data, wire in frames:
            data = data.replace(bytes([192, 168, 12]) + data_device(data), bytes([192, 168, 12, device]))
            at = now + when - first
            yield at, data, wire
        now = at + 3 * 10**9


def data_device(data):
    at = data.find(bytes([192, 168, 12]))
    return data[at + 3:at + 4] if at >= 0 else b"\0"


def frames_of_any(capture, folder):
    rewritten = folder / "rewritten.pcap"
    subprocess.run(["editcap", "-F", "nsecpcap", plain(capture, folder), rewritten], check=True)
    return frames_of(rewritten)


def memory_stays_flat(model, captures, folder):
    hour = folder / "hour.pcap"
    packed = [list(frames_of_any(capture, folder)) for capture in captures[:20]]
    write_capture(hour, an_hour_of([frames for frames in packed if frames]))
    started = time.monotonic()
    watch = Program(flowtell, "watch", model, "--replay", hour, "--speed", "240", "--early", "0", "-o",
                    folder / "hour.txt", listens=False)
    seen = []
    while watch.process.poll() is None and time.monotonic() - started < 60:
        seen.append((time.monotonic() - started, watch.own_kb()))
        time.sleep(0.1)  # the interval of the samples
    code = watch.end(None)
    seen = [(when, size) for when, size in seen if size > 0]
    length = seen[-1][0]
    early = max(size for when, size in seen if when <= length / 10)
    late = max(size for _, size in seen)
    check(code == 0 and (folder / "hour.txt").read_text().strip() == classify(model, hour),
          f"an hour in {length:.0f} s gives the flows that classify gives")
    check(late <= early * 1.1 + 2048, f"private memory is {early} kB after the first tenth, at most {late} kB later")


# --- interfaces, signals, models ---------------------------------------------------------------------------

def interface_returns(model):
    watch = Program(flowtell, "watch", model, "-i", "lan0", "--early", "1")
    phone().send(udp_frame(1, 50))
    wait_for(lambda: watch.lines, "an early verdict, so the first frame has arrived")
    cut_wire()
    becomes(lambda: "lan0 went away" in watch.err)
    becomes(lambda: "10.0.0.1" in devices_of(watch))  # a silence without an interface ends a burst, too
    make_wire()
    becomes(lambda: "lan0 is back" in watch.err)
    phone().send(udp_frame(2, 60))
    becomes(lambda: "10.0.0.2" in devices_of(watch))
    code = watch.end()
    check(code == 0 and devices_of(watch) >= {"10.0.0.1", "10.0.0.2"},
          "watching continues after an interface returns")
    check("lan0 went away" in watch.err and "lan0 is back" in watch.err, "and both events are reported")


def ends_cleanly(model):
    for number in (signal.SIGINT, signal.SIGTERM):
        watch = Program(flowtell, "watch", model, "-i", "lan0", "--ledger", "--early", "1")
        phone().send(udp_frame(3, 70))
        wait_for(lambda: watch.lines, "an early verdict, so the frame has arrived")
        code = watch.end(number)
        check(code == 0 and [is_early(line) for _, line in watch.lines] == [True, False]
              and "1 flow, 0 frames dropped" in watch.err and "used" in watch.err,
              f"{signal.Signals(number).name} ends it with the open burst classified, the ledger and a summary")


def model_is_replaced(model, captures, folder):
    used = folder / "used.model"
    shutil.copy(model, used)
    watch = Program(flowtell, "watch", used, "-i", "lan0", "--unknown", "never")

    def verdict(device):
        phone().send(udp_frame(device, 80))
        own = becomes(lambda: [line for _, line in watch.lines if f"10.0.0.{device} " in line])
        return own[-1].split()[-2] if own else f"no line of {device}"
    before = verdict(4)
    used.write_text("this is no model")
    watch.kill(signal.SIGHUP)
    becomes(lambda: "the current model stays in use" in watch.err)
    check(verdict(5) == before and "the current model stays in use" in watch.err, "SIGHUP with a bad model changes nothing")
    renamed = folder / "renamed.csv"
    rows = [(path, f"other-{path.parent.name}") for path in captures]
    renamed.write_text("path,app\n" + "".join(f"{path},{app}\n" for path, app in rows))
    run(flowtell, "train", renamed, "-o", used, "--trees", "20", "--burst-gap", BURST_GAP, check=True)
    watch.kill(signal.SIGHUP)
    after = verdict(6)  # given at the end of a burst, and so after the reload
    check(after.startswith("other-"), f"SIGHUP reloads the model ({before}, then {after})")
    watch.end()


def early_verdicts(model):
    watch = Program(flowtell, "watch", model, "-i", "lan0", "--early", "5")
    link = phone()
    for frames, lines in ((5, 1), (7, 2)):  # the early verdict must come before the other packets
        for _ in range(frames):
            link.send(udp_frame(7, 90))
        becomes(lambda: len(watch.lines) >= lines)
    watch.end()
    lines = [line for _, line in watch.lines]
    check(len(lines) == 2 and lines[0].endswith(" early") and lines[0].split()[6] == "5"
          and not lines[1].endswith("early") and lines[1].split()[6] == "12"
          and watch.lines[1][0] - watch.lines[0][0] > 1,
          "--early 5 gives a marked verdict after 5 packets, and the final one after the burst")


# --- recording ------------------------------------------------------------------------------------------------

def rounds_are_recorded(folder):
    sessions = folder / "apps"
    for app, size in (("one", 100), ("two", 900)):
        capture = Program(flowtell, "capture", "-i", "lan0", "--app", app, "-o", sessions, "--rounds", "2",
                          "--minutes", "0.02", "--device", "10.0.0.8", "--notes", "a test, of rounds")
        link = phone()
        while capture.process.poll() is None:
            link.send(udp_frame(8, size))
            link.send(udp_frame(9, size))
            time.sleep(0.02)  # the pace of the traffic during the rounds
        check(capture.end(None) == 0, f"two rounds of {app} are recorded")
    files = sorted(sessions.glob("*/*.pcap"))
    check(len(files) == 4 and all(wire == 42 + int({"one": 100, "two": 900}[file.parent.name]) and len(data) == 42
                                  and data[26:30] == bytes([10, 0, 0, 8])
                                  for file in files for _, data, wire in frames_of(file)),
          "into four captures of one phone's headers, without content")
    for captures in (sessions, sessions / "manifest.csv"):
        trained = run(flowtell, "train", captures, "-o", folder / "apps.model")
        check(trained.returncode == 0, f"train reads {captures.name}")
    rows = (sessions / "manifest.csv").read_text().splitlines()
    check(len(rows) == 5 and rows[0] == "path,app,device,started,ended,host,notes"
          and all(',10.0.0.8,' in row and row.endswith('"a test, of rounds"') for row in rows[1:]),
          "the manifest has a row a capture")


# --- --anonymise --------------------------------------------------------------------------------------

def anonymous(model, folder):
    """Recordings and screens do not show the host, the device or its name."""
    key = folder / "key"
    key.write_bytes(bytes(range(32)))
    sessions = folder / "anonymous"
    capture = Program(flowtell, "capture", "-i", "lan0", "--app", "one", "-o", sessions, "--device", "10.0.0.8",
                      "--anonymise", key)
    link = phone()
    for _ in range(20):
        link.send(udp_frame(8, 100))
    wait_for(lambda: frames_recorded(sessions) > 0, "frames are recorded")
    check(capture.end() == 0, "a recording under --anonymise ends without an error")
    with open(sessions / "manifest.csv", newline="") as text:
        rows = list(csv.DictReader(text))
    check(len(rows) == 1 and rows[0]["host"] == "" and rows[0]["device"] not in ("", "10.0.0.8"),
          f"its manifest keeps neither the host's name nor the device's address: {rows}")
    pseudonym = rows[0]["device"]
    plain = folder / "named"
    capture = Program(flowtell, "capture", "-i", "lan0", "--app", "one", "-o", plain)
    link.send(udp_frame(8, 100))
    wait_for(lambda: frames_recorded(plain) > 0, "a frame is recorded")
    capture.end()
    check(f",{socket.gethostname()}," in (plain / "manifest.csv").read_text(), "which are in a manifest without it")
    # A pseudonym may be the address of another device, whose name must not be shown.
    leases = pathlib.Path("/run/flowtell/gateway-lan0/leases")
    leases.parent.mkdir(parents=True)
    leases.write_text("".join(f"0 02:00:00:00:00:0{number} {address} Annas-phone *\n"
                              for number, address in enumerate(("10.0.0.8", pseudonym))))
    text = on_screen(model, ("Annas-phone", "10.0.0.8"))
    check("Annas-phone" in text, "the screen shows a device by its own name")
    text = on_screen(model, ("Annas-phone", "10.0.0.8", pseudonym), "--anonymise", str(key))
    check(pseudonym in text and "Annas-phone" not in text and "10.0.0.8" not in text,
          "but only by its pseudonym with --anonymise")
    shutil.rmtree(leases.parent)


def on_screen(model, wanted, *options):
    """The screen of a watch while a device sends, until it contains one of the words."""
    shown = subprocess.Popen(["script", "-qec", f"exec {flowtell} watch {model} -i lan0 {' '.join(options)}", "/dev/null"],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    drawn = []
    reader = threading.Thread(target=lambda: drawn.extend(iter(lambda: os.read(shown.stdout.fileno(), 4096), b"")))
    reader.start()

    def is_shown():
        return any(word in b"".join(drawn).decode(errors="replace") for word in wanted)
    wait_for(lambda: drawn, "the screen is drawn, so the watch listens")
    for _ in range(12):
        phone().send(udp_frame(8, 90))
        if becomes(is_shown, 2.5):
            break
    shown.stdin.write(b"\x03")
    shown.stdin.flush()
    shown.wait(timeout=20)
    reader.join()
    return b"".join(drawn).decode(errors="replace")


def lengths_are_those_on_the_wire(model, folder):
    """Lengths do not depend on the snap length."""
    sessions, written = folder / "snapped", folder / "snapped.pcap"
    capture = Program(flowtell, "capture", "-i", "lan0", "--app", "one", "-o", sessions, "--snap", "64")
    watch = Program(flowtell, "watch", model, "-i", "lan0", "--snap", "64", "--write", written)
    link = phone()
    for _ in range(10):
        link.send(udp_frame(8, 900))
    becomes(lambda: frames_recorded(sessions) >= 10 and frames_in(written) >= 10)
    codes = [program.end() for program in (capture, watch)]
    for name, file in (("capture", next(sessions.glob("one/*.pcap"))), ("watch", written)):
        kept = [(len(data), wire) for _, data, wire in frames_of(file)]
        check(codes == [0, 0] and kept == [(64, 942)] * 10, f"{name} --snap 64 keeps 64 bytes and the full length")
    check("10 packets, 9.4 kB" in capture.err, f"and capture counts the bytes on the wire: {capture.err.strip()}")


def interrupted_recordings(folder):
    for number in (signal.SIGINT, signal.SIGKILL):
        sessions = folder / f"interrupted-{number}"
        capture = Program(flowtell, "capture", "-i", "lan0", "--app", "one", "-o", sessions)
        link = phone()
        wait_for(lambda: link.send(udp_frame(8, 100)) and frames_recorded(sessions) > 0, "frames are recorded")
        for _ in range(50):  # not yet written when the signal arrives
            link.send(udp_frame(8, 100))
        code = capture.end(number)
        file = next((sessions / "one").iterdir())
        flows = run(flowtell, "flows", file)
        check(code == (0 if number == signal.SIGINT else -number) and flows.returncode == 0 and flows.stdout,
              f"{signal.Signals(number).name} leaves a valid capture")


def full_disk(model, folder):
    small = folder / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k,mode=1777", "none", small], check=True)
    try:
        for name, arguments in (("capture", ("--app", "one", "-o", small, "--snap", "1500")),
                                ("watch", ("--write", small / "watch.pcap"))):
            program = Program(flowtell, name, *((model,) if name == "watch" else ()), "-i", "lan0", *arguments)
            link = phone()
            for _ in range(400):
                link.send(udp_frame(10, 1400))
            becomes(lambda: "frames before that are kept" in program.err)
            becomes(lambda: name == "capture" or program.lines)  # the line of the burst
            code = program.end()
            file = next(small.glob("**/*.pcap"))
            flows = run(flowtell, "flows", file)
            kept = sum(1 for _ in frames_of(file))
            check(code == 1 and f"{kept} frames before that are kept" in program.err and flows.returncode == 0,
                  f"{name} on a full disk keeps {kept} frames, reports it and fails")
            check(name == "capture" or len(program.lines) == 1, "and a watch continues")
            file.unlink()
    finally:
        subprocess.run(["umount", small], check=True)


def bad_interfaces(model, folder):
    subprocess.run("ip link add down0 type veth peer name down1".split(), check=True)
    for name, arguments in (("watch", (model,)), ("capture", ("--app", "one", "-o", folder / "never"))):
        absent = run(flowtell, name, *arguments, "-i", "absent0")
        check(absent.returncode == 1 and "there is no interface absent0" in absent.stderr and "lan0" in absent.stderr,
              f"{name} on an absent interface names those that are there")
        down = run(flowtell, name, *arguments, "-i", "down0")
        check(down.returncode == 1 and "ip link set down0 up" in down.stderr, f"{name} on one that is down reports it")
        bare = run("setpriv", "--bounding-set", "-all", "--inh-caps", "-all", flowtell, name, *arguments, "-i", "lan0")
        check(bare.returncode == 1 and "CAP_NET_RAW" in bare.stderr and "sudo" in bare.stderr,
              f"{name} without rights names the capability and the remedy")
    check(not (folder / "never").exists(), "and nothing was created")
    subprocess.run("ip link del down0".split(), check=True)


def main():
    folders = [pathlib.Path(path).resolve() for path in WORDS[1:]]
    labelled = next((folder for folder in folders if folder.is_dir()), None)
    missing = [name for name in ("ip", "script", "tcpreplay", "tcpdump", "editcap", "zstd", "setpriv") if not shutil.which(name)]
    if missing or not labelled:
        print(f"skipped: absent: {', '.join(missing) or 'labelled captures'}")
        return UNAVAILABLE
    captures = sorted(path for path in labelled.glob("*/*") if path.is_file() and ".pcap" in path.name)
    make_wire()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)  # for the user that `watch` and `capture` switch to
        model, quick = folder / "apps.model", folder / "quick.model"
        run(flowtell, "train", labelled, "-o", model, "--trees", "50", check=True)
        run(flowtell, "train", labelled, "-o", quick, "--trees", "20", "--no-score", "--burst-gap", BURST_GAP,
            check=True)
        if "--load" in groups:
            keeps_up(model, captures, folder)
            verdict_delays(model, folder)
        if "--readers" in groups:
            slow_reader(quick, folder, 1)
            slow_reader(quick, folder, 2)
            stopped_terminal(quick, folder)
        if "--other" in groups:
            live_equals_offline(model, captures, folder)
            threads_share_devices(model, captures, folder)
            memory_stays_flat(model, captures, folder)
            interface_returns(model)
            ends_cleanly(model)
            model_is_replaced(quick, captures, folder)
            early_verdicts(model)
            rounds_are_recorded(folder)
            anonymous(quick, folder)
            lengths_are_those_on_the_wire(quick, folder)
            interrupted_recordings(folder)
            full_disk(quick, folder)
            bad_interfaces(model, folder)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(run_in_private(main))
