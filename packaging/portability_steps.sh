#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The steps of portability.sh; steps with a machine run in the bare system.
#   portability_steps.sh packages|build|tests|work_of MACHINE
#   portability_steps.sh work RESULTS-FOLDER PROGRAM...
#   portability_steps.sh train_svm PROGRAM...
set -euo pipefail
cd "$(dirname "$0")/.."

# The machine's names in Debian, its compilers and QEMU.
set_machine() {
  machine=$1
  folder=build-portability/$machine
  emulator=()
  case $machine in
    i386)
      compiler=i686-linux-gnu
      libraries=i386-linux-gnu
      ;;
    arm64)
      compiler=aarch64-linux-gnu
      libraries=$compiler
      emulator=(/usr/bin/qemu-aarch64-static)
      ;;
    armhf)
      compiler=arm-linux-gnueabihf
      libraries=$compiler
      emulator=(/usr/bin/qemu-arm-static)
      ;;
  esac
}

# Libraries for the machine; tools and headers of this system.
step_packages() {
  dpkg --add-architecture "$machine"
  apt-get update -qq
  local wanted=("g++-$compiler" "libstdc++-12-dev:$machine") package
  [ ${#emulator[@]} -eq 0 ] || wanted+=(qemu-user-static)
  for package in $(awk '/^# To / { build = / build$/ }
    /^[^#]/ && build && $1 != "g++" { print $1 }' packages.txt) \
    libgtest-dev librapidcheck-dev; do
    # Not grep -q, which would exit before the end of the output.
    if apt-cache show --no-all-versions "$package" |
      grep '^Multi-Arch: same' >/dev/null; then
      wanted+=("$package:$machine")
    else
      wanted+=("$package")
    fi
  done
  apt-get install -y -qq --no-install-recommends "${wanted[@]}" \
    >/tmp/apt.log 2>&1 || {
    tail /tmp/apt.log
    exit 1
  }
}

step_build() {
  export PKG_CONFIG_LIBDIR=/usr/lib/$libraries/pkgconfig:/usr/share/pkgconfig
  cmake -S . -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DFLOWTELL_WERROR=ON \
    -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
    -DCMAKE_SYSTEM_NAME=Linux "-DCMAKE_SYSTEM_PROCESSOR=$machine" \
    "-DCMAKE_CXX_COMPILER=/usr/bin/$compiler-g++" \
    "-DCMAKE_LIBRARY_ARCHITECTURE=$libraries" \
    "-DCMAKE_CROSSCOMPILING_EMULATOR=${emulator[*]}" >/dev/null
  cmake --build "$folder" -j "$FLOWTELL_JOBS" --target flowtell unit_tests
  du -h "$folder/flowtell"
}

# QEMU is slow and lacks processes and interfaces, so it runs only computing
# tests.
step_tests() {
  local filter='*'
  if [ ${#emulator[@]} -gt 0 ]; then
    filter=$(grep -hoE '^(TEST|TEST_F|TEST_P|TYPED_TEST|RC_GTEST_PROP)\(\w+' \
      src/{base/portable_math,decode/*,flow/*,features/*,model/*,classify/*,learn/*,evaluate/*,explain/*,audit/*}_test.cc |
      sed 's/.*(/*/; s/$/*/' | sort -u | paste -sd:)
  fi
  "${emulator[@]}" "$folder/unit_tests" --gtest_brief=1 \
    --gtest_filter="$filter"
}

step_work_of() {
  "$0" work "build-portability/results/$machine" \
    "${emulator[@]}" "$folder/flowtell"
}

# libsvm trains with its own sums and powers, so one model is used everywhere.
svm=build-portability/svm.model
train_svm() {
  "$@" train samples/home -o "$svm" --learner svm --no-score
}

# The results that must be the same everywhere: a model with its score, and the
# output for captures.
work() {
  local out=$1 captures=samples/mobile
  shift
  mkdir -p "$out"
  "$@" train samples/home -o "$out/apps.model" --seed 7
  "$@" flows "$captures" --features robust,classic14,appscanner54 --format csv \
    -o "$out/flows.csv"
  "$@" classify "$out/apps.model" "$captures" --format jsonl \
    -o "$out/verdicts.jsonl"
  "$@" classify "$out/apps.model" "$captures" --evidence name --format csv \
    -o "$out/names.csv"
  "$@" classify "$svm" "$captures" --format csv -o "$out/svm_verdicts.csv"
}

case $1 in
  work | train_svm) "$@" ;;
  *)
    set_machine "$2"
    "step_$1"
    ;;
esac
