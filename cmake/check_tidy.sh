#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# clang-tidy over all code of the product, by the checks in .clang-tidy: each
# folder as one source, for most of its time goes into headers.
set -euo pipefail
cd "$(dirname "$0")/.."

cmake --preset tidy >/dev/null
sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' build-tidy/compile_commands.json |
  xargs -P "$(nproc)" -n 1 clang-tidy -p build-tidy --quiet --warnings-as-errors='*' \
    --checks=-bugprone-suspicious-include \
    --extra-arg=-Wno-unknown-warning-option 2>/dev/null
