# SPDX-License-Identifier: Apache-2.0
"""A call: ffmpeg sends speech-like sound and a small picture as SRTP, both ways, and plays what
arrives.
"""
import base64
import os
import pathlib
import sys

from content import prose

HERE = pathlib.Path(__file__).resolve().parent
SUITE = "AES_CM_128_HMAC_SHA1_80"
RELAY_PORT = 3478
LOCAL = 20_000
SDP = """v=0
o=- 0 0 IN IP4 127.0.0.1
s=call
c=IN IP4 127.0.0.1
t=0 0
m=audio {sound} RTP/SAVP 111
a=rtpmap:111 opus/48000/2
a=crypto:1 {suite} inline:{key}
m=video {picture} RTP/SAVP 96
a=rtpmap:96 VP8/90000
a=crypto:1 {suite} inline:{key}
"""


def key_of(draw):
    return base64.b64encode(bytes(draw.randrange(256) for _ in range(30))).decode()


def speech(draw):
    """Noise that comes and goes like speech: words, and turns of talking and listening."""
    turn, offset = draw.uniform(2.5, 6), draw.uniform(0, 6)
    talking = f"lt(mod(t+{offset:.2f},{2 * turn:.2f}),{turn:.2f})"
    voice = "(0.6+0.4*sin(9*t))*(random(0)-0.5)*0.5+0.1*sin(700*t)"
    return f"aevalsrc='{talking}*({voice})':s=48000"


def send(session, host, key, draw, kbit):
    secret = ("-srtp_out_suite", SUITE, "-srtp_out_params", key)
    return session.start(
        "ffmpeg", "-nostdin", "-loglevel", "error", "-re", "-f", "lavfi", "-i", speech(draw),
        "-re", "-f", "lavfi", "-i", "testsrc2=size=192x144:rate=10,noise=alls=12:allf=t",
        "-map", "0:a", "-c:a", "libopus", "-application", "voip", "-b:a", "24k", "-vbr", "on",
        "-frame_duration", 40, "-payload_type", 111, *secret,
        "-f", "rtp", f"srtp://127.0.0.1:{LOCAL}?pkt_size=1200",
        "-map", "1:v", "-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", 8,
        "-b:v", f"{kbit}k", "-g", 50, "-payload_type", 96, *secret,
        "-f", "rtp", f"srtp://127.0.0.1:{LOCAL + 2}?pkt_size=1200", host=host)


def receive(session, host, key):
    sdp = host.folder / f"{session.name}.sdp"
    sdp.write_text(SDP.format(sound=LOCAL + 10, picture=LOCAL + 12, suite=SUITE, key=key))
    return session.start("ffmpeg", "-nostdin", "-loglevel", "error",
                         "-protocol_whitelist", "file,udp,rtp,srtp",
                         "-i", sdp, "-c", "copy", "-f", "null", "-", host=host)


def signal_peer(session, what, letters):
    session.curl(f"https://www.ringring.example/tell?{what}", "--output", os.devnull,
                 "--data", prose(session.draw, letters))


def call(session):
    """An offer over HTTPS, then the call, then its end over HTTPS."""
    draw, net, phone = session.draw, session.world.internet, session.phone
    relay = (sys.executable, HERE / "relay.py", LOCAL)
    programs = [session.start(*relay, "--listen", RELAY_PORT, host=net)]
    signal_peer(session, "offer", draw.randint(1500, 4000))
    session.pause(0.8, 2.5)  # ringing
    programs.append(session.start(*relay, f"relay.ringring.example:{RELAY_PORT}"))
    key, kbit = key_of(draw), draw.choice((40, 80, 120))
    for host in (net, phone):
        programs.append(receive(session, host, key))
    for host in (net, phone):
        programs.append(send(session, host, key, draw, kbit))
    session.pause(session.seconds, session.seconds)
    for program in reversed(programs):
        program.stop(timeout=1)
    session.end += 2
    signal_peer(session, "end", draw.randint(100, 400))
