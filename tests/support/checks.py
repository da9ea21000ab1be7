# SPDX-License-Identifier: Apache-2.0
"""The checks of the scripted tests, printed line by line, and their commands."""
import subprocess

failures = []


def check(holds, what):
    print(("ok: " if holds else "WRONG: ") + what, flush=True)
    if not holds:
        failures.append(what)


def run(*arguments, **options):
    return subprocess.run([str(word) for word in arguments], capture_output=True, text=True, timeout=120, **options)
