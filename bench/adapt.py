#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures `flowtell adapt`: a model of one collection, adapted to unlabelled
captures of one half of another, tested on the other half.

usage: bench/adapt.py [--flowtell FILE] [--from NAME] [--to NAME] [--seeds N]
                      [--unknown APP] [CAPTURES]

The captures of each app are halved at random, N times (default 5). With
--unknown the app is left out of training, and its captures are in the site's
traffic; it is not tested.
"""
import argparse
import json
import pathlib
import random
import statistics
import subprocess
import tempfile

parser = argparse.ArgumentParser()
parser.add_argument("captures", nargs="?", default="../shared/captures")
parser.add_argument("--flowtell", default="build/flowtell")
parser.add_argument("--from", dest="home", default="group-b")
parser.add_argument("--to", dest="site", default="group-a")
parser.add_argument("--seeds", type=int, default=5)
parser.add_argument("--unknown")
options = parser.parse_args()
captures = pathlib.Path(options.captures).resolve()
flowtell = str(pathlib.Path(options.flowtell).resolve())


def manifest(path, files):
    with open(path, "w") as out:
        print("path,app", file=out)
        for file, app in files:
            print(f'"{file}",{app}', file=out)
    return path


def labelled(name):
    return [(file, folder.name) for folder in sorted((captures / name).iterdir())
            for file in sorted(folder.iterdir())]


def run(*arguments):
    subprocess.run([flowtell, *map(str, arguments)], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def score(folder, tested, *arguments):
    out = folder / "score.json"
    run("evaluate", tested, *arguments, "--json", out)
    return json.load(open(out))


KINDS = ("shape,name,time", "shape")
FIGURES = ("balanced_accuracy", "expected_calibration_error", "unknown")
results = {}
with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    home = [pair for pair in labelled(options.home) if pair[1] != options.unknown]
    for seed in range(1, options.seeds + 1):
        random.seed(seed)
        site, tested = [], []
        by_app = {}
        for file, app in labelled(options.site):
            by_app.setdefault(app, []).append(file)
        for app, files in by_app.items():
            random.shuffle(files)
            half = len(files) // 2
            site += files[:half]
            if app != options.unknown:
                tested += [(file, app) for file in files[half:]]
        tested = manifest(folder / "tested.csv", tested)
        base = folder / "home.model"
        run("train", manifest(folder / "home.csv", home), "-o", base,
            "--seed", seed, "--no-score")
        adapted = folder / "site.model"
        run("adapt", base, *site, "-o", adapted, "--no-score")
        for kinds in KINDS:
            for label, model in (("as it is", base), ("adapted", adapted)):
                result = score(folder, tested, "--model", model,
                               "--evidence", kinds)
                for figure in FIGURES:
                    results.setdefault((kinds, label, figure), []).append(
                        100 * result[figure])
print(f"{options.home} -> {options.site}"
      + (f", {options.unknown} never trained" if options.unknown else ""))
for (kinds, label, figure), values in results.items():
    spread = statistics.stdev(values) if len(values) > 1 else 0
    print(f"{kinds:16} {label:9} {figure:28} {statistics.mean(values):5.1f} ± {spread:.1f}")
