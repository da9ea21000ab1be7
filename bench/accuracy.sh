#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Measures how well apps are named, on two collections that were recorded apart:
# each by cross-validation by capture, and each learned from and judged on the
# other. Prints the table of docs/accuracy.md; with --write, puts it there.
#
#   bench/accuracy.sh [--write] [CAPTURES]
#
# CAPTURES holds the folders group-a and group-b; by default it is
# ../shared/captures. FLOWTELL names another binary than build/flowtell, SEEDS
# other seeds than "1 2 3".
set -eu
cd "$(dirname "$0")/.."
exec python3 bench/accuracy.py --flowtell "${FLOWTELL:-build/flowtell}" \
  --seeds "${SEEDS:-1 2 3}" "$@"
