#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds flowtell and runs every test. Safe to run again.
set -euo pipefail
cd "$(dirname "$0")"

cmake/install_packages.sh
cmake --preset release -DBUILD_TESTING=ON >/dev/null
cmake --build --preset release
ctest --preset release "$@"
