# SPDX-License-Identifier: Apache-2.0
"""The base of the gateway tests: each has its own world, with the program in it.

The first argument of each test program is flowtell.
"""

import difflib
import json
import sys
import unittest

from gateway_world import World, run, snapshot

FLOWTELL = sys.argv[1]
STATE = "/run/flowtell"
UNITS = "/etc/systemd/system"
UP = ["up", "--lan", "l0", "--wan", "w0"]


def gateway(*words, before=(), **options):
    return run([*before, FLOWTELL, "gateway", *words], **options)


class GatewayTest(unittest.TestCase):
    """Each test starts without a gateway and must leave the system so."""

    def setUp(self):
        self.world = World()
        self.addCleanup(self.world.end)
        self.before = snapshot()

    def unplug_lan(self):
        """For tests of something else than the search for another DHCP server, which takes `up` some seconds. Without a
        link there is none."""
        self.world.unplug_lan()
        self.before = snapshot()

    def up(self, *words):
        outcome = gateway(*UP, *words)
        self.assertEqual(outcome.returncode, 0, outcome.stderr)
        return outcome

    def down(self, *words):
        outcome = gateway("down", *words)
        self.assertEqual(outcome.returncode, 0, outcome.stderr)
        self.assert_as_before()
        return outcome

    def assert_as_before(self):
        changes = difflib.unified_diff(self.before.split("\n"), snapshot().split("\n"), n=0)
        self.assertEqual("", "\n".join(changes))

    def assert_refused(self, sentence, *words, code=1, before=()):
        outcome = gateway(*words, before=before)
        self.assertEqual(outcome.returncode, code, outcome.stderr)
        self.assertIn(sentence, outcome.stderr)
        self.assertEqual(outcome.stderr.count("\n"), 1, outcome.stderr)
        self.assert_as_before()

    def status(self):
        return json.loads(gateway("status", "--json", "-").stdout)["gateways"]
