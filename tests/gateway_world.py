# SPDX-License-Identifier: Apache-2.0
"""The network of the gateway tests: an internet, a switch, devices.

Importing this module moves the process into its own namespaces, by running it
again under unshare(1); see gateway_test.py.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

sys.path.append(os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lab"))
from waiting import becomes, wait_for  # noqa: E402

PYTHON = "/usr/bin/python3"
MARK = "FLOWTELL_OWN_NAMESPACES"
NEEDED = ["ip", "nft", "dnsmasq", "udhcpc", "unshare", "setpriv"]
VOLATILE = {"valid_life_time", "preferred_life_time", "qdisc", "tentative", "dadfailed"}


def skip(reason):
    print(f"skipped: {reason}", file=sys.stderr)
    sys.exit(77)


def run(words, **options):
    return subprocess.run(words, text=True, capture_output=True, timeout=60, **options)


def enter_namespaces():
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        skip(f"{', '.join(missing)} is not installed (see packages.txt)")
    words = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if os.geteuid() != 0:
        words += ["--user", "--map-root-user"]
    if run([*words, "true"]).returncode != 0:
        skip("root or user namespaces are needed")
    os.environ[MARK] = "1"
    os.execvp("unshare", [*words, PYTHON, *sys.argv])


def set_up_system():
    """Mounts own folders over those that a gateway and its helpers write to."""
    for folder in "/run", "/etc/systemd/system":
        run(["mount", "-t", "tmpfs", "none", folder], check=True)
    os.makedirs("/run/systemd/system")
    home = tempfile.mkdtemp(dir="/run")
    with open(home + "/resolv.conf", "w") as file:
        file.write("nameserver 203.0.113.1\n")
    resolv = os.path.realpath("/etc/resolv.conf")
    run(["mount", "--bind", home + "/resolv.conf", resolv], check=True)
    if shutil.which("systemctl"):
        run(["mount", "--bind", "/bin/true", os.path.realpath(shutil.which("systemctl"))], check=True)
    for name in "internet", "switch", "c1", "c2":
        run(["ip", "netns", "add", name], check=True)
        run(["ip", "netns", "exec", name, "ip", "link", "set", "lo", "up"], check=True)
    run(["ip", "link", "set", "lo", "up"], check=True)


def snapshot():
    """Everything that a gateway might change, as one text."""
    links = json.loads(run(["ip", "-j", "-d", "addr"]).stdout)
    for link in links:
        for part in [link, *link.get("addr_info", [])]:
            for key in VOLATILE:
                part.pop(key, None)
    parts = [json.dumps(link, indent=1) for link in links]
    parts.append(run(["ip", "route", "show", "table", "all"]).stdout)
    parts.append(run(["nft", "list", "ruleset"]).stdout)
    for top, _, names in sorted(os.walk("/proc/sys/net")):
        for name in sorted(names):
            if "/conf/" in top or name in ("ip_forward", "ip_nonlocal_bind"):
                parts.append(f"{top}/{name} {World.read(top + '/' + name)}")
    for folder in "/run/flowtell", "/etc/systemd/system", "/etc/resolv.conf":
        parts.append(run(["ls", "-lnR", "--time-style=+", folder]).stdout)
    return "\n".join(parts + helpers())


def helpers():
    """The processes that a gateway may have started."""
    lines = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        words = World.read(f"/proc/{name}/cmdline").split("\0")
        if os.path.basename(words[0]) in ("dnsmasq", "ip", "nft", "systemctl", "flowtell", "gateway_crash"):
            lines.append(f"{name} {words}")
    return sorted(lines)


LEASE_SCRIPT = """#!/bin/sh
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
ip addr flush dev "$interface"
ip addr add "$ip/$mask" dev "$interface"
ip route add default via "$router"
for name in ip mask router dns domain lease; do
  eval "echo $name=\\$$name"
done >"$LEASE_FILE"
"""

# Sends each client the address that it connects from.
HOST = """
import socket
server = socket.create_server(("", 80))
print("ready", flush=True)
while True:
    peer, address = server.accept()
    peer.sendall(address[0].encode())
    peer.close()
"""

# Answers every address query with 198.51.100.7.
NAME_SERVER = """
import socket
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("203.0.113.1", 53))
print("ready", flush=True)
while True:
    request, address = server.recvfrom(512)
    query = request[12:request.index(b"\\0", 12) + 5]
    server.sendto(request[:2] + bytes.fromhex("81800001000100000000") + query
                  + bytes.fromhex("c00c000100010000003c0004c6336407"), address)
"""

LISTEN = """
import signal, socket
server = socket.create_server(("{address}", {port}), family=socket.{family})
print("ready", flush=True)
signal.pause()
"""

QUERY_HOST = """
import socket
print(socket.create_connection(("203.0.113.1", 80), 5).makefile().read(), end="")
"""

RESOLVE = """
import socket, sys
address, kind = sys.argv[1:3]
request = bytes.fromhex("12340100000100000000000003777777076578616d706c65036f72670000010001")
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if kind == "UDP" else socket.SOCK_STREAM)
client.settimeout(int(sys.argv[3]))
client.connect((address, 53))
client.sendall(request if kind == "UDP" else len(request).to_bytes(2, "big") + request)
print(socket.inet_ntoa(client.recv(512)[-4:]), end="")
"""

LISTEN_TO_ALL = """
import signal, socket
server = socket.create_server(("", 98), family=socket.AF_INET6, dualstack_ipv6=True, backlog=64)
print("ready", flush=True)
signal.pause()
"""

# Prints which of the addresses accept a connection within the given seconds.
CONNECT_TO_ALL = """
import concurrent.futures, json, socket, sys
def connects(address, seconds):
    try:
        socket.create_connection((address, 98), int(seconds)).close()
        return True
    except OSError:
        return False
words = sys.argv[1:]
with concurrent.futures.ThreadPoolExecutor(len(words)) as pool:
    print(json.dumps(list(pool.map(connects, words[::2], words[1::2]))))
"""

# Replaces its own command line in memory, keeping its size.
SET_ARGUMENTS = """
import ctypes, signal, sys
with open("/proc/self/stat") as file:
    fields = file.read().rpartition(")")[2].split()
begin, end = int(fields[45]), int(fields[46])
words = b"".join(word.encode() + b"\\0" for word in sys.argv[2:])
ctypes.memmove(begin, words.ljust(end - begin, b"\\0"), end - begin)
print("ready", flush=True)
signal.pause()
"""

# Interfaces, their namespaces (None: here), IPv4 and IPv6 addresses. "other" is
# the far end of l9.
ADDRESSES = [(None, "l0", None, "fd00:a::1"), (None, "w0", None, "fd00:b::2"),
             (None, "l9", "10.9.0.1", "fd00:c::1"), ("c1", "c1", "192.168.12.9", "fd00:a::9"),
             ("internet", "h0", None, "fd00:b::1"), ("switch", "s9", "10.9.0.2", "fd00:c::2")]
ROUTES = [("c1", "default", "192.168.12.1"), ("c1", "default", "fd00:a::1"),
          ("switch", "default", "10.9.0.1"), ("switch", "default", "fd00:c::1")]
ROUTES += [("internet", subnet, "203.0.113.2") for subnet in ("192.168.12.0/24", "10.9.0.0/24")]
ROUTES += [("internet", subnet, "fd00:b::2") for subnet in ("fd00:a::/64", "fd00:c::/64")]
TARGETS = {("IPv4", "internet"): "203.0.113.1", ("IPv6", "internet"): "fd00:b::1",
           ("IPv4", "c1"): "192.168.12.9", ("IPv6", "c1"): "fd00:a::9",
           ("IPv4", "other"): "10.9.0.2", ("IPv6", "other"): "fd00:c::2"}
NAMESPACES = {"internet": "internet", "c1": "c1", "other": "switch"}


class World:
    """    internet: h0 -- w0 :here: l0 -- switch -- c1, c2;    l9 -- nobody"""

    def __init__(self):
        self.started = []
        self.listening = {}
        self.folder = tempfile.mkdtemp(dir="/run")
        os.makedirs("/run/systemd/system", exist_ok=True)
        self.set("ipv4/ip_forward", 0)
        self.set("ipv6/conf/all/forwarding", 0)
        # New addresses are valid at once: the kernel does not look for duplicates, which takes up to 2 s.
        self.set("ipv6/conf/default/accept_dad", 0)
        self.pair("w0", "h0", "internet")
        self.pair("l0", "s0", "switch")
        self.pair("l9", "s9", "switch")
        run(["ip", "addr", "add", "203.0.113.2/24", "dev", "w0"], check=True)
        run(["ip", "link", "set", "w0", "up"], check=True)
        run(["ip", "route", "add", "default", "via", "203.0.113.1"], check=True)
        self.inside("internet", "ip", "addr", "add", "203.0.113.1/24", "dev", "h0")
        self.inside("switch", "ip", "link", "add", "switch0", "type", "bridge", "forward_delay", "0")
        for client in "c1", "c2":
            run(["ip", "link", "add", client, "netns", client, "type", "veth",
                 "peer", "name", "s" + client, "netns", "switch"], check=True)
            self.inside(client, "ip", "link", "set", client, "up")
        for port in "s0", "sc1", "sc2":
            self.inside("switch", "ip", "link", "set", port, "master", "switch0", "up")
        self.inside("switch", "ip", "link", "set", "switch0", "up")
        self.start_server("internet", HOST)
        self.start_server("internet", NAME_SERVER)
        self.wait_until_settled()

    def pair(self, here, there, namespace):
        run(["ip", "link", "add", here, "type", "veth", "peer", "name", there,
             "netns", namespace], check=True)
        self.inside(namespace, "ip", "link", "set", there, "up")

    @staticmethod
    def wait_until_settled(interface="w0"):
        """Waits until the kernel has completed the interface's IPv6 address; there may be none."""
        def is_settled():
            shown = run(["ip", "-6", "addr", "show", "dev", interface]).stdout
            return "inet6" in shown and "tentative" not in shown
        becomes(is_settled, 6)

    def switch_lan_on(self):
        run(["ip", "link", "set", "l0", "up"], check=True)
        self.wait_until_settled("l0")

    def end(self):
        for process in self.started:
            self.stop(process)
        for name in "w0", "l0", "l9", "br0":
            run(["ip", "link", "del", name])
        self.inside("switch", "ip", "link", "del", "switch0")
        for client in "c1", "c2":
            run(["ip", "netns", "exec", client, "ip", "link", "del", client])
        run(["nft", "flush", "ruleset"])
        for line in helpers():
            os.kill(int(line.split()[0]), signal.SIGKILL)
        shutil.rmtree("/run/flowtell", ignore_errors=True)
        shutil.rmtree(self.folder)

    def inside(self, namespace, *words):
        return run(["ip", "netns", "exec", namespace, *words], check=True)

    def start(self, namespace, *words, **options):
        process = subprocess.Popen(["ip", "netns", "exec", namespace, *words], **options)
        self.started.append(process)
        return process

    def start_server(self, namespace, program):
        """Starts a server and waits until it listens."""
        server = self.start(namespace, PYTHON, "-c", program, stdout=subprocess.PIPE)
        server.stdout.readline()
        return server

    @staticmethod
    def stop(server):
        server.kill()
        server.wait()
        if server.stdout:
            server.stdout.close()

    @staticmethod
    def read(path):
        try:
            with open(path) as file:
                return file.read()
        except OSError as error:
            return error.strerror

    @staticmethod
    def value(setting):
        return World.read("/proc/sys/net/" + setting)

    def mac(self, client):
        shown = json.loads(self.inside(client, "ip", "-j", "link", "show", client).stdout)
        return shown[0]["address"]

    def lease(self, client, name):
        """The lease that a DHCP client received."""
        script, lease = self.folder + "/script", self.folder + "/" + client
        with open(script, "w") as file:
            file.write(LEASE_SCRIPT)
        os.chmod(script, 0o755)
        run(["ip", "netns", "exec", client, "udhcpc", "-f", "-q", "-n", "-t", "20", "-T", "1",
             "-i", client, "-s", script, "-x", "hostname:" + name],
            check=True, env={**os.environ, "LEASE_FILE": lease})
        with open(lease) as file:
            return dict(line.strip().split("=", 1) for line in file)

    def address_seen_by_host(self, client):
        return self.inside(client, PYTHON, "-c", QUERY_HOST).stdout

    def resolve(self, client, server):
        return self.inside(client, PYTHON, "-c", RESOLVE, server, "UDP", "5").stdout

    def gets_dns_answer(self, client, server, kind):
        outcome = run(["ip", "netns", "exec", client, PYTHON, "-c", RESOLVE, server, kind, "2"])
        return outcome.stdout == "198.51.100.7"

    @staticmethod
    def set(setting, value):
        with open("/proc/sys/net/" + setting, "w") as file:
            file.write(f"{value}\n")

    def forward(self, ipv4, ipv6):
        """Sets what the system forwards before any gateway."""
        self.set("ipv4/ip_forward", int(ipv4))
        self.set("ipv4/conf/l9/forwarding", 1)
        self.set("ipv6/conf/all/forwarding", int(ipv6))

    @contextlib.contextmanager
    def addresses(self):
        """Adds missing addresses and routes by hand on all sides."""
        run(["ip", "link", "set", "l9", "up"], check=True)
        added = []
        for namespace, interface, *addresses in ADDRESSES:
            for address, bits in zip(addresses, (24, 64)):
                if address is not None:
                    added.append((namespace, [f"{address}/{bits}", "dev", interface]))
        for namespace, words in added:
            no_test = ["nodad"] if ":" in words[0] else []
            self.at(namespace, "ip", "addr", "add", *words, *no_test)
        for namespace, to, via in ROUTES:
            self.inside(namespace, "ip", "route", "replace", to, "via", via)
        try:
            yield
        finally:
            for namespace, words in added:
                self.at(namespace, "ip", "addr", "del", *words)
            run(["ip", "link", "set", "l9", "down"], check=True)
            for namespace, to, via in ROUTES:
                run(["ip", "netns", "exec", namespace, "ip", "route", "del", to, "via", via])

    def at(self, namespace, *words):
        return run(words, check=True) if namespace is None else self.inside(namespace, *words)

    def unexpected_connections(self, wanted):
        """The (family, source, target) whose TCP connection differs from `wanted`. Expected connections
        get more time, since the machine may be busy."""
        for namespace in NAMESPACES.values():
            if namespace not in self.listening:
                self.listening[namespace] = self.start_server(namespace, LISTEN_TO_ALL)
        probes = []
        for name, namespace in NAMESPACES.items():
            ways = [way for way in wanted if way[1] == name]
            words = [word for way in ways for word in (TARGETS[way[0], way[2]], "20" if wanted[way] else "2")]
            probes.append((ways, self.start(
                namespace, PYTHON, "-c", CONNECT_TO_ALL, *words, stdout=subprocess.PIPE, text=True)))
        connected = {}
        for ways, process in probes:
            connected.update(zip(ways, json.loads(process.communicate(timeout=60)[0])))
        return {way: passes for way, passes in connected.items() if passes != wanted[way]}

    def can_connect(self, client, server, address, lease=False):
        """Whether a TCP connection to a port of the server succeeds."""
        if lease:
            self.lease(client, client)
        listener = self.start_server(server, LISTEN.format(address="", port=99, family="AF_INET"))
        connect = f"import socket; socket.create_connection(('{address}', 99), 2)"
        outcome = run(["ip", "netns", "exec", client, PYTHON, "-c", connect])
        self.stop(listener)
        return outcome.returncode == 0

    def reaches_over_ipv6(self, client):
        """With addresses and routes set by hand on both sides."""
        addresses = [(None, "l0", "fd00:a::1/64"), (None, "w0", "fd00:b::2/64"),
                     (client, client, "fd00:a::9/64"), ("internet", "h0", "fd00:b::1/64")]
        for namespace, interface, address in addresses:
            words = ["ip", "addr", "add", address, "dev", interface, "nodad"]
            run(words, check=True) if namespace is None else self.inside(namespace, *words)
        self.inside(client, "ip", "route", "replace", "default", "via", "fd00:a::1")
        self.inside("internet", "ip", "route", "replace", "fd00:a::/64", "via", "fd00:b::2")
        connect = "import socket; socket.create_connection(('fd00:b::1', 80), 2)"
        server = self.start_server(
            "internet", LISTEN.format(address="fd00:b::1", port=80, family="AF_INET6"))
        outcome = run(["ip", "netns", "exec", client, PYTHON, "-c", connect])
        self.stop(server)
        for namespace, interface, address in addresses:
            words = ["ip", "addr", "del", address, "dev", interface]
            run(words, check=True) if namespace is None else self.inside(namespace, *words)
        return outcome.returncode == 0

    @staticmethod
    def has_link(interface):
        shown = json.loads(run(["ip", "-j", "link", "show", interface]).stdout)
        return "LOWER_UP" in shown[0]["flags"]

    def unplug_lan(self):
        self.switch_lan_on()
        self.inside("switch", "ip", "link", "set", "s0", "down")
        wait_for(lambda: not self.has_link("l0"), "l0 has no link")

    def plug_lan(self):
        self.inside("switch", "ip", "link", "set", "s0", "up")
        wait_for(lambda: self.has_link("l0"), "l0 has a link")

    @contextlib.contextmanager
    def simulated_reboot(self):
        """Simulates a reboot by another boot id of the kernel."""
        path = "/proc/sys/kernel/random/boot_id"
        other = self.folder + "/boot_id"
        with open(other, "w") as file:
            file.write("01234567-89ab-cdef-0123-456789abcdef\n")
        run(["mount", "--bind", other, path], check=True)
        try:
            yield
        finally:
            run(["umount", path], check=True)

    @contextlib.contextmanager
    def process_with_arguments(self, words):
        """A process with these arguments, of another user if possible."""
        with open("/proc/self/uid_map") as file:
            has_others = sum(int(line.split()[2]) for line in file) > 1
        options = {"user": 65534} if has_others else {}
        padding = "x" * sum(len(word) + 1 for word in words)
        process = subprocess.Popen([PYTHON, "-c", SET_ARGUMENTS, padding, *words],
                                   stdout=subprocess.PIPE, **options)
        try:
            process.stdout.readline()
            assert self.read(f"/proc/{process.pid}/cmdline").split("\0")[:len(words)] == words
            yield process
        finally:
            self.stop(process)

    def delete_lan(self):
        run(["ip", "link", "del", "l0"], check=True)

    @staticmethod
    def hide_systemd():
        os.rmdir("/run/systemd/system")

    @contextlib.contextmanager
    def server_at_port_67(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
            server.bind(("", 67))
            yield

    @contextlib.contextmanager
    def other_dhcp_server(self):
        self.inside("c2", "ip", "addr", "add", "192.168.5.1/24", "dev", "c2")
        server = self.start("c2", "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null",
                            "--port=0", "--interface=c2", "--except-interface=lo",
                            "--bind-interfaces", "--dhcp-authoritative", "--user=", "--group=",
                            "--dhcp-range=192.168.5.50,192.168.5.60",
                            "--dhcp-leasefile=" + self.folder + "/other",
                            "--pid-file=" + self.folder + "/other.pid",
                            stderr=subprocess.DEVNULL)
        # Port 67 in the server's network namespace, which is ours until `ip netns exec` enters it.
        wait_for(lambda: ":0043 " in self.read(f"/proc/{server.pid}/net/udp"), "the DHCP server listens")
        yield
        server.kill()
        server.wait()


if MARK not in os.environ:
    enter_namespaces()
set_up_system()
