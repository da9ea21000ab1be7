#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Runs one fuzz target until its time is over or it finds something; called by
# fuzz.sh.
#   fuzz/run_target.sh BUILD TARGET SECONDS
set -euo pipefail
cd "$(dirname "$0")/.."
build=$1 target=$2 seconds=$3
program=$build/fuzz_$target
log=$build/logs/$target.log
findings=$build/findings/$target-

# Longer inputs find little; other tests cover large inputs.
case $target in
  model) longest=16384 ;;
  command_line | dns | dhcp | manifest) longest=1024 ;;
  *) longest=4096 ;;
esac

# The processor time of inputs, in seconds.
seconds_of() {
  local TIMEFORMAT=%U
  { time "$program" -timeout=20 -close_fd_mask=1 "$@" >/dev/null 2>&1; } 2>&1 || true
}

# Whether an input takes a second of processor time; wall-clock time is
# unreliable on a busy machine. A seed gives the program's own start time.
is_slow() {
  awk -v both="$(seconds_of "$build/seeds/$target/seed-1" "$1")" \
    -v first="$(seconds_of "$build/seeds/$target/seed-1")" \
    'BEGIN { exit !(both - first >= 1) }'
}

folders=("$build/corpus/$target" "$build/seeds/$target")
mkdir -p "${folders[@]}" "$build/logs"
[ ! -d "tests/regressions/$target" ] || folders+=("tests/regressions/$target")
: >"$log"
while left=$((seconds - SECONDS)) && [ "$left" -gt 0 ]; do
  status=0
  "$program" "${folders[@]}" -dict="fuzz/$target.dict" \
    -max_total_time="$left" -max_len="$longest" -timeout=1 \
    -seed="${FLOWTELL_FUZZ_SEED:-0}" -rss_limit_mb=2048 \
    -artifact_prefix="$findings" -close_fd_mask=1 \
    -print_final_stats=1 >>"$log" 2>&1 || status=$?
  [ "$status" -ne 0 ] || break
  # A timeout that was only due to the busy machine is no finding.
  slow=("$findings"timeout-*)
  if [ ! -e "${slow[0]}" ] || is_slow "${slow[0]}"; then
    # A failure without an input, such as a leak at exit, is a finding too.
    compgen -G "$findings*" >/dev/null || cp "$log" "${findings}log"
    break
  fi
  rm "${slow[0]}"
done
