#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The gateway with real clients, kills and faults.

    gateway_test.py FLOWTELL GATEWAY_CRASH [unittest arguments, such as Undo]

Everything runs in namespaces of its own (network, mounts, processes), with
tmpfs over /run, so that nothing of the machine is visible or changed, and all
ends with this process. Needs root or user namespaces; otherwise it prints so
and exits with 77.

    internet: h0 203.0.113.1 -- w0 203.0.113.2 :here: l0 -- switch -- c1, c2
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import unittest

from gateway_case import FLOWTELL, STATE, UNITS, UP, GatewayTest, gateway
from gateway_world import run, snapshot
from waiting import wait_for

CRASH = sys.argv[2]


class Clients(GatewayTest):
    def test_get_leases_and_reach_the_internet_through_nat(self):
        self.up()
        leases = [self.world.lease("c1", "phone"), self.world.lease("c2", "tablet")]
        for lease in leases:
            self.assertTrue(lease["ip"].startswith("192.168.12."), lease)
            self.assertIn(int(lease["ip"].split(".")[3]), range(100, 201))
            self.assertEqual(lease["router"], "192.168.12.1")
            self.assertEqual(lease["dns"], "192.168.12.1")
            self.assertEqual(lease["domain"], "lan")
            self.assertEqual(lease["lease"], "43200")
            self.assertEqual(lease["mask"], "24")
        self.assertNotEqual(leases[0]["ip"], leases[1]["ip"])
        for client in ("c1", "c2"):
            # The host on the internet reports the address it sees: the gateway's WAN.
            self.assertEqual(self.world.address_seen_by_host(client), "203.0.113.2")
            self.assertEqual(self.world.resolve(client, "192.168.12.1"), "198.51.100.7")
        [status] = self.status()
        self.assertTrue(status["up"])
        devices = {device["address"]: device for device in status["devices"]}
        for lease, name, client in zip(leases, ("phone", "tablet"), ("c1", "c2")):
            device = devices[lease["ip"]]
            self.assertEqual(device["name"], name)
            self.assertEqual(device["mac"], self.world.mac(client))
            self.assertGreater(device["sent"]["bytes"], 100)
            self.assertGreater(device["received"]["bytes"], 100)
        text = gateway("status").stdout
        self.assertIn("phone", text)
        self.assertIn(self.world.mac("c2"), text)
        self.down()

    def test_cannot_be_reached_from_the_internet(self):
        self.up()
        lease = self.world.lease("c1", "phone")
        self.world.inside("internet", "ip", "route", "add", "192.168.12.0/24", "via", "203.0.113.2")
        self.assertFalse(self.world.can_connect("internet", "c1", lease["ip"]))
        self.assertTrue(self.world.can_connect("c2", "c1", lease["ip"], lease=True))
        self.down()

    def test_dns_answers_only_the_lan(self):
        self.up()
        self.world.lease("c1", "phone")
        self.world.inside("internet", "ip", "route", "add", "192.168.12.1", "via", "203.0.113.2")
        for kind in "UDP", "TCP":
            with self.subTest(kind=kind):
                self.assertTrue(self.world.gets_dns_answer("c1", "192.168.12.1", kind))
                self.assertFalse(self.world.gets_dns_answer("internet", "192.168.12.1", kind))
        self.down()

    def test_get_the_settings_of_the_options(self):
        self.up("--address", "10.7.0.1/16", "--dhcp", "10.7.3.5-10.7.3.6",
                "--lease", "600", "--dns", "203.0.113.1", "--domain", "example.org")
        lease = self.world.lease("c1", "phone")
        self.assertIn(lease["ip"], ("10.7.3.5", "10.7.3.6"))
        self.assertEqual((lease["router"], lease["dns"]), ("10.7.0.1", "203.0.113.1"))
        self.assertEqual((lease["domain"], lease["lease"]), ("example.org", "600"))
        self.assertEqual(lease["mask"], "16")
        self.assertEqual(self.world.address_seen_by_host("c1"), "203.0.113.2")
        self.assertEqual(self.world.resolve("c1", "203.0.113.1"), "198.51.100.7")
        self.down()

    def test_have_no_ipv6_by_default(self):
        for words, is_forwarded in ([], False), (["--ipv6"], True):
            self.up(*words)
            self.assertEqual(self.world.reaches_over_ipv6("c1"), is_forwarded, words)
            self.down()


class Undo(GatewayTest):
    def test_twice_up_changes_nothing_and_other_options_are_refused(self):
        self.up()
        first = snapshot()
        self.assertIn("nothing changed", self.up().stderr)
        self.assertIn("No changes: ", self.up("--dry-run").stdout)
        outcome = gateway(*UP, "--dns", "9.9.9.9")
        self.assertEqual(outcome.returncode, 1)
        self.assertIn("other options is up on l0", outcome.stderr)
        self.assertEqual(first, snapshot())
        self.down()
        self.assertIn("nothing to undo", self.down().stderr)

    def test_dry_run_changes_nothing(self):
        output = self.up("--dry-run").stdout
        self.assertIn("give l0 the address 192.168.12.1/24", output)
        self.assert_as_before()

    def killed(self, command, step):
        """Whether there was such a step."""
        outcome = run([CRASH, command, "l0", "w0", STATE, UNITS, str(step)])
        self.assertIn(outcome.returncode, (0, -signal.SIGKILL), outcome.stderr)
        return outcome.returncode != 0

    def test_up_killed_at_any_step_is_undone_by_down(self):
        step = 1
        while self.killed("up", step):
            with self.subTest(step=step):
                self.down("--lan", "l0")
            step += 1
        self.down("--lan", "l0")
        self.assertGreater(step, 25)
        print(f"up: killed at each of {step - 1} steps", file=sys.stderr)

    def test_down_killed_at_any_step_is_finished_by_down(self):
        step = 1
        self.assertFalse(self.killed("up", 1000))  # up, with a unit
        while self.killed("down", step):
            with self.subTest(step=step):
                self.down("--lan", "l0")
            self.assertFalse(self.killed("up", 1000))
            step += 1
        self.assertGreater(step, 25)
        self.assert_as_before()
        print(f"down: killed at each of {step - 1} steps", file=sys.stderr)

    def test_up_killed_and_repeated_works_and_is_undone(self):
        self.unplug_lan()
        for step in (2, 9, 15, 20, 26, 29):
            with self.subTest(step=step):
                self.assertTrue(self.killed("up", step))
                self.up()
                self.assertTrue(self.status()[0]["up"])
                self.down()

    def test_the_program_killed_at_any_time_is_undone_by_down(self):
        self.unplug_lan()
        for milliseconds in range(0, 160, 2):
            with self.subTest(milliseconds=milliseconds):
                process = subprocess.Popen([FLOWTELL, "gateway", *UP], stderr=subprocess.DEVNULL)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(milliseconds / 1000)
                process.kill()
                process.wait()
                self.down("--lan", "l0")

    def test_up_on_a_full_disk_is_rolled_back(self):
        self.unplug_lan()
        os.makedirs(STATE, exist_ok=True)
        refused = 0
        for room in [f"nr_inodes={names}" for names in range(1, 8)] + [f"size={4 * pages}k" for pages in range(1, 5)]:
            with self.subTest(room=room):
                run(["mount", "-t", "tmpfs", "-o", f"mode=755,{room}", "none", STATE], check=True)
                self.before = snapshot()
                outcome = gateway(*UP)
                if outcome.returncode == 0:
                    self.down()
                else:
                    self.assertEqual(outcome.returncode, 1)
                    self.assertIn("No space left on device", outcome.stderr)
                    self.assert_as_before()
                    refused += 1
                run(["umount", STATE], check=True)
        self.assertGreater(refused, 3)
        print(f"up: rolled back on {refused} full disks", file=sys.stderr)

    def test_interrupted_up_is_rolled_back(self):
        process = subprocess.Popen([FLOWTELL, "gateway", *UP], stderr=subprocess.DEVNULL)
        # The first step, after which it looks for a DHCP server for some seconds.
        wait_for(lambda: self.world.has_link("l0"), "l0 has a link")
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(20), -signal.SIGINT)
        self.assert_as_before()

    def test_failure_half_way_is_rolled_back(self):
        with self.world.server_at_port_67():
            self.assert_refused("nothing was changed: dnsmasq", *UP)

    def test_dead_dnsmasq_is_reported_and_restarted(self):
        self.unplug_lan()
        self.up()
        os.kill(self.status()[0]["dnsmasq"], signal.SIGKILL)
        wait_for(lambda: "missing dnsmasq" in gateway("status").stdout, "the status without dnsmasq")
        self.up()
        self.assertTrue(self.status()[0]["up"])
        self.down()

    def test_missing_parts_are_reported_and_restored(self):
        self.up()
        run(["ip", "addr", "flush", "dev", "l0"], check=True)
        run(["nft", "flush", "ruleset"], check=True)
        output = gateway("status").stdout
        self.assertIn("its address 192.168.12.1/24", output)
        self.assertIn("the nftables table inet flowtell_l0", output)
        self.up()
        self.assertTrue(self.status()[0]["up"])
        self.down()

    def test_down_works_without_the_interface(self):
        self.up()
        self.world.delete_lan()
        self.assertEqual(gateway("down").returncode, 0)
        self.assertFalse(os.path.exists(STATE))
        self.assertEqual(self.world.value("ipv4/conf/w0/forwarding"), "0\n")

    def test_two_gateways_share_a_wan(self):
        self.unplug_lan()
        self.up()
        other = ["up", "--lan", "l9", "--wan", "w0", "--address", "10.9.0.1/24"]
        self.assertEqual(gateway(*other).returncode, 0)
        outcome = gateway("down")
        self.assertEqual(outcome.returncode, 2)
        self.assertIn("gateways on l0 and l9", outcome.stderr)
        self.assertEqual(gateway("down", "--lan", "l0").returncode, 0)
        self.assertEqual(self.world.value("ipv4/conf/w0/forwarding"), "1\n")
        self.down()

    def test_all_gateways_go_down_at_once(self):
        self.unplug_lan()
        self.up("--persist")
        other = ["up", "--lan", "l9", "--wan", "w0", "--address", "10.9.0.1/24"]
        self.assertEqual(gateway(*other).returncode, 0)
        output = self.down("--all").stderr
        self.assertIn("on l0 is down", output)
        self.assertIn("on l9 is down", output)
        self.assertIn("nothing to undo", gateway("down", "--all").stderr)

    def test_persists_by_a_unit(self):
        self.unplug_lan()
        output = self.up("--persist", "--dry-run").stdout
        self.assertIn("flowtell-gateway-l0.service", output)
        self.up("--persist")
        unit = UNITS + "/flowtell-gateway-l0.service"
        self.assertTrue(os.path.exists(UNITS + "/multi-user.target.wants/flowtell-gateway-l0.service"))
        self.assertTrue(self.status()[0]["persistent"])
        if shutil.which("systemd-analyze"):
            checked = run(["systemd-analyze", "verify", "--man=no", unit])
            self.assertNotIn("flowtell-gateway", checked.stderr)
            # The remaining rights are needed for its job; the unit explains each.
            rating = run(["systemd-analyze", "security", "--offline=true", "--threshold=31", "--no-pager", unit])
            self.assertEqual(rating.returncode, 0, rating.stdout[-200:] + rating.stderr)
        self.assertEqual(gateway("down", "--keep-unit").returncode, 0)
        self.assertTrue(os.path.exists(unit))  # as when systemd stops the unit
        self.up()
        self.down()

    def test_startup_script(self):
        self.unplug_lan()
        script = self.world.folder + "/gateway"
        with open(script, "w") as file:
            file.write(gateway("script", *UP[1:]).stdout)
        os.chmod(script, 0o755)
        for word in "start", "status", "restart", "stop":
            outcome = run([script, word])
            self.assertEqual(outcome.returncode, 0, outcome.stderr)
        self.assertEqual(run([script, "dance"]).returncode, 2)
        self.assert_as_before()


class InvalidRequests(GatewayTest):
    """Rejected with one sentence, before anything changes."""

    def test_of_interfaces(self):
        self.assert_refused("are both l0", "up", "--lan", "l0", "--wan", "l0", code=2)
        self.assert_refused("LAN interface l7 does not exist", "up", "--lan", "l7", "--wan", "w0")
        self.assert_refused("WAN interface w7 does not exist", "up", "--lan", "l0", "--wan", "w7")
        self.assert_refused("is the loopback interface", "up", "--lan", "lo", "--wan", "w0")
        self.assert_refused("swap the LAN and the WAN interface", "up", "--lan", "w0", "--wan", "l9")
        run(["ip", "link", "set", "w0", "down"], check=True)
        self.before = snapshot()
        self.assert_refused("w0 is down", *UP)

    def test_of_a_bridge_port(self):
        run(["ip", "link", "add", "br0", "type", "bridge"], check=True)
        run(["ip", "link", "set", "l0", "master", "br0"], check=True)
        self.before = snapshot()
        self.assert_refused("give br0 instead", *UP)

    def test_of_subnets(self):
        self.assert_refused("already in use on w0", *UP, "--address", "203.0.113.129/25")
        run(["ip", "route", "add", "10.0.0.0/8", "via", "203.0.113.1"], check=True)
        self.before = snapshot()
        self.assert_refused("in use on w0 (route", *UP, "--address", "10.1.1.1/24")

    def test_of_a_table_of_our_name(self):
        run(["nft", "add", "table", "inet", "flowtell_l0"], check=True)
        self.before = snapshot()
        self.assert_refused("nft delete table", *UP)

    def test_without_privilege(self):
        self.assert_refused("without CAP_NET_ADMIN", *UP,
                            before=["setpriv", "--bounding-set=-all", "--inh-caps=-all"])

    def test_without_dnsmasq(self):
        hidden = "mount --bind /dev/null /usr/sbin/dnsmasq && exec \"$@\""
        self.assert_refused("apt-get install dnsmasq-base", *UP,
                            before=["unshare", "-m", "sh", "-c", hidden, "sh"])

    def test_where_a_dhcp_server_answers(self):
        with self.world.other_dhcp_server():
            self.before = snapshot()
            self.assert_refused("a DHCP server at 192.168.5.1 already answers on l0", *UP)
            self.world.switch_lan_on()
            self.before = snapshot()
            self.assert_refused("a DHCP server at 192.168.5.1 already answers on l0", *UP)

    def test_of_persistence_without_systemd(self):
        self.world.hide_systemd()
        self.before = snapshot()
        self.assert_refused("'flowtell gateway script' prints", *UP, "--persist")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
