# SPDX-License-Identifier: Apache-2.0
"""Waits for conditions, each with a deadline. The lab and the tests wait with these, not for fixed
times.

A condition is a function without parameters; it holds if its value is true.
"""
import time

POLL_INTERVAL = 0.02  # seconds


def becomes(holds, seconds=20.0):
    """Returns the value of the condition as soon as it holds, or else its value after this time."""
    end = time.monotonic() + seconds
    while True:
        is_last = time.monotonic() > end  # before the call: a busy machine may stop us at any line
        value = holds()
        if value or is_last:
            return value
        time.sleep(POLL_INTERVAL)


def wait_for(holds, what, seconds=20.0):
    """Returns the value of the condition once it holds; raises TimeoutError with `what` after this
    time."""
    value = becomes(holds, seconds)
    if not value:
        raise TimeoutError(f"not within {seconds:g} s: {what}")
    return value
