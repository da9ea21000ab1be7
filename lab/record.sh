#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Records every app on every network of the lab, into FOLDER/NETWORK/APP/:
#   lab/record.sh [FOLDER] [-- OPTIONS]
# FOLDER is samples by default; OPTIONS are those of `lab/lab.py record`, such
# as --rounds 2 or --apps chat,shell. NETWORKS="home mobile" in the environment
# selects networks. The networks run in parallel; this takes about 20 minutes.
# The app shell needs root; without root the others need user namespaces.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=samples
if [ $# -gt 0 ] && [ "$1" != -- ]; then
  folder=$1
  shift
fi
[ "${1:-}" != -- ] || shift
read -ra networks <<<"${NETWORKS:-home mobile crowded}"

for network in "${networks[@]}"; do
  if [ -e "$folder/$network" ]; then
    echo "$folder/$network exists already; remove it or name another folder." >&2
    exit 1
  fi
done
cmake/install_packages.sh build lab
cmake --preset release -DBUILD_TESTING=OFF >/dev/null
cmake --build --preset release --target flowtell cable

labs=()
trap 'kill "${labs[@]}" 2>/dev/null || true; wait' EXIT
for network in "${networks[@]}"; do
  /usr/bin/python3 lab/lab.py record "$network" -o "$folder/$network" "$@" &
  labs+=($!)
done
bad=0
for lab in "${labs[@]}"; do wait "$lab" || bad=$?; done
exit "$bad"
