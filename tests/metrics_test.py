#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""`watch --metrics`: its content and access control, queried over loopback in a private network.

Exit code 77 (skipped) if there can be none, or if a required program is absent.

usage: metrics_test.py FLOWTELL SAMPLES
"""
import http.client
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time

try:
    import yaml
except ImportError:  # reported below
    yaml = None

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "lab"), str(ROOT / "tests/support")]
from checks import check, failures  # noqa: E402
from private import UNAVAILABLE, may_change_user, run_in_private  # noqa: E402
from process_state import is_confined  # noqa: E402
from waiting import becomes  # noqa: E402
from wire import Program, make_wire, phone, udp_frame  # noqa: E402

flowtell, samples = (pathlib.Path(word).resolve() for word in sys.argv[1:3])
PORT = 9464
TOKEN = "correct-horse-battery"
BURST_GAP = 0.25  # seconds of silence, of the model


def query(path="/metrics", host="127.0.0.1", method="GET", **headers):
    connection = http.client.HTTPConnection(host, PORT, timeout=10)
    connection.request(method, path, headers=headers)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response, body


# --- the text format of Prometheus ------------------------------------------------------------------------

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (\S+)")
ENDINGS = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}


def parse(text):
    """{metric: type} and {(name, labels): value}; raises if the text is malformed."""
    assert text.endswith("\n") and "\n\n" not in text, "lines end, and none is empty"
    types, samples, helped, now = {}, {}, None, None
    for line in text[:-1].split("\n"):
        if head := re.fullmatch(rf"# HELP ({NAME}) (.+)", line):
            helped = head[1]
        elif head := re.fullmatch(rf"# TYPE ({NAME}) (counter|gauge|histogram)", line):
            assert head[1] == helped and head[1] not in types, f"once, after its help: {line}"
            now, types[head[1]] = head[1], head[2]
        else:
            sample = SAMPLE.fullmatch(line)
            assert sample, f"a sample: {line}"
            assert sample[1] in [now + ending for ending in ENDINGS[types[now]]], f"below its type: {line}"
            labels = re.findall(LABEL, sample[2] or "")
            key = (sample[1], tuple(sorted(labels)))
            assert key not in samples and len(dict(labels)) == len(labels), f"once: {line}"
            samples[key] = float(sample[len(sample.groups())])
    for name in (name for name, kind in types.items() if kind == "histogram"):
        counts = [value for (sample, _), value in samples.items() if sample == f"{name}_bucket"]
        assert counts == sorted(counts) and counts[-1] == samples[f"{name}_count", ()], f"buckets of {name} add up"
        assert (f"{name}_bucket", (("le", "+Inf"),)) in samples, f"the last bucket of {name}"
    return types, samples


def sum_of(samples, name, **labels):
    return sum(value for (sample, own), value in samples.items()
               if sample == name and set(labels.items()) <= set(own))


def metrics():
    """The served samples; none while the watch starts."""
    try:
        return parse(query()[1])[1]
    except ConnectionError:
        return {}


def has_counted(frames, flows):
    """Whether the metrics, which are published once a second, contain so many frames and flows."""
    samples = metrics()
    return sum_of(samples, "flowtell_frames_total") >= frames and sum_of(samples, "flowtell_flows_total") >= flows


# --- served by a watch without privileges -------------------------------------------------------------------

def served(model, threads):
    watch = Program(flowtell, "watch", model, "-i", "lan0", "--threads", threads, "--ledger", "--metrics", PORT)
    becomes(lambda: is_confined(watch.process.pid))
    status = pathlib.Path(f"/proc/{watch.process.pid}/status").read_text()
    dropped = re.search(r"CapEff:\s0+\n", status) and re.search(r"Seccomp:\s2\n", status)
    check(dropped and (not may_change_user() or not re.search(r"Uid:.*\b0\b", status)),
          f"watch --threads {threads} has dropped its privileges")
    response, text = query()
    types, samples = parse(text)
    check(response.status == 200 and response.getheader("Content-Type").startswith("text/plain; version=0.0.4")
          and sum_of(samples, "flowtell_frames_total") == 0, "and then responds, before the first frame")
    link = phone()
    for number, device in enumerate((1, 2, 2), 1):
        link.send(udp_frame(device, 80))
        link.send(bytes(12) + b"\x08\x06" + bytes(40))  # not IP
        becomes(lambda: has_counted(2 * number, number))  # so that the next flow is of another burst
    types, samples = parse(query()[1])
    check(sum_of(samples, "flowtell_frames_total", outcome="used") == 3
          and sum_of(samples, "flowtell_frames_total", outcome="not_ip") == 3
          and sum_of(samples, "flowtell_frames_total") == 6, "frames are counted by the headings of the ledger")
    check(sum_of(samples, "flowtell_flows_total") == 3 and sum_of(samples, "flowtell_flow_bytes_total") == 3 * 108
          and sum_of(samples, "flowtell_device_flows_total", device="10.0.0.1") == 1
          and sum_of(samples, "flowtell_device_flows_total", device="10.0.0.2") == 2, "flows by app and device")
    delay = samples["flowtell_verdict_delay_seconds_sum", ()]
    check(samples["flowtell_verdict_delay_seconds_count", ()] == 3 and 0 < delay < 3,
          f"three verdicts followed the ends of their bursts by {delay:.4f} s in total")
    begun = samples["process_start_time_seconds", ()]
    memory = samples["process_resident_memory_bytes", ()]
    check(0 <= time.time() - begun < 60 and 1e6 < memory < 1e9 and samples["flowtell_kernel_drops_total", ()] == 0,
          f"start time, {memory / 1e6:.0f} MB of memory, no drops")
    stall(watch)
    code = watch.end()
    check(code == 0, f"the watch ends, with exit code {code}")
    return types, samples


def stall(watch):
    """With clients that send nothing or never read, the watch continues and others get responses."""
    silent = [socket.create_connection(("127.0.0.1", PORT)) for _ in range(3)]
    silent[0].send(b"GET /metrics HT")
    began = time.monotonic()
    phone().send(udp_frame(3, 80))
    check(becomes(lambda: "10.0.0.3 " in watch.text), "lines are written while others hold connections")
    check(query()[0].status == 200, f"and others get a response, after {time.monotonic() - began:.1f} s")
    for connection in silent:
        connection.close()


def requests_are_bounded(model):
    watch = Program(flowtell, "watch", model, "-i", "lan0", "--metrics", PORT)
    whole = query()[1]
    names = {line.split()[2] for line in whole.splitlines() if line.startswith("# TYPE")}

    def is_whole(body):
        return {line.split()[2] for line in body.splitlines() if line.startswith("# TYPE")} == names
    for name, headers in (("compression", {"Accept-Encoding": "br, gzip"}), ("ranges", {"Range": "bytes=0-,0-,0-"}),
                          ("odd ranges", {"Range": "bytes=" + ",".join(["0-1"] * 900)})):
        response, body = query(**headers)
        check(response.status == 200 and is_whole(body) and not response.getheader("Content-Encoding"),
              f"{name}: the whole text")
    check([query(method=method)[0].status for method in ("HEAD", "POST", "PUT", "DELETE", "OPTIONS")]
          == [200, 405, 405, 405, 405], "only GET and HEAD")
    check([query(path)[0].status for path in ("/", "/metrics/", "/../etc/passwd", "/%00")] == [404] * 4, "only /metrics")
    by_host = {host: query(Host=host) for host in ("localhost", f"localhost:{PORT}", "127.0.0.1", f"[::1]:{PORT}",
                                               "rebound.example", f"rebound.example:{PORT}", "127.0.0.1.example")}
    check([response.status for response, _ in by_host.values()] == [200] * 4 + [403] * 3
          and not any("flowtell_" in body for response, body in by_host.values() if response.status == 403),
          "a foreign host name that resolves to 127.0.0.1 is rejected")
    with socket.create_connection(("127.0.0.1", PORT), timeout=10) as connection:
        connection.sendall(b"GET /metrics HTTP/1.1\r\n\r\n")
        check(connection.recv(100).startswith(b"HTTP/1.1 400"), "a request without a host is rejected")
    for request in (b"GET /metrics HTTP/1.1\r\nA: " + b"a" * 100000 + b"\r\n\r\n", b"\0" * 5000, b"\r\n" * 3000,
                    b"GET /metrics HTTP/1.1\r\n" + b"a: b\r\n" * 2000 + b"\r\n"):
        with socket.create_connection(("127.0.0.1", PORT), timeout=10) as connection:
            try:
                connection.sendall(request)
                response = connection.recv(100)
            except ConnectionError:
                response = b""
        check(not response.startswith(b"HTTP/1.1 200"), f"{len(request)} bytes of {request[:30]} are refused")
    check(is_whole(query()[1]) and watch.end() == 0, "and the watch continues")


# --- access -----------------------------------------------------------------------------------------------

def refused(model, *arguments):
    ended = subprocess.run([flowtell, "watch", model, "-i", "lan0", *arguments], capture_output=True, text=True, timeout=60)
    return ended.returncode, ended.stderr.strip()


def addresses(model):
    for address in ("", ":", "0", "65536", "x", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "localhost:9464", "::1:9464",
                    "[::1]", "[127.0.0.1]:9464", "127.0.0.1:9464/metrics", "%n:1"):
        ended = refused(model, "--metrics", address)
        check(ended == (2, "flowtell: --metrics takes a port such as 9464, or an address of this machine with a port, such as "
                           "192.168.12.1:9464 or [fd00::1]:9464"), f"{address!r} is no address")
    for address in ("0.0.0.0:9464", "192.0.2.1:9464", "[::]:9464", "[fd00::1]:9464"):
        ended = refused(model, "--metrics", address)
        check(ended == (2, "flowtell: --metrics on an address that others can reach reveals which apps devices use; add "
                           "--metrics-token, or serve on 127.0.0.1"), f"{address} needs a token")
    check(refused(model, "--metrics-token", "token")[0] == 2, "a token is for --metrics")
    with socket.create_server(("127.0.0.1", PORT)):
        check(refused(model, "--metrics", str(PORT)) == (
            1, f"flowtell: cannot serve metrics on 127.0.0.1 port {PORT}: Address already in use"), "a port in use is reported")
    check(refused(model, "--metrics", "127.0.0.1:9464", "--metrics-token", "/absent")[0] == 1, "and so is an absent token file")


def tokens(model, folder):
    path = folder / "token"
    for bad in ("", "short\n", "with space in it, and long\n", "ümlauts-and-more-of-them\n"):
        path.write_text(bad)
        code, error = refused(model, "--metrics", str(PORT), "--metrics-token", path)
        check(code == 1 and "holds no token" in error and (not bad.strip() or bad.strip() not in error),
              f"{bad!r} is not a token, and is not printed")
    path.write_text(TOKEN + "\n")
    path.chmod(0o600)
    subprocess.run("ip addr add 192.0.2.1/24 dev lan0".split(), check=True)
    watch = Program(flowtell, "watch", model, "-i", "lan0", "--metrics", f"192.0.2.1:{PORT}", "--metrics-token", path)
    credentials = [{}, {"Authorization": "Bearer"}, {"Authorization": f"Bearer {TOKEN[:-1]}"}, {"Authorization": TOKEN},
             {"Authorization": f"Bearer {TOKEN}x"}, {"Authorization": f"Basic {TOKEN}"}]
    responses = [query(path, host="192.0.2.1", **headers) for headers in credentials for path in ("/metrics", "/other")]
    check(all(response.status == 401 and "flowtell_" not in body for response, body in responses),
          "a missing or wrong token gets 401 and no content")
    response, text = query(host="192.0.2.1", Authorization=f"Bearer {TOKEN}")
    check(response.status == 200 and parse(text), "the right token gets the metrics")
    line = pathlib.Path(f"/proc/{watch.process.pid}/cmdline").read_bytes()
    check(TOKEN.encode() not in line, "the token is not on the command line")
    check(watch.end() == 0 and TOKEN not in watch.err, "the watch ends without printing it")


def devices_of(samples):
    return {dict(labels)["device"] for name, labels in samples if name == "flowtell_device_flows_total"}


def anonymous(model, folder):
    key = folder / "key"
    key.write_bytes(bytes(range(32)))
    watch = Program(flowtell, "watch", model, "-i", "lan0", "--metrics", PORT, "--anonymise", key)
    phone().send(udp_frame(1, 80))
    devices = becomes(lambda: devices_of(metrics()))
    watch.end()
    check(len(devices) == 1 and devices == {line.split()[1] for line in watch.text.splitlines()} != {"10.0.0.1"},
          f"with --anonymise a device is {devices}, as in the lines")


def replayed(model, capture):
    watch = Program(flowtell, "watch", model, "--replay", capture, "--speed", "1", "--metrics", PORT,
                    listens=False)
    samples = {}

    def has_devices():
        nonlocal samples
        samples = metrics() or samples
        return devices_of(samples) or watch.process.poll() is not None
    becomes(has_devices, 30)
    code = watch.end()
    check(code == 0 and devices_of(samples) <= {line.split()[1] for line in watch.text.splitlines()}
          and 0 < sum_of(samples, "flowtell_flows_total") <= len(watch.lines)
          and samples["flowtell_verdict_delay_seconds_count", ()] == 0,
          f"a replay has metrics, but no delays (exit code {code})")


# --- the docs ------------------------------------------------------------------------------------------------

def alerts_use_existing_metrics(types, samples):
    labels = {}
    for name, own in samples:
        labels.setdefault(name, set()).update(key for key, _ in own)
    existing = set(types) | set(labels) | {"up"}
    names = set()
    rules = [rule for group in yaml.safe_load((ROOT / "docs/alerts.yml").read_text())["groups"] for rule in group["rules"]]
    for rule in rules:
        used = re.findall(rf"({NAME})(?:\{{([^}}]*)\}})?", rule["expr"])
        metrics = [(name, own) for name, own in used if name == "up" or name.startswith(("flowtell_", "process_"))]
        names.update(name for name, _ in metrics)
        for name, own in metrics:
            wanted = set(re.findall(r"(\w+)=", own)) - {"job", "instance"}
            check(name in existing and wanted <= labels.get(name, set()), f"{rule['alert']}: {name} exists with {wanted or 'no'} labels")
        outcomes = {outcome for _, own in metrics for text in re.findall(r'outcome=~"([^"]*)"', own) for outcome in text.split("|")}
        check(outcomes <= {dict(own)["outcome"] for name, own in samples if name == "flowtell_frames_total"},
              f"{rule['alert']}: headings {outcomes or 'of none'} are in the ledger")
        check({"alert", "expr", "labels", "annotations"} <= set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
              and set(rule["annotations"]) == {"summary", "description"}, f"{rule['alert']} is a valid rule")
    check(len({rule["alert"] for rule in rules}) == len(rules) and len(names) > 8, f"{len(rules)} alerts on {len(names)} metrics")
    table = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/metrics.md").read_text(), re.M)
    check(table == list(types), "docs/metrics.md lists the served metrics, in order")


def main():
    if not shutil.which("ip") or not yaml:
        print("skipped: absent: ip, or python3-yaml")
        return UNAVAILABLE
    make_wire()
    subprocess.run("ip link set lo up".split(), check=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        model = folder / "apps.model"
        subprocess.run([flowtell, "train", samples / "home", "-o", model, "--trees", "20", "--no-score", "--burst-gap",
                        str(BURST_GAP)], check=True, capture_output=True)
        served(model, 2)
        alerts_use_existing_metrics(*served(model, 1))
        requests_are_bounded(model)
        addresses(model)
        tokens(model, folder)
        anonymous(model, folder)
        replayed(model, min((samples / "home").glob("*/*.pcap*")))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(run_in_private(main))
