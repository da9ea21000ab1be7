# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A bare Debian 12 in a folder, and commands in it, for scripts that source this.
# FLOWTELL_BARE_ROOT names one that is there already; it is copied.
# FLOWTELL_MIRROR names the mirror to make one from; the default is the mirror of
# this machine's own apt configuration.

# Ends the script with 77 where no such system can be made: `need_bare_root WHAT`.
need_bare_root() {
  if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null; then
    echo "$1: that takes root, and debootstrap." >&2
    exit 77
  fi
}

# The mirror that apt takes Debian's packages from.
apt_mirror() {
  # shellcheck disable=SC2016 # apt expands it
  apt-get indextargets --format '$(SITE)' 'Identifier: Packages' \
    'Origin: Debian' 'Label: Debian' 'Component: main' | sed -n 1p
}

make_bare_root() {
  local root=$1 mirror=${FLOWTELL_MIRROR:-$(apt_mirror)}
  if [ -n "${FLOWTELL_BARE_ROOT:-}" ]; then
    cp -a "$FLOWTELL_BARE_ROOT" "$root"
  elif [ -z "$mirror" ]; then
    echo "apt has no Debian mirror here; name one in FLOWTELL_MIRROR." >&2
    exit 77
  else
    echo "A bare Debian 12 is being made in $root."
    timeout 900 debootstrap --variant=minbase bookworm "$root" "$mirror" \
      >"$root.log" 2>&1 || { tail "$root.log"; exit 1; }
  fi
  # No package may start anything here.
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
}

# in_bare_root ROOT [WORD...] -- COMMAND...: own mounts and processes, which end
# with the command, and with this script's process group. The words are a command that runs what follows it.
in_bare_root() {
  local root=$1 around=()
  shift
  while [ "$1" != -- ]; do
    around+=("$1")
    shift
  done
  shift
  timeout --foreground "${FLOWTELL_ROOT_SECONDS:-1800}" \
    unshare --mount --pid --fork --kill-child "${around[@]}" \
    chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
    LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}
