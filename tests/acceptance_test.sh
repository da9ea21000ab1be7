#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The shared acceptance checks; skipped (77) if they are absent.
#   usage: acceptance_test.sh FLOWTELL SHARED
set -euo pipefail
checks=$2/accept/offline.py
if [ ! -x "$checks" ]; then
  echo "skipped: there is no $checks"
  exit 77
fi
/usr/bin/python3 "$checks" "$1"
