#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# src/README.md lists the folders in dependency order: a file includes only from
# its own folder or an earlier one. Tests may also include tests/support.
set -euo pipefail
cd "$(dirname "$0")/.."

# shellcheck disable=SC2016 # backticks of the page
mapfile -t pipeline < <(sed -nE 's/^\*\*`([a-z]+)`\*\*.*/\1/p' src/README.md)
index_of() {
  local i
  for i in "${!pipeline[@]}"; do
    [ "${pipeline[$i]}" = "$1" ] && echo "$i" && return
  done
  echo -1
}

bad=0
report() {
  echo "$1" >&2
  bad=1
}
while IFS=: read -r file line text; do
  own=$(index_of "$(cut -d/ -f2 <<<"$file")")
  included=$(sed -E 's/.*"([^"]+)".*/\1/' <<<"$text")
  folder=${included%%/*}
  if [ "$folder" = support ] && [[ "$file" == *_test.cc ]]; then continue; fi
  # The public interface (include/) is what `api` implements.
  if [[ "$included" == flowtell.h && "$file" == src/api/* ]]; then continue; fi
  index=$(index_of "$folder")
  if [ "$index" -lt 0 ]; then
    report "$file:$line: \"$included\" is not relative to src/"
  elif [ "$index" -gt "$own" ]; then
    report "$file:$line: includes $folder/, which src/README.md lists later"
  fi
done < <(grep -rnE '^#include "' src --include='*.cc' --include='*.h')

for folder in src/*/; do
  [ "$(index_of "$(basename "$folder")")" -ge 0 ] ||
    report "$folder is not listed in src/README.md"
done
exit "$bad"
