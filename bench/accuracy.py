#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs `flowtell evaluate` for every row of the table in docs/accuracy.md. See accuracy.sh."""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

PAGE = pathlib.Path("docs/accuracy.md")
BEGIN, END = "<!-- figures: bench/accuracy.sh --write -->", "<!-- end of figures -->"

A, B = ["group-a"], ["group-b"]
A_TO_B, B_TO_A = ["group-a", "--test", "group-b"], ["group-b", "--test", "group-a"]
SHAPE, SHAPE_AND_TIME, ALL = "shape", "shape,time", "shape,name,time"
NAMES, DAY, LEFT_OUT = {A[0]: "a", B[0]: "b"}, ["--timeline"], ["--leave-app-out"]
MAX_ERROR = ["--unknown", "max-error=0.05"]

balanced = ("balanced_accuracy",)
timeline = ("timeline", "balanced_accuracy")
left_out = ("leave_app_out", "unknown_at_tenth")

# Columns: figure, captures, evidence, options, path in the JSON, target (a minimum; a maximum if negative).
ROWS = [
    ("balanced accuracy", A, SHAPE, [], balanced, 84),
    ("balanced accuracy", B, SHAPE, [], balanced, None),
    ("balanced accuracy", A_TO_B, SHAPE, [], balanced, 70),
    ("balanced accuracy", B_TO_A, SHAPE, [], balanced, 50),
    ("timeline balanced", A, SHAPE_AND_TIME, DAY, timeline, 92),
    ("timeline balanced", B, SHAPE_AND_TIME, DAY, timeline, None),
    ("timeline balanced", A_TO_B, SHAPE_AND_TIME, DAY, timeline, 78),
    ("timeline balanced", B_TO_A, SHAPE_AND_TIME, DAY, timeline, None),
    ("timeline balanced", A, ALL, DAY, timeline, 96),
    ("timeline balanced", B, ALL, DAY, timeline, None),
    ("timeline balanced", A_TO_B, ALL, DAY, timeline, 90),
    ("timeline balanced", B_TO_A, ALL, DAY, timeline, None),
    ("wrong of those named, max-error=0.05", A, ALL, MAX_ERROR, ("selective_risk",), -7),
    ("wrong of those named, max-error=0.05", B, ALL, MAX_ERROR, ("selective_risk",), -7),
    ("wrong of those named, max-error=0.05", A, SHAPE, MAX_ERROR, ("selective_risk",), -7),
    ("wrong of those named, max-error=0.05", B, SHAPE, MAX_ERROR, ("selective_risk",), -7),
    ("wrong of those named, max-error=0.05", A_TO_B, ALL, MAX_ERROR, ("selective_risk",), None),
    ("wrong of those named, max-error=0.05", B_TO_A, ALL, MAX_ERROR, ("selective_risk",), None),
    ("coverage, max-error=0.05", A, SHAPE, MAX_ERROR, ("coverage",), 60),
    ("coverage, max-error=0.05", A, ALL, MAX_ERROR, ("coverage",), 85),
    ("calibration error", A, ALL, [], ("expected_calibration_error",), -4),
    ("calibration error", A, SHAPE, [], ("expected_calibration_error",), -4),
    ("calibration error", A_TO_B, ALL, [], ("expected_calibration_error",), None),
    ("calibration error", B_TO_A, ALL, [], ("expected_calibration_error",), None),
    ("app left out, called unknown (at 10 % of the others)", A, ALL, LEFT_OUT, left_out, 50),
    ("app left out, called unknown (at 10 % of the others)", B, ALL, LEFT_OUT, left_out, None),
]


class Runs:
    """Runs each command once per seed and caches its figures."""

    def __init__(self, flowtell, captures, seeds):
        self.flowtell, self.captures, self.seeds = flowtell, captures, seeds
        self.done = {}

    def figures(self, where, evidence, options):
        # --timeline changes no other figure, so runs with and without it are shared.
        options = DAY if options == [] and evidence != SHAPE else options
        key = (tuple(where), evidence, tuple(options))
        if key not in self.done:
            seeds = self.seeds[:1] if options == LEFT_OUT else self.seeds
            self.done[key] = [self.run(where, evidence, options, seed) for seed in seeds]
        return self.done[key]

    def run(self, where, evidence, options, seed):
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder) / "figures.json"
            command = [self.flowtell, "evaluate", *where, "--evidence", evidence, "--seed", seed,
                       "--json", str(out), *options]
            print(*command[1:-2 - len(options)], *options, file=sys.stderr)
            subprocess.run(command, cwd=self.captures, check=True, stdout=subprocess.DEVNULL,
                           timeout=3600)
            return json.loads(out.read_text())


def value(figures, path):
    for key in path:
        figures = figures[key]
    return 100 * figures


def words(where):
    names = [NAMES[word] for word in where if word in NAMES]
    return " → ".join(names) if len(names) == 2 else f"{names[0]} by capture"


def verdict(mean, target):
    if target is None:
        return "–", ""
    met = mean <= -target if target < 0 else mean >= target
    return f"{'≤' if target < 0 else '≥'} {abs(target)}", "yes" if met else "**no**"


def table(runs):
    yield "| figure | on | evidence | % | target | met |"
    yield "| --- | --- | --- | ---: | ---: | --- |"
    for name, where, evidence, options, path, target in ROWS:
        values = [value(each, path) for each in runs.figures(where, evidence, options)]
        spread = f" ± {statistics.stdev(values):.1f}" if len(values) > 1 else ""
        mean = statistics.mean(values)
        limit, met = verdict(mean, target)
        yield f"| {name} | {words(where)} | {evidence} | {mean:.1f}{spread} | {limit} | {met} |"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("captures", nargs="?", default="../shared/captures")
    parser.add_argument("--flowtell", required=True)
    parser.add_argument("--seeds", required=True)
    parser.add_argument("--write", action="store_true", help=f"update {PAGE}")
    arguments = parser.parse_args()
    if not (pathlib.Path(arguments.captures) / "group-a").is_dir():
        print(f"{arguments.captures} has no folder group-a; name the folder of the captures", file=sys.stderr)
        return 2
    flowtell = str(pathlib.Path(arguments.flowtell).resolve())
    lines = "\n".join(table(Runs(flowtell, arguments.captures, arguments.seeds.split())))
    print(lines)
    if arguments.write:
        page = PAGE.read_text()
        before, rest = page.split(BEGIN)
        PAGE.write_text(f"{before}{BEGIN}\n\n{lines}\n\n{END}{rest.split(END)[1]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
