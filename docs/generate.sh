#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Rewrites the parts of the docs that follow from tables in the code: in each
# file of docs/, what stands between a line
#   <!-- generated: flowtell reference PAGE -->
# and the next line <!-- end -->. Everything else stays as it is.
#
#   docs/generate.sh [--check] [FLOWTELL]      FLOWTELL: build/flowtell
#
# With --check nothing is written; exit code 1 where a file is out of date.
set -euo pipefail

check=no
if [ "${1:-}" = --check ]; then
  check=yes
  shift
fi
flowtell=$(realpath -m "${1:-$(dirname "$0")/../build/flowtell}")
cd "$(dirname "$0")/.."
if [ ! -x "$flowtell" ]; then
  echo "There is no program at $flowtell; build it with ./test.sh or ./demo.sh." >&2
  exit 1
fi

start='^<!-- generated: flowtell reference ([a-z]+) -->$'

# The file as it should be, on standard output.
renewed() {
  local line page inside=no
  while IFS= read -r line; do
    if [[ $line =~ $start ]]; then
      page=$("$flowtell" reference "${BASH_REMATCH[1]}")
      printf '%s\n\n%s\n\n' "$line" "$page"
      inside=yes
    elif [ "$line" = '<!-- end -->' ]; then
      printf '%s\n' "$line"
      inside=no
    elif [ "$inside" = no ]; then
      printf '%s\n' "$line"
    fi
  done <"$1"
  if [ "$inside" = yes ]; then
    echo "$1: a generated part has no line <!-- end -->; add it." >&2
    return 1
  fi
}

mapfile -t files < <(grep -lE "$start" docs/*.md)
new=$(mktemp)
trap 'rm -f "$new"' EXIT
for file in "${files[@]}"; do
  renewed "$file" >"$new"
  if cmp -s "$new" "$file"; then continue; fi
  if [ "$check" = yes ]; then
    echo "$file does not say what the program says; run docs/generate.sh." >&2
    exit 1
  fi
  cat "$new" >"$file"
  echo "rewrote $file"
done
