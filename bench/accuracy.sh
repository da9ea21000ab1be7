#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Measures the accuracy on two separately recorded collections: each by
# cross-validation by capture, and each as the test set of a model of the other.
# Prints the table of docs/accuracy.md; with --write, updates it there.
#
#   bench/accuracy.sh [--write] [CAPTURES]
#
# CAPTURES holds the folders group-a and group-b (default: ../shared/captures).
# FLOWTELL names another binary than build/flowtell, SEEDS other seeds than "1 2
# 3".
set -eu
cd "$(dirname "$0")/.."
exec python3 bench/accuracy.py --flowtell "${FLOWTELL:-build/flowtell}" \
  --seeds "${SEEDS:-1 2 3}" "$@"
