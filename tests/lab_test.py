#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A lab starts, every app in it transfers the expected bytes, and nothing of it remains, also after
an interruption. Exit code 77 (skipped) if there can be no lab.

usage: lab_test.py BUILD      the folder that flowtell and cable are in
"""
import csv
import io
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "lab"), str(ROOT / "tests/support")]
from apps import APPS, use  # noqa: E402
from checks import check, failures  # noqa: E402
from content import make_content  # noqa: E402
from gateway import start_gateway, start_capture, stop_capture  # noqa: E402
from networks import NETWORKS  # noqa: E402
from private import may_change_user, run_in_private  # noqa: E402
from servers import ADDRESS_OF, start_servers  # noqa: E402
from waiting import becomes  # noqa: E402
from world import World  # noqa: E402

SECONDS = 8
# What each app must have done: protocol, port; minimum numbers of flows and of bytes sent and
# received; server names.
EXPECTED = {
    "browser": ("TCP", 443, 3, 3_000, 50_000, ("meadow", "gazette", "bazaar")),
    "video": ("TCP", 443, 3, 5_000, 150_000, ("tube",)),
    "chat": ("TCP", 8883, 2, 1_000, 2_000, ("chatter",)),
    "download": ("TCP", 443, 1, 3_000, 150_000, ("depot",)),
    "call": ("UDP", 3478, 1, 10_000, 10_000, ("relay.ringring",)),
    "shell": ("TCP", 22, 1, 2_000, 2_000, ("harbour",)),
}


def playable():
    return [app for app in APPS if app != "shell" or may_change_user()]


def play_all(world, content):
    """All apps on three phones: two on each, one after the other."""
    def play(phone, apps):
        for app in apps:
            use(world, phone, content, app, 0, SECONDS)
    names = playable()
    players = [threading.Thread(target=play, args=(phone, names[number::len(world.phones)]))
               for number, phone in enumerate(world.phones)]
    for player in players:
        player.start()
    for player in players:
        player.join()


def record_all(build, folder):
    content = folder / "content"
    make_content(content, 1, playable())
    with World(folder, NETWORKS["home"], build / "cable", 1, phones=3) as world:
        start_servers(world, content, playable())
        start_gateway(world, build)
        capture = start_capture(world, "all", folder / "captures", build)
        play_all(world, content)
        stop_capture(capture)
    return next((folder / "captures").glob("all/*.pcap"))


def check_app(app, flows, capture):
    protocol, port, min_flows, sent, received, names = EXPECTED[app]
    own_names = [name for name in ADDRESS_OF if any(part in name for part in names)]
    servers = {ADDRESS_OF[name] for name in own_names}
    own = [row for row in flows if row["remote"] in servers and row["protocol"] == protocol
           and int(row["remote_port"]) == port]
    there = sum(int(row["bytes_sent"]) for row in own)
    back = sum(int(row["bytes_received"]) for row in own)
    check(len(own) >= min_flows and there >= sent and back >= received,
          f"{app}: {len(own)} flows of {protocol} to port {port}, {there} bytes sent,"
          f" {back} received")
    if port in (443, 8883):
        seen_names = [name for name in own_names if name.encode() in capture]
        check(seen_names, f"{app}: names in DNS and TLS: {', '.join(seen_names)}")


def check_capture(build, path):
    done = subprocess.run([build / "flowtell", "flows", "--format", "csv", path],
                          capture_output=True, text=True, check=True)
    flows = list(csv.DictReader(io.StringIO(done.stdout)))
    devices = {row["device"] for row in flows}
    check(len(devices) == 3, f"the phones: {', '.join(sorted(devices))}")
    answers = [row for row in flows
                if row["remote_port"] == "53" and int(row["packets_received"]) > 0]
    check(len(answers) >= 6, f"{len(answers)} flows of DNS with answers")
    capture = path.read_bytes()
    for app in playable():
        check_app(app, flows, capture)


def lab_processes(folder):
    """Processes with the folder of a lab on their command line."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes()
        except OSError:
            continue
        if os.fsencode(folder) in line:
            found.append(line)
    return found


def name_spaces():
    try:
        return sorted(os.listdir("/run/netns"))
    except FileNotFoundError:
        return []


def check_nothing_left(folder, spaces, when):
    left = [path.name for path in pathlib.Path(folder).iterdir()]
    processes = lab_processes(folder)
    check(not left and not processes and name_spaces() == spaces,
          f"{when}, there is nothing left of the lab: files {left}, {len(processes)} processes")


def check_interrupted(build, folder, spaces):
    """A lab that is stopped by a signal ends soon and leaves nothing."""
    lab = subprocess.Popen(
        [sys.executable, ROOT / "lab" / "lab.py", "record", "home", "--apps", "chat",
         "-o", folder + "/out/home", "--build", build],
        env={**os.environ, "TMPDIR": folder + "/own"}, stdout=subprocess.PIPE, text=True)
    lab.stdout.readline()  # a round has started
    check(becomes(lambda: any(line.startswith(b"mosquitto_sub\0") for line in lab_processes(folder + "/own"))),
          "a lab is running, with its app in use")
    lab.send_signal(signal.SIGTERM)
    code = lab.wait(20)
    check(code == 130, f"stopped by a signal, it ends with {code}")
    check_nothing_left(folder + "/own", spaces, "when interrupted")


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    spaces = name_spaces()
    with tempfile.TemporaryDirectory(prefix="flowtell-lab-test-") as folder:
        own = pathlib.Path(folder) / "own"
        own.mkdir()

        def test():
            with tempfile.TemporaryDirectory(dir=own) as inside:
                check_capture(build, record_all(build, pathlib.Path(inside)))
            return 1 if failures else 0
        code = run_in_private(test)
        if code == 0:
            check_nothing_left(own, spaces, "at the end")
            check_interrupted(build, folder, spaces)
        return 1 if failures else code


if __name__ == "__main__":
    sys.exit(main())
