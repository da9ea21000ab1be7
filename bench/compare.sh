#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Compares frames to verdicts with similar tools of Debian, and writes the table
# into docs/performance.md.
#   usage: bench/compare.sh CAPTURES...    labelled captures, for training and
#                                          for the big capture
# Installs the other tools if it may (as root).
set -eu

[ $# -gt 0 ] || { echo "usage: bench/compare.sh CAPTURES..." >&2; exit 2; }
house=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM

if [ "$(id -u)" -eq 0 ]; then
  apt-get install -y -q nfdump softflowd argus-server libndpi-bin tshark tcpdump \
    python3-scapy libbenchmark-dev >/dev/null
fi
cmake --preset release -S "$house" -DFLOWTELL_BENCH=ON >/dev/null
cmake --build "$house/build" -j2 --target flowtell big_capture limits >/dev/null

"$house/build/flowtell" train "$1" -o "$work/apps.model"
"$house/build/big_capture" "$work/big.pcap" 3100000 "$@"
"$house/bench/compare.py" "$work/apps.model" "$work/big.pcap" --write
