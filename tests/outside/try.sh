#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Builds the programs of this folder against the installed library, by CMake and
# by pkg-config, shared and static, and runs each: all must give the same
# verdicts and the same model, which are written to OUTPUT and OUTPUT.model.
#   tests/outside/try.sh CAPTURES CAPTURE OUTPUT [PREFIX]
set -euo pipefail
captures=$1 capture=$2 output=$3 prefix=${4:-}
here=$(dirname "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
  echo "$*" >&2
  exit 1
}
quietly() { "$@" >"$folder/log" 2>&1 || fail "$(cat "$folder/log")"; }

quietly cmake -S "$here" -B "$folder" ${prefix:+-DCMAKE_PREFIX_PATH="$prefix"}
quietly cmake --build "$folder"

find_flags=(pkg-config flowtell --cflags --libs)
if [ -n "$prefix" ]; then
  PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name flowtell.pc)")
  export PKG_CONFIG_PATH
  find_flags+=("--define-variable=prefix=$prefix")
fi
read -ra shared < <("${find_flags[@]}")
read -ra static < <("${find_flags[@]}" --static)
libraries=$(pkg-config flowtell --variable=libdir "${find_flags[@]:4}")
gcc -std=c99 "$here/verdicts.c" -o "$folder/flowtell_by_pkg_config" "${shared[@]}" \
  "-Wl,-rpath,$libraries"
gcc -std=c99 "$here/verdicts.c" -o "$folder/flowtell_static_by_pkg_config" \
  "${static[@]/#-lflowtell/-l:libflowtell.a}"

rm -f "$output" "$output.model"
for program in "$folder"/flowtell_*from_* "$folder"/flowtell_*by_pkg_config; do
  name=$(basename "$program")
  if [[ $name == *static* ]] && ldd "$program" | grep libflowtell; then
    fail "$name is not static."
  fi
  "$program" "$captures" "$folder/model" "$capture" >"$folder/verdicts" ||
    fail "$name fails with exit code $?."
  if [ ! -e "$output" ]; then
    cp "$folder/verdicts" "$output"
    cp "$folder/model" "$output.model"
  fi
  cmp "$output" "$folder/verdicts" || fail "$name gives other verdicts."
  cmp "$output.model" "$folder/model" || fail "$name trains another model."
done
echo "From outside, in C and C++, shared and static: $(wc -l <"$output") equal verdicts."
