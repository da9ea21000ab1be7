#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# Checks the completions of each shell and the manual pages, as far as the
# shells and programs are installed.
#   tests/completion_test.sh FLOWTELL
#
# shellcheck disable=SC2016,SC2317  # scripts for other shells; functions by name
set -euo pipefail
flowtell=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
touch apps.model
mkdir captures

failed=0
checked=0
# offers SHELL LINE WORD...: the shell offers each of the words, and none of
# those that begin with "!".
offers() {
  local shell=$1 line=$2 offered word
  shift 2
  checked=$((checked + 1))
  offered=$("ask_$shell" "$line")
  for word in "$@"; do
    if [[ $word == !* ]]; then
      ! grep -qxF -- "${word#!}" <<<"$offered" && continue
    else
      grep -qxF -- "$word" <<<"$offered" && continue
    fi
    printf '%s: "%s": %s expected among: %s\n' "$shell" "$line" "$word" "${offered//$'\n'/ }" >&2
    failed=1
  done
}

# The last word, which may be empty, is being typed.
ask_bash() {
  LINE=$1 bash --norc -c '
    source ./flowtell.bash
    words=${LINE//=/ = }
    read -ra COMP_WORDS <<<"$words"
    [[ $LINE != *" " ]] || COMP_WORDS+=("")
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _flowtell
    printf "%s\n" "${COMPREPLY[@]}"'
}
ask_fish() {
  fish --no-config -c 'source ./flowtell.fish; complete -C "$argv[1]"' -- "$1" | cut -f 1
}
# zsh completes only in a terminal: this makes one, and records the candidates
# as they are added. The line editor reports that it is ready; before, the
# terminal would interpret a ^U. It reads what follows the tab when it has
# completed: two ^U erase the line (the first may answer a question about a long
# list), and a command reports that the end is reached.
ask_zsh() {
  LINE=$1 timeout 60 zsh -f -c '
    zmodload zsh/zpty
    zpty shell zsh -f
    zpty -w shell "PS1= ; stty -echo; fpath=($PWD \$fpath); autoload -U compinit; compinit -u -d $PWD/dump"
    zpty -w shell "compadd() { if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then builtin compadd \"\$@\"; return; fi; typeset -a __found; builtin compadd -O __found \"\$@\"; print -rl -- \$__found >>$PWD/offered; }"
    zpty -w shell "zle-line-init() { print -n rea; print dy; }; zle -N zle-line-init"
    zpty -r shell nothing "*ready*"
    : >offered
    zpty -w shell "$LINE"$'"'\\t\\x15\\x15'"'"print -n fini; print shed"
    zpty -r shell nothing "*finished*"
    zpty -d shell
    cat offered' || echo "zsh: no end of the completion of '$1' within 60 s" >&2
}

"$flowtell" reference bash >flowtell.bash
"$flowtell" reference fish >flowtell.fish
"$flowtell" reference zsh >_flowtell
for shell in bash fish zsh; do
  if ! command -v "$shell" >/dev/null; then
    echo "$shell is not installed; skipped."
    continue
  fi
  offers "$shell" 'flowtell ' flows gateway '!reference'
  offers "$shell" 'flowtell tr' train '!flows'
  offers "$shell" 'flowtell train --lea' --learner
  offers "$shell" 'flowtell train --learner ' forest svm
  offers "$shell" 'flowtell flows --format c' csv '!text'
  offers "$shell" 'flowtell gateway ' up down status script
  offers "$shell" 'flowtell gateway up --w' --wan
  offers "$shell" 'flowtell gateway up --wan l' lo
  offers "$shell" 'flowtell classify apps' apps.model
  offers "$shell" 'flowtell train --balance flows --se' --seed
done
offers bash 'flowtell flows --format=c' csv
offers bash 'flowtell flows --format=' csv text
bash -n flowtell.bash

mkdir man
"$flowtell" reference man man --date 'November 22, 2026'
for page in man/*.1; do
  name=$(basename "$page" .1)
  command=${name#flowtell}
  options=$("$flowtell" ${command:+"${command#-}"} --help | grep -oE '^  (-[a-z],)?-[-a-z0-9]*' | tr ',' '\n')
  text=$(sed 's/\\//g' "$page")
  for option in $options; do
    grep -qF -- "fB${option}fR" <<<"$text" && continue
    echo "$page does not mention $option" >&2
    failed=1
  done
done
if command -v mandoc >/dev/null; then
  mandoc -T lint -W style man/*.1 || failed=1
else
  echo "mandoc is not installed; the manual was not checked."
fi
echo "$checked completions were checked."
exit "$failed"
