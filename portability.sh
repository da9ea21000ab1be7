#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds flowtell for other processors, tests it there, and compares its models
# and output byte by byte with those of this machine (docs/portability.md).
#   ./portability.sh [i386|arm64|armhf]...        default: all three
# Everything happens in a bare Debian 12 in a temporary folder, with cross
# compilers; no package is installed on this machine. Programs for i386 run on
# the processor itself, the others in QEMU. Needs root and debootstrap;
# otherwise it prints so (packaging/bare_root.sh).
# FLOWTELL_JOBS is the number of parallel compilers.
set -euo pipefail
cd "$(dirname "$0")"
. packaging/bare_root.sh

if [ $# -gt 0 ]; then machines=("$@"); else machines=(i386 arm64 armhf); fi
for machine in "${machines[@]}"; do
  case $machine in
    i386 | arm64 | armhf) ;;
    *)
      echo "$machine is not one of i386, arm64, armhf." >&2
      exit 2
      ;;
  esac
done
need_bare_root "Nothing was built for other processors"

steps=packaging/portability_steps.sh
results=build-portability/results
rm -rf "$results"
mkdir -p "$results"

step() { printf '\n== %s (%s s)\n' "$*" "$SECONDS"; }

step "here"
cmake/install_packages.sh build
cmake --preset release >/dev/null
cmake --build --preset release --target flowtell
"$steps" train_svm build/flowtell
"$steps" work "$results/here" build/flowtell

folder=$(mktemp -d)
trap 'rm -rf --one-file-system "$folder"' EXIT
root=$folder/root
make_bare_root "$root"

# The project and the compiler cache are mounted for one command only.
cache=${CCACHE_DIR:-$HOME/.cache/ccache}
mkdir -p "$root/flowtell" "$root/ccache" "$cache"
# The words are expanded by the shell that mounts.
# shellcheck disable=SC2016
mounts='mount -t proc proc "$1/proc" && mount --bind /dev "$1/dev" &&
  mount --bind "$PWD" "$1/flowtell" && mount --bind "$2" "$1/ccache" &&
  shift 2 && exec "$@"'
in_root() {
  in_bare_root "$root" bash -c "$mounts" - "$root" "$cache" -- \
    env CCACHE_DIR=/ccache "FLOWTELL_JOBS=${FLOWTELL_JOBS:-$(nproc)}" \
    "/flowtell/$steps" "$@"
}

for machine in "${machines[@]}"; do
  step "$machine: packages"
  in_root packages "$machine"
  step "$machine: build"
  in_root build "$machine"
  step "$machine: tests"
  in_root tests "$machine"
  step "$machine: the same bytes as here"
  in_root work_of "$machine"
  diff --recursive --brief "$results/here" "$results/$machine"
  echo "All $(cat "$results/here/"* | wc -c) bytes are the same on $machine."
done
step "done"
