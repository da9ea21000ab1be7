#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# `ls src` is the pipeline: a file includes only from its own folder or from one
# that stands earlier. Tests may also include tests/support.
set -euo pipefail
cd "$(dirname "$0")/.."

pipeline=(base capture decode flow measure model predict report serve tool)
place_of() {
  local i
  for i in "${!pipeline[@]}"; do
    [ "${pipeline[$i]}" = "$1" ] && echo "$i" && return
  done
  echo -1
}

bad=0
complain() {
  echo "$1" >&2
  bad=1
}
while IFS=: read -r file line text; do
  own=$(place_of "$(cut -d/ -f2 <<<"$file")")
  included=$(sed -E 's/.*"([^"]+)".*/\1/' <<<"$text")
  folder=${included%%/*}
  if [ "$folder" = support ] && [[ "$file" == *_test.cc ]]; then continue; fi
  place=$(place_of "$folder")
  if [ "$place" -lt 0 ]; then
    complain "$file:$line: \"$included\" is not named from src/"
  elif [ "$place" -gt "$own" ]; then
    complain "$file:$line: includes $folder/, which comes later in the pipeline"
  fi
done < <(grep -rnE '^#include "' src --include='*.cc' --include='*.h')

for folder in src/*/; do
  [ "$(place_of "$(basename "$folder")")" -ge 0 ] ||
    complain "$folder is no stage of the pipeline"
done
exit "$bad"
