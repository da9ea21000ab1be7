#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs the packages in a bare Debian 12, uses them there, removes them, and
# looks whether anything is left behind.
#   packaging/try.sh PACKAGES-FOLDER
# FLOWTELL_BARE_ROOT names a bare system that is there already; it is copied.
# Needs root and debootstrap, and says so where it lacks them. All of it happens
# in a temporary folder, in processes that end with this one.
set -euo pipefail
packages=$(realpath "$1")
cd "$(dirname "$0")/.."
mirror=${FLOWTELL_MIRROR:-http://deb.debian.org/debian}

if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null; then
  echo "The packages were not tried: that takes root, and debootstrap." >&2
  exit 77
fi

folder=$(mktemp -d)
trap 'rm -rf --one-file-system "$folder"' EXIT
chmod 755 "$folder" # users of the bare system have to get there
root=$folder/root
if [ -n "${FLOWTELL_BARE_ROOT:-}" ]; then
  cp -a "$FLOWTELL_BARE_ROOT" "$root"
else
  echo "A bare Debian 12 is being made in $root."
  timeout 900 debootstrap --variant=minbase bookworm "$root" "$mirror" \
    >"$folder/log" 2>&1 || { tail "$folder/log"; exit 1; }
fi

mkdir "$root/try"
cp "$packages"/*.deb packaging/in_root.sh "$root/try/"
cp -r tests/outside "$root/try/"
capture=$(find samples/home/chat -name '*.pcap*' | sort | head -n 1)
cp "$capture" "$root/try/capture"
cp -r samples/home "$root/try/home"
# No package may start anything here.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"

# in_root STEP [WORD...]: own mounts and processes, which end with the step. The
# words are a command that runs what follows it.
in_root() {
  local step=$1
  shift
  timeout 1800 unshare --mount --pid --fork --kill-child "$@" \
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive bash /try/in_root.sh "$step"
}
in_root install
# A network of its own, so that what is watched is not the machine's.
in_root watch unshare --net bash -c "ip link set lo up && exec \"\$@\"" -
in_root remove
in_root library
echo "The packages were tried: all is well."
