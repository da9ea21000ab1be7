#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs ./demo.sh on a bare Debian 12 and a bare Debian 13, installing only what
# packages.txt names. On Debian 13 it then builds and runs the unit and program
# tests, builds the packages, installs them and runs the installed program;
# ./test.sh and packaging/build.sh do that for the Debian of this machine.
#   packaging/bare_systems.sh [--no-packages] [bookworm|trixie]...   default: both
# Needs root and debootstrap, and exits with 77 without them
# (packaging/bare_root.sh). Everything happens in a temporary folder. The
# compiler cache of this machine is shared.
set -euo pipefail
cd "$(dirname "$0")/.."
. packaging/bare_root.sh
need_bare_root "flowtell was not tried on bare systems"

packages=yes
if [ "${1:-}" = --no-packages ]; then
  packages=no
  shift
fi
suites=("$@")
if [ $# -eq 0 ]; then suites=(bookworm trixie); fi
cache=${CCACHE_DIR:-$HOME/.cache/ccache}
mkdir -p "$cache"
folder=$(mktemp -d)
trap 'rm -rf --one-file-system "$folder"' EXIT

# in_suite SUITE SCRIPT: in a copy of the project, on that system.
in_suite() {
  # The words are for the shell that mounts.
  # shellcheck disable=SC2016
  local mounts='mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev" &&
    mount --bind "$2" "$1/ccache" && shift 2 && exec "$@"'
  in_bare_root "$folder/$1" bash -c "$mounts" - "$folder/$1" "$cache" -- \
    env CCACHE_DIR=/ccache CCACHE_COMPILERCHECK=content \
    bash -euo pipefail -c "cd /flowtell; $2"
}

for suite in "${suites[@]}"; do
  root=$folder/$suite
  make_bare_root "$root" "$suite"
  mkdir -p "$root/flowtell" "$root/ccache"
  git ls-files -co --exclude-standard -z |
    xargs -0 cp --parents -t "$root/flowtell" 2>/dev/null || true
  echo "== $suite: ./demo.sh ($SECONDS s)"
  in_suite "$suite" ./demo.sh >"$root.demo" 2>&1 || {
    tail -n 40 "$root.demo"
    exit 1
  }
  if [ "$(wc -l <"$root/flowtell/build/demo.txt")" -lt 10 ]; then
    echo "./demo.sh classified fewer than ten flows on $suite:" >&2
    tail -n 40 "$root.demo" >&2
    exit 1
  fi
  [ "$suite" = trixie ] || continue
  echo "== $suite: unit and program tests ($SECONDS s)"
  # shellcheck disable=SC2016 # expanded there
  in_suite "$suite" '
    cmake/install_packages.sh build tests
    cmake --preset release -DBUILD_TESTING=ON >/dev/null
    cmake --build --preset release --target unit_tests program_tests
    for tests in unit_tests program_tests; do
      build/$tests --gtest_brief=1
    done'
  [ "$packages" = yes ] || continue
  echo "== $suite: packages ($SECONDS s)"
  # shellcheck disable=SC2016 # expanded there
  in_suite "$suite" '
    packaging/build.sh --no-try
    apt-get install -y -qq --no-install-recommends \
      ./build-package/packages/*.deb >/dev/null
    flowtell --version
    flowtell train samples/home -o /tmp/apps.model --trees 20 --no-score
    flowtell classify /tmp/apps.model samples/mobile/chat -o /tmp/lines
    head -n 3 /tmp/lines
    capture=$(find samples/mobile -type f | sort | head -n 1)
    tests/outside/try.sh samples/home "$capture" /tmp/verdicts'
done
echo "flowtell works on: ${suites[*]}."
