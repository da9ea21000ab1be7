#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every server name that tshark finds in a real capture is on the flows of its conversation, and flows to an address
from a DNS answer have the name of that answer. The JA4 fingerprints are those computed here from the fields of tshark.
Exit code 77 (skipped) if tshark or the captures are absent.

usage: names_test.py FLOWTELL CAPTURES
"""
import collections
import concurrent.futures
import csv
import hashlib
import io
import os
import pathlib
import shutil
import subprocess
import sys

SKIPPED = 77
FIELDS = ["frame.time_relative", "ip.src", "tcp.srcport", "udp.srcport", "ip.dst", "tcp.dstport",
          "udp.dstport", "tls.handshake.extensions_server_name", "gquic.tag.sni", "dns.qry.name",
          "dns.a", "dns.resp.ttl"]
HELLO_FIELDS = ["tls.handshake.version", "tls.handshake.ciphersuite", "tls.handshake.extension.type",
                "tls.handshake.sig_hash_alg", "tls.handshake.extensions_alpn_str",
                "tls.handshake.extensions.supported_version"]
MIN_LIFETIME = 300  # seconds, as in src/flow/dns_memory.h


def rows_of_tshark(capture):
    wanted = " || ".join(["tls.handshake.extensions_server_name", "gquic.tag.sni",
                          "(dns.qry.name && udp.port == 53 && !icmp)"])
    command = ["tshark", "-n", "-r", capture, "-Y", wanted, "-T", "fields", "-E", "occurrence=a"]
    for field in FIELDS + HELLO_FIELDS:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    for line in done.stdout.splitlines():
        yield dict(zip(FIELDS + HELLO_FIELDS, line.split("\t")))


def ja4_of(row):
    version, ciphers, extensions, algorithms, protocols, versions = (row[field] for field in HELLO_FIELDS)

    def codes(texts):
        numbers = [int(text, 0) for text in texts.split(",") if text]
        return [number for number in numbers if number & 0x0f0f != 0x0a0a or number >> 8 != number & 0xff]

    def listed(numbers):
        return ",".join(f"{number:04x}" for number in numbers)

    def hashed(text):
        return hashlib.sha256(text.encode()).hexdigest()[:12] if text else "0" * 12

    types = codes(extensions)
    rest = listed(sorted(set(types) - {0, 16}))
    if algorithms:
        rest += "_" + listed(codes(algorithms))
    highest = {0x304: "13", 0x303: "12", 0x302: "11", 0x301: "10"}[max(codes(versions) or codes(version))]
    first = protocols.split(",")[0] or "00"
    return (f"{'t' if row['tcp.srcport'] else 'q'}{highest}{'d' if 0 in types else 'i'}{len(codes(ciphers)):02}"
            f"{len(types):02}{first[0]}{first[-1]}_{hashed(listed(sorted(codes(ciphers))))}_{hashed(rest)}")


def by_tshark(capture):
    """({conversation: {name}}, [(time, client, address, name)], {conversation: {JA4}})"""
    client_names = collections.defaultdict(set)
    fingerprints = collections.defaultdict(set)
    dns_names = []
    for row in rows_of_tshark(capture):
        protocol = "TCP" if row["tcp.srcport"] else "UDP"
        source = f"{row['ip.src']}:{row['tcp.srcport'] or row['udp.srcport']}"
        destination = f"{row['ip.dst']}:{row['tcp.dstport'] or row['udp.dstport']}"
        name = row["tls.handshake.extensions_server_name"] or row["gquic.tag.sni"]
        if name:
            client_names[protocol, source, destination].update(name.lower().split(","))
            if row["tls.handshake.ciphersuite"]:
                fingerprints[protocol, source, destination].add(ja4_of(row))
        elif row["udp.dstport"] == "53":
            client_names[protocol, source, destination].add(row["dns.qry.name"].lower())
        elif row["dns.a"]:
            for address in row["dns.a"].split(","):
                dns_names.append((float(row["frame.time_relative"]), row["ip.dst"], address,
                             row["dns.qry.name"].lower()))
    return client_names, dns_names, fingerprints


def by_flowtell(flowtell, capture):
    done = subprocess.run([flowtell, "flows", "--names", "--hello", "--format", "csv", capture],
                          capture_output=True, text=True, timeout=120, check=True)
    return list(csv.DictReader(io.StringIO(done.stdout)))


def conversation(row):
    return (row["protocol"], f"{row['device']}:{row['device_port']}",
            f"{row['remote']}:{row['remote_port']}")


def check(flowtell, capture):
    client_names, dns_names, fingerprints = by_tshark(capture)
    rows = by_flowtell(flowtell, capture)
    sources = collections.Counter(row["name_source"] for row in rows)
    names = collections.defaultdict(set)
    ja4s = collections.defaultdict(set)
    begun = {}
    for row in rows:
        names[conversation(row)].add(row["name"])
        ja4s[conversation(row)].add(row["ja4"])
        begun.setdefault(conversation(row), row)
    wrong = [f"{capture}: {' '.join(key)}: tshark has {sorted(expected)}, we {sorted(names[key])}"
             for key, expected in client_names.items() if not expected & names[key]]
    wrong += [f"{capture}: {' '.join(key)}: tshark has {sorted(expected)}, we {sorted(ja4s[key])}"
              for key, expected in fingerprints.items() if not expected & ja4s[key]]
    from_dns = 0
    for key, row in begun.items():
        first = float(row["first"])
        known = [name for time, client, address, name in dns_names
                 if client == row["device"] and address == row["remote"]
                 and first - MIN_LIFETIME < time <= first]
        # Names of the client take precedence; tshark omits hellos cut by the snap length.
        if not known or row["name_source"] not in ("dns", "none"):
            continue
        from_dns += 1
        if known[-1] not in names[key]:
            wrong.append(f"{capture}: {' '.join(key)}: DNS has {known[-1]}, flowtell has {sorted(names[key])}")
    return len(client_names), from_dns, len(fingerprints), sources, wrong


def main():
    flowtell, captures = sys.argv[1:]
    if not shutil.which("tshark"):
        print("skipped: tshark is not installed")
        return SKIPPED
    paths = sorted(str(p) for p in pathlib.Path(captures).glob("group-*/*/*.pcap*"))
    if not paths:
        print(f"skipped: there are no captures in {captures}")
        return SKIPPED
    client_names = from_dns = fingerprints = wrong = 0
    sources = collections.Counter()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for each_client_names, each_dns, each_fingerprints, each_sources, each_wrong in pool.map(
                lambda path: check(flowtell, path), paths):
            client_names += each_client_names
            from_dns += each_dns
            fingerprints += each_fingerprints
            sources += each_sources
            wrong += len(each_wrong)
            print(*each_wrong, sep="\n", end="\n" if each_wrong else "")
    print(f"{len(paths)} captures: {client_names} conversations with a name from the client, {from_dns} to an "
          f"address from DNS, {fingerprints} with a fingerprint; {wrong} differ")
    print("flows by source of their name:", dict(sorted(sources.items())))
    return 1 if wrong or not client_names else 0


if __name__ == "__main__":
    sys.exit(main())
