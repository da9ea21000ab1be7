#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The lab: a small internet in network namespaces, for tests and recordings; see docs/lab.md.

    lab.py record NETWORK -o FOLDER     record apps on a network, one after the other, in rounds
    lab.py live MODEL [-- OPTIONS]      watch a phone in use; the options are flowtell watch's
"""
import argparse
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from apps import APPS  # noqa: E402
from live import live  # noqa: E402
from networks import NETWORKS  # noqa: E402
from private import run_in_private  # noqa: E402
from record import record  # noqa: E402

BUILD = pathlib.Path(__file__).resolve().parent.parent / "build"


def list_of(known):
    def parse(text):
        for name in text.split(","):
            if name not in known:
                raise argparse.ArgumentTypeError(
                    f"there is no '{name}'; there are {', '.join(known)}")
        return text.split(",")
    return parse


def parse_command_line():
    """Parses the command line; in `watch`, words after -- are options of flowtell watch."""
    words, watch = sys.argv[1:], []
    if "--" in words:
        words, watch = words[:words.index("--")], words[words.index("--") + 1:]
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    recording = commands.add_parser("record", help="record apps on a network")
    recording.add_argument("network", choices=NETWORKS)
    recording.add_argument("-o", "--output", required=True,
                           help="a folder; gets APP/*.pcap.zst and manifest.csv")
    recording.add_argument("--apps", type=list_of(APPS), default=list(APPS),
                           help="some of: " + ",".join(APPS))
    recording.add_argument("--rounds", type=int, default=6)
    recording.add_argument("--seconds", type=float, default=25, help="seconds of each app in each round")
    recording.set_defaults(task=record)
    living = commands.add_parser("live", help="watch a phone in use, live")
    living.add_argument("model", help="trained on a network of the lab, such as samples/home")
    living.add_argument("--network", choices=NETWORKS, default="home")
    living.add_argument("--seconds", type=float, default=20, help="seconds of each app")
    living.set_defaults(task=live)
    for command in (recording, living):
        command.add_argument("--seed", type=int, default=1,
                             help="seed of pages, pauses, lengths and the cable")
        command.add_argument("--build", type=lambda path: pathlib.Path(path).resolve(),
                             default=BUILD, help="folder of flowtell and cable")
    options = parser.parse_args(words)
    options.watch = watch
    return options


def main():
    options = parse_command_line()
    with tempfile.TemporaryDirectory(prefix="flowtell-lab-") as folder:
        return run_in_private(lambda: options.task(options, pathlib.Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
