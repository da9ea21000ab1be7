#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Outputs beyond their bytes: they are synced in time to survive a power cut; they follow no link of another user; the
final rename may fail.

Runs in a private sandbox. Exit code 77 (skipped) if there can be none, or if a program is absent.

usage: outputs_test.py FLOWTELL SAMPLES SYNC_COUNTER
    SAMPLES: labelled captures; SYNC_COUNTER: the library of tests/sync_counter.cc
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
from waiting import becomes, wait_for  # noqa: E402
from wire import Program, make_wire, phone, udp_frame  # noqa: E402

flowtell, samples, sync_counter = (pathlib.Path(word).resolve() for word in sys.argv[1:4])


def failed_renames():
    """Only the final rename fails: a mounted file cannot be replaced."""
    out, other = pathlib.Path("mounted"), pathlib.Path("other")
    for path in (out, other):
        path.write_text("old content\n")
    subprocess.run(["mount", "--bind", other, out], check=True)
    try:
        for name, arguments in outputs(flowtell).items():
            done = run(*arguments(out))
            err = done.stderr.splitlines()
            check(done.returncode == 1 and out.read_text() == "old content\n" and not partials()
                  and err[-1:] == [f"flowtell: cannot write {out}: Device or resource busy; nothing was replaced"],
                  f"{name} reports that the file cannot be replaced, and leaves only the old one")
    finally:
        subprocess.run(["umount", out], check=True)


def links_of_other_users():
    """`capture` follows none; tests/links_program_test.cc tests the other commands."""
    if not may_change_user():
        print("skipped: there is no second user to own a link")
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
              f"capture -o {folder} follows no link of another user: {done.stderr.strip()}")


# --- power cuts -----------------------------------------------------------------------------------

SYNC_LOG = pathlib.Path("syncs")


def sync_log_environment():
    SYNC_LOG.write_text("")
    return os.environ | {"LD_PRELOAD": str(sync_counter), "SYNC_LOG": str(SYNC_LOG.resolve())}


def syncs():
    return SYNC_LOG.read_text().splitlines()


def syncs_of(path):
    return syncs().count(str(path.resolve()))


def syncs_of_outputs():
    """The new file is synced before the rename, and the folder after."""
    folder = pathlib.Path("synced")
    folder.mkdir()
    for name, arguments in outputs(flowtell).items():
        out = folder / "out"
        run(*arguments(out), env=sync_log_environment(), check=True)
        lines = syncs()
        check(len(lines) == 3 and lines[0].startswith(f"{out.resolve()}.") and lines[0].endswith(".partial")
              and lines[1] == f"-> {out}" and lines[2] == str(folder.resolve()),
              f"{name} syncs the file before the rename, and its folder after: {lines}")


def is_synced(paths, counts, more):
    """Whether growing files are synced, within a time that suits a busy machine."""
    began = time.monotonic()
    device = 0
    link = phone()
    while time.monotonic() < began + 60:
        device = device % 200 + 1
        for _ in range(5):
            link.send(udp_frame(device, 100))
        # In this time the silence ends the burst.
        if becomes(lambda: all(syncs_of(path) >= counts[path] + more for path in paths), 1.1):
            return time.monotonic() - began
    return None


def syncs_of_growing_files(name, words, files, folders):
    """`files` are functions, since recordings choose their names. Privileges are kept, because the call filter forbids
    reading the synced path from /proc; privileges_test.py tests syncs under the filter."""
    program = Program(flowtell, *words, "--privileges", "keep", env=sync_log_environment())
    paths = [wait_for(found, "a new file") for found in files]
    check(becomes(lambda: all(syncs_of(path) for path in folders), 2),
          f"{name}: the names of new files are synced at once")
    counts = {path: syncs_of(path) for path in paths}
    for more in (1, 2):
        took = is_synced(paths, counts, more)
        check(took is not None and program.process.poll() is None,
              f"{name}: new data is synced while it grows, again after {took or 0:.1f} s")
        if took is None:
            break
    link = phone()
    counts = {path: syncs_of(path) for path in paths}
    link.send(udp_frame(201, 100))
    wait_for(lambda: bytes([10, 0, 0, 201]) in paths[-1].read_bytes(), "the last frame is in the capture")
    code = program.end()
    check(code == 0 and all(syncs_of(path) > counts[path] for path in paths),
          f"{name}: and everything at the end")


def syncs_while_growing():
    here = pathlib.Path.cwd()
    sessions = here / "synced-sessions"
    syncs_of_growing_files("capture", ("capture", "-i", "lan0", "--app", "one", "-o", sessions),
                           [lambda: next(sessions.glob("one/*.pcap"), None)], [here, sessions, sessions / "one"])
    lines = syncs()
    manifest = str(sessions / "manifest.csv")
    check(manifest in lines and str(sessions) in lines[lines.index(manifest):],
          "capture: the manifest is synced, and then its name")
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
        os.chmod(".", 0o755)  # for the user that `capture` switches to
        prepare(flowtell, samples)
        failed_renames()
        links_of_other_users()
        syncs_of_outputs()
        syncs_while_growing()
        os.chdir("/")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(run_in_private(main))
