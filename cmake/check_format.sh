#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Every file of code stands as clang-format would have it, carries one SPDX
# line, and is of a size that can be read; and no arithmetic is used that differs
# between machines.
set -euo pipefail
cd "$(dirname "$0")/.."

bad=0
mapfile -t code < <(git ls-files '*.cc' '*.h')
clang-format --dry-run --Werror "${code[@]}" || bad=1

longest=500
for file in "${code[@]}"; do
  lines=$(wc -l <"$file")
  if [ "$lines" -gt "$longest" ]; then
    echo "$file has $lines lines; split what has grown a second idea" >&2
    bad=1
  fi
done

# Data, the licence itself and files that cannot hold a comment have none.
while read -r file; do
  count=$(head -n 5 "$file" | grep -c 'SPDX-License-Identifier: Apache-2.0' || true)
  if [ "$count" -ne 1 ]; then
    echo "$file: needs one SPDX line at its head" >&2
    bad=1
  fi
done < <(git ls-files | grep -vE '^LICENSE$|^packaging/changelog$|\.json$|^tests/expected/|^samples/|^tests/regressions/')

# What the standard fixes no bits of; base/portable_math.h has what is needed.
if git ls-files 'src/*.cc' 'src/*.h' | grep -v _test.cc |
  xargs grep -nE 'std::(exp|log|pow|cbrt|hypot|a?(sin|cos|tan)|[el]?t?gamma|erf)[a-z0-9]*\('; then
  echo "These give other bits on other machines; see base/portable_math.h" >&2
  bad=1
fi

mapfile -t scripts < <(git ls-files '*.sh' .ci/run)
shellcheck "${scripts[@]}" || bad=1
exit "$bad"
