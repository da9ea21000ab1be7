# SPDX-License-Identifier: Apache-2.0
"""The commands that write files, in a folder with `apps` and `few` (labelled captures) and `old.model`."""
import os
import pathlib
import shutil
import subprocess


def train(flowtell, output, seed, *more):
    return [str(word) for word in (flowtell, "train", "apps", "-o", output, "--trees", 20, "--no-score", "--seed", seed,
                                   *more)]


def outputs(flowtell):
    """Every command that writes a whole file, as a function of the path."""
    return {
        "train -o": lambda out: train(flowtell, out, 1),
        "classify -o": lambda out: (flowtell, "classify", "old.model", "apps", "-o", out),
        "flows -o": lambda out: (flowtell, "flows", "apps", "--format", "csv", "--features", "robust", "-o", out),
        "evaluate --json": lambda out: (flowtell, "evaluate", "few", "--trees", 2, "--json", out),
        "evaluate --html": lambda out: (flowtell, "evaluate", "few", "--trees", 2, "--html", out),
        "explain --json": lambda out: (flowtell, "explain", "old.model", "--json", out),
        "explain --html": lambda out: (flowtell, "explain", "old.model", "--html", out),
        "model --json": lambda out: (flowtell, "model", "old.model", "--json", out),
        "audit --json": lambda out: (flowtell, "audit", "few", "--json", out),
    }


def one_sentence(err):
    """Exactly one message of the program, besides warnings, and none of a library."""
    lines = [line for line in err.splitlines() if not line.startswith("flowtell: warning: ")]
    return len(lines) == 1 and lines[0].startswith("flowtell: ") and "terminate" not in err


def partials(folder="."):
    return [path for path in os.listdir(folder) if path.endswith(".partial")]


def prepare(flowtell, samples):
    """Creates that folder: captures of each app, a few of them, and a model."""
    shutil.copytree(samples, "apps", ignore=lambda folder, names: sorted(names)[3:] if folder != str(samples) else [])
    for app in ("chat", "video"):
        shutil.copytree(pathlib.Path("apps") / app, pathlib.Path("few") / app)
    subprocess.run(train(flowtell, "old.model", 1), check=True, capture_output=True)
