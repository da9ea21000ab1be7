#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Shows what flowtell does, on captures of yours or on those that are at hand:
#   ./demo.sh [CAPTURES]     a folder with one sub-folder of captures an app
# Builds, trains, evaluates and classifies; leaves build/flowtell and
# build/demo.model behind. Safe to run again.
set -euo pipefail
cd "$(dirname "$0")"

say() { printf '\n%s\n' "$*"; }

captures=${1:-}
if [ -z "$captures" ]; then
  for captures in samples ../shared/captures/group-a; do
    [ -d "$captures" ] && break
  done
fi
if [ ! -e "$captures" ]; then
  echo "There are no captures at $captures; name a folder: ./demo.sh CAPTURES" >&2
  exit 1
fi

say "1. Building flowtell (a minute or two the first time)."
cmake/install_packages.sh
cmake --preset release -DBUILD_TESTING=OFF >/dev/null
cmake --build --preset release --target flowtell
flowtell=build/flowtell
model=build/demo.model

say "2. Learning how the flows of each app in $captures look."
"$flowtell" train "$captures" -o "$model"

say "3. What it learned: the apps, how good it is, and what it looks at."
"$flowtell" model "$model"

say "4. How well does that work? Each capture is now judged by forests that did
   not learn from it. 'unknown' is what flowtell says when it is not sure."
"$flowtell" evaluate "$captures"

capture=$("$flowtell" model "$model" --json - | python3 -c '
import json, sys
print(max(json.load(sys.stdin)["captures"], key=lambda c: c["flows"])["path"])')
say "5. Naming the app of every flow of one capture, $capture.
   It was taught, so this flatters; try one of yours:
     $flowtell classify $model YOUR.pcap
   Time, device, remote, their ports, protocol, packets and bytes sent and
   received, the app and how sure that is; the first ten flows:"
"$flowtell" classify "$model" "$capture" -o build/demo.txt
head -n 10 build/demo.txt

say "The whole list is in build/demo.txt, the model in $model.
'$flowtell --help' and docs/using.md lead on."
