# SPDX-License-Identifier: Apache-2.0
"""Records apps on a network in rounds, so that changes over time affect all apps alike."""
import csv
import pathlib
import subprocess
import time

from apps import use
from content import make_content
from gateway import start_gateway, start_capture, stop_capture
from networks import NETWORKS
from servers import start_servers
from world import World


def compress(output):
    """Compresses every capture and updates the manifest."""
    manifest = output / "manifest.csv"
    with open(manifest, newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        path = output / row["path"]
        if path.suffix != ".pcap":
            continue
        row["path"] += ".zst"
        subprocess.run(["zstd", "-19", "--quiet", "--rm", path], check=True)
    with open(manifest, "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def record(options, folder):
    output = pathlib.Path(options.output).resolve()
    output.mkdir(parents=True, exist_ok=True)
    content = folder / "content"
    make_content(content, options.seed, options.apps)
    with World(folder, NETWORKS[options.network], options.build / "cable", options.seed) as world:
        start_servers(world, content, options.apps)
        start_gateway(world, options.build)
        phone = world.phones[0]
        for number in range(options.rounds):
            for app in options.apps:
                where = f"{options.network}: round {number + 1} of {options.rounds}"
                print(f"{where}, {app}", flush=True)
                capture = start_capture(
                    world, app, output, options.build, "--device", phone.address,
                    "--notes", f"seed {options.seed}, round {number + 1}")
                use(world, phone, content, app, number, options.seconds)
                stop_capture(capture)
                # Keeps late packets, which no event announces, out of the next app's capture.
                time.sleep(2)
    compress(output)
    return 0
