#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Trains the same forest with flowtell, scikit-learn, XGBoost and ALGLIB in turn on the same table, predicts the same
test flows, checks that all are equally good, and prints medians and their ratios as Markdown tables.

usage: bench/train.py [CAPTURES]     CAPTURES holds group-a and group-b; default: ../shared/captures.
                                     Needs build/forest_bench and build/alglib_forest (cmake --preset
                                     release -DFLOWTELL_BENCH=ON), python3-sklearn, python3-xgboost
       bench/train.py --write        puts the tables into docs/performance.md
       bench/train.py --quick        leaves out XGBoost, which takes minutes
"""
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import balanced_accuracy_score
from xgboost import XGBRFClassifier

from forest_tables import flows_of, tables_of, write_table

ROUNDS = 5
ROUNDS_OF = {"XGBoost": 1}  # it takes minutes
THREADS = 2
TREES = 100
ROWS = 22281
FEATURES = "appscanner54"
ALLOWED = 0.005  # allowed distance of mean balanced accuracies from flowtell's
BUILD = pathlib.Path(__file__).resolve().parent.parent / "build"
PAGE = BUILD.parent / "docs/performance.md"
MARKS = ("<!-- generated: bench/train.py --write -->\n", "<!-- end -->")


def seconds(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def by_program(name, files, seed):
    done = subprocess.run([BUILD / name, *files, str(THREADS), str(seed)],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def by_python(forest, tables):
    values, labels, test, truth = tables
    train = seconds(lambda: forest.fit(values, labels))
    accuracy_score = balanced_accuracy_score(truth, forest.predict(test))
    return {"train": train, "balanced_accuracy": accuracy_score}


def by_sklearn(tables, seed):
    forest = RandomForestClassifier(TREES, n_jobs=THREADS, random_state=seed)
    result = by_python(forest, tables)
    test = tables[2]
    result["batch"] = seconds(lambda: forest.predict_proba(tables[0]))
    result["hundred"] = seconds(lambda: forest.predict_proba(test[:100]))
    result["one"] = statistics.median(
        seconds(lambda i=i: forest.predict_proba(test[i:i + 1])) for i in range(20))
    return result


def by_xgboost(tables, seed):
    # Grown until pure; the columns per node and rows per tree are as in scikit-learn.
    columns = tables[0].shape[1]
    return by_python(
        XGBRFClassifier(n_estimators=TREES, max_depth=0, tree_method="hist", grow_policy="lossguide",
                        max_leaves=0, min_child_weight=0, reg_lambda=1e-3, subsample=0.632,
                        colsample_bynode=int(columns ** 0.5) / columns, n_jobs=THREADS,
                        random_state=seed, verbosity=0), tables)


def measure(tables, files):
    """The results of each forest, one per round."""
    forests = {
        "flowtell": lambda seed: by_program("forest_bench", files, seed),
        "scikit-learn": lambda seed: by_sklearn(tables, seed),
        "XGBoost": lambda seed: by_xgboost(tables, seed),
        "ALGLIB": lambda seed: by_program("alglib_forest", files, seed),
    }
    if "--quick" in sys.argv:
        del forests["XGBoost"]
    results = {name: [] for name in forests}
    for seed in range(1, ROUNDS + 1):
        for name, train in forests.items():
            if seed > ROUNDS_OF.get(name, ROUNDS):
                continue
            results[name].append(train(seed))
            print(name, results[name][-1], file=sys.stderr)
    return results


def median(results, what):
    return statistics.median(r[what] for r in results)


def accuracy(results):
    return statistics.mean(r["balanced_accuracy"] for r in results)


def training_table(results):
    own = median(results["flowtell"], "train")
    lines = ["| forest | seconds | balanced accuracy | times flowtell's |",
             "| --- | ---: | ---: | ---: |"]
    for name, rounds in results.items():
        took = median(rounds, "train")
        lines.append(f"| {name} | {took:.2f} | {100 * accuracy(rounds):.1f} % | {took / own:.1f} |")
    return lines


def prediction_table(results):
    own, peer = results["flowtell"], results["scikit-learn"]
    lines = ["| flows predicted at once | flowtell, 1 thread | scikit-learn, 2 threads | ratio |",
             "| ---: | ---: | ---: | ---: |"]
    for what, count in (("one", 1), ("hundred", 100), ("batch", ROWS)):
        own_time, peer_time = median(own, what), median(peer, what)
        lines.append(f"| {count} | {1e6 * own_time:.0f} µs | {1e6 * peer_time:.0f} µs | {peer_time / own_time:.0f} |")
    return lines


def write_page(text):
    before, rest = PAGE.read_text().split(MARKS[0], 1)
    after = rest.split(MARKS[1], 1)[1]
    PAGE.write_text(f"{before}{MARKS[0]}{text}{MARKS[1]}{after}")


def main():
    named = [a for a in sys.argv[1:] if a not in ("--write", "--quick")]
    captures = pathlib.Path(named[0] if named else BUILD.parent.parent / "shared/captures")
    values, labels = flows_of(BUILD / "flowtell", FEATURES,
                              [captures / "group-a", captures / "group-b"])
    tables = tables_of(values, labels, ROWS)
    with tempfile.TemporaryDirectory() as folder:
        files = [f"{folder}/training", f"{folder}/test"]
        write_table(files[0], *tables[:2])
        write_table(files[1], *tables[2:])
        results = measure(tables, files)
    text = "\n".join([
        f"Medians of {ROUNDS} rounds in turn, {THREADS} threads, {ROWS} rows of {FEATURES} made of "
        f"{len(labels) - len(tables[3])} flows, {TREES} trees; the accuracy is that on {len(tables[3])} "
        "other flows. XGBoost has one round, or none.",
        "", *training_table(results), "", *prediction_table(results), ""])
    print(text)
    own = accuracy(results["flowtell"])
    for name, rounds in results.items():
        assert abs(accuracy(rounds) - own) <= ALLOWED, f"{name} differs too much in accuracy"
    if "--write" in sys.argv:
        write_page(text)


if __name__ == "__main__":
    main()
