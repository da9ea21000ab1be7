# SPDX-License-Identifier: Apache-2.0
"""What the kernel reports of running processes and their pipes: conditions to wait for."""
import os
import pathlib
import select
import signal


def status_of(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return {key: value.split() for key, value in (line.split(":", 1) for line in lines)}


def is_listening(pid):
    """Whether a `watch` or `capture` is listening and handles signals. It blocks SIGINT, to read it with the others,
    after it has opened the interface."""
    return int(status_of(pid)["SigBlk"][0], 16) >> (signal.SIGINT - 1) & 1 == 1


def is_confined(pid):
    """Whether the process has a call filter, the last step of dropping its privileges."""
    return status_of(pid)["Seccomp"] == ["2"]


def private_kb(pid):
    return int(status_of(pid)["RssAnon"][0])


def times_asleep(pid):
    """How often the first thread has gone to sleep. Growth shows that it has handled an event."""
    return int(status_of(pid)["voluntary_ctxt_switches"][0])


def bytes_read(pid):
    """By read(2), from files and all else."""
    lines = pathlib.Path(f"/proc/{pid}/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("rchar:"))


def fields(stat):
    """Of a file `stat` in /proc, after the name: the state and numbers."""
    return stat.read_text().rpartition(")")[2].split()


def cpu_ticks(pid):
    return sum(int(field) for field in fields(pathlib.Path(f"/proc/{pid}/stat"))[11:13])


def is_asleep(pid):
    """Whether all threads sleep."""
    try:
        return all(fields(stat)[0] == "S" for stat in pathlib.Path(f"/proc/{pid}/task").glob("*/stat"))
    except (FileNotFoundError, ProcessLookupError):
        return False  # a thread has just ended


def is_full(pipe):
    """Whether a pipe has no free page."""
    writer = os.open(f"/proc/self/fd/{pipe.fileno()}", os.O_WRONLY | os.O_NONBLOCK)
    try:
        return not select.select([], [writer], [], 0)[1]
    finally:
        os.close(writer)


def is_stalled(process):
    """Whether a process waits for the reader of its output, a pipe."""
    return is_full(process.stdout) and is_asleep(process.pid)
