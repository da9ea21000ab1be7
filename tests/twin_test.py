#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Flows and features equal those of the slow twin, on every real capture, to nine digits. Exit code
77 (skipped) if the twin, its numpy or the captures are absent.

usage: twin_test.py FLOWTELL SHARED
"""
import csv
import importlib.util
import io
import math
import pathlib
import subprocess
import sys

SKIPPED = 77
SETS = "classic14,appscanner54"
KEY = ("burst", "device", "device_port", "remote", "remote_port", "protocol")


def load_twin(path):
    spec = importlib.util.spec_from_file_location("twin", path)
    twin = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(twin)
    return twin


def differences(expected, actual):
    """One line each; values are compared as numbers if both are numbers."""
    actual = {tuple(row[k] for k in KEY): row for row in actual}
    for row in expected:
        key = tuple(str(row[k]) for k in KEY)
        other = actual.pop(key, None)
        if other is None:
            yield f"missing: {' '.join(key)}"
            continue
        for column, value in row.items():
            if column == "capture" or column in KEY:
                continue
            if not math.isclose(float(other[column]), float(value), rel_tol=1e-9, abs_tol=1e-9):
                yield f"{' '.join(key)}: {column} is {other[column]}, the twin has {value}"
    for key in actual:
        yield f"too many: {' '.join(key)}"


def compare(features, rows, prepare=lambda twin: None):
    """Compares `rows(twin, path)` of every capture with the program's lines and prints differences.
    Returns the numbers of captures, flows and differences; None if there is nothing to compare."""
    flowtell, shared = sys.argv[1], pathlib.Path(sys.argv[2])
    paths = sorted(str(p) for p in (shared / "captures").glob("group-*/*/*.pcap*"))
    try:
        twin = load_twin(shared / "reference" / "reference.py")
    except (ImportError, FileNotFoundError) as problem:
        print(f"skipped: the twin is not available ({problem})")
        return None
    if not paths:
        print(f"skipped: there are no captures in {shared}")
        return None
    prepare(twin)
    flows = mismatches = 0
    for path in paths:
        expected = rows(twin, path)
        done = subprocess.run([flowtell, "flows", "--format", "csv", "--features", features, path],
                              capture_output=True, text=True, timeout=120, check=True)
        flows += len(expected)
        for difference in differences(expected, csv.DictReader(io.StringIO(done.stdout))):
            mismatches += 1
            print(f"{path}: {difference}")
    return len(paths), flows, mismatches


def main():
    counts = compare(SETS, lambda twin, path: [twin.row(path, flow) for flow in twin.flows(path)])
    if counts is None:
        return SKIPPED
    captures, flows, mismatches = counts
    print(f"{captures} captures, {flows} flows, {mismatches} differences")
    return 1 if mismatches or not flows else 0


if __name__ == "__main__":
    sys.exit(main())
