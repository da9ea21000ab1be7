#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The lab's cable delays, loses, limits and orders frames as configured. Exit code 77 (skipped) if
there can be no lab. Bounds are wide: the test is about correctness, not speed. Each case has a
sandbox of its own; some run at the same time, as they mostly wait.

usage: cable_test.py CABLE
"""
import concurrent.futures
import json
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "lab"), str(ROOT / "tests/support")]
from checks import check, failures  # noqa: E402
from networks import Network  # noqa: E402
from private import run_in_private  # noqa: E402
from world import GATEWAY_WAN, INTERNET_END, World, check_tools, wait_until  # noqa: E402

PORT = 7000
CASES_AT_ONCE = 3


def line(name, **settings):
    defaults = dict(down_mbit=0, up_mbit=0, delay_ms=0, jitter_ms=0, loss_percent=0, queue_kb=128)
    return Network(name, "", **{**defaults, **settings})


def set_neighbours(world):
    """Static neighbour entries, so that no ARP frame takes part in the random losses."""
    hosts = ((world.gateway, world.wan, GATEWAY_WAN), (world.internet, "wire0", INTERNET_END))
    for (host, device, _), (other, its_device, address) in zip(hosts, hosts[::-1]):
        link, = json.loads(other.run("ip", "-j", "link", "show", its_device))
        host.run("ip", "neigh", "replace", address, "lladdr", link["address"],
                 "nud", "permanent", "dev", device)


def in_world(network, folder, task, cable, seed=1):
    """The result of `task` at the gateway, with an echo at the far end, and the counts."""
    with (tempfile.TemporaryDirectory(dir=folder) as inside,
          World(inside, network, cable, seed) as world):
        set_neighbours(world)
        me = (sys.executable, pathlib.Path(__file__).resolve())
        echo = world.internet.start(*me, "--at", "echo" if task != "bulk" else "sink")
        wait_until(lambda: "ready" in echo.output(), 10, "the echo server is ready")
        result = json.loads(world.gateway.run(*me, "--at", task))
        world.cable.stop()
        return result, world.cable.output()


def at_echo():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((INTERNET_END, PORT))
        print("ready", flush=True)
        while True:
            data, peer = sock.recvfrom(2048)
            sock.sendto(data, peer)


def at_sink():
    with socket.create_server((INTERNET_END, PORT)) as server:
        print("ready", flush=True)
        client, _ = server.accept()
        while client.recv(65536):
            pass
        client.sendall(b"!")


def at_pings():
    """Round trips of 20 single datagrams, in milliseconds."""
    trips = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(2)
        s.connect((INTERNET_END, PORT))
        for _ in range(20):
            start = time.monotonic()
            s.send(b"ping")
            s.recv(100)
            trips.append((time.monotonic() - start) * 1000)
    return trips


def at_numbers(count=600, gap=0.001, size=100):
    """The numbers of the datagrams that returned, in order of arrival."""
    back = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        s.connect((INTERNET_END, PORT))
        for number in range(count):
            s.send(number.to_bytes(4, "big") + bytes(size - 4))
            time.sleep(gap)  # the pace of the datagrams
        s.settimeout(1)  # nothing announces that the last one has returned
        try:
            while True:
                back.append(int.from_bytes(s.recv(2048)[:4], "big"))
        except TimeoutError:
            return back


def at_burst():
    return at_numbers(count=100, gap=0, size=1000)


def at_bulk(size=1_500_000):
    """Seconds to send `size` bytes over TCP."""
    with socket.create_connection((INTERNET_END, PORT)) as s:
        start = time.monotonic()
        s.sendall(bytes(size))
        s.shutdown(socket.SHUT_WR)
        s.recv(1)
        return time.monotonic() - start


def count_of(counts, way, what):
    """The count in a line such as "there: 9 carried, 1 lost, ..."."""
    words, = [text for text in counts.splitlines() if text.startswith(way)]
    parts = words.replace(",", "").split()
    return int(parts[parts.index(what) - 1])


LOSSY = line("loss", loss_percent=10, delay_ms=5, jitter_ms=5)
# Networks, tasks and seeds.
CASES = {
    "rate": (line("rate", up_mbit=8, down_mbit=8, delay_ms=5, queue_kb=64), "bulk", 1),
    "delay": (line("delay", delay_ms=25), "pings", 1),
    "jitter": (line("jitter", delay_ms=10, jitter_ms=20), "pings", 1),
    "loss": (LOSSY, "numbers", 1),
    "loss again": (LOSSY, "numbers", 1),
    "other loss": (LOSSY, "numbers", 2),
    "reorder": (line("reorder", jitter_ms=20, more=("--reorder",)), "numbers", 1),
    "queue": (line("queue", up_mbit=1, queue_kb=20), "burst", 1),
}


def run_case(name, cable):
    """In a sandbox: prints the result and the counts."""
    check_tools(("ip", "nsenter", "unshare", "ethtool"))
    network, task, seed = CASES[name]
    with tempfile.TemporaryDirectory(prefix="flowtell-cable-") as folder:
        print(json.dumps(in_world(network, folder, task, cable, seed)))
    return 0


def run_cases(cable):
    """The finished process of each case, by name."""
    def run(name):
        return subprocess.run([sys.executable, __file__, "--case", name, cable],
                              capture_output=True, text=True, timeout=120)
    with concurrent.futures.ThreadPoolExecutor(CASES_AT_ONCE) as pool:
        return dict(zip(CASES, pool.map(run, CASES)))


def test(cable):
    cases = run_cases(cable)
    for name, done in cases.items():
        if done.returncode != 0:
            print(f"{name}: {done.stdout}{done.stderr}", file=sys.stderr)
            return done.returncode
    results = {name: json.loads(done.stdout.splitlines()[-1]) for name, done in cases.items()}

    trips, _ = results["delay"]
    middle = statistics.median(trips)
    check(50 <= min(trips) and middle < 100, f"25 ms each way: round trip of {middle:.1f} ms")

    trips, _ = results["jitter"]
    check(20 <= min(trips) and 28 < statistics.mean(trips) < 100 and max(trips) - min(trips) > 8,
          f"up to 20 ms of jitter: {min(trips):.1f} to {max(trips):.1f} ms")

    back, counts = results["loss"]
    lost = count_of(counts, "there", "lost") + count_of(counts, "back", "lost")
    check(70 < lost < 160, f"10 % each way: {lost} of 600 lost")
    check(len(back) + lost == 600, f"{len(back)} returned")
    check(back == sorted(back), "jitter keeps the order")
    again, _ = results["loss again"]
    other, _ = results["other loss"]
    check(again == back and other != back, "the seed decides which frames are lost")

    back, _ = results["reorder"]
    check(back != sorted(back) and len(back) == 600, "--reorder changes the order and loses no frame")

    took, _ = results["rate"]
    check(1.5 <= took < 12, f"1.5 MB at 8 Mbit/s: {took:.2f} s")

    back, counts = results["queue"]
    dropped = count_of(counts, "there", "dropped")
    check(len(back) + dropped == 100 and 15 <= len(back) < 60,
          f"a queue of 20 kB: {dropped} of 100 kB dropped")

    for words in (["a", "b"], ["none:a", "none:b"], ["a:b", "c:d", "--there-loss", "101"], []):
        done = subprocess.run([cable, *words], capture_output=True, text=True, timeout=10)
        check(done.returncode in (1, 2) and len(done.stderr.splitlines()) == 1, done.stderr.strip())
    return 1 if failures else 0


def main():
    if sys.argv[1] == "--at":
        print(json.dumps(globals()[f"at_{sys.argv[2]}"]()))
        return 0
    if sys.argv[1] == "--case":
        return run_in_private(lambda: run_case(*sys.argv[2:]))
    return test(sys.argv[1])


if __name__ == "__main__":
    sys.exit(main())
