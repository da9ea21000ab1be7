#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`record`: a person at a terminal is guided through the apps; and the owners of recordings made by root.

Runs in a private sandbox. Exit code 77 (skipped) if there can be none, or if a program is absent.

usage: record_test.py FLOWTELL
"""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "lab"), str(ROOT / "tests/support")]
from checks import check, failures, run  # noqa: E402
from private import UNAVAILABLE, may_change_user, run_in_private  # noqa: E402
from waiting import wait_for  # noqa: E402
from wire import make_wire, phone, udp_frame  # noqa: E402

flowtell = pathlib.Path(sys.argv[1]).resolve()


class Traffic:
    """A phone that sends all the time."""

    def __enter__(self):
        self.goes_on = True
        self.thread = threading.Thread(target=self.send)
        self.thread.start()

    def send(self):
        link = phone()
        while self.goes_on:
            link.send(udp_frame(8, 100))
            time.sleep(0.02)  # the pace of the traffic

    def __exit__(self, *_):
        self.goes_on = False
        self.thread.join()


class Person:
    """The program at a terminal, what it shows, and what is typed."""

    def __init__(self, *arguments):
        self.ours, its = os.openpty()
        self.process = subprocess.Popen([flowtell, *arguments], stdin=its, stdout=its, stderr=its)
        os.close(its)
        self.seen = ""
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        try:
            while data := os.read(self.ours, 4096):
                self.seen += data.decode(errors="replace")
        except OSError:
            pass  # the program has ended

    def sees(self, text):
        wait_for(lambda: text in self.seen, f"'{text}' is shown: {self.seen!r}", 40)

    def types(self, text):
        os.write(self.ours, text.encode())

    def end(self):
        code = self.process.wait(40)
        self.thread.join(20)
        os.close(self.ours)
        return code


def captures_of(folder, app):
    return sorted((folder / app).glob("*.pcap"))


def guides(folder):
    apps = folder / "apps"
    person = Person("record", "-i", "lan0", "--apps", "chat,maps,background", "-o", apps, "--rounds", "2", "--minutes",
                    "0.02", "--snap", "200")
    with Traffic():
        person.sees("Round 1 of 2, app 1 of 3: open 'chat' on the phone and use it, then press Enter")
        person.sees("packets arrive a second")
        person.types("\n")
        person.sees("Round 1 of 2, app 2 of 3: open 'maps'")
        person.types("\n")
        person.sees("Round 1 of 2, app 3 of 3: leave the phone alone")
        person.types("s\n")
        person.sees("Round 2 of 2, app 1 of 3: open 'maps'")
        person.types("\n")
        person.sees("Round 2 of 2, app 2 of 3: leave the phone alone")
        person.types("\n")
        person.sees("Round 2 of 2, app 3 of 3: open 'chat'")
        person.types("q\n")
        code = person.end()
    counts = {app: len(captures_of(apps, app)) for app in ("chat", "maps", "background")}
    check(code == 0 and counts == {"chat": 1, "maps": 2, "background": 1}, f"each app in turn: {code}, {counts}")
    rows = (apps / "manifest.csv").read_text().splitlines()
    check(len(rows) == 5, "each recording is in the manifest")
    check("4 recordings with packets" in person.seen and f"flowtell train {apps}" in person.seen
          and "flowtell watch apps.model -i lan0" in person.seen, "the next steps are shown")
    trained = run(flowtell, "train", apps, "-o", folder / "m", "--trees", "5", "--no-score")
    check(trained.returncode == 0 and "background, chat and maps" in trained.stderr, f"and work: {trained.stderr}")


def ends_early(folder):
    apps = folder / "early"
    person = Person("record", "-i", "lan0", "--apps", "chat,maps", "-o", apps, "--rounds", "1", "--minutes", "60")
    with Traffic():
        person.sees("app 1 of 2")
        person.types("\n")
        wait_for(lambda: captures_of(apps, "chat"), "a recording")
        person.sees("round 1 of 1")
        person.types("\n")
        person.sees("app 2 of 2")
        person.types("\n")
        wait_for(lambda: re.search(r"round 1 of 1 .* [1-9][0-9]* packets", person.seen.rpartition("app 2 of 2")[2]),
                 "packets of another recording")
        person.process.send_signal(signal.SIGINT)
        code = person.end()
    check(code == 0 and "2 recordings with packets" in person.seen, f"Enter ends a recording, Ctrl-C all: {code}")


def says_that_nothing_arrives(folder):
    apps = folder / "silent"
    person = Person("record", "-i", "lan0", "--apps", "chat", "-o", apps, "--rounds", "1", "--minutes", "0.01")
    person.sees("0 packets arrive a second")
    person.types("\n")
    person.sees("holds no packets; check that the device's traffic passes through lan0")
    check(person.end() == 0 and "0 recordings with packets" in person.seen, "a silent interface is noticed")


def mistakes(folder):
    done = run(flowtell, "record", "-i", "lan0", "--apps", "chat,chat", "-o", folder / "no", stdin=subprocess.DEVNULL)
    check(done.returncode == 2 and "named twice" in done.stderr, done.stderr.strip())
    done = run(flowtell, "record", "-i", "lan0", "--apps", "chat,../maps", "-o", folder / "no", stdin=subprocess.DEVNULL)
    check(done.returncode == 2 and "cannot name an app" in done.stderr, done.stderr.strip())
    done = run(flowtell, "record", "-i", "lan0", "--apps", "chat", "-o", folder / "none", stdin=subprocess.DEVNULL)
    check(done.returncode == 0 and "0 recordings" in done.stderr, "without a person nothing is recorded")


def owner_of(folder, **environment):
    """The user that everything in the folder belongs to, after a recording by root."""
    with Traffic():
        done = run(flowtell, "capture", "-i", "lan0", "--app", "one", "-o", folder, "--minutes", "0.01",
                   env={**os.environ, **environment})
    owners = {path.stat().st_uid for path in (folder / "manifest.csv", folder / "one", *captures_of(folder, "one"))}
    check(done.returncode == 0 and len(captures_of(folder, "one")) == 1, f"recorded: {done.stderr.strip()}")
    return owners


def owners(folder):
    if not may_change_user():
        print("skipped: there is no second user")
        return
    theirs = folder / "theirs"
    theirs.mkdir()
    os.chown(theirs, 1234, 1234)
    os.chmod(folder, 0o755)
    check(owner_of(theirs) == {1234}, "recordings of root belong to the folder's owner")
    check(owner_of(theirs / "new/below") == {1234}, "and in a new folder to the owner of the one above")
    check(owner_of(folder / "roots") == {0}, "in root's folder to root, and not to nobody")
    shared = folder / "shared"
    shared.mkdir()
    shared.chmod(0o777)
    check(owner_of(shared, SUDO_UID="4321", SUDO_GID="4321") == {4321}, "with sudo to its caller")
    other = folder / "other"
    other.mkdir()
    other.chmod(0o777)
    check(owner_of(other, PKEXEC_UID="4321") == {4321}, "and with pkexec to its caller")


def main():
    if not shutil.which("ip"):
        print("skipped: there is no ip")
        return UNAVAILABLE
    for name in ("SUDO_UID", "SUDO_GID", "PKEXEC_UID", "DOAS_USER"):
        os.environ.pop(name, None)
    make_wire()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        guides(folder)
        ends_early(folder)
        says_that_nothing_arrives(folder)
        mistakes(folder)
        owners(folder)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(run_in_private(main))
