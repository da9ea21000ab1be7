// SPDX-License-Identifier: Apache-2.0
//
// completion_test.sh runs the scripts in the shells.
#include "tool/command_table.h"

#include <gtest/gtest.h>

#include "support/small_program.h"

namespace flowtell {
namespace {

TEST(Completions, WriteTheBashScript) {
  EXPECT_EQ(bash_completion(small_program()),
            R"script(# SPDX-License-Identifier: Apache-2.0
# Made by 'flowtell reference bash'.
# shellcheck shell=bash
_flowtell() {
  local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}
  local command='' word words='' kind=''
  # bash treats '=' as a separate word: --format=csv
  if [[ $before == '=' ]]; then before=${COMP_WORDS[COMP_CWORD-2]}; fi
  if [[ $current == '=' ]]; then current=''; fi
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $word" in
      ' train' | ' gateway' | 'gateway up')
        command=${command:+$command }$word ;;
    esac
  done
  case "$command $before" in
    'train -o' | 'train --output') kind='file' ;;
    'train --learner') words='forest svm' ;;
    'train --trees') kind='none' ;;
    'gateway up -i' | 'gateway up --lan') words=$(cd /sys/class/net && echo *) ;;
    'gateway up --state') kind='directory' ;;
    *) case $command in
      '') if [[ $current == -* ]]; then words='-h --help'; else words='train gateway'; fi ;;
      'train') if [[ $current == -* ]]; then words='-h --help -o --output --learner --trees'; else kind='file'; fi ;;
      'gateway') if [[ $current == -* ]]; then words='-h --help'; else words='up'; fi ;;
      'gateway up') if [[ $current == -* ]]; then words='-i --lan --state'; else kind='none'; fi ;;
    esac ;;
  esac
  case $kind in
    none) COMPREPLY=() ;;
    file | directory)
      compopt -o filenames 2>/dev/null
      mapfile -t COMPREPLY < <(compgen -A "$kind" -- "$current") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
  esac
}
complete -F _flowtell flowtell
)script");
}

TEST(Completions, WriteTheZshScript) {
  EXPECT_EQ(zsh_completion(small_program()),
            R"script(#compdef flowtell
# SPDX-License-Identifier: Apache-2.0
# Made by 'flowtell reference zsh'.

_flowtell() {
  local answer=1
  local curcontext="$curcontext" state line
  typeset -A opt_args
  _arguments -C \
    '(-h --help)-h[Print this help]' \
    '(-h --help)--help[Print this help]' \
    '1: :->command' '*:: :->rest' \
    && answer=0
  case $state in
    command)
      local -a commands=(
        'train:Learn the apps'\'' flows'
        'gateway:Be the gateway\: all of it'
      )
      _describe command commands && answer=0
      ;;
    rest)
      case $words[1] in
        train) _flowtell_train && answer=0 ;;
        gateway) _flowtell_gateway && answer=0 ;;
      esac
      ;;
  esac
  return answer
}

_flowtell_train() {
  local answer=1
  _arguments \
    '(-h --help)-h[Print this help]' \
    '(-h --help)--help[Print this help]' \
    '(-o --output)-o[The model'\''s file]:MODEL:_files' \
    '(-o --output)--output=[The model'\''s file]:MODEL:_files' \
    '(--learner)--learner=[What learns\: one of \[two\]]:LEARNER:(forest svm)' \
    '(--trees)--trees=[Trees of the forest; not with --learner svm]:N: ' \
    '*:CAPTURE...:_files' \
    ':NOTES:_files' \
    && answer=0
  return answer
}

_flowtell_gateway() {
  local answer=1
  local curcontext="$curcontext" state line
  typeset -A opt_args
  _arguments -C \
    '(-h --help)-h[Print this help]' \
    '(-h --help)--help[Print this help]' \
    '1: :->command' '*:: :->rest' \
    && answer=0
  case $state in
    command)
      local -a commands=(
        'up:Put it up?'
      )
      _describe command commands && answer=0
      ;;
    rest)
      case $words[1] in
        up) _flowtell_gateway_up && answer=0 ;;
      esac
      ;;
  esac
  return answer
}

_flowtell_gateway_up() {
  local answer=1
  _arguments \
    '(-i --lan)-i[The interface]:IF:_net_interfaces' \
    '(-i --lan)--lan=[The interface]:IF:_net_interfaces' \
    '(--state)--state=[A folder \\ a place]:FOLDER:_files -/' \
    && answer=0
  return answer
}

_flowtell "$@"
)script");
}

TEST(Completions, WriteTheFishScript) {
  EXPECT_EQ(fish_completion(small_program()),
            R"script(# SPDX-License-Identifier: Apache-2.0
# Made by 'flowtell reference fish'.

# Whether the words before the cursor select this command.
function __flowtell_at
    set -l command ''
    for word in (commandline -opc)[2..-1]
        switch "$command $word"
            case ' train' ' gateway' 'gateway up'
                set command (string trim -- "$command $word")
        end
    end
    test "$command" = "$argv"
end

complete -c flowtell -n '__flowtell_at' -f
complete -c flowtell -n '__flowtell_at' -f -a train -d 'Learn the apps\' flows'
complete -c flowtell -n '__flowtell_at' -f -a gateway -d 'Be the gateway: all of it'
complete -c flowtell -n '__flowtell_at' -s h -l help -d 'Print this help'

complete -c flowtell -n '__flowtell_at train' -s h -l help -d 'Print this help'
complete -c flowtell -n '__flowtell_at train' -s o -l output -r -F -d 'The model\'s file'
complete -c flowtell -n '__flowtell_at train' -l learner -x -a 'forest svm' -d 'What learns: one of [two]'
complete -c flowtell -n '__flowtell_at train' -l trees -x -d 'Trees of the forest; not with --learner svm'

complete -c flowtell -n '__flowtell_at gateway' -f
complete -c flowtell -n '__flowtell_at gateway' -f -a up -d 'Put it up?'
complete -c flowtell -n '__flowtell_at gateway' -s h -l help -d 'Print this help'

complete -c flowtell -n '__flowtell_at gateway up' -f
complete -c flowtell -n '__flowtell_at gateway up' -s i -l lan -x -a '(cd /sys/class/net; and string join \n *)' -d 'The interface'
complete -c flowtell -n '__flowtell_at gateway up' -l state -x -a '(__fish_complete_directories)' -d 'A folder \\ a place'

)script");
}

}  // namespace
}  // namespace flowtell
