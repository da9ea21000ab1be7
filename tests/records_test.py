#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Records join: a flow has the same flow_id live and offline, the Community ID of tshark, and pandas joins it with a
conn.log of Zeek. Parts are skipped, with a message, without zstd, tshark or pandas.

usage: records_test.py FLOWTELL SAMPLES
"""
import base64
import csv
import hashlib
import io
import ipaddress
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

flowtell, samples = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2]).resolve()
failures = 0

# As in docs/formats.md.
JOIN = """
import pandas as pd
flows = pd.read_csv("flows.csv", parse_dates=["start", "end"])
fields = next(line for line in open("conn.log") if line.startswith("#fields")).split()[1:]
zeek = pd.read_csv("conn.log", sep="\\t", comment="#", names=fields)
joined = flows.merge(zeek, on="community_id")
"""


def check(holds, what):
    global failures
    failures += not holds
    print(("ok    " if holds else "FAILS ") + what, flush=True)


def run(*words, **options):
    return subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=300, check=True,
                          **options).stdout


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


def community_id(row):
    """By the specification, from the columns of a row."""
    ends = sorted((ipaddress.ip_address(row[end]).packed, int(row[end + "_port"])) for end in ("device", "remote"))
    protocol = {"TCP": 6, "UDP": 17}[row["protocol"]]
    data = struct.pack(">H", 0) + ends[0][0] + ends[1][0] + struct.pack(">BBHH", protocol, 0, ends[0][1], ends[1][1])
    return "1:" + base64.b64encode(hashlib.sha1(data).digest()).decode()


def of_one_version(rows):
    """The rows whose device has not another address besides that of the flow."""
    return [row for row in rows if (":" in row["device"]) == (":" in row["remote"])]


def ids_are_those_of_the_specification(capture):
    rows = of_one_version(table(run(flowtell, "flows", capture, "--format", "csv")))
    check(rows and all(row["community_id"] == community_id(row) for row in rows if ":" not in row["device"]),
          f"{len(rows)} flows have the Community ID of their columns")
    every = [row["flow_id"] for row in table(run(flowtell, "flows", capture, "--format", "csv"))]
    check(len(set(every)) == len(every) and all(len(one) == 20 for one in every), "each flow has its own flow_id")
    check(all(row["start"].endswith("Z") and len(row["start"]) == 30 and row["start"] <= row["end"] for row in rows),
          "times are RFC 3339 with nine digits")


def ids_are_those_of_tshark(capture):
    if not shutil.which("tshark"):
        print("skipped: tshark is not installed")
        return
    try:
        seen = run("tshark", "-n", "-r", capture, "--enable-protocol", "communityid", "-Y", "tcp || udp", "-T", "fields",
                   "-e", "communityid")
    except subprocess.CalledProcessError:
        print("skipped: this tshark computes no Community ID")
        return
    theirs = {line for line in seen.split() if line.startswith("1:")}
    if not theirs:
        print("skipped: this tshark computes no Community ID")
        return
    ours = {row["community_id"] for row in table(run(flowtell, "flows", capture, "--format", "csv"))}
    check(ours == theirs, f"{len(ours)} Community IDs, tshark has {len(theirs)}, {len(ours & theirs)} are the same")


def live_records_join(model, capture):
    watch = [json.loads(line) for line in run(flowtell, "watch", model, "--replay", capture, "--speed", "1000000",
                                              "--format", "jsonl", "--early", "3").splitlines()]
    offline = {row["flow_id"]: row for row in table(run(flowtell, "classify", model, capture, "-o", "o.csv")
                                                    or pathlib.Path("o.csv").read_text())}
    final = {line["flow_id"]: line for line in watch if not line["early"]}
    early = [line for line in watch if line["early"]]
    check(final.keys() == offline.keys() and all(final[one]["start"] == offline[one]["start"] and
                                                 final[one]["app"] == offline[one]["app"] for one in final),
          f"{len(final)} flows have the same flow_id, start and app live and offline")
    check(early and all(line["flow_id"] in final for line in early), f"{len(early)} early verdicts join final ones")


def pseudonyms_join(capture):
    pathlib.Path("key").write_bytes(bytes(range(32)))
    real = table(run(flowtell, "flows", capture, "--format", "csv"))
    hidden = table(run(flowtell, "flows", capture, "--format", "csv", "--anonymise", "key"))
    check(len(hidden) == len(real) and all(row["community_id"] == community_id(row) for row in of_one_version(hidden)
                                           if ":" not in row["device"]),
          "with --anonymise, Community IDs are those of the pseudonyms")
    for column in ("flow_id", "community_id", "device_mac"):
        before = {row[column] for row in real} - {""}
        after = {row[column] for row in hidden} - {""}
        check(len(after) == len(before) > 0 and not after & before, f"and {column} gives no address away")


def pandas_joins(capture):
    try:
        import pandas  # noqa: F401
    except ImportError:
        print("skipped: pandas is not installed")
        return
    run(flowtell, "flows", capture, "-o", "flows.csv")
    rows = of_one_version(table(pathlib.Path("flows.csv").read_text()))
    pairs = {community_id(row): row for row in rows if ":" not in row["device"]}
    with open("conn.log", "w") as log:
        log.write("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n"
                  "#open\t2026-11-22-05-05-15\n"
                  "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tcommunity_id\n"
                  "#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\n")
        for number, (one, row) in enumerate(pairs.items()):
            log.write(f"1500000000.{number:06}\tC{number}\t{row['device']}\t{row['device_port']}\t{row['remote']}\t"
                      f"{row['remote_port']}\t{row['protocol'].lower()}\t{one}\n")
        log.write("#close\t2026-11-22-05-06-15\n")
    names = {}
    exec(JOIN, names)  # what the docs show
    joined = names["joined"]
    expected = sum(row["community_id"] in pairs for row in table(pathlib.Path("flows.csv").read_text()))
    check(len(joined) == expected > 0 and (joined["device_port"] == joined["id.orig_p"]).all()
          and (joined["remote"] == joined["id.resp_h"]).all(), f"pandas joins {expected} flows with Zeek's conn.log")
    check(str(joined["start"].dtype).startswith("datetime64"), "and reads their times")


def main():
    if not shutil.which("zstd"):
        print("skipped: zstd is not installed")
        return 77
    packed = sorted(samples.glob("home/*/*.pcap.zst"))[::4]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for number, capture in enumerate(packed):
            run("zstd", "-qd", capture, "-o", f"{number}.pcap")
        largest = max(range(len(packed)), key=lambda number: os.stat(f"{number}.pcap").st_size)
        capture = f"{largest}.pcap"
        run(flowtell, "train", samples / "home", "-o", "m.model", "--trees", "10", "--no-score")
        ids_are_those_of_the_specification(capture)
        ids_are_those_of_tshark(capture)
        live_records_join("m.model", capture)
        pseudonyms_join(capture)
        pandas_joins(capture)
        os.chdir("/")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
