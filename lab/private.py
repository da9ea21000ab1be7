# SPDX-License-Identifier: Apache-2.0
"""A private sandbox on this machine.

Programs in it have their own processes, mounts, networks and host name, and an empty /run. Changes
to addresses, firewalls or /etc/resolv.conf do not reach the machine, and nothing outlives the
sandbox: when its first process ends, the kernel ends all others.

Root creates it directly; other users through a user namespace, if the kernel allows them.
"""
import ctypes
import os
import signal
import socket
import sys
import traceback

CLONE_NEWNS, CLONE_NEWUTS = 0x20000, 0x4000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
PR_SET_PDEATHSIG = 1
UNAVAILABLE = 77  # the exit code if there is no sandbox; CTest counts it as skipped
libc = ctypes.CDLL(None, use_errno=True)


class Unavailable(Exception):
    """The lab cannot run here; the message gives the reason and the remedy."""


def call(function, *arguments):
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def mount(source, target, kind, flags=0, data=""):
    call(libc.mount, source.encode(), target.encode(), kind.encode(), ctypes.c_ulong(flags),
         data.encode())


def unshare_namespaces():
    """Leaves the machine's namespaces, as root or through a user namespace."""
    flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWUTS
    user, group = os.getuid(), os.getgid()
    try:
        call(libc.unshare, flags)
        return
    except PermissionError:
        pass
    try:
        call(libc.unshare, flags | CLONE_NEWUSER)
        for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"),
                           ("gid_map", f"0 {group} 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    except OSError as error:
        raise Unavailable(
            "the lab needs root, or a kernel that lets others make user namespaces"
            " (sysctl kernel.unprivileged_userns_clone, user.max_user_namespaces):"
            f" {error}") from error


def may_change_user():
    """False if a user namespace maps only the own user."""
    with open("/proc/self/uid_map") as file:
        return sum(int(line.split()[2]) for line in file) > 1


def set_up_mounts():
    """Private mounts, a /proc of the own processes, an empty /run and /var/log."""
    resolver = os.path.realpath("/etc/resolv.conf")
    try:
        mount("none", "/", "none", MS_REC | MS_PRIVATE)
        mount("proc", "/proc", "proc")
        mount("tmpfs", "/run", "tmpfs", 0, "mode=755")
        mount("tmpfs", "/var/log", "tmpfs", 0, "mode=755")  # sshd logs logins there
    except OSError as error:
        raise Unavailable(
            f"the lab cannot mount its own /proc and /run: {error}; try as root") from error
    open("/var/log/lastlog", "w").close()
    os.makedirs("/run/netns")
    os.makedirs("/run/sshd", 0o755)
    if not os.path.exists(resolver):  # it was a link into /run
        os.makedirs(os.path.dirname(resolver), exist_ok=True)
        open(resolver, "w").close()


def first_process(main):
    def stop(*_):
        raise KeyboardInterrupt
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    set_up_mounts()
    socket.sethostname("lab")
    return main()


def to_exit_code(work):
    """Runs `work`; returns its exit code, or prints the error and returns its code."""
    try:
        return work()
    except Unavailable as reason:
        print(f"lab: {reason}", file=sys.stderr)
        return UNAVAILABLE
    except KeyboardInterrupt:
        print("lab: stopped", file=sys.stderr)
        return 130
    except SystemExit as end:
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:
        traceback.print_exc()
        return 1


def in_child(work):
    """Runs `work` in a child that ends with us; forwards SIGTERM; returns its exit code."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        call(libc.prctl, PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        code = to_exit_code(work)
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    before = (signal.signal(signal.SIGINT, signal.SIG_IGN),  # the terminal signals the child as well
              signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM)))
    _, status = os.waitpid(child, 0)
    for number, handler in zip((signal.SIGINT, signal.SIGTERM), before):
        signal.signal(number, handler)
    return os.waitstatus_to_exitcode(status)


def run_in_private(main):
    """Runs `main` in a sandbox; returns its exit code, or UNAVAILABLE if there can be none."""
    def leave():
        unshare_namespaces()
        return in_child(lambda: first_process(main))  # only a child is in the new process namespace
    return in_child(leave)
