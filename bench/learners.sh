#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Prints a table of both learners: the processor time of `train` on one thread
# (reading captures, training weights), and the balanced accuracy on the other
# captures by shape only.
#
# usage: bench/learners.sh FLOWTELL CAPTURES_A CAPTURES_B
set -euo pipefail

if [ $# != 3 ]; then
  echo "usage: bench/learners.sh FLOWTELL CAPTURES_A CAPTURES_B" >&2
  exit 2
fi
flowtell=$1
a=$2
b=$3
folder=$(mktemp -d)
trap 'rm -r "$folder"' EXIT
TIMEFORMAT=%1U

train_seconds() {
  { time "$flowtell" train "$2" --learner "$1" --no-score \
    --threads 1 -o "$folder/model" 2> /dev/null; } 2>&1
}

balanced() {
  "$flowtell" evaluate "$2" --test "$3" --learner "$1" --evidence shape \
    --unknown never --json - |
    python3 -c 'import json, sys
print("%.1f" % (100 * json.load(sys.stdin)["balanced_accuracy"]))'
}

echo '| learner | training on a, s | training on b, s | a → b, % | b → a, % |'
echo '| --- | ---: | ---: | ---: | ---: |'
for learner in forest svm; do
  echo "| $learner | $(train_seconds $learner "$a")" \
    "| $(train_seconds $learner "$b")" \
    "| $(balanced $learner "$a" "$b")" \
    "| $(balanced $learner "$b" "$a") |"
done
