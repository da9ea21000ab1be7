# SPDX-License-Identifier: Apache-2.0
"""The gateway between LAN and cable, and its recorder; both are flowtell."""
import pathlib
import signal
import time

from world import wait_until

LEASE_SCRIPT = pathlib.Path(__file__).resolve().parent / "lease.sh"


def start_gateway(world, build):
    """Starts the gateway and gets each phone a lease from it.

    dnsmasq checks for three seconds whether an address is free, one phone after the other, so a
    phone must ask more often than udhcpc does by default.
    """
    world.gateway.run(build / "flowtell", "gateway", "up", "--lan", world.lan, "--wan", world.wan)
    for phone in world.phones:
        phone.start("udhcpc", "-f", "-i", "wlan0", "-x", f"hostname:{phone.name}",
                    "-t", 10, "-T", 2, "-A", 1, "-s", LEASE_SCRIPT)
    for phone in world.phones:
        wait_until(lambda: phone.lease().endswith("\n"), 60, f"{phone.name} gets a lease")
        phone.address = phone.lease().strip()


def start_capture(world, app, folder, build, *more):
    """Records the traffic of the LAN, or of one phone, into folder/app.

    The traffic is the lab's own, and the recordings belong to the user who runs the lab.
    """
    before = set(folder.glob(f"{app}/*"))
    program = world.gateway.start(build / "flowtell", "capture", "-i", world.lan, "--app", app,
                                  "-o", folder, "--privileges", "keep", *more)
    wait_until(lambda: set(folder.glob(f"{app}/*")) != before or not program.is_running(),
               10, "recording begins")
    return program


def stop_capture(program):
    # The packets of an ended app are still on their way: no event tells when the last has arrived.
    time.sleep(1)
    if program.stop(signal.SIGINT) != 0:
        raise SystemExit(f"lab: flowtell capture: {program.output()}")
