# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A bare Debian in a folder, and commands in it, for scripts that source this.
# FLOWTELL_BARE_ROOTS names a folder that keeps one root per suite, to be copied
# instead of installed again. FLOWTELL_MIRROR names the mirror to install from;
# the default is the mirror of this machine's apt configuration.

# Exits with 77 if no such system can be made: `need_bare_root WHAT`.
need_bare_root() {
  if [ "$(id -u)" -ne 0 ] || ! command -v debootstrap >/dev/null; then
    echo "$1: this needs root and debootstrap." >&2
    exit 77
  fi
}

# The mirror of Debian's packages in apt's configuration.
apt_mirror() {
  # shellcheck disable=SC2016 # apt expands it
  apt-get indextargets --format '$(SITE)' 'Identifier: Packages' \
    'Origin: Debian' 'Label: Debian' 'Component: main' | sed -n 1p
}

# make_bare_root ROOT [SUITE]: Debian 12 (bookworm) unless a suite is named.
make_bare_root() {
  local root=$1 suite=${2:-bookworm} mirror=${FLOWTELL_MIRROR:-$(apt_mirror)}
  local kept=${FLOWTELL_BARE_ROOTS:+$FLOWTELL_BARE_ROOTS/$suite}
  if [ -z "$kept" ] || [ ! -e "$kept" ]; then
    if [ -z "$mirror" ]; then
      echo "apt has no Debian mirror configured; name one in FLOWTELL_MIRROR." >&2
      exit 77
    fi
    echo "Installing a bare Debian ($suite)."
    timeout 900 debootstrap --variant=minbase "$suite" "$root" "$mirror" \
      >"$root.log" 2>&1 || { tail "$root.log"; exit 1; }
    if [ -n "$kept" ]; then mv "$root" "$kept"; fi
  fi
  if [ -n "$kept" ]; then cp -a "$kept" "$root"; fi
  # Packages must not start services here.
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod 755 "$root/usr/sbin/policy-rc.d"
}

# in_bare_root ROOT [WORD...] -- COMMAND...: own mounts and processes, which end
# with the command and this script's process group. The words are a prefix.
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
