#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Annotated captures in Wireshark: 'classify --annotate' keeps each frame as it was, the plug-in's filters find exactly
the flows of an app, and the colour rules apply. Exit code 77 (skipped) without tshark, Lua in it, or zstd.

usage: wireshark_test.py FLOWTELL SAMPLES PLUGIN_FOLDER
"""
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "lab"), str(ROOT / "tests/support")]
from captures import START, session, write_capture  # noqa: E402
from checks import check, failures, run  # noqa: E402
from wire import udp_frame  # noqa: E402

flowtell, samples, plugin = (pathlib.Path(word).resolve() for word in sys.argv[1:4])
MODEL = "m.model"


def classify(*arguments):
    return run(flowtell, "classify", MODEL, *arguments)


def tshark(capture, *arguments):
    """Not as root, for whom Wireshark 4.4 runs no plug-ins."""
    environment = {**os.environ, "HOME": os.getcwd(), "XDG_CONFIG_HOME": f"{os.getcwd()}/config", "TZ": "UTC"}
    nobody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
    done = run("tshark", "-n", "-X", "lua_script:flowtell.lua", "-r", capture, *arguments, env=environment, **nobody)
    return done.stdout


def fields(capture, *names, where=""):
    words = [word for name in names for word in ("-e", name)]
    lines = tshark(capture, "-T", "fields", *words, *(("-Y", where) if where else ())).splitlines()
    return [tuple(line.split("\t")) for line in lines]


def nanoseconds(text):
    seconds, _, fraction = text.partition(".")
    return int(seconds) * 10**9 + int(fraction.ljust(9, "0"))


def flows_by_frame(capture, flows):
    """The flow of each frame by the flow's ends and times, from what tshark says of the frames."""
    found, by_remote = {}, {}
    for flow in flows:
        end = (flow["protocol"], flow["remote"], str(flow["remote_port"]), str(flow["device_port"]))
        by_remote.setdefault(end, []).append(flow)
    names = ("frame.number", "frame.time_epoch", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport",
             "udp.srcport", "udp.dstport")
    for number, time, source, to, source6, to6, tcp_from, tcp_to, udp_from, udp_to in fields(capture, *names):
        protocol = "TCP" if tcp_from else "UDP"
        one, other = (source + source6, tcp_from + udp_from), (to + to6, tcp_to + udp_to)
        for end in ((protocol, *other, one[1]), (protocol, *one, other[1])):
            for flow in by_remote.get(end, []):
                if flow["start_ns"] <= nanoseconds(time) <= flow["end_ns"]:
                    found[number] = flow
    return found


def utc_ns(text):
    """'2026-11-22T04:55:52.123456789Z'"""
    seconds = subprocess.run(["date", "-u", "-d", text[:19] + "Z", "+%s"], capture_output=True, text=True, check=True)
    return int(seconds.stdout) * 10**9 + int(text[20:29])


def annotate(*arguments, code=0):
    done = classify(*arguments, "--format", "jsonl", "--annotate", "out.pcapng")
    check(done.returncode == code, f"{' '.join(map(str, arguments))}: exit code {code}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def records_of(path):
    """(time in ns, bytes, wire length) of a pcap with nanoseconds."""
    data, at = pathlib.Path(path).read_bytes(), 24
    while at < len(data):
        seconds, fraction, kept, wire = struct.unpack_from("<IIII", data, at)
        yield seconds * 10**9 + fraction, data[at + 16:at + 16 + kept], wire
        at += 16 + kept


def one_day(path, captures):
    """The captures as one of the same device, a minute and more apart."""
    frames, now = [], START
    for capture in captures:
        records = list(records_of(capture))
        frames += [(now + time - records[0][0], *rest) for time, *rest in records]
        now = frames[-1][0] + 70 * 10**9
    write_capture(path, frames)


def filters_find_exactly_the_flows_of_an_app(capture, *options):
    flows = annotate(capture, *options)
    for flow in flows:
        flow["start_ns"], flow["end_ns"] = utc_ns(flow["start"]), utc_ns(flow["end"])
    expected = flows_by_frame(capture, flows)
    apps = sorted({flow["app"] for flow in flows})
    check(len(apps) > 3, f"the verdicts are {', '.join(apps)}")
    for app in apps:
        found = {number for number, in fields("out.pcapng", "frame.number", where=f'flowtell.app == "{app}"')}
        check(found == {number for number, flow in expected.items() if flow["app"] == app} and found,
              f"the filter for {app} finds the {len(found)} frames of its flows and no others")
        ids = {one for one, in fields("out.pcapng", "flowtell.flow_id", where=f'flowtell.app == "{app}"')}
        check(ids == {flow["flow_id"] for flow in flows if flow["app"] == app}, f"which are its {len(ids)} flows")
    check(not fields("out.pcapng", "frame.number", where='flowtell.app == "nothing"'), "none are of another app")
    sure = {number for number, in fields("out.pcapng", "frame.number", where="flowtell.confidence > 0.9")}
    check(sure == {number for number, flow in expected.items() if round(flow["confidence"], 6) > 0.9},
          f"{len(sure)} frames have a confidence above 0.9")
    by_id = {flow["flow_id"]: flow for flow in flows}
    names = ("flowtell.flow_id", "flowtell.app", "flowtell.confidence", "flowtell.reason", "frame.comment")
    read, counts = fields("out.pcapng", *names, where="flowtell"), {}
    for flow_id, *_ in read:
        counts[flow_id] = counts.get(flow_id, 0) + 1
    check(counts == {one: flow["packets_sent"] + flow["packets_received"] for one, flow in by_id.items()},
          "each flow has as many frames as packets")
    check(all(by_id[one]["app"] == app and abs(by_id[one]["confidence"] - float(confidence)) < 1e-6 and reason and
              comment.startswith("flowtell: app=") for one, app, confidence, reason, comment in read),
          "app and confidence are those of 'classify'; each has a reason")
    return {re.sub(r"(server name) \S+", r"\1", reason) for _, _, _, reason, _ in read}


def is_the_same(original, what, annotated="out.pcapng"):
    """Times in full, lengths, link types and bytes."""
    names = ("frame.number", "frame.time_epoch", "frame.len", "frame.cap_len", "frame.encap_type", "frame.interface_id")
    before, after = fields(original, *names), fields(annotated, *names)
    check(before == [(*one[:5], one[5] if before[0][5] else "") for one in after] and before,
          f"{what}: {len(after)} frames have their times, lengths, link types and interfaces")
    check(tshark(original, "-x") == tshark(annotated, "-x") != "", f"{what}: and their bytes")


def block(kind, body):
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, 12 + len(body)) + body + struct.pack("<I", 12 + len(body))


def option(code, value):
    return struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)


def two_interfaces(path):
    """Ethernet in microseconds and raw IP in nanoseconds, slightly out of order, with comments, one of them of an
    earlier run; and a frame without a flow."""
    out = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    out += block(1, struct.pack("<HHI", 1, 0, 0)) + block(1, struct.pack("<HHI", 101, 0, 0) + option(9, b"\x09"))
    arp = bytes.fromhex("ffffffffffff0200000000010806") + bytes(28)
    for number in range(40):
        which = number % 2
        frame = udp_frame(1 + which, 100 + number, 40_000 + which)[14 * which:] if number != 20 else arp
        time = START + number * 10**7 - (2 * 10**7 if number % 7 == 3 else 0) + which
        time //= 1 if which else 1000
        comments = {4: [b"seen by hand"], 5: [b'flowtell: app=old reason="old"']}.get(number, [])
        out += block(6, struct.pack("<IIIII", which, time >> 32, time & 0xFFFFFFFF, len(frame), len(frame)) + frame +
                     bytes(-len(frame) % 4) + b"".join(option(1, one) for one in comments) + option(0, b""))
    pathlib.Path(path).write_bytes(out)


def interfaces_are_kept():
    two_interfaces("two.pcapng")
    flows = annotate("two.pcapng")
    is_the_same("two.pcapng", "two interfaces")
    check(len(flows) == 2 and len(fields("out.pcapng", "frame.number", where="flowtell")) == 39 and
          not fields("out.pcapng", "frame.number", where="arp && flowtell"), "all but the frame of no flow have a verdict")
    comments = dict(fields("out.pcapng", "frame.number", "frame.comment"))
    check(comments["5"].startswith("seen by hand,flowtell: app=") and "old" not in comments["6"] and
          comments["6"].startswith("flowtell: app="), "a comment stays, one of an earlier run is replaced")


def cut_frames_are_kept():
    frames = list(session(3))
    write_capture("cut.pcap", [(time, frame[:60], len(frame)) for time, frame in frames])
    flows = annotate("cut.pcap")
    is_the_same("cut.pcap", "frames cut to 60 bytes")
    check(len(flows) == 6 and len(fields("out.pcapng", "frame.number", where="flowtell")) == len(frames),
          "and all have verdicts")


def clocks_set_back_are_kept():
    write_capture("step.pcap", session(3, {1: -9 * 10**9}))
    annotate("step.pcap")
    is_the_same("step.pcap", "a clock set back")


def several_captures_are_one_file(captures):
    flows = annotate(*captures)
    frames = [row for capture in captures for row in fields(capture, "frame.time_epoch", "frame.len", "frame.cap_len")]
    names = ("frame.time_epoch", "frame.len", "frame.cap_len")
    check(fields("out.pcapng", *names) == frames, f"{len(captures)} captures follow each other in one file")
    found = {one for one, in fields("out.pcapng", "flowtell.flow_id", where="flowtell")}
    check(found == {flow["flow_id"] for flow in flows}, f"with their {len(flows)} flows")
    described = {one for one, in fields("out.pcapng", "frame.interface_description")}
    check(described == {pathlib.Path(capture).name for capture in captures}, "and an interface each")


def damaged_captures_are_read_as_far_as_possible(capture):
    pathlib.Path("damaged.pcap").write_bytes(pathlib.Path(capture).read_bytes()[:-5])
    annotate("damaged.pcap", code=3)
    check(len(fields("out.pcapng", "frame.number")) == len(fields(capture, "frame.number")) - 1,
          "the last frame of a damaged capture is missing")


def packed_captures_are_read(packed, plain):
    annotate(packed)
    is_the_same(plain, "packed by zstd")


def refusals(capture):
    pathlib.Path("out.pcapng").unlink()
    os.mkfifo("fifo")
    pathlib.Path("key").write_bytes(bytes(32))
    before = pathlib.Path(capture).read_bytes()
    twice = "--annotate reads a capture twice, which {} does not allow; save it to a file and name that"
    for arguments, message, code in [
            (["-", "--annotate", "out.pcapng"], twice.format("standard input"), 2),
            (["fifo", "--annotate", "out.pcapng"], twice.format("fifo"), 2),
            ([capture, "--annotate", capture],
             f"{capture} is an input and would be overwritten; choose another output file", 2),
            ([capture, "--annotate", "out.pcapng", "-o", "out.pcapng"],
             "out.pcapng is named for two outputs; choose different files", 2),
            ([capture, "--annotate", "-"],
             "flows and packets cannot both go to standard output; write the flows to a file with -o", 2),
            ([capture, "--annotate", "out.pcapng", "--anonymise", "key"],
             "--annotate writes the packets as they are, which contradicts --anonymise; leave one of them out", 2),
            (["none.pcap", "--annotate", "out.pcapng"], "there is no file or folder none.pcap; check the name", 1)]:
        with open(capture, "rb") as file:
            done = run(flowtell, "classify", MODEL, *arguments, stdin=file if arguments[0] != "fifo" else None)
        check(done.returncode == code and done.stderr == f"flowtell: {message}\n" and not done.stdout,
              f"refused: {' '.join(arguments)}")
        if done.stderr != f"flowtell: {message}\n":
            print(done.stderr)
    check(pathlib.Path(capture).read_bytes() == before and not list(pathlib.Path().glob("out.pcapng*")),
          "nothing is written then")


def standard_output_is_a_file_too(capture):
    annotate(capture)
    with open("piped.pcapng", "wb") as out:
        subprocess.run([flowtell, "classify", MODEL, capture, "-o", "flows.csv", "--annotate", "-"], stdout=out, check=True)
    check(pathlib.Path("piped.pcapng").read_bytes() == pathlib.Path("out.pcapng").read_bytes(),
          "--annotate - writes the same to standard output")


def colours_apply():
    """tshark colours by the rules of its user."""
    rules = (plugin / "colorfilters").read_text()
    pathlib.Path("config/wireshark").mkdir(parents=True)
    pathlib.Path("config/wireshark/colorfilters").write_text(rules)
    shown = re.findall(r"<packet([^>]*)>", tshark("out.pcapng", "--color", "-T", "psml"))
    colour_of_app = {}
    for colour, (app, number) in zip(shown, fields("out.pcapng", "flowtell.app", "flowtell.colour")):
        colour_of_app.setdefault((app, number), set()).add(colour)
    check(all(len(colours) == 1 and (app == "") == (colours == {""}) for (app, _), colours in colour_of_app.items()),
          "frames of an app have one colour, those without a verdict none")
    numbers = {number for app, number in colour_of_app if app}
    check(len({str(colours) for (app, _), colours in colour_of_app.items() if app}) == len(numbers) > 2 and
          colour_of_app.keys() >= {("unknown", "0")}, f"{len(numbers)} colours are in use")
    filters = [line.split("@")[2] for line in rules.splitlines() if line.startswith("@")]
    check(len(filters) == 9, "there is a rule for unknown and eight for apps")


def main():
    if not shutil.which("tshark") or not shutil.which("zstd"):
        print("skipped: tshark or zstd is not installed")
        return 77
    if "with Lua" not in run("tshark", "--version").stdout.replace("\n", " "):
        print("skipped: this tshark runs no plug-ins in Lua")
        return 77
    packed = [captures[0] for captures in (sorted(app.glob("*.pcap.zst")) for app in sorted(samples.glob("home/*/"))
                                           if app.name != "download") if captures]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.chmod(folder, 0o755)
        shutil.copy(plugin / "flowtell.lua", folder)
        for number, capture in enumerate(packed):
            run("zstd", "-qd", capture, "-o", f"{number}.pcap")
        for app in samples.glob("home/*/"):
            if app.name != "call":
                shutil.copytree(app, f"home/{app.name}")
        run(flowtell, "train", "home", "-o", MODEL, "--trees", "10")
        one_day("day.pcap", [f"{number}.pcap" for number in range(len(packed))])
        reasons = filters_find_exactly_the_flows_of_an_app("day.pcap", "--evidence", "shape,time")
        check(reasons == {"shape of the flow", "other flows of the device", "unlike the apps of the model"},
              f"the reasons are {', '.join(sorted(reasons))}")
        reasons = filters_find_exactly_the_flows_of_an_app("day.pcap")
        check({"server name", "unlike the apps of the model"} <= reasons, f"the reasons are {', '.join(sorted(reasons))}")
        is_the_same("day.pcap", "a day of several apps")
        colours_apply()
        several_captures_are_one_file(["0.pcap", "1.pcap"])
        interfaces_are_kept()
        cut_frames_are_kept()
        clocks_set_back_are_kept()
        damaged_captures_are_read_as_far_as_possible("0.pcap")
        packed_captures_are_read(packed[0], "0.pcap")
        standard_output_is_a_file_too("0.pcap")
        refusals("0.pcap")
        os.chdir("/")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
