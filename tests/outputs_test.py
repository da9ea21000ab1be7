#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What becomes of outputs besides their bytes: that they outlast a power cut, for they are brought onto the disk in
time; that they follow no link of another user; that the last step, which makes them appear, may fail.

Runs in a private corner of the machine. Exit code 77 (skipped) where there can be none, or a program is absent.

usage: outputs_test.py FLOWTELL SAMPLES SYNC_COUNTER
    SAMPLES: labelled captures; SYNC_COUNTER: the library made of tests/sync_counter.cc
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "lab"), str(ROOT / "tests/support")]
from checks import check, failures, run  # noqa: E402
from outputs import one_sentence, outputs, partials, prepare  # noqa: E402
from private import UNAVAILABLE, may_change_user, run_in_private  # noqa: E402
from wire import Program, make_wire, phone, udp_frame  # noqa: E402

flowtell, samples, sync_counter = (pathlib.Path(word).resolve() for word in sys.argv[1:4])


def outputs_that_cannot_take_their_place():
    """The last step fails alone: all is written, but no file can take the place of one that is mounted there."""
    out, other = pathlib.Path("mounted"), pathlib.Path("other")
    for path in (out, other):
        path.write_text("what stood there before\n")
    subprocess.run(["mount", "--bind", other, out], check=True)
    try:
        for name, arguments in outputs(flowtell).items():
            done = run(*arguments(out))
            err = done.stderr.splitlines()
            check(done.returncode == 1 and out.read_text() == "what stood there before\n" and not partials()
                  and err[-1:] == [f"flowtell: cannot write {out}: Device or resource busy; what stood there before is"
                                   " untouched"],
                  f"{name} says that its file cannot take its place, and leaves the old one and nothing beside it")
    finally:
        subprocess.run(["umount", out], check=True)


def links_of_others():
    """`capture` follows none either; of the other commands, see tests/links_program_test.cc."""
    if not may_change_user():
        print("skipped: nobody else is known here, to whom a link could belong")
        return
    shared, precious = pathlib.Path("shared"), pathlib.Path("precious")
    for folder in (shared, precious):
        folder.mkdir()
    shared.chmod(0o1777)
    listed = precious / "listed.csv"
    listed.write_text("")
    for name, target in (("link", precious), ("manifest.csv", listed)):
        (shared / name).symlink_to(target.resolve())
        os.lchown(shared / name, 4321, 4321)
    for folder, link in ((shared / "link", "link"), (shared, "manifest.csv")):
        done = run(flowtell, "capture", "-i", "lan0", "--app", "one", "-o", folder, "--minutes", "0.01")
        check(done.returncode == 1 and one_sentence(done.stderr)
              and f"{shared / link} is a link of another user" in done.stderr
              and list(precious.iterdir()) == [listed] and listed.read_text() == "",
              f"capture -o {folder} follows no link of another: {done.stderr.strip()}")


# --- power cuts -----------------------------------------------------------------------------------

SYNC_LOG = pathlib.Path("syncs")


def noting_syncs():
    SYNC_LOG.write_text("")
    return os.environ | {"LD_PRELOAD": str(sync_counter), "SYNC_LOG": str(SYNC_LOG.resolve())}


def syncs():
    return SYNC_LOG.read_text().splitlines()


def syncs_of(path):
    return syncs().count(str(path.resolve()))


def syncs_of_outputs():
    """The new file before it takes its place, and the folder after."""
    folder = pathlib.Path("synced")
    folder.mkdir()
    for name, arguments in outputs(flowtell).items():
        out = folder / "out"
        run(*arguments(out), env=noting_syncs(), check=True)
        lines = syncs()
        check(len(lines) == 3 and lines[0].startswith(f"{out.resolve()}.") and lines[0].endswith(".partial")
              and lines[1] == f"-> {out}" and lines[2] == str(folder.resolve()),
              f"{name} brings the file onto the disk before it takes its place, and its folder after: {lines}")


def is_synced(paths, counts, more):
    """While it goes on growing, within a time that a busy machine needs too."""
    began = time.monotonic()
    device = 0
    link = phone()
    while time.monotonic() < began + 60:
        device = device % 200 + 1
        for _ in range(5):
            link.send(udp_frame(device, 100))
            time.sleep(0.02)
        time.sleep(1.1)  # a burst ends
        if all(syncs_of(path) >= counts[path] + more for path in paths):
            return time.monotonic() - began
    return None


def syncs_of_growing_files(name, words, files, folders):
    """`files` are functions, for recordings have the names that they get. It keeps its privileges: the filter of calls
    lets nobody read from /proc what is synced, and privileges_test.py sees that it lets sync."""
    program = Program(flowtell, *words, "--privileges", "keep", env=noting_syncs())
    paths = [found() for found in files]
    check(all(syncs_of(path) for path in folders), f"{name}: the names of new files are on the disk at once")
    counts = {path: syncs_of(path) for path in paths}
    for more in (1, 2):
        took = is_synced(paths, counts, more)
        check(took is not None and program.process.poll() is None,
              f"{name}: what it grows by is on the disk while it grows, once more after {took or 0:.1f} s")
        if took is None:
            break
    link = phone()
    counts = {path: syncs_of(path) for path in paths}
    link.send(udp_frame(201, 100))
    time.sleep(0.2)
    code = program.end()
    check(code == 0 and all(syncs_of(path) > counts[path] for path in paths),
          f"{name}: and all of it at the end")


def syncs_while_growing():
    here = pathlib.Path.cwd()
    sessions = here / "synced-sessions"
    syncs_of_growing_files("capture", ("capture", "-i", "lan0", "--app", "one", "-o", sessions),
                           [lambda: next(sessions.glob("one/*.pcap"))], [here, sessions, sessions / "one"])
    lines = syncs()
    manifest = str(sessions / "manifest.csv")
    check(manifest in lines and str(sessions) in lines[lines.index(manifest):],
          "capture: the manifest is on the disk, and then its name")
    lines, written = here / "synced.jsonl", here / "synced.pcap"
    syncs_of_growing_files("watch", ("watch", "old.model", "-i", "lan0", "--format", "jsonl", "-o", lines, "--write",
                                     written), [lambda: lines, lambda: written], [here])


def main():
    missing = [name for name in ("ip", "mount") if not shutil.which(name)]
    if missing or not samples.is_dir():
        print(f"skipped: absent: {', '.join(missing) or samples}")
        return UNAVAILABLE
    make_wire()
    with tempfile.TemporaryDirectory() as name:
        os.chdir(name)
        os.chmod(".", 0o755)  # for whom `capture` becomes
        prepare(flowtell, samples)
        outputs_that_cannot_take_their_place()
        links_of_others()
        syncs_of_outputs()
        syncs_while_growing()
        os.chdir("/")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(run_in_private(main))
