# SPDX-License-Identifier: Apache-2.0
"""What the scripted tests find, said line by line, and the commands that they run."""
import subprocess

failures = []


def check(holds, what):
    print(("ok: " if holds else "WRONG: ") + what, flush=True)
    if not holds:
        failures.append(what)


def run(*arguments, **options):
    return subprocess.run([str(word) for word in arguments], capture_output=True, text=True, timeout=120, **options)
