#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Applies a phone's lease; udhcpc calls it. It writes to $HOME, which is the
# phone's, and never to the machine's /etc.
set -eu
# shellcheck disable=SC2154  # udhcpc sets them
case $1 in
  bound | renew)
    ip address replace "$ip/$mask" dev "$interface"
    ip route replace default via "$router" dev "$interface"
    : >"$HOME/resolv.conf"
    for server in $dns; do echo "nameserver $server" >>"$HOME/resolv.conf"; done
    echo "$ip" >"$HOME/lease"
    ;;
  deconfig)
    ip address flush dev "$interface"
    ;;
esac
