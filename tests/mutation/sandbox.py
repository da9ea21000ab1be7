# SPDX-License-Identifier: Apache-2.0
"""Runs a command without access to the machine: sandbox.py FOLDER COMMAND...

A mutant may delete, kill or reconfigure the wrong things. Here it has only its own processes and networks, everything
except FOLDER is read-only, and /tmp and /run are empty and private.
"""
import os
import pathlib
import resource
import signal
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "lab"))
import private  # noqa: E402

MS_RDONLY, MS_REMOUNT, MS_BIND = 1, 32, 4096
MEMORY = 8 << 30  # bytes; a mutant may allocate endlessly
PROCESSOR = 100   # seconds of each process; a mutant may loop endlessly


def main():
    folder, command = os.path.abspath(sys.argv[1]), sys.argv[2:]

    def confined():
        private.mount(folder, folder, "none", MS_BIND)
        private.mount("none", "/", "none", MS_REMOUNT | MS_BIND | MS_RDONLY)
        private.mount("tmpfs", "/tmp", "tmpfs", 0, "mode=1777,size=4g")
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR, PROCESSOR))
        pathlib.Path("/proc/sys/kernel/ns_last_pid").write_text("1000")  # tests use small ones
        os.chdir(folder)
        return subprocess.run(command, stdin=subprocess.DEVNULL).returncode

    private.call(private.libc.prctl, private.PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    sys.exit(private.run_in_private(confined))


main()
