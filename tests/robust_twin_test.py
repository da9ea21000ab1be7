#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the columns of `robust` with a slow second implementation of docs/features.md, on every real capture. The
flows come from the slow twin, as in twin_test.py; exit code 77 (skipped) if the twin, its numpy or the captures are
absent.

usage: robust_twin_test.py FLOWTELL SHARED
"""
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).parent))
from twin_test import KEY, SKIPPED, compare  # noqa: E402

FIN, SYN, RST = 0x01, 0x02, 0x04
MESSAGES, HEADS = 3, 4
LONGEST_HEAD = 1300


class Payload(int):
    """A payload length with its packet's TCP flags, which the twin's flows do not store."""

    def __new__(cls, length, flags):
        payload = super().__new__(cls, length)
        payload.flags = flags
        return payload


def keep_flags(twin):
    """Makes the twin's payload lengths `Payload`s."""
    plain_packet = twin.packet

    def packet(frame):
        fields = plain_packet(frame)
        if fields is None:
            return None
        *others, flags, length, payload = fields
        return (*others, flags, length, Payload(payload, flags))

    twin.packet = packet


def messages(packets):
    """(is sent, payload lengths of its packets) of each message, from (is sent, payload) of each packet."""
    runs = []
    for sent, payload in packets:
        if payload == 0:
            continue
        if not runs or runs[-1][0] != sent:
            runs.append((sent, []))
        runs[-1][1].append(payload)
    return runs


def robust(flow):
    packets = list(zip(flow["sent"], flow["payloads"]))
    runs = messages(packets)
    columns = {}
    for name, sent in (("in", False), ("out", True)):
        own = [lengths for was_sent, lengths in runs if was_sent == sent]
        for number in range(1, MESSAGES + 1):
            columns[f"message_{name}{number}"] = sum(own[number - 1]) if number <= len(own) else 0
        for number in range(1, HEADS + 1):
            columns[f"head_{name}{number}"] = min(own[number - 1][0], LONGEST_HEAD) if number <= len(own) else 0
        payloads = [payload for was_sent, payload in packets if was_sent == sent and payload > 0]
        columns[f"sizes_{name}"] = len(set(payloads))
        columns[f"payloads_{name}"] = len(payloads)
    flags = [payload.flags for payload in flow["payloads"]]
    columns["starts_syn"] = int(flags[0] & SYN != 0)
    for name, flag in (("fin", FIN), ("rst", RST), ("syn", SYN)):
        columns[f"any_{name}"] = int(any(each & flag for each in flags))
    return columns


def row(flow):
    protocol = {6: "TCP", 17: "UDP"}[flow["protocol"]]
    return {**dict(zip(KEY, (flow["burst"], *flow["near"], *flow["far"], protocol))), **robust(flow)}


def main():
    seen = {}  # the values in the captures, per column

    def rows(twin, path):
        expected = [row(flow) for flow in twin.flows(path)]
        for each in expected:
            for column in each.keys() - set(KEY):
                seen.setdefault(column, set()).add(each[column])
        return expected

    counts = compare("robust", rows, prepare=keep_flags)
    if counts is None:
        return SKIPPED
    captures, flows, mismatches = counts
    for column in sorted(seen):
        if len(seen[column]) < 2:
            mismatches += 1
            print(f"{column} is {seen[column]} everywhere: the comparison is void")
    print(f"{captures} captures, {flows} flows, {len(seen)} columns, {mismatches} differences")
    return 1 if mismatches or len(seen) != 22 else 0


if __name__ == "__main__":
    sys.exit(main())
