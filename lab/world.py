# SPDX-License-Identifier: Apache-2.0
"""The small internet: hosts, each in a network namespace, and their links.

    phone -- LAN -- gateway == cable == internet

It runs in a private sandbox (private.py), so names and addresses cannot clash with the machine's.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys

from private import Unavailable
from waiting import becomes

os.environ["PATH"] += ":/usr/sbin:/sbin"
GATEWAY_WAN, INTERNET_END = "198.51.100.2", "198.51.100.1"
NAME_SERVER = "203.0.113.53"
TOOLS = ("ip", "ethtool", "nginx", "ffmpeg", "mosquitto", "mosquitto_pub", "mosquitto_sub",
         "chromium", "curl", "openssl", "ssh", "sshd", "ssh-keygen", "udhcpc", "dnsmasq", "nft",
         "nsenter", "unshare", "zstd")
# A program of a host has the host's network and resolv.conf; the process started stays the same.
INSIDE = 'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"'


def check_tools(tools=TOOLS):
    missing = [tool for tool in tools if not shutil.which(tool)]
    if missing:
        raise Unavailable(f"the lab lacks {', '.join(missing)}; packages.txt lists what it needs")
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except OSError as error:
        raise Unavailable(
            f"the lab's cable cannot open /dev/net/tun: {error.strerror}; it needs the kernel's"
            " module tun, and the right to open it, as root has") from error


def wait_until(holds, seconds, what):
    """Like `wait_for`, but a timeout ends the lab with a message instead of a traceback."""
    if not becomes(holds, seconds):
        raise SystemExit(f"lab: no result after {seconds} s: {what}")


class Program:
    """A program in the background."""

    def __init__(self, process, log):
        self.process, self.log = process, log

    def is_running(self):
        return self.process.poll() is None

    def stop(self, how=signal.SIGTERM, timeout=5):
        """Ends the program and its children: by a signal, then by force."""
        if self.is_running():
            self.process.send_signal(how)
            try:
                self.process.wait(timeout)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        return self.process.returncode

    def output(self):
        return pathlib.Path(self.log).read_text(errors="replace")


class Host:
    def __init__(self, world, name):
        self.world, self.name, self.address = world, name, None
        self.folder = world.folder / name
        self.folder.mkdir()
        self.resolver = self.folder / "resolv.conf"
        self.resolver.write_text(f"nameserver {NAME_SERVER}\n")
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        self.run("ip", "link", "set", "lo", "up")
        self.write("/proc/sys/net/ipv6/conf/all/disable_ipv6", 1)
        self.write("/proc/sys/net/ipv6/conf/default/disable_ipv6", 1)

    def words(self, *words):
        return ["nsenter", f"--net=/run/netns/{self.name}", "unshare", "--mount",
                "sh", "-c", INSIDE, "sh", str(self.resolver), *map(str, words)]

    def lease(self):
        """The lease written by lease.sh: the address and a newline, or nothing yet."""
        path = self.folder / "lease"
        return path.read_text() if path.exists() else ""

    def environment(self):
        return {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8",
                "TERM": os.environ.get("TERM", "xterm"), "TMPDIR": str(self.folder)}

    def run(self, *words, timeout=60, **more):
        """Runs a program to its successful end; returns its output."""
        more.setdefault("stdin", subprocess.DEVNULL)
        done = subprocess.run(self.words(*words), env=self.environment(), capture_output=True,
                              text=True, timeout=timeout, **more)
        if done.returncode != 0:
            raise SystemExit(f"lab: {self.name}: {' '.join(map(str, words))}:"
                             f" {done.stderr or done.stdout}")
        return done.stdout

    def write(self, path, value):
        self.run("sh", "-c", f"! [ -e {path} ] || echo {value} >{path}")

    def start(self, *words, log=None, **more):
        log = self.world.log_file(log or pathlib.Path(words[0]).name)
        more.setdefault("stdin", subprocess.DEVNULL)
        with open(log, "wb") as file:
            more.setdefault("stdout", file)
            more.setdefault("stderr", file)
            process = subprocess.Popen(self.words(*words), env=self.environment(), cwd=self.folder,
                                       start_new_session=True, **more)
        program = Program(process, log)
        self.world.programs.append(program)
        return program


class World:
    """A context manager: everything is removed at its end, also after errors."""

    def __init__(self, folder, network, cable, seed=1, phones=1):
        check_tools()
        self.folder = pathlib.Path(folder)
        (self.folder / "log").mkdir()
        self.programs, self.logs = [], 0
        self.network, self.cable_program, self.seed = network, cable, seed
        self.gateway, self.internet = Host(self, "gateway"), Host(self, "internet")
        self.phones = [Host(self, f"phone{i + 1}") for i in range(phones)]
        self.lan, self.wan = "lan0", "wan0"

    def __enter__(self):
        try:
            self.set_up_lan()
            self.set_up_cable()
        except BaseException as error:
            self.__exit__(type(error))
            raise
        return self

    def __exit__(self, kind=None, *_):
        if kind is SystemExit:
            self.print_failures()
        for program in reversed(self.programs):
            program.stop(timeout=2)
        for host in (self.gateway, self.internet, *self.phones):
            subprocess.run(["ip", "netns", "del", host.name], check=False)

    def print_failures(self):
        for program in self.programs:
            if not program.is_running() and program.process.returncode > 0:
                print(f"{pathlib.Path(program.log).name}: {program.output()[-800:]}", file=sys.stderr)

    def log_file(self, name):
        self.logs += 1
        return str(self.folder / "log" / f"{self.logs:03}-{name}.log")

    def set_up_lan(self):
        """A wire per phone, and a bridge; offloading is off, so no packets are joined or split."""
        self.gateway.run("ip", "link", "add", self.lan, "type", "bridge")
        for number, phone in enumerate(self.phones, 1):
            port = f"port{number}"
            self.gateway.run("ip", "link", "add", port, "type", "veth", "peer", "name", "wlan0",
                             "netns", phone.name)
            for host, device in ((self.gateway, port), (phone, "wlan0")):
                host.run("ethtool", "-K", device, *"tso off gso off gro off tx off".split())
                host.run("ip", "link", "set", device, "up")
            self.gateway.run("ip", "link", "set", port, "master", self.lan)
        self.gateway.run("ip", "link", "set", self.lan, "up")

    def set_up_cable(self):
        inside = [f"{self.gateway.name}:{self.wan}", f"{self.internet.name}:wire0"]
        log = self.log_file("cable")
        with open(log, "wb") as file:
            process = subprocess.Popen([str(self.cable_program), *inside, "--seed", str(self.seed),
                                        *self.network.cable_options()],
                                       stdout=file, stderr=file, start_new_session=True)
        self.cable = Program(process, log)
        self.programs.append(self.cable)
        wait_until(lambda: "carrying" in self.cable.output() or not self.cable.is_running(),
                   10, "the cable carries")
        if not self.cable.is_running():
            raise SystemExit(self.cable.output())
        self.gateway.run("ip", "address", "add", f"{GATEWAY_WAN}/24", "dev", self.wan)
        self.gateway.run("ip", "link", "set", self.wan, "up")
        self.gateway.run("ip", "route", "add", "default", "via", INTERNET_END)
        self.internet.run("ip", "address", "add", f"{INTERNET_END}/24", "dev", "wire0")
        self.internet.run("ip", "link", "set", "wire0", "up")
