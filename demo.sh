#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Shows what flowtell does:
#   ./demo.sh                learns from samples/home and is judged on samples/mobile
#   ./demo.sh CAPTURES       the same with captures of yours: a folder with one
#                            sub-folder of captures an app
#   ./demo.sh --live         a phone in the lab is used, and flowtell watches it
# Leaves build/flowtell and build/demo.model behind. Safe to run again.
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

say "2. Learning how the flows of each app in $captures look."
"$flowtell" train "$captures" -o "$model"

if [ -n "$live" ]; then
  say "3. A phone in a little internet of its own (docs/lab.md) is used for a good
   minute. Ctrl-C ends it."
  exec /usr/bin/python3 lab/lab.py live "$model"
fi

say "3. What it learned: the apps, how good it is, and what it looks at."
"$flowtell" model "$model"

if [ ${#others[@]} -gt 0 ]; then
  judged=${others[1]}
  capture=$(find "$judged/browser" -type f | sort | head -n 1)
  say "4. How well does that work on a network it has never seen? The same apps,
   used in $judged. 'unknown' is what flowtell says when it is not sure."
else
  capture=$("$flowtell" model "$model" --json - |
    sed -n '0,/^ *"path": "\(.*\)".*/s//\1/p')
  say "4. How well does that work? Each capture is now judged by forests that did
   not learn from it. 'unknown' is what flowtell says when it is not sure."
fi
"$flowtell" evaluate "$captures" "${others[@]}"

say "5. Naming the app of every flow of one capture, $capture.
   Try one of yours:
     $flowtell classify $model YOUR.pcap
   Time, device, remote, their ports, protocol, packets and bytes sent and
   received, the app and how sure that is; the first ten flows:"
"$flowtell" classify "$model" "$capture" -o build/demo.txt
head -n 10 build/demo.txt

say "The whole list is in build/demo.txt, the model in $model.
'$flowtell --help' and docs/using.md lead on; './demo.sh --live' shows it at work."
