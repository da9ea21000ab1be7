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

report=build/demo.html
if [ ${#others[@]} -gt 0 ]; then
  say "3. Accuracy on another network, ${others[1]}, by the shape of flows alone, as if
   all server names were encrypted. (In these samples the names give every app away:
   leave out '--evidence shape' and nothing is wrong, which no real network gives you.)"
  "$flowtell" evaluate "$captures" "${others[@]}" --evidence shape --html "$report"
  new_app=call
else
  say "3. Accuracy by cross-validation: each capture is predicted by forests that were
   not trained on it."
  "$flowtell" evaluate "$captures" --html "$report"
  new_app=$(find -L "$captures" -mindepth 1 -maxdepth 1 -type d -not -name '.*' -printf '%f\n' | sort | tail -n 1)
fi

say "4. An app that was never trained: a model without '$new_app' names the flows of a
   capture of '$new_app'. Each line: time, device, remote, their ports, protocol,
   packets and bytes sent and received, the verdict and its probability."
rm -rf build/demo.apps
mkdir -p build/demo.apps
for folder in "$captures"/*/; do
  [ "$(basename "$folder")" = "$new_app" ] || ln -s "$(realpath "$folder")" build/demo.apps/
done
capture=$(find -L "${others[1]:-$captures}/$new_app" -type f | sort | head -n 1)
if [ -z "$capture" ] || ! "$flowtell" train build/demo.apps -o build/demo.others.model --no-score; then
  echo "   Left out: it takes three folders of apps."
else
  "$flowtell" classify build/demo.others.model "$capture" -o build/demo.txt
  head -n 6 build/demo.txt
  say "5. Why the first of these flows has its verdict ('flowtell explain'):"
  "$flowtell" explain build/demo.others.model "$capture" --flow 1 | sed -n '1,20p'
fi

say "The report of step 3, with charts, is $report: open it in a browser.
Name your own traffic:  $flowtell classify $model YOUR.pcap
docs/using.md explains more; './demo.sh --live' watches a phone."
