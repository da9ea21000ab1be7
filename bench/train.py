#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the same forest with flowtell and with scikit-learn, in turn and on the same table, checks
that both are equally good, and prints medians and their ratio as a Markdown table.

usage: bench/train.py [CAPTURES]     default: ../shared/captures/group-a; wants build/forest_bench
                                     (cmake --preset release -DFLOWTELL_BENCH=ON) and python3-sklearn
       bench/train.py --write        puts the table into docs/performance.md
"""
import csv
import io
import json
import pathlib
import statistics
import subprocess
import sys
import time

ROUNDS = 5
THREADS = 2
FEATURES = "appscanner54"
ALLOWED = 0.015  # how far the two out-of-bag accuracies may lie apart
HOUSE = pathlib.Path(__file__).resolve().parent.parent
MARKS = ("<!-- generated: bench/train.py --write -->\n", "<!-- end -->")


def read_table(captures):
    """The same flows as CSV: (values, apps)."""
    values, apps = [], []
    for app in sorted(p for p in pathlib.Path(captures).iterdir() if p.is_dir()):
        done = subprocess.run(
            [HOUSE / "build/flowtell", "flows", "--format", "csv", "--features", FEATURES, app],
            capture_output=True, text=True, check=True)
        rows = csv.reader(io.StringIO(done.stdout))
        first = next(rows).index("bytes_received") + 1
        for row in rows:
            values.append([float(v) for v in row[first:]])
            apps.append(app.name)
    return values, apps


def by_flowtell(captures):
    done = subprocess.run([HOUSE / "build/forest_bench", captures, FEATURES, str(THREADS)],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def by_sklearn(values, apps):
    from sklearn.ensemble import RandomForestClassifier
    forest = RandomForestClassifier(100, n_jobs=THREADS, random_state=1)
    begin = time.perf_counter()
    forest.fit(values, apps)
    seconds = time.perf_counter() - begin
    judge = RandomForestClassifier(100, n_jobs=THREADS, random_state=1, oob_score=True)
    return seconds, forest, judge


def main():
    write = "--write" in sys.argv
    named = [a for a in sys.argv[1:] if a != "--write"]
    captures = named[0] if named else str(HOUSE / "../shared/captures/group-a")
    import numpy as np
    values, apps = read_table(captures)
    values = np.array(values, np.float32)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(by_flowtell(captures))
        seconds, _, judge = by_sklearn(values, apps)
        theirs.append(seconds)
    peer_accuracy = judge.fit(values, apps).oob_score_
    accuracy = ours[0]["out_of_bag_accuracy"]
    assert ours[0]["rows"] == len(apps), "the two were given different tables"
    assert abs(accuracy - peer_accuracy) <= ALLOWED, (accuracy, peer_accuracy)
    mine, peer = statistics.median(o["seconds"] for o in ours), statistics.median(theirs)
    table = (
        f"Medians of {ROUNDS} rounds in turn, {THREADS} threads each, {len(apps)} flows of "
        f"`{pathlib.Path(captures).name}`, {FEATURES}, 100 trees.\n\n"
        "| forest | seconds | out-of-bag accuracy | ratio |\n| --- | ---: | ---: | ---: |\n"
        f"| flowtell | {mine:.3f} | {100 * accuracy:.1f} % | 1 |\n"
        f"| scikit-learn | {peer:.3f} | {100 * peer_accuracy:.1f} % | {peer / mine:.1f} |\n")
    print(table)
    if write:
        page = HOUSE / "docs/performance.md"
        before, rest = page.read_text().split(MARKS[0], 1)
        after = rest.split(MARKS[1], 1)[1]
        page.write_text(f"{before}{MARKS[0]}{table}{MARKS[1]}{after}")


if __name__ == "__main__":
    main()
