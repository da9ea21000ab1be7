#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Feeds every fuzz target (fuzz/) with made-up bytes for so many seconds, two at
# a time, under the address and undefined-behaviour sanitizers. Fails on a
# crash, a leak, undefined behaviour, a broken invariant, or an input that takes
# a second or longer.
#   ./fuzz.sh SECONDS [TARGET...]
# FLOWTELL_FUZZ_SEED makes its chance repeatable, from an empty corpus.
# What was learned is kept in build-asan/corpus, what was found in
# build-asan/findings.
set -euo pipefail
cd "$(dirname "$0")"

if ! [[ ${1:-} =~ ^[1-9][0-9]*$ ]]; then
  sed -n '4,11s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
seconds=$1
shift
all=$(sed -n 's/^add_fuzz_target(\([a-z_]*\).*/\1/p' fuzz/CMakeLists.txt)
targets=("$@")
if [ $# -eq 0 ]; then mapfile -t targets <<<"$all"; fi
for target in "${targets[@]}"; do
  grep -qx "$target" <<<"$all" && continue
  echo "There is no target '$target'; there are: ${all//$'\n'/ }" >&2
  exit 2
done

cmake/install_packages.sh build test code
cmake --preset asan >/dev/null
cmake --build --preset asan --target fuzz_seeds "${targets[@]/#/fuzz_}"
build=$PWD/build-asan
rm -rf "$build/findings"
mkdir -p "$build/findings"
"$build/fuzz_seeds" "$build/seeds"

printf '%s\n' "${targets[@]}" |
  xargs -P 2 -I {} fuzz/run_target.sh "$build" {} "$seconds"

# A line a target; the numbers of several runs are summed or the latest.
printf '%-14s %12s %9s %9s %7s  %s\n' \
  target executions "a second" coverage corpus findings
bad=0
for target in "${targets[@]}"; do
  found=$(find "$build/findings" -name "$target-*" | wc -l)
  [ "$found" -eq 0 ] || bad=1
  awk -v target="$target" -v seconds="$seconds" -v found="$found" '
    /stat::number_of_executed_units/ { done += $2 }
    / cov: / { for (i = 1; i < NF; ++i) if ($i == "cov:") edges = $(i + 1)
               for (i = 1; i < NF; ++i) if ($i == "corp:") corpus = $(i + 1) }
    END { sub(/\/.*/, "", corpus)
          printf "%-14s %12d %9d %9d %7d  %s\n", target, done, done / seconds,
                 edges, corpus, found ? found : "none" }' \
    "$build/logs/$target.log"
done
[ "$bad" -eq 1 ] || exit 0

echo
for finding in "$build"/findings/*; do
  target=$(basename "$finding" | sed 's/-.*//')
  echo "Found $(basename "$finding"); build-asan/fuzz_$target $finding shows it again."
done
echo "What each said stands in build-asan/logs. Mend it, and keep the input as"
echo "tests/regressions/TARGET/WHAT_WAS_WRONG."
exit 1
