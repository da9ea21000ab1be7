#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs clang-tidy on all product code with the checks in .clang-tidy. Each
# folder is one source, since headers take most of the time.
set -euo pipefail
cd "$(dirname "$0")/.."

cmake --preset tidy >/dev/null
sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' build-tidy/compile_commands.json |
  xargs -P "$(nproc)" -n 1 clang-tidy -p build-tidy --quiet --warnings-as-errors='*' \
    --checks=-bugprone-suspicious-include \
    --extra-arg=-Wno-unknown-warning-option 2>/dev/null
