# SPDX-License-Identifier: Apache-2.0
"""The networks of the lab: the behaviour of the line between gateway and internet.

`down` is towards the phone. Delay and jitter apply in each direction, so a round trip takes twice
the delay plus, on average, the jitter.
"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Network:
    name: str
    like: str
    down_mbit: float
    up_mbit: float
    delay_ms: float
    jitter_ms: float
    loss_percent: float
    queue_kb: float
    more: tuple = ()  # options of the cable

    def cable_options(self):
        """Options of a cable whose first end is the gateway's."""
        options = list(self.more)
        for way, rate in (("there", self.up_mbit), ("back", self.down_mbit)):
            for what, value in (("rate", rate), ("delay", self.delay_ms),
                                ("jitter", self.jitter_ms), ("loss", self.loss_percent),
                                ("queue", self.queue_kb)):
                options += [f"--{way}-{what}", f"{value:g}"]
        return options


NETWORKS = {network.name: network for network in (
    Network("home", "a quiet cable at home", 50, 10, 8, 2, 0.02, 128),
    Network("mobile", "a telephone network, on the move", 12, 4, 32, 14, 0.3, 192),
    Network("crowded", "the wireless of a full café", 4, 1.5, 18, 45, 1.5, 96),
)}
