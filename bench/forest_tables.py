# SPDX-License-Identifier: Apache-2.0
"""The tables on which bench/train.py compares forests: flows of real captures, repeated with seeded noise up to a set
number of rows, and separate flows for testing.

A fifth of the flows is held out before anything is repeated. The others are repeated in turn; each value of a
repetition is multiplied by 1 + 0.05 g with g from the normal distribution. So rows need not share values, and no test
row comes from a flow of a training row.
"""
import csv
import io
import pathlib
import subprocess

import numpy as np

NOISE = 0.05


def flows_of(flowtell, features, folders):
    """Values and labels of the flows of `folders`, each with one sub-folder an app."""
    values, labels = [], []
    names = sorted({p.name for f in folders for p in pathlib.Path(f).iterdir() if p.is_dir()})
    for folder in folders:
        for label, name in enumerate(names):
            done = subprocess.run(
                [flowtell, "flows", "--format", "csv", "--features", features,
                 pathlib.Path(folder) / name], capture_output=True, text=True, check=True)
            rows = csv.reader(io.StringIO(done.stdout))
            first = next(rows).index("bytes_received") + 1
            for row in rows:
                values.append(row[first:])
                labels.append(label)
    return np.array(values, np.float32), np.array(labels, np.uint16)


def tables_of(values, labels, rows, seed=1):
    """(training values, labels, test values, labels); the training part has `rows` rows."""
    random = np.random.default_rng(seed)
    order = random.permutation(len(labels))
    test, training = np.split(order, [len(order) // 5])
    chosen = np.resize(training, rows)
    noise = 1 + NOISE * random.standard_normal((rows, values.shape[1]))
    noise[:len(training)] = 1
    return ((values[chosen] * noise).astype(np.float32), labels[chosen],
            values[test], labels[test])


def write_table(path, values, labels):
    """Writes the format that bench/table_file.h reads."""
    with open(path, "wb") as file:
        np.array([*values.shape, labels.max() + 1], np.uint64).tofile(file)
        values.tofile(file)
        labels.tofile(file)
