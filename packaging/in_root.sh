#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# The steps of packaging/try.sh, inside the bare system; files are in /try.
#   in_root.sh install|watch|remove|library
set -euo pipefail
cd /try
mount -t proc proc /proc
mount -t devpts devpts /dev/pts

fail() {
  echo "$*" >&2
  exit 1
}

# Everything that could be left behind: files, settings, users. Excluded: files
# of apt, dpkg, adduser and the linker, and backups of user lists.
snapshot() {
  find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /try \
    -o -path /tmp -o -path /var/lib/apt -o -path /var/cache/apt \
    -o -path /var/log -o -path /var/lib/dpkg -o -path /var/cache/debconf \
    -o -path /var/cache/ldconfig -o -path /run/adduser \) -prune -o \
    ! -name 'passwd-' ! -name 'group-' ! -name 'shadow-' ! -name 'gshadow-' \
    ! -name 'subuid-' ! -name 'subgid-' ! -name ld.so.cache \
    -printf '%p %y %m %u %g\n' | sort
  find /etc -type f ! -name '*-' ! -name ld.so.cache -exec sha256sum {} + | sort
  dpkg-query -W -f '${Package} ${Status}\n' | sort
  getent passwd
  getent group
}

step_install() {
  apt-get update -qq
  snapshot >before
  dpkg-query -W -f '${Package}\n' | sort >packages_before
  apt-get install -y -qq --no-install-recommends ./flowtell_*.deb >apt.log
  dpkg-query -W -f '${Package}\n' | sort | comm -13 packages_before - >pulled
  echo "Pulled in: $(tr '\n' ' ' <pulled)"
  # It may only bring its libraries and their dependencies.
  local others
  others=$(grep -vE '^(flowtell|adduser|lib[a-z0-9.+-]+)$' pulled || true)
  [ -z "$others" ] || fail "The package installs unneeded packages: $others"
  if grep -qE -- '-dev$' pulled; then fail "It installs a -dev package."; fi

  flowtell --version
  flowtell flows capture >flow_lines
  [ -s flow_lines ] || fail "There are no flows in the capture."
  echo "$(wc -l <flow_lines) flows in the capture."
  # libndpi is only recommended, and was not installed.
  if flowtell flows capture --service >services 2>service.log; then
    fail "Services are named without libndpi."
  fi
  grep -q 'install nDPI .*libndpi' service.log ||
    fail "The remedy is missing: $(cat service.log)"
  flowtell train home -o /var/lib/flowtell/apps.model --trees 20 --no-score
  flowtell classify /var/lib/flowtell/apps.model capture >verdicts
  [ "$(wc -l <verdicts)" -eq "$(wc -l <flow_lines)" ] || fail "Not every flow has a verdict."
  getent passwd flowtell >/dev/null || fail "There is no user flowtell."
}

# As in the unit: another user, one capability.
step_watch() {
  setpriv --reuid flowtell --regid flowtell --clear-groups \
    --inh-caps=-all,+net_raw --ambient-caps=-all,+net_raw \
    --bounding-set=-all,+net_raw --no-new-privs \
    flowtell watch /var/lib/flowtell/apps.model -i lo --format jsonl \
    >watched 2>watch.log &
  local watch=$! i
  sleep 2
  for ((i = 0; i < 5; i++)); do
    echo hello >/dev/udp/127.0.0.1/9 || true
    sleep 0.1
  done
  sleep 2
  kill -INT "$watch" || fail "The watch ended by itself: $(cat watch.log)"
  wait "$watch" || fail "The watch failed: $(cat watch.log)"
  [ -s watched ] || fail "The watch saw nothing: $(cat watch.log)"
  echo "As user flowtell: $(tail -n 1 watch.log)"
}

step_remove() {
  # A link as made by 'systemctl enable'.
  mkdir -p /etc/systemd/system/multi-user.target.wants
  ln -s /usr/lib/systemd/system/flowtell-watch@.service \
    /etc/systemd/system/multi-user.target.wants/flowtell-watch@lo.service
  apt-get remove -y -qq flowtell >apt.log
  [ -f /etc/flowtell/watch.conf ] || fail "Removal deleted the settings."
  apt-get purge -y -qq flowtell >apt.log
  apt-get autoremove --purge -y -qq >apt.log
  rmdir --ignore-fail-on-non-empty -p /etc/systemd/system/multi-user.target.wants
  mkdir -p /etc/systemd/system/multi-user.target.wants
  snapshot >after
  diff before after >left || fail "Left behind:"$'\n'"$(cat left)"
  echo "Nothing is left behind."
}

# The library as other programs find it.
step_library() {
  apt-get install -y -qq --no-install-recommends ./libflowtell*.deb \
    gcc g++ cmake make pkg-config >apt.log
  gcc -std=c99 outside/verdicts.c -o verdicts \
    -lflowtell || fail "The shared library needs more than its packages."
  # For the static library.
  apt-get install -y -qq --no-install-recommends libfmt-dev libpcap-dev \
    libpsl-dev libssl-dev libsvm-dev libzstd-dev zlib1g-dev >apt.log
  outside/try.sh home capture verdicts.txt
  [ "$(wc -l <verdicts.txt)" -eq "$(wc -l <flow_lines)" ] ||
    fail "Not every flow has a verdict."
}

"step_$1"
