# SPDX-License-Identifier: Apache-2.0
"""The gateway between LAN and cable, and the recorder on it: both are flowtell."""
import pathlib
import signal
import time

from world import wait_until

LEASE_SCRIPT = pathlib.Path(__file__).resolve().parent / "lease.sh"


def raise_gateway(world, build):
    """The gateway comes up, and each phone gets a lease from it.

    dnsmasq looks for three seconds whether an address is free, for one phone after the other, so a
    phone has to ask more often than udhcpc does by itself.
    """
    world.gateway.run(build / "flowtell", "gateway", "up", "--lan", world.lan, "--wan", world.wan)
    for phone in world.phones:
        phone.start("udhcpc", "-f", "-i", "wlan0", "-x", f"hostname:{phone.name}",
                    "-t", 10, "-T", 2, "-A", 1, "-s", LEASE_SCRIPT)
    for phone in world.phones:
        wait_until(lambda: phone.lease().endswith("\n"), 60, f"{phone.name} gets a lease")
        phone.address = phone.lease().strip()


def start_capture(world, app, folder, build, *more):
    """Records what passes on the LAN, or what one phone sends and receives, into folder/app.

    All that is sent there is the lab's own, and the recordings are to be those of who runs it.
    """
    before = set(folder.glob(f"{app}/*"))
    program = world.gateway.start(build / "flowtell", "capture", "-i", world.lan, "--app", app,
                                  "-o", folder, "--privileges", "keep", *more)
    wait_until(lambda: set(folder.glob(f"{app}/*")) != before or not program.is_running(),
               10, "recording begins")
    return program


def stop_capture(program):
    time.sleep(1)  # late packets still count
    if program.stop(signal.SIGINT) != 0:
        raise SystemExit(f"lab: flowtell capture: {program.said()}")
