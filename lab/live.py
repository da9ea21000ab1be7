# SPDX-License-Identifier: Apache-2.0
"""A phone in use, while flowtell names its apps."""
import pathlib
import signal
import subprocess
import threading
import time

from apps import use
from content import make_content
from gateway import start_gateway
from networks import NETWORKS
from servers import start_servers
from world import World

APPS = ("browser", "video", "chat")
PAUSE = 3  # seconds between two apps, to tell them apart on the screen; also before the first


def play(world, content, seconds, started):
    for number, app in enumerate(APPS):
        time.sleep(PAUSE)
        started.append((time.monotonic(), app))
        use(world, world.phones[0], content, app, number, seconds)
    time.sleep(PAUSE)


def watch(world, options):
    """flowtell in the foreground, on the terminal."""
    words = world.gateway.words(options.build / "flowtell", "watch",
                                pathlib.Path(options.model).resolve(), "-i", world.lan,
                                *options.watch)
    return subprocess.Popen(words, env=world.gateway.environment())


def live(options, folder):
    print("Making the lab: certificates, pictures, videos.", flush=True)
    content = folder / "content"
    make_content(content, options.seed, APPS)
    with World(folder, NETWORKS[options.network], options.build / "cable", options.seed) as world:
        start_servers(world, content, APPS)
        start_gateway(world, options.build)
        print(f"A phone on the network '{options.network}' uses {', '.join(APPS)}, each for"
              f" {options.seconds:g} s, with {PAUSE} s between. flowtell watches on the gateway:",
              flush=True)
        watching, started = watch(world, options), []
        start = time.monotonic()
        player = threading.Thread(target=play, args=(world, content, options.seconds, started),
                                  daemon=True)
        player.start()
        while player.is_alive() and watching.poll() is None:
            player.join(0.1)
        if watching.poll() is None:
            watching.send_signal(signal.SIGINT)
        code = watching.wait(10)
        for moment, app in started:
            print(f"{moment - start:5.1f} s: the phone started to use {app}")
    return code
