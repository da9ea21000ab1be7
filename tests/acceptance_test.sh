#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The shared acceptance checks, where they are at hand; 77 says skipped.
#   usage: acceptance_test.sh FLOWTELL SHARED
set -euo pipefail
checks=$2/accept/offline.py
if [ ! -x "$checks" ]; then
  echo "skipped: there is no $checks"
  exit 77
fi
/usr/bin/python3 "$checks" "$1"
