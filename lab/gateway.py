# SPDX-License-Identifier: Apache-2.0
"""The gateway between LAN and cable, and the recorder on it."""
import signal
import time

from world import NAME_SERVER


def raise_gateway(world):
    gate = world.gateway
    gate.run("ip", "address", "add", "192.168.12.1/24", "dev", world.lan)
    gate.write("/proc/sys/net/ipv4/ip_forward", 1)
    gate.run("nft", "table ip lab { chain out { type nat hook postrouting priority 100;"
                    f" oifname {world.wan} masquerade; }}; }}")
    for number, phone in enumerate(world.phones):
        phone.run("ip", "address", "add", f"192.168.12.{100 + number}/24", "dev", "wlan0")
        phone.run("ip", "route", "add", "default", "via", "192.168.12.1")
        phone.resolver.write_text(f"nameserver {NAME_SERVER}\n")


def start_capture(world, app, folder, build):
    (folder / app).mkdir(parents=True, exist_ok=True)
    number = len(list((folder / app).iterdir())) + 1
    path = f"{app}/{number}.pcap"
    program = world.gateway.start("tcpdump", "-i", world.lan, "-s", "0", "-U", "-Z", "root", "-w", folder / path)
    time.sleep(0.5)
    manifest = folder / "manifest.csv"
    if not manifest.exists():
        manifest.write_text("path,app,group,device\n")
    with open(manifest, "a") as file:
        file.write(f"{path},{app},{app}{number},192.168.12.100\n")
    return program


def stop_capture(program):
    """Late packets still count."""
    time.sleep(1)
    program.stop(signal.SIGINT)
