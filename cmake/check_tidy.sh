#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# clang-tidy over all code of the product, by the checks in .clang-tidy. Reads
# compile commands from build-dev (or the folder named).
set -euo pipefail
cd "$(dirname "$0")/.."

build=${1:-build-dev}
if [ ! -f "$build/compile_commands.json" ]; then
  cmake --preset dev >/dev/null
fi
git ls-files 'src/*.cc' | grep -v '_test\.cc$' |
  xargs -P "$(nproc)" -n 4 clang-tidy -p "$build" --quiet --warnings-as-errors='*' \
      --extra-arg=-Wno-unknown-warning-option 2>/dev/null
