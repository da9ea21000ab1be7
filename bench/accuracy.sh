#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Measures the accuracy on three collections: within each and between them, among
# unknown apps, and after adapting. Prints the table of docs/accuracy.md; with
# --write, updates it there.
#
#   bench/accuracy.sh [--write] [CAPTURES]
#
# CAPTURES holds group-a, group-b, iot and iot-types.csv (default:
# ../shared/captures).
# FLOWTELL names another binary than build/flowtell, SEEDS other seeds than "1 2 3
# 4 5", which assign captures to folds and halves.
set -eu
cd "$(dirname "$0")/.."
exec python3 bench/accuracy.py --flowtell "${FLOWTELL:-build/flowtell}" \
  --seeds "${SEEDS:-1 2 3 4 5}" "$@"
