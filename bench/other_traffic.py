#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Writes src/model/other_traffic.csv: flows of the lab's programs in samples/,
which train every model's share of other traffic (src/model/other_traffic.h).

usage: bench/other_traffic.py [FLOWTELL]

Of each app and network an equal number of distinct feature rows is kept, spread
evenly over its flows. Run it again when the feature set `robust` changes.
"""
import collections
import csv
import io
import pathlib
import subprocess
import sys

ROWS = 1200
FIRST_FEATURE = "message_in1"

root = pathlib.Path(__file__).resolve().parent.parent
flowtell = sys.argv[1] if len(sys.argv) > 1 else root / "build/flowtell"
text = subprocess.run(
    [flowtell, "flows", "--format", "csv", "--features", "robust", "samples"],
    cwd=root, check=True, capture_output=True, text=True).stdout
reader = csv.reader(io.StringIO(text))
header = next(reader)
first = header.index(FIRST_FEATURE)
by_source = collections.defaultdict(dict)  # distinct rows, in order
for row in reader:
    network, app = row[0].split("/")[1:3]
    by_source[network, app].setdefault(",".join(row[first:]), None)
share = ROWS // len(by_source)
with open(root / "src/model/other_traffic.csv", "w") as out:
    print("# SPDX-License-Identifier: Apache-2.0", file=out)
    print(",".join(header[first:]), file=out)
    for source in sorted(by_source):
        rows = list(by_source[source])
        step = max(1, len(rows) / share)
        for i in range(min(share, len(rows))):
            print(rows[int(i * step)], file=out)
