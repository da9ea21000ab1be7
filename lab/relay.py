# SPDX-License-Identifier: Apache-2.0
"""Carries the datagrams of a call between ffmpeg's local ports and one socket, as current apps do:
sound, picture and their reports share one pair of addresses, which also returns through NAT.

usage: relay.py LOCAL PEER | relay.py LOCAL --listen PORT
       ffmpeg sends to the four ports from LOCAL on, and receives at those from LOCAL + 10 on
"""
import select
import socket
import sys

STREAMS = 4  # sound, its reports, picture, its reports
VIDEO_TYPE = 96


def stream_of(datagram):
    """The stream of a datagram (0 to 3), from what SRTP leaves unencrypted (RFC 5761)."""
    kind = datagram[1]
    if 192 <= kind <= 223:
        return 1
    return 2 if kind & 0x7f == VIDEO_TYPE else 0


def main():
    local = int(sys.argv[1])
    outside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    peer = None
    if sys.argv[2] == "--listen":
        outside.bind(("203.0.113.51", int(sys.argv[3])))
    else:
        host, port = sys.argv[2].split(":")
        peer = (socket.gethostbyname(host), int(port))
        outside.sendto(b"\0\1" + bytes(18), peer)  # opens the NAT, like a STUN request
    inside = []
    for stream in range(STREAMS):
        inside.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        inside[-1].bind(("127.0.0.1", local + stream))
    while True:
        for ready in select.select([outside, *inside], [], [])[0]:
            try:
                datagram, sender = ready.recvfrom(2048)
            except ConnectionRefusedError:
                continue
            if ready is not outside:
                if peer:
                    outside.sendto(datagram, peer)
                continue
            peer = sender
            if len(datagram) > 1 and datagram[0] >> 6 == 2:  # RTP or RTCP
                outside_port = local + 10 + stream_of(datagram)
                inside[0].sendto(datagram, ("127.0.0.1", outside_port))


if __name__ == "__main__":
    main()
