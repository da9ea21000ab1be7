#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The work of a flood is linear in its frames. For each flood of tests/flood_tests.cc this counts the instructions per
frame (valgrind's cachegrind), with a small table and with a flood and a table four times as large. If a frame needed a
walk through the table or through earlier frames, the second count would be four times the first. Exit code 77 (skipped)
without valgrind.

usage: flood_work_test.py FLOOD_TESTS
"""
import concurrent.futures
import os
import re
import shutil
import subprocess
import sys

SKIPPED = 77
FLOWS = 500  # open in the small table
FRAMES_A_FLOW = 24  # fills the table and its packets, and continues for a while
LARGER = 4
MAX_GROWTH = 1.3  # the hash key is random, so runs differ slightly
TIMEOUT = 300  # seconds of wall-clock time


def tests_of(program):
    """The names of all floods."""
    listed = subprocess.run([program, "--gtest_list_tests", "--gtest_filter=*Flood*"], capture_output=True, text=True,
                            timeout=60, check=True).stdout
    suite = ""
    for line in listed.splitlines():
        name = line.split("#")[0].strip()
        if line.startswith(" "):
            yield suite + name
        elif name.endswith("."):
            suite = name


def instructions(program, test, flows):
    """Instructions of one test; with no flows, those of the program's start."""
    environment = {**os.environ, "FLOWTELL_FLOOD": str(flows * FRAMES_A_FLOW), "FLOWTELL_FLOOD_FLOWS": str(flows)}
    done = subprocess.run(["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null", program,
                           f"--gtest_filter={test if flows else '-*'}"],
                          capture_output=True, text=True, timeout=TIMEOUT, env=environment)
    if done.returncode != 0:
        raise RuntimeError(f"{test} with {flows} flows ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return int(re.search(r"I\s+refs:\s+([\d,]+)", done.stderr).group(1).replace(",", ""))


def main(program):
    if shutil.which("valgrind") is None:
        print("skipped: valgrind is not installed")
        return SKIPPED
    start = instructions(program, "", 0)
    sizes = (FLOWS, FLOWS * LARGER)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = {test: [pool.submit(instructions, program, test, flows) for flows in sizes] for test in tests_of(program)}
        wrong = 0
        for test, counted in runs.items():
            small, large = ((run.result() - start) / (flows * FRAMES_A_FLOW) for run, flows in zip(counted, sizes))
            is_fine = large <= MAX_GROWTH * small
            wrong += not is_fine
            print(f"{'ok' if is_fine else 'WRONG'}: {test}: {small:.0f} instructions a frame, {large:.0f} in the larger flood",
                  flush=True)
    print(f"{len(runs)} floods, {wrong} grow faster than their frames")
    return 1 if wrong or not runs else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
