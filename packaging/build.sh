#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Makes the Debian packages, checks them with lintian and systemd, and tries
# them in a bare Debian 12 (packaging/try.sh).
#   packaging/build.sh [--no-try] [BUILD-FOLDER]     BUILD-FOLDER: build-package
# The packages are then in BUILD-FOLDER/packages. FLOWTELL_JOBS is the number of
# parallel compilers.
set -euo pipefail
cd "$(dirname "$0")/.."

try=yes
if [ "${1:-}" = --no-try ]; then
  try=no
  shift
fi
build=${1:-build-package}

cmake/install_packages.sh build package

# Debian's own flags, except the optimisation, which the project chooses.
export DEB_BUILD_MAINT_OPTIONS=hardening=+all DEB_CXXFLAGS_MAINT_STRIP="-g -O2"
flags() { dpkg-buildflags --get "$1"; }
cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF \
  -DCMAKE_INSTALL_PREFIX=/usr \
  -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
  -DCMAKE_CXX_FLAGS="$(flags CPPFLAGS) $(flags CXXFLAGS)" \
  -DCMAKE_EXE_LINKER_FLAGS="$(flags LDFLAGS)" \
  -DCMAKE_SHARED_LINKER_FLAGS="$(flags LDFLAGS)" >/dev/null
cmake --build "$build" -j "${FLOWTELL_JOBS:-$(nproc)}"

packages=$build/packages
rm -rf "$packages"
cpack --config "$build/CPackConfig.cmake" -B "$packages" >"$build/cpack.log"
rm -rf "$packages/_CPack_Packages"

as_root=()
if [ "$(id -u)" -eq 0 ]; then as_root=(--allow-root); fi
lintian "${as_root[@]}" --fail-on error,warning "$packages"/*.deb
echo "lintian found nothing."

# The exposure of a unit, from 0 to 100: 20 is a fifth of that of an unconfined
# service.
if command -v systemd-analyze >/dev/null; then
  systemd-analyze security --offline=true --threshold=20 --no-pager \
    "$build/share/flowtell-watch@.service" >"$build/exposure.txt" || {
    cat "$build/exposure.txt"
    exit 1
  }
  tail -n 1 "$build/exposure.txt"
else
  echo "systemd-analyze is not installed; the unit was not rated."
fi

ls -l "$packages"
if [ "$try" = yes ]; then packaging/try.sh "$packages"; fi
