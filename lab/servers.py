# SPDX-License-Identifier: Apache-2.0
"""The servers on the internet side: names, web, messages, shell. The remote end of a call is in
call.py.
"""
import os

from content import SITES
from private import Unavailable, may_change_user
from world import NAME_SERVER, wait_until

# Server names by address. Several names share an address, as in real networks.
ADDRESSES = {
    "203.0.113.53": ("dns.example",),
    "203.0.113.10": ("www.meadow.example",),
    "203.0.113.11": ("img.meadow.example", "img.gazette.example"),
    "203.0.113.12": ("cdn.meadow.example", "cdn.gazette.example", "cdn.bazaar.example",
                     "cdn.tube.example"),
    "203.0.113.13": ("www.gazette.example",),
    "203.0.113.14": ("www.bazaar.example", "img.bazaar.example"),
    "203.0.113.20": ("www.tube.example",),
    "203.0.113.21": ("edge.tube.example",),
    "203.0.113.30": ("mqtt.chatter.example",),
    "203.0.113.31": ("media.chatter.example",),
    "203.0.113.40": ("files.depot.example",),
    "203.0.113.50": ("www.ringring.example",),
    "203.0.113.51": ("relay.ringring.example",),
    "203.0.113.60": ("gate.harbour.example",),
}
ADDRESS_OF = {name: address for address, names in ADDRESSES.items() for name in names}

# One process that changes no user, which needs more rights than a user namespace has. Session
# tickets are off, so each visit has a full handshake.
NGINX = """
user root root; daemon off; master_process off;
pid {folder}/nginx.pid; error_log {folder}/nginx-error.log;
events {{ worker_connections 512; }}
http {{
  access_log off; keepalive_timeout 20s; http2_max_concurrent_streams 64;
  default_type application/octet-stream;
  types {{ text/html html; text/css css; application/javascript js; image/jpeg jpg;
           video/mp2t ts; application/vnd.apple.mpegurl m3u8; }}
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 443 ssl http2; server_name _; root {www}/$host;
    ssl_certificate {certificates}/server.pem; ssl_certificate_key {certificates}/server.key;
    ssl_protocols TLSv1.2 TLSv1.3; ssl_session_tickets off;
    location /img/ {{ root {www}; expires 1h; }}
    location /tell {{ client_max_body_size 4m; return 204; }}
  }}
}}
"""

MOSQUITTO = """
listener 8883
certfile {certificates}/server.pem
keyfile {certificates}/server.key
allow_anonymous true
persistence false
user root
log_dest stderr
"""

SSHD = """
Port 22
ListenAddress 203.0.113.60
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile {folder}/sshd.pid
PermitRootLogin yes
PasswordAuthentication no
StrictModes no
UsePAM no
PrintMotd no
PrintLastLog no
"""


def start_names(world):
    net = world.internet
    for address in ADDRESSES:
        net.run("ip", "address", "add", f"{address}/32", "dev", "lo")
    records = [f"--host-record={name},{address}" for name, address in ADDRESS_OF.items()]
    return net.start("dnsmasq", "--no-daemon", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
                     f"--pid-file={net.folder}/dnsmasq.pid", f"--listen-address={NAME_SERVER}",
                     "--bind-interfaces", "--local-ttl=60", "--address=/#/", *records)


def configure(net, name, text, content):
    path = net.folder / name
    path.write_text(text.format(folder=net.folder, www=content / "www", certificates=content))
    return path


def listens(net, port, protocol="t"):
    return f":{port} " in net.run("ss", f"-{protocol}lnH")


def start_web(world, content):
    for site in (*SITES, "tube.example"):
        (content / "www" / f"www.{site}").mkdir(exist_ok=True)
    config = configure(world.internet, "nginx.conf", NGINX, content)
    world.internet.start("nginx", "-c", config, "-e", "stderr")


def start_messages(world, content):
    config = configure(world.internet, "mosquitto.conf", MOSQUITTO, content)
    world.internet.start("mosquitto", "-c", config)


def start_shell(world, content):
    if not may_change_user():
        raise Unavailable("the app shell needs root, as sshd changes its user; name other --apps")
    net = world.internet
    for key in ("host_key", "user_key"):
        net.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", net.folder / key)
    config = configure(net, "sshd_config", SSHD, content)
    os.makedirs("/run/sshd", exist_ok=True)
    net.start("/usr/sbin/sshd", "-D", "-e", "-f", config)


def start_servers(world, content, apps):
    start_names(world)
    ports = {443}
    start_web(world, content)
    if "chat" in apps:
        ports.add(8883)
        start_messages(world, content)
    if "shell" in apps:
        ports.add(22)
        start_shell(world, content)
    wait_until(lambda: listens(world.internet, 53, "u"), 10, "the name server starts")
    for port in ports:
        wait_until(lambda: listens(world.internet, port), 10, f"a server listens on port {port}")
