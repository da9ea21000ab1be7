#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs the packages in a bare Debian 12, uses them there, removes them, and
# checks that nothing is left.
#   packaging/try.sh PACKAGES-FOLDER
# Needs root and debootstrap; otherwise it prints so (packaging/bare_root.sh).
# Everything happens in a temporary folder, in processes that end with this one.
set -euo pipefail
packages=$(realpath "$1")
cd "$(dirname "$0")/.."
. packaging/bare_root.sh
need_bare_root "The packages were not tried"

folder=$(mktemp -d)
trap 'rm -rf --one-file-system "$folder"' EXIT
chmod 755 "$folder" # for users of the bare system
root=$folder/root
make_bare_root "$root"

mkdir "$root/try"
cp "$packages"/*.deb packaging/in_root.sh "$root/try/"
cp -r tests/outside "$root/try/"
capture=$(find samples/home/chat -name '*.pcap*' | sort | head -n 1)
cp "$capture" "$root/try/capture"
cp -r samples/home "$root/try/home"

# in_root STEP [WORD...]: the words are a command prefix.
in_root() {
  local step=$1
  shift
  in_bare_root "$root" "$@" -- bash /try/in_root.sh "$step"
}
in_root install
# A network of its own, so that the machine's traffic is not watched.
in_root watch unshare --net bash -c "ip link set lo up && exec \"\$@\"" -
in_root remove
in_root library
echo "The packages work."
