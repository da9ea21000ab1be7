#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs the packages in a bare Debian 12, uses them there, removes them, and
# looks whether anything is left behind.
#   packaging/try.sh PACKAGES-FOLDER
# Needs root and debootstrap, and says so where it lacks them
# (packaging/bare_root.sh). All of it happens in a temporary folder, in processes
# that end with this one.
set -euo pipefail
packages=$(realpath "$1")
cd "$(dirname "$0")/.."
. packaging/bare_root.sh
need_bare_root "The packages were not tried"

folder=$(mktemp -d)
trap 'rm -rf --one-file-system "$folder"' EXIT
chmod 755 "$folder" # users of the bare system have to get there
root=$folder/root
make_bare_root "$root"

mkdir "$root/try"
cp "$packages"/*.deb packaging/in_root.sh "$root/try/"
cp -r tests/outside "$root/try/"
capture=$(find samples/home/chat -name '*.pcap*' | sort | head -n 1)
cp "$capture" "$root/try/capture"
cp -r samples/home "$root/try/home"

# in_root STEP [WORD...]: the words are a command that runs what follows it.
in_root() {
  local step=$1
  shift
  in_bare_root "$root" "$@" -- bash /try/in_root.sh "$step"
}
in_root install
# A network of its own, so that what is watched is not the machine's.
in_root watch unshare --net bash -c "ip link set lo up && exec \"\$@\"" -
in_root remove
in_root library
echo "The packages were tried: all is well."
