#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Injected faults: full disks, kills, lack of memory, closed readers, many signals, clock steps, files that grow or
shrink while they are read. docs/reliability.md lists the guarantees.

Runs in a private sandbox. Exit code 77 (skipped) if there can be none, or if a program is absent.

usage: faults_test.py FLOWTELL SAMPLES [--not] [PART...]
    SAMPLES: labelled captures
    PART: a name in PARTS; only these parts, with --not all others
"""
import contextlib
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "lab"), str(ROOT / "tests/support")]
from captures import HOUR, crowd, cut_whole, session, write_capture  # noqa: E402
from checks import check, failures, run  # noqa: E402
from growing_capture import GrowingCapture, frames_in  # noqa: E402
from outputs import one_sentence, outputs, partials, prepare, train  # noqa: E402
from private import UNAVAILABLE, may_change_user, run_in_private  # noqa: E402
from process_state import bytes_read, is_stalled  # noqa: E402
from waiting import becomes, wait_for  # noqa: E402
from wire import Program, make_wire, phone, udp_frame  # noqa: E402

flowtell = pathlib.Path(sys.argv[1]).resolve()
samples = pathlib.Path(sys.argv[2]).resolve()
is_negated = "--not" in sys.argv
named = [word for word in sys.argv[3:] if word != "--not"]
chance = random.Random(1)


def tcpdump_reads(capture):
    return run("tcpdump", "-nr", capture).returncode == 0


# --- full disks, at every write -------------------------------------------------------------------

class SmallDisk:
    """A disk with room for a number of pages and of names."""

    def __init__(self, folder, pages, names=0, flags=()):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        limits = f"mode=1777,size={pages * 4}k" + (f",nr_inodes={names}" if names else "")
        subprocess.run(["mount", "-t", "tmpfs", "-o", limits, *flags, "none", folder], check=True)

    def __enter__(self):
        return self.folder

    def __exit__(self, *_):
        subprocess.run(["umount", self.folder], check=True)


def sizes_up_to(size, steps=5):
    """Sizes in pages: no room, one, some, all but one, and enough."""
    pages = -(-size // 4096)
    return sorted({1, 2, pages, pages + 1} | {1 + pages * step // steps for step in range(1, steps)})


def write_on_small_disks(name, arguments, size):
    """`arguments(out)` writes one file of `size` bytes over an existing one-page file."""
    outcomes = []
    for pages, names in [(page, 0) for page in sizes_up_to(size)] + [(size // 4096 + 2, 2)]:
        with SmallDisk(pathlib.Path("disk"), pages, names) as disk:
            out = disk / "out"
            out.write_text("old content\n")
            done = run(*arguments(out))
            left = [path.name for path in disk.iterdir()]
            if done.returncode == 0:
                holds = left == ["out"] and out.stat().st_size == size
            else:
                holds = (done.returncode == 1 and left == ["out"] and out.read_text() == "old content\n"
                         and one_sentence(done.stderr) and "cannot write " in done.stderr
                         and f"{out}: No space left" in done.stderr)
            outcomes.append((holds, done.returncode))
    failed = sum(1 for _, code in outcomes if code == 1)
    check(all(holds for holds, _ in outcomes) and failed >= 3 and 0 in [code for _, code in outcomes],
          f"{name} of {size} bytes on {len(outcomes)} small disks: {failed} times refused with the file's name and"
          " the old one untouched, else whole, nothing beside it")


def full_disks():
    for name, arguments in outputs(flowtell).items():
        whole = pathlib.Path("whole")
        run(*arguments(whole), check=True)
        size = whole.stat().st_size
        if size > 4096:  # a smaller disk can hold a part of it
            write_on_small_disks(name, arguments, size)


def full_disk_for_a_recording():
    outcomes = []
    for pages, names in ((1, 1), (1, 2), (1, 0), (2, 0), (3, 0), (9, 0)):
        with SmallDisk(pathlib.Path("disk"), pages, names) as disk:
            program = Program(flowtell, "capture", "-i", "lan0", "--app", "one", "-o", disk, "--snap", "1500")
            link = phone()
            for _ in range(30):
                link.send(udp_frame(10, 1400))
            code = program.end(None)
            files = list(disk.glob("*/*.pcap"))
            whole = all(run(flowtell, "flows", file).returncode == 0 and tcpdump_reads(file) for file in files)
            outcomes.append(code == 1 and whole and "No space left" in program.err and str(disk) in program.err)
    check(all(outcomes), f"capture on {len(outcomes)} small disks names the file it cannot write and keeps whole records")


def full_disk_for_lines():
    words = (flowtell, "watch", "old.model", "--replay", "street.pcap", "--speed", 1e6, "--format", "jsonl")
    expected = run(*words).stdout.splitlines()
    with SmallDisk(pathlib.Path("disk"), 1) as disk:
        lines = disk / "lines"
        done = run(*words, "-o", lines)
        text = lines.read_text()
        whole = text[:text.rfind("\n") + 1].splitlines()
        check(done.returncode == 1 and f"cannot continue writing {lines}: No space left" in done.stderr
              and 0 < len(whole) < len(expected) and whole == expected[:len(whole)],
              f"watch -o on a full disk reports it and ends, after {len(whole)} lines")


def read_only_disk():
    with SmallDisk(pathlib.Path("disk"), 9, 0, ("-r",)) as disk:
        for name, words in (("train -o", train(flowtell, disk / "a.model", 1)),
                            ("classify -o", (flowtell, "classify", "old.model", "apps", "-o", disk / "a.txt")),
                            ("capture", (flowtell, "capture", "-i", "lan0", "--app", "one", "-o", disk)),
                            ("watch -o", (flowtell, "watch", "old.model", "-i", "lan0", "-o", disk / "a.txt")),
                            ("watch --write", (flowtell, "watch", "old.model", "-i", "lan0", "--write", disk / "a"))):
            done = run(*words)
            check(done.returncode == 1 and one_sentence(done.stderr) and f"{disk}/" in done.stderr
                  and "Read-only file system" in done.stderr, f"{name} on a read-only disk reports it with the path")


# --- kill -9 --------------------------------------------------------------------------------------

def kill_train(new, moment):
    """Kills at a moment, or (None) once the new model is begun; whether the model is the old or the new one, whole."""
    old = pathlib.Path("old.model").read_bytes()
    shutil.copy("old.model", "killed.model")
    process = subprocess.Popen(train(flowtell, "killed.model", 2), stderr=subprocess.DEVNULL)
    if moment:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(moment)
    else:
        deadline = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < deadline and not partials():
            pass  # without a pause, which could outlast the partial file
    process.kill()
    process.wait()
    now = pathlib.Path("killed.model").read_bytes()
    return now in (old, new), bool(partials())


def kills_of_train():
    began = time.monotonic()
    run(*train(flowtell, "new.model", 2), check=True)
    duration = time.monotonic() - began
    new = pathlib.Path("new.model").read_bytes()
    outcomes = [kill_train(new, chance.uniform(0.001, duration * 1.1)) for _ in range(25)]
    outcomes += [kill_train(new, None) for _ in range(15)]
    left = sum(1 for _, left in outcomes if left)
    check(all(whole for whole, _ in outcomes), f"{len(outcomes)} kills of train keep the old model or the new one")
    check(left > 0, f"{left} of them left a partial file ...")
    run(*train(flowtell, "killed.model", 2), check=True)
    check(not partials(), "... which the next train removes")
    both = [subprocess.Popen(train(flowtell, "both.model", 1 + i % 2), stderr=subprocess.DEVNULL) for i in range(4)]
    codes = [process.wait() for process in both]
    check(codes == [0] * 4 and not partials()
          and pathlib.Path("both.model").read_bytes() in (pathlib.Path("old.model").read_bytes(), new),
          "four concurrent runs on one model do not interfere")


def kills_of_capture():
    whole = []
    for number in range(6):
        sessions = pathlib.Path(f"killed-{number}")
        program = Program(flowtell, "capture", "-i", "lan0", "--app", "one", "-o", sessions, "--snap", "1500")
        link = phone()
        wait_for(lambda: any(path.stat().st_size > 0 for path in sessions.glob("one/*.pcap")), "the recording begins")
        deadline = time.monotonic() + chance.uniform(0, 1)
        while time.monotonic() < deadline:
            link.send(udp_frame(8, 1400))
        program.end(signal.SIGKILL)
        for file in sessions.glob("one/*.pcap"):
            capture = GrowingCapture(file)
            capture.count()
            cut = file.stat().st_size - capture.at
            # Linux may end a write(2) of a killed process between two pages, and so within a record.
            file_is_whole = run(flowtell, "flows", file).returncode == 0 and tcpdump_reads(file)
            whole.append(file_is_whole if cut == 0 else cut < 16 + 1442 and file.stat().st_size % 4096 == 0
                         and run(flowtell, "flows", file).returncode == 3)
    check(len(whole) == 6 and all(whole),
          f"{len(whole)} kills of capture leave captures of whole records, but for the last one")


def kills_of_watch():
    """With bursts that end, and so lines that are written, all the time."""
    run(*train(flowtell, "quick.model", 1, "--burst-gap", 0.1), check=True)
    lines = pathlib.Path("lines.jsonl")
    kept = []
    for number in range(6):
        written = pathlib.Path(f"watched-{number}.pcap")
        program = Program(flowtell, "watch", "quick.model", "-i", "lan0", "--format", "jsonl", "-o", lines,
                          "--write", written)
        link = phone()
        deadline = time.monotonic() + chance.uniform(0.5, 1.5)
        device = 0
        while time.monotonic() < deadline:
            device += 1
            link.send(udp_frame(device % 200, 100))
            time.sleep(0.002)  # the pace of the traffic: a device's burst ends before its next packet
        program.end(signal.SIGKILL)
        kept.append(run(flowtell, "flows", written).returncode == 0 and tcpdump_reads(written))
    text = lines.read_text()
    check(all(kept), f"{len(kept)} kills of watch --write leave captures of whole records")
    check(text.endswith("\n") and all(json.loads(line) for line in text.splitlines()),
          f"and the {len(text.splitlines())} lines of watch -o are whole")
    lines.write_text(text[:-20])
    run(flowtell, "watch", "old.model", "--replay", "street.pcap", "--speed", 100000, "--format", "jsonl", "-o", lines)
    after = lines.read_text().splitlines()
    torn = len(text.splitlines()) - 1
    check(len(after) > torn + 1 and all(json.loads(line) for line in after[:torn] + after[torn + 1:]),
          "a truncated line does not affect the lines after it")


# --- lack of memory and threads -------------------------------------------------------------------

def limited(kind, amount):
    return lambda: resource.setrlimit(kind, (amount, amount))


def least_memory():
    """The least memory with which the program starts."""
    if run(flowtell, "--version", preexec_fn=limited(resource.RLIMIT_AS, 4 << 30)).returncode != 0:
        return None
    for size in range(8, 4000, 4):
        if run(flowtell, "--version", preexec_fn=limited(resource.RLIMIT_AS, size << 20)).returncode == 0:
            return size
    return None


def lack_of_memory():
    least = least_memory()
    if least is None:
        print("skipped: memory cannot be limited (sanitizer build)")
        return
    old = pathlib.Path("old.model").read_bytes()
    for name, words in (("train", train(flowtell, "old.model", 1)),
                        ("train --threads 4", train(flowtell, "old.model", 1, "--threads", 4)),
                        ("flows --threads 2", (flowtell, "flows", "crowd.pcap", "--threads", 2)),
                        ("classify", (flowtell, "classify", "old.model", "crowd.pcap")),
                        ("watch --threads 3", (flowtell, "watch", "old.model", "--replay", "crowd.pcap", "--speed", 1e6,
                                               "--threads", 3, "--ledger")),
                        ("evaluate", (flowtell, "evaluate", "few", "--trees", 2))):
        codes, reports, sane = set(), 0, True
        for size in [least + step for step in (0, 1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 90, 130, 200)]:
            done = run(*words, preexec_fn=limited(resource.RLIMIT_AS, size << 20))
            codes.add(done.returncode)
            reports += "out of memory; use fewer" in done.stderr
            fine = done.returncode == 0 or (done.returncode == 1 and one_sentence(done.stderr))
            if not fine:
                print(f"{name}, {size} MiB: {done.returncode}: {done.stderr.strip()[-300:]}")
            sane = sane and fine
        check(sane and reports > 0 and pathlib.Path("old.model").read_bytes() == old,
              f"{name} with {least} MiB of memory and more: exit codes {sorted(codes)}, {reports} times out of memory")


def lack_of_threads():
    """As a user at the limit of processes, which does not apply to root."""
    if not may_change_user():
        print("skipped: there is no second user, and root has no limit of threads")
        return
    limited_user = ["setpriv", "--reuid", "65534", "--clear-groups", "prlimit", "--nproc=1"]
    os.chmod(".", 0o777)
    for name, words, codes in (("train --threads 8", train(flowtell, "new.model", 2, "--threads", 8), (0,)),
                               ("watch --threads 8", (flowtell, "watch", "old.model", "--replay", "street.pcap",
                                                      "--speed", 1e6, "--threads", 8), (0, 1))):
        done = run(*limited_user, *words)
        check(done.returncode in codes and "terminate" not in done.stderr
              and (done.returncode == 0 or one_sentence(done.stderr)),
              f"{name} without more threads ends with {done.returncode}: {done.stderr.strip()[-120:]}")


# --- readers that close, and many signals ---------------------------------------------------------

def readers_close():
    for name, words in (("flows", f"{flowtell} flows crowd.pcap"),
                        ("classify", f"{flowtell} classify old.model crowd.pcap")):
        done = run("bash", "-c", f"{words} | head -n 1; exit ${{PIPESTATUS[0]}}")
        check(done.returncode == 128 + signal.SIGPIPE and done.stderr == "" and len(done.stdout.splitlines()) == 1,
              f"{name} | head -n 1 ends quietly, by SIGPIPE as cat does")
        done = run("bash", "-c", f"trap '' PIPE; {words} | head -n 1; exit ${{PIPESTATUS[0]}}")
        check(done.returncode == 1 and "cannot write standard output: Broken pipe" in done.stderr,
              f"{name} reports it if SIGPIPE is ignored")
    done = run("bash", "-c",
               f"{flowtell} watch old.model --replay street.pcap --speed 1e6 | true; exit ${{PIPESTATUS[0]}}")
    check(done.returncode == 1 and "Broken pipe" in done.stderr and " flows" in done.stderr,
          "watch reports the closed reader, with its summary")


def storm(process, count=400):
    for _ in range(count):
        if process.poll() is not None:
            return
        process.send_signal(chance.choice((signal.SIGTERM, signal.SIGINT)))
        time.sleep(0.001)  # the pace of the storm: a pending signal would swallow others of its kind


def ends_with_a_stalled_reader():
    """A replay waits for its reader, and still ends on SIGTERM, during the replay and after it."""
    write_capture("long.pcap", session(3000))
    watches = {name: subprocess.Popen([flowtell, "watch", "old.model", "--replay", capture, "--speed", "1e6"],
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
               for name, capture in (("during the replay", "long.pcap"), ("after the replay", "crowd.pcap"))}
    are_waiting = all([becomes(lambda watch=watch: is_stalled(watch)) for watch in watches.values()])
    # A second proves that they go on waiting: no event could.
    waited = are_waiting and not becomes(lambda: any(watch.poll() is not None for watch in watches.values()), 1)
    for watch in watches.values():
        watch.send_signal(signal.SIGTERM)
    for name, watch in watches.items():
        try:
            watch.wait(20)
        except subprocess.TimeoutExpired:
            watch.kill()
        err = watch.stderr.read()
        watch.stdout.close()
        check(waited and watch.returncode == 0 and "dropped because" in err,
              f"watch --replay with a stalled reader ends on SIGTERM {name} and counts lost lines")


def storm_frames(name, program):
    """The number of frames that a program has reported or written, each of another flow."""
    if name == "capture":
        return frames_in(*pathlib.Path("storm").glob("one/*.pcap"))
    lines = pathlib.Path("storm.txt").read_text() if name == "watch" else program.text
    return len(lines.splitlines())


def signal_storms():
    ends_with_a_stalled_reader()
    for name, words in (("watch", ("watch", "old.model", "-i", "lan0", "-o", "storm.txt",
                                   "--write", "storm-watch.pcap")),
                        ("watch --threads 3", ("watch", "old.model", "-i", "lan0", "--threads", 3)),
                        ("capture", ("capture", "-i", "lan0", "--app", "one", "-o", "storm"))):
        early = () if name == "capture" else ("--early", 1)  # shows that frames have arrived while bursts are open
        program = Program(flowtell, *words, *early)
        link = phone()
        for device in range(50):
            link.send(udp_frame(device, 200))
        becomes(lambda: storm_frames(name, program) >= 50)
        storm(program.process)
        code = program.end(None)
        summaries = [line for line in program.err.splitlines() if "50 flows" in line]
        check(code == 0 and len(summaries) == 1,
              f"{name} with many SIGTERM and SIGINT ends once, with all flows")
    lines = pathlib.Path("storm.txt").read_text().splitlines()
    check(len(lines) == 100 and sum(line.endswith(" early") for line in lines) == 50,
          "an early and a final line per flow")
    for file in (pathlib.Path("storm-watch.pcap"), *pathlib.Path("storm").glob("one/*.pcap")):
        check(run(flowtell, "flows", file).returncode == 0 and tcpdump_reads(file), f"{file.name} is whole")
    old = pathlib.Path("old.model").read_bytes()
    process = subprocess.Popen(train(flowtell, "old.model", 2), stderr=subprocess.DEVNULL)
    becomes(lambda: process.poll() is not None or bytes_read(process.pid) > 20_000)  # it reads captures
    storm(process)
    check(process.wait() in (-signal.SIGTERM, -signal.SIGINT) and pathlib.Path("old.model").read_bytes() == old,
          "train ends on the first, and the old model stays")


# --- clock steps, and files that change while they are read ---------------------------------------

def flows_of(capture, *more):
    return run(flowtell, "flows", capture, *more)


def clock_steps():
    """Thirty bursts; at some of them the recorder's clock is set forward or back by hours."""
    write_capture("straight.pcap", session(30))
    steps = {5: -2 * HOUR, 10: 3 * HOUR, 15: -5 * HOUR, 20: HOUR, 25: -HOUR // 2}
    write_capture("stepping.pcap", session(30, steps))
    straight, stepping = (flows_of(name, "--ledger") for name in ("straight.pcap", "stepping.pcap"))
    without_time = [[line.split()[1:] for line in done.stdout.splitlines()] for done in (straight, stepping)]
    times = [float(line.split()[0]) for line in stepping.stdout.splitlines()]
    check(straight.returncode == stepping.returncode == 0 and without_time[0] == without_time[1]
          and len(without_time[0]) == 60, "clock steps of hours change none of 60 flows")
    check(times == sorted(times) and "3 times the recorder's clock stepped back; gaps were kept" in stepping.stderr,
          "times never decrease, and the three steps back are reported")
    watched = run(flowtell, "watch", "old.model", "--replay", "stepping.pcap", "--speed", 1e6, "--early", 0)
    check(watched.stdout == run(flowtell, "classify", "old.model", "stepping.pcap").stdout != "",
          "watch gives the verdicts of classify on it")


def stop_in_the_middle(capture):
    """Stops reading a capture in the middle, as nothing reads the lines."""
    process = subprocess.Popen([flowtell, "flows", capture, "--threads", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_for(lambda: is_stalled(process), "it waits for the reader of its lines")
    return process, bytes_read(process.pid)


def files_that_change():
    bursts = 6000
    write_capture("long.pcap", session(bursts))
    frames = pathlib.Path("long.pcap").read_bytes()
    changing = pathlib.Path("changing.pcap")
    for name, to, codes in (("cut at a record's end", lambda at: cut_whole(frames, at), [0]),
                            ("cut within a record", lambda at: cut_whole(frames, at) + 7, [3]),
                            ("emptied", lambda at: 0, [0, 3])):
        changing.write_bytes(frames)
        process, read = stop_in_the_middle(changing)
        os.truncate(changing, to(read))
        out, err = process.communicate(timeout=60)
        flows = len(out.splitlines())
        check(read < len(frames) / 2 and process.returncode in codes and 0 < flows < 2 * bursts
              and (process.returncode == 0 or b"is damaged at byte" in err),
              f"a capture that is {name} while it is read ends there: {flows} flows, exit code"
              f" {process.returncode}")
    half = cut_whole(frames, len(frames) // 2)
    changing.write_bytes(frames[:half])
    process, read = stop_in_the_middle(changing)
    with open(changing, "ab") as file:
        file.write(frames[half:])
    out, err = process.communicate(timeout=60)
    check(read < half and process.returncode == 0 and len(out.splitlines()) == 2 * bursts,
          "a growing capture is read to its new end")


def bad_files_in_folders():
    day = pathlib.Path("day")
    day.mkdir()
    shutil.copy("street.pcap", day / "a.pcap")
    for name in ("locked.pcap", "folder"):
        (day / name).mkdir() if name == "folder" else shutil.copy("street.pcap", day / name)
        os.chmod(day / name, 0)
    done = run("setpriv", "--bounding-set=-dac_override,-dac_read_search", flowtell, "flows", day)
    check(done.returncode == 3 and len(done.stdout.splitlines()) == len(flows_of("street.pcap").stdout.splitlines()) + 1
          and "skipped: cannot open day/folder: Permission denied" in done.stderr
          and "skipped: cannot open day/locked.pcap: Permission denied" in done.stderr,
          "unreadable files of a folder are named, and the others are used")
    os.chmod(day / "folder", 0o700)


def prepare_captures():
    """Captures of few devices and of many flows."""
    write_capture("street.pcap", session(20))
    write_capture("crowd.pcap", crowd(2_000_000))


PARTS = (full_disks, full_disk_for_a_recording, full_disk_for_lines, read_only_disk, kills_of_train, kills_of_capture,
         kills_of_watch, lack_of_memory, lack_of_threads, readers_close, signal_storms, clock_steps, files_that_change,
         bad_files_in_folders)


def main():
    unknown = set(named) - {part.__name__ for part in PARTS}
    if unknown:
        print(f"no part is called {', '.join(sorted(unknown))}")
        return 2
    missing = [name for name in ("ip", "tcpdump", "mount", "setpriv", "prlimit") if not shutil.which(name)]
    if missing or not samples.is_dir():
        print(f"skipped: absent: {', '.join(missing) or samples}")
        return UNAVAILABLE
    make_wire()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        os.chmod(".", 0o755)  # for the user that `watch` and `capture` switch to
        prepare(flowtell, samples)
        prepare_captures()
        for part in PARTS:
            if named and (part.__name__ in named) == is_negated:
                continue
            began = time.monotonic()
            part()
            print(f"    {part.__name__}: {time.monotonic() - began:.1f} s", flush=True)
        os.chdir("/")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(run_in_private(main))
