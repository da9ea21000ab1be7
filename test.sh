#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds flowtell and runs every test. Safe to run again.
set -euo pipefail
cd "$(dirname "$0")"

cmake/install_packages.sh
cmake --preset release -DBUILD_TESTING=ON >/dev/null
cmake --build --preset release
if [ $# -gt 0 ]; then
  exec ctest --preset release "$@"
fi
# The tests of networks and faults mostly wait, so more of them run at once.
failed=0
ctest --preset release -LE 'net|fault' || failed=1
ctest --preset release -L 'net|fault' -j 4 || failed=1
exit $failed
