#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Installs the packages of packages.txt that are missing, with apt-get, as root
# or with sudo. Prints and asks nothing if none is missing.
#   cmake/install_packages.sh [SECTION...]
# A section is named by the last word of its heading: build, tests, test, lab. The
# default is all sections.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
while read -r package; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done < <(awk -v wanted=" $* " '
  /^# To / { section = " " $NF " " }
  /^[^#]/ && (wanted == "  " || index(wanted, section)) { print $1 }' packages.txt)
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "Missing packages: ${missing[*]}. Install them as root, or install sudo." >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "Installing ${#missing[@]} packages: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
