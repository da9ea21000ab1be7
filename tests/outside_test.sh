#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The installed library as other programs use it: installs it to a temporary
# folder, checks what is installed and exported, and compares the verdicts of the
# programs in tests/outside with those of flowtell.
#   tests/outside_test.sh BUILD-FOLDER
set -euo pipefail
build=$(realpath "$1")
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail() {
  echo "$*" >&2
  exit 1
}

prefix=$folder/usr
for component in runtime library; do
  DESTDIR='' cmake --install "$build" --component "$component" --prefix "$prefix" >/dev/null
done

# Only the public headers, each of which compiles by itself.
headers=$(cd "$prefix/include" && find . -name '*.h' | sort)
[ "$headers" = "$(cd include && find . -name '*.h' | sort)" ] ||
  fail "Other headers are installed: $headers"
[ "$(wc -l <<<"$headers")" -le 12 ] || fail "There are too many headers: $headers"
for header in $headers; do
  g++ -std=c++20 -fsyntax-only -Wall -Wextra -Wpedantic -Werror -I "$prefix/include" \
    -x c++ - <<<"#include <${header#./}>"
done
gcc -std=c99 -fsyntax-only -Wall -Wextra -Wpedantic -Werror -I "$prefix/include" \
  -x c - <<<"#include <flowtell.h>"

# The shared library exports the functions of flowtell.h and nothing else.
library=$(find "$prefix" -name 'libflowtell.so.0')
nm -D --defined-only "$library" | sed -nE 's/.* T (\w+)@@FLOWTELL_0.1$/\1/p' | sort >"$folder/exported"
grep -oE 'flowtell_[a-z_]+\(' include/flowtell.h | tr -d '(' | sort -u >"$folder/declared"
diff "$folder/declared" "$folder/exported" || fail "Exported is not what is declared."
others=$(nm -D --defined-only "$library" | grep -vE ' T flowtell_| A FLOWTELL_0.1$' || true)
[ -z "$others" ] || fail "It exports more: $others"
readelf -d "$library" | grep -q 'SONAME.*\[libflowtell\.so\.0\]' || fail "Its SONAME is wrong."
echo "$(wc -l <"$folder/exported") functions exported, $(wc -l <<<"$headers") headers installed."

"$build/flowtell" train samples/home -o "$folder/apps.model" --trees 20 --no-score 2>/dev/null
capture=$(find samples/mobile samples/home -name '*.pcap*' 2>/dev/null | sort | head -n 1)
"$build/flowtell" classify "$folder/apps.model" "$capture" --format csv >"$folder/csv"
/usr/bin/python3 - "$folder/csv" >"$folder/expected" <<'END'
import csv, sys
for row in csv.DictReader(open(sys.argv[1])):
    print(f"{row['device']} {row['remote']}:{row['remote_port']} "
          f"{float(row['confidence']):.4f} {row['app']}")
END
[ -s "$folder/expected" ] || fail "There are no verdicts to compare."
tests/outside/try.sh samples/home "$capture" "$folder/verdicts" "$prefix"
diff "$folder/expected" "$folder/verdicts" || fail "The program gives other verdicts."
cmp "$folder/apps.model" "$folder/verdicts.model" || fail "The program trains another model."
