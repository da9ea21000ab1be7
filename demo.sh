#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Shows what flowtell does:
#   ./demo.sh                trains on samples/home, tests on samples/mobile
#   ./demo.sh CAPTURES       the same with your captures: a folder with one
#                            sub-folder of captures an app
#   ./demo.sh --live         flowtell watches a phone in the lab
# Leaves build/flowtell and build/demo.model. Safe to run again.
set -euo pipefail
cd "$(dirname "$0")"

say() { printf '\n%s\n' "$*"; }

flowtell=build/flowtell
model=build/demo.model
live=
captures=samples/home
others=(--test samples/mobile)
case ${1:-} in
  '') ;;
  --live) live=1 ;;
  *)
    captures=$1
    others=()
    ;;
esac
if [ ! -e "$captures" ]; then
  echo "There are no captures at $captures; name a folder: ./demo.sh CAPTURES" >&2
  exit 1
fi

say "1. Building flowtell (a minute or two the first time)."
cmake/install_packages.sh build ${live:+lab}
cmake --preset release -DBUILD_TESTING=OFF >/dev/null
cmake --build --preset release --target flowtell ${live:+cable}

say "2. Training on the flows of each app in $captures."
"$flowtell" train "$captures" -o "$model"

if [ -n "$live" ]; then
  say "3. A phone in a small private internet (docs/lab.md) is used for about a
   minute. Ctrl-C ends it."
  exec /usr/bin/python3 lab/lab.py live "$model"
fi

say "3. The model: its apps, its accuracy, and its features."
"$flowtell" model "$model"

if [ ${#others[@]} -gt 0 ]; then
  test_captures=${others[1]}
  capture=$(find "$test_captures/browser" -type f | sort | head -n 1)
  say "4. Accuracy on a network that is not in the training captures: the same apps
   used in $test_captures. 'unknown' means that flowtell is not sure."
else
  capture=$("$flowtell" model "$model" --json - |
    sed -n '0,/^ *"path": "\(.*\)".*/s//\1/p')
  say "4. Accuracy by cross-validation: each capture is predicted by forests that were
   not trained on it. 'unknown' means that flowtell is not sure."
fi
"$flowtell" evaluate "$captures" "${others[@]}"

say "5. Naming the app of every flow of one capture, $capture.
   Try your own:
     $flowtell classify $model YOUR.pcap
   Time, device, remote, their ports, protocol, packets and bytes sent and
   received, the app and its probability; the first ten flows:"
"$flowtell" classify "$model" "$capture" -o build/demo.txt
head -n 10 build/demo.txt

say "The whole list is in build/demo.txt, the model in $model.
'$flowtell --help' and docs/using.md explain more; './demo.sh --live' watches a phone."
