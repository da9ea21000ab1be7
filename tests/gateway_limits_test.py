#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Limits of a gateway: what it must not forward, change or lose.

    gateway_limits_test.py FLOWTELL SYNC_COUNTER [unittest arguments]

See gateway_test.py for the environment and its requirements.
"""

import os
import shutil
import signal
import sys
import unittest

from gateway_case import STATE, UNITS, UP, GatewayTest, gateway
from gateway_world import World, helpers, run, snapshot
from waiting import wait_for

SYNC_COUNTER = sys.argv[2]


class LimitsTest(GatewayTest):
    def setUp(self):
        super().setUp()
        self.unplug_lan()


class Forwarding(LimitsTest):
    """Connections that pass, depending on what each family forwarded before `up`.

    "other" is a third network, from whose interface IPv4 is always forwarded.
    """

    WAYS = [("c1", "internet", "always"), ("internet", "c1", "never"), ("other", "c1", "never"),
            ("c1", "other", "if before"), ("internet", "other", "if before")]

    def wanted(self, words, forwarded):
        wanted = {}
        for family in forwarded:
            for source, target, when in self.WAYS:
                passes = when == "always" or (when == "if before" and forwarded[family])
                is_dropped = family == "IPv6" and "--ipv6" not in words and "c1" in (source, target)
                wanted[family, source, target] = passes and not is_dropped
        return wanted

    def assert_passes(self, words, ipv4, ipv6):
        self.world.forward(ipv4, ipv6)
        self.before = snapshot()
        self.up(*words)
        self.world.plug_lan()
        try:
            with self.world.addresses():
                wanted = self.wanted(words, {"IPv4": ipv4, "IPv6": ipv6})
                self.assertEqual(self.world.unexpected_connections(wanted), {})
        finally:
            self.world.unplug_lan()
            self.down()

    def test_with_ipv6_by_what_was_forwarded_before(self):
        for ipv4 in False, True:
            for ipv6 in False, True:
                with self.subTest(ipv4=ipv4, ipv6=ipv6):
                    self.assert_passes(["--ipv6"], ipv4, ipv6)

    def test_without_ipv6_by_what_was_forwarded_before(self):
        for forwarded in False, True:
            with self.subTest(forwarded=forwarded):
                self.assert_passes([], forwarded, forwarded)


class Elsewhere(LimitsTest):
    """Journals of another network namespace, or from before a reboot."""

    def test_in_another_network_namespace_is_refused(self):
        self.up()
        before = snapshot()
        inside = ["ip", "netns", "exec", "internet"]
        for words in ["down"], ["down", "--all"], ["status"], UP, [*UP, "--dry-run"]:
            with self.subTest(words=words):
                outcome = gateway(*words, before=inside)
                self.assertEqual(outcome.returncode, 1, outcome.stderr)
                self.assertIn("the gateway on l0 belongs to another network namespace", outcome.stderr)
                self.assertEqual(outcome.stderr.count("\n"), 1, outcome.stderr)
        self.assertEqual(snapshot(), before)
        self.assertTrue(self.status()[0]["up"])
        self.down()

    def test_gateways_of_two_network_namespaces_do_not_share_settings(self):
        # Each namespace has its own w0, which its gateway restores.
        inside = ["ip", "netns", "exec", "internet"]
        for here, there in ("w0", "x0"), ("l8", "x8"):
            self.world.inside("internet", "ip", "link", "add", here, "type", "veth", "peer", "name", there)
            self.world.inside("internet", "ip", "link", "set", here, "up")
            self.addCleanup(self.world.inside, "internet", "ip", "link", "del", here)
        self.up()
        there = ["up", "--lan", "l8", "--wan", "w0", "--address", "10.8.0.1/24"]
        setting = [*inside, "cat", "/proc/sys/net/ipv4/conf/w0/forwarding"]
        self.assertEqual(gateway(*there, before=inside).stderr.count("is up"), 1)
        self.assertEqual(run(setting).stdout, "1\n")
        self.assertEqual(gateway("down", "--lan", "l8", before=inside).returncode, 0)
        self.assertEqual(run(setting).stdout, "0\n")
        self.down()

    def test_after_a_reboot_only_the_journal_and_the_unit_are_removed(self):
        self.up("--persist")
        unit = UNITS + "/flowtell-gateway-l0.service"
        with self.world.simulated_reboot():
            # The settings of the new boot look like those of the old gateway.
            [status] = self.status()
            self.assertIn("dnsmasq", status["missing"])
            outcome = gateway("down")
            self.assertEqual(outcome.returncode, 0, outcome.stderr)
            self.assertFalse(os.path.exists(STATE))
            self.assertFalse(os.path.exists(unit))
            self.assertIn("192.168.12.1/24", run(["ip", "addr", "show", "l0"]).stdout)
            self.assertEqual(self.world.value("ipv4/conf/w0/forwarding"), "1\n")
            self.assertTrue(helpers())
            self.assertIn("nothing to undo", gateway("down").stderr)

    def test_after_a_reboot_up_works_and_is_undone(self):
        self.up()
        kept = self.world.folder + "/kept"
        shutil.copytree(STATE, kept)
        self.down()
        shutil.copytree(kept, STATE)  # as with a --state that survives a reboot
        os.chmod(STATE, 0o700)
        with self.world.simulated_reboot():
            self.up()
            self.assertTrue(self.status()[0]["up"])
            self.down()

    def test_in_another_network_namespace_after_a_reboot_is_removed(self):
        # Namespace numbers of different boots are unrelated.
        self.up()
        with self.world.simulated_reboot():
            outcome = gateway("down", before=["ip", "netns", "exec", "internet"])
            self.assertEqual(outcome.returncode, 0, outcome.stderr)
            self.assertFalse(os.path.exists(STATE))


class Processes(LimitsTest):
    WORDS = ["dnsmasq", "--conf-file=/run/flowtell/gateway-l0/dnsmasq.conf"]

    def test_other_processes_with_the_same_arguments_are_kept(self):
        with self.world.process_with_arguments(self.WORDS) as other:
            self.before = snapshot()
            self.up()
            self.down()
            self.assertIsNone(other.poll())
            self.up()
            own = self.status()[0]["dnsmasq"]
            self.assertNotEqual(own, other.pid)
            os.kill(own, signal.SIGKILL)
            wait_for(lambda: "missing dnsmasq" in gateway("status").stdout, "the status without dnsmasq")
            self.down()
            self.assertIsNone(other.poll())

    def test_dnsmasq_that_ignores_sigterm_is_killed(self):
        self.up()
        os.kill(self.status()[0]["dnsmasq"], signal.SIGSTOP)
        self.down()


class Journal(LimitsTest):
    def test_settings_changed_by_the_ipv6_switch_are_restored(self):
        # The kernel writes all of these when "all" changes, in both directions.
        for interface, value in ("l9", 1), ("default", 1), ("w0", 0):
            self.world.set(f"ipv6/conf/{interface}/forwarding", value)
        self.before = snapshot()
        self.assertIn("ipv6/conf/l9/forwarding 1", self.before)
        self.up("--ipv6")
        self.assertEqual(self.world.value("ipv6/conf/w0/forwarding"), "1\n")
        self.down()
        self.world.set("ipv6/conf/default/forwarding", 0)

    def test_each_entry_of_the_journal_is_synced(self):
        log = self.world.folder + "/syncs"
        counted = {**os.environ, "LD_PRELOAD": SYNC_COUNTER, "SYNC_LOG": log}
        journal = STATE + "/gateway-l0/journal"

        def syncs():
            count = World.read(log).split("\n").count(journal)
            os.remove(log)
            return count

        self.assertEqual(gateway(*UP, env=counted).returncode, 0)
        entries = len(World.read(journal).splitlines())
        self.assertGreater(entries, 5)
        self.assertEqual(syncs(), entries)
        self.assertEqual(gateway("down", env=counted).returncode, 0)
        self.assertEqual(syncs(), entries - 1)  # the first line is removed with its file
        self.assert_as_before()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
