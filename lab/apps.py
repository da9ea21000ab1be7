# SPDX-License-Identifier: Apache-2.0
"""The apps: real programs on the phone, used much like a person would. Each function uses one app
until its time is over. Actions and pauses come from the session's generator, and so from the seed.
"""
import contextlib
import os
import pty
import random
import subprocess
import threading
import time

from call import call
from content import FILES, LEVELS, PICTURES, SHOW_SECONDS, SHOWS, prose
from pages import make_visits

# The hosts of Chromium's maker, which are not in the lab.
BLOCKED_HOSTS = ", ".join(f"MAP *.{maker} ~NOTFOUND"
                      for maker in ("google.com", "googleapis.com", "gstatic.com"))


class Session:
    """One app in use on one phone for a number of seconds."""

    def __init__(self, world, phone, content, app, number, seconds):
        self.world, self.phone, self.content, self.app = world, phone, content, app
        self.name = f"{app}{number}"
        self.draw = random.Random(f"{world.seed} {world.network.name} {app} {number}")
        self.seconds, self.end = seconds, time.monotonic() + seconds
        self.programs = []

    def left(self):
        return self.end - time.monotonic()

    def pause(self, min_seconds, max_seconds):
        """A person's pause, which is part of the recorded traffic."""
        time.sleep(max(0.0, min(self.draw.uniform(min_seconds, max_seconds), self.left())))

    def start(self, *words, host=None, **more):
        program = (host or self.phone).start(*words, log=self.name, **more)
        self.programs.append(program)
        return program

    def watch(self, program):
        """Waits until the program ends or the time is over."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            program.process.wait(max(0.0, self.left()))
        return program.stop()

    def curl(self, *words):
        return self.watch(self.start("curl", "--silent", "--show-error", "--fail",
                                     "--cacert", self.content / "ca.pem", *words))

    def stop(self):
        for program in reversed(self.programs):
            program.stop(timeout=3)


def browser(session):
    """Chromium visits pages with pictures on three sites."""
    start = make_visits(session.content / "www", session.draw, session.name, session.seconds)
    profile = session.phone.folder / f"{session.name}-profile"
    chromium = session.start(
        "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-default-apps", "--disable-breakpad", "--no-pings",
        "--ignore-certificate-errors", f"--user-data-dir={profile}",
        f"--host-resolver-rules={BLOCKED_HOSTS}", "--window-size=412,900", start)
    session.watch(chromium)


def picture(draw, size):
    return f"{size}{draw.randint(1, PICTURES[size][1])}.jpg"


def video(session):
    """curl loads the list of shows; then ffmpeg plays one in real time, from a random position."""
    while session.left() > 4:
        draw = session.draw
        thumbnails = [f"https://cdn.tube.example/img/{picture(draw, 'small')}"
                      for _ in range(draw.randint(3, 9))]
        session.curl("https://www.tube.example/tell", *thumbnails, "--parallel",
                     "--output", os.devnull, *["--output", os.devnull] * len(thumbnails))
        session.pause(0.5, 2.0)
        level = draw.choices(tuple(LEVELS), weights=(1, 2, 1))[0]
        seek = draw.choice(((), (), ("-ss", draw.randrange(3, SHOW_SECONDS - 20))))
        session.watch(session.start(
            "ffmpeg", "-nostdin", "-loglevel", "warning", "-re", *seek, "-i",
            f"https://edge.tube.example/show{draw.randrange(SHOWS)}/{level}/index.m3u8",
            "-t", f"{draw.uniform(8, 20):.1f}", "-c", "copy", "-f", "null", "-"))
        session.pause(1.2, 3.0)


def chat_client(session, host, program, *words, **more):
    return session.start(program, "-h", "mqtt.chatter.example", "-p", 8883, "--cafile",
                         session.content / "ca.pem", "-q", 1, "-k", 10, *words, host=host, **more)


def write_line(client, text):
    try:
        client.process.stdin.write((text + "\n").encode())
        client.process.stdin.flush()
    except BrokenPipeError:
        pass


def message(draw):
    return prose(draw, min(600, int(draw.lognormvariate(3.5, 0.9)) + 2))


def run_friend(session, seed):
    """The remote friend: reads, pauses, types, answers; sometimes with a picture. The pauses are part of
    the recorded traffic."""
    draw = random.Random(seed)
    net = session.world.internet
    subscriber = chat_client(session, net, "mosquitto_sub", "-t", "friend/#", "-F", "%t %l",
                       stdout=subprocess.PIPE)
    publisher = chat_client(session, net, "mosquitto_pub", "-t", "phone/text", "-l",
                       stdin=subprocess.PIPE)
    for _ in iter(subscriber.process.stdout.readline, b""):
        if draw.random() < 0.25:
            continue
        time.sleep(draw.uniform(0.6, 3.0))
        if draw.random() < 0.12:
            send_picture(session, draw, net, "phone")
        for _ in range(draw.choice((1, 1, 1, 2, 3))):
            write_line(publisher, message(draw))
            time.sleep(draw.uniform(0.3, 1.2))


def send_picture(session, draw, host, to):
    path = session.content / "www" / "img" / picture(draw, "medium")
    chat_client(session, host, "mosquitto_pub", "-t", f"{to}/picture", "-f", path)


def chat(session):
    """MQTT over TLS by mosquitto's clients: typing signals, messages, sometimes a picture."""
    draw = session.draw
    threading.Thread(target=run_friend, args=(session, f"{draw.random()} friend"), daemon=True).start()
    phone = session.phone
    subscriber = chat_client(session, phone, "mosquitto_sub", "-t", "phone/#", "-F", "%t %l")
    publisher = chat_client(session, phone, "mosquitto_pub", "-t", "friend/text", "-l",
                       stdin=subprocess.PIPE)
    session.pause(0.8, 2.0)
    while session.left() > 0.5:
        for _ in range(draw.randint(0, 2)):
            write_line(publisher, "typing")
            session.pause(0.4, 1.5)
        write_line(publisher, message(draw))
        if draw.random() < 0.15:
            send_picture(session, draw, phone, "friend")
        session.pause(*draw.choice(((0.5, 2.0), (1.5, 6.0))))
    for program in (publisher, subscriber):
        program.stop()


def download(session):
    """curl fetches large files; some in part, as if resumed."""
    draw = session.draw
    while session.left() > 1:
        size = draw.choice(FILES)
        part = ["--range", f"{draw.randrange(size // 2)}-"] if draw.random() < 0.3 else []
        session.curl(f"https://files.depot.example/{size}.bin", "--output", os.devnull, *part)
        session.pause(2.0, 9.0)


def command_line(draw):
    notes = f"notes{draw.randrange(12)}.txt"
    word = draw.choice(("river", "bread", "cloud"))
    return draw.choice((
        "ls", "ls -l", "pwd", "date",
        f"cat {notes}", f"cat {notes}", f"wc {notes}", f"head -n 20 {notes}",
        f"grep -n {word} *.txt", f"sort {notes} | uniq -c | tail -n 30",
        "for i in 1 2 3 4; do date; sleep 0.4; done", "ls -l /usr/bin | head -n 200",
        "echo done", "du -a ."))


def shell(session):
    """OpenSSH in a terminal: keys typed one by one, output of varying length."""
    draw = session.draw
    keys, terminal = pty.openpty()
    ssh = session.start(
        "ssh", "-tt", "-F", "none", "-i", session.world.internet.folder / "user_key",
        "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR",
        "-o", f"UserKnownHostsFile={session.phone.folder}/known_hosts", "root@gate.harbour.example",
        f"cd {session.content}/texts && HISTFILE= exec bash --noprofile --norc -i",
        stdin=terminal)
    os.close(terminal)
    session.pause(1.0, 2.5)
    while session.left() > 0.5 and ssh.is_running():
        for key in command_line(draw) + "\n":
            if session.left() <= 0:
                break
            os.write(keys, key.encode())
            session.pause(0.05, 0.3)
            if draw.random() < 0.04:
                session.pause(0.4, 1.0)
        session.pause(*draw.choice(((0.3, 1.5), (1.2, 5.0))))
    os.write(keys, b"\x03")
    time.sleep(0.3)  # a person's pause, like those between keys, but after the session's time
    os.write(keys, b"exit\n")
    session.end += 2
    session.watch(ssh)
    os.close(keys)


APPS = {"browser": browser, "video": video, "chat": chat, "download": download, "call": call,
        "shell": shell}


def use(world, phone, content, app, number, seconds):
    session = Session(world, phone, content, app, number, seconds)
    try:
        APPS[app](session)
    finally:
        session.stop()
    return session
