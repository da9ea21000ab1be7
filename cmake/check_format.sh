#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Checks that every code file has clang-format's layout, one SPDX line and a
# readable size, and that no arithmetic is used that differs between machines.
set -euo pipefail
cd "$(dirname "$0")/.."

bad=0
mapfile -t code < <(git ls-files '*.cc' '*.h')
clang-format --dry-run --Werror "${code[@]}" || bad=1

longest=500
for file in "${code[@]}"; do
  lines=$(wc -l <"$file")
  if [ "$lines" -gt "$longest" ]; then
    echo "$file has $lines lines; split it by idea" >&2
    bad=1
  fi
done

# Data, the licence and files without comments have none.
while read -r file; do
  count=$(head -n 5 "$file" | grep -c 'SPDX-License-Identifier: Apache-2.0' || true)
  if [ "$count" -ne 1 ]; then
    echo "$file: needs one SPDX line at its head" >&2
    bad=1
  fi
done < <(git ls-files | grep -vE '^LICENSE$|^packaging/changelog$|\.json$|^tests/expected/|^samples/|^tests/regressions/')

# The standard does not fix the bits of these functions; base/portable_math.h
# has replacements.
if git ls-files 'src/*.cc' 'src/*.h' | grep -v _test.cc |
  xargs grep -nE 'std::(exp|log|pow|cbrt|hypot|a?(sin|cos|tan)|[el]?t?gamma|erf)[a-z0-9]*\('; then
  echo "These differ between machines; see base/portable_math.h" >&2
  bad=1
fi

mapfile -t scripts < <(git ls-files '*.sh' .ci/run)
shellcheck "${scripts[@]}" || bad=1
exit "$bad"
