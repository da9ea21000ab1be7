#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The rights of `watch` and `capture` while they listen: read from the kernel, and tried.

Exit code 77 (skipped) if there can be no private network, or if a required program is absent.

usage: privileges_test.py FLOWTELL PROBE SAMPLES
"""
import os
import pathlib
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "lab"), str(ROOT / "tests/support")]
from checks import check, failures  # noqa: E402
from private import UNAVAILABLE, may_change_user, run_in_private  # noqa: E402
from process_state import is_confined, status_of, times_asleep  # noqa: E402
from waiting import becomes, wait_for  # noqa: E402
from wire import Program, cut_wire, make_wire, phone, udp_frame  # noqa: E402

flowtell, probe, samples = (pathlib.Path(word).resolve() for word in sys.argv[1:4])
CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
BURST_GAP = 0.25  # seconds of silence, of the model


def has_user(name):
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False


def helper_of(pid):
    """The process that rebinds the socket: the only child."""
    others = [int(path.name) for path in pathlib.Path("/proc").iterdir() if path.name.isdigit()]
    children = [other for other in others if parent_of(other) == pid]
    return children[0] if len(children) == 1 else None


def parent_of(pid):
    try:
        return int(status_of(pid)["PPid"][0])
    except (FileNotFoundError, ProcessLookupError):
        return None  # it has ended


def check_status(name, program, user=None, bounds=0):
    check_process(name, program.process.pid, user, bounds)
    helper = helper_of(program.process.pid)
    check(helper is not None, f"{name}: has one helper")
    check_process(f"the helper of {name}", helper, user, bounds)
    opened = os.listdir(f"/proc/{helper}/fd")
    check(len(opened) == 2, f"the helper of {name}: has only its channel and the packet socket: {opened}")


def check_process(name, pid, user, bounds):
    becomes(lambda: is_confined(pid))
    status = status_of(pid)
    users = {int(word) for word in status["Uid"]}
    if may_change_user():
        check(0 not in users and (user is None or users == {user}), f"{name}: not root: Uid {status['Uid']}")
        check(int(status["Gid"][1]) != 0 and not status["Groups"], f"{name}: not root's group, and no other groups")
    left = {key: int(status[key][0], 16) for key in CAPABILITIES}
    check(left.pop("CapBnd") == bounds and not any(left.values()), f"{name}: no capability in any set")
    check(status["NoNewPrivs"] == ["1"] and status["Seccomp"] == ["2"], f"{name}: no new privileges, a call filter")
    limits = pathlib.Path(f"/proc/{pid}/limits").read_text().splitlines()
    check(next(line for line in limits if "core file" in line).split()[4:6] == ["0", "0"], f"{name}: no core files")
    # A dumpable process's files in /proc belong to its own user.
    check(os.stat(f"/proc/{pid}/environ").st_uid == 0, f"{name}: its memory is not readable by its user")


# --- the call filter and file access -------------------------------------------------------------------

FORBIDDEN = ("execve", "fork", "packet_socket", "inet_socket", "netlink_socket", "accept", "ptrace", "setuid", "setgid",
             "mount", "bpf", "init_module", "unshare", "kill", "tgkill", "signal_by_file", "prctl", "mkdir", "chmod", "map_code", "tiocsti",
             "send_message", "receive_message", "truncate")
IS_64_BIT = sys.maxsize > 2**32  # on 32 bits sendto can bypass the filter


def attempt(mode, folder, call):
    ended = subprocess.run([probe, mode, folder, call], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return "SIGSYS" if ended.returncode == -signal.SIGSYS else ended.stderr.strip() or ended.returncode


def forbidden_calls(folder, has_landlock):
    work = folder / "work"
    (work / "app").mkdir(parents=True)
    for path in (work, work / "app"):
        path.chmod(0o777)
    for path in (work / "there", work / "app/below", folder / "beside"):
        path.write_text("text")
        path.chmod(0o666)
    (work / "link").symlink_to("there")
    folder.chmod(0o777)
    for mode in ("read", "make"):
        check([attempt(mode, work, call) for call in ("none", "thread", "read", "sync")] == [0] * 4,
              f"{mode}: threads, readable files and syncs of open files still work")
        for call in FORBIDDEN:
            ended = attempt(mode, work, call)
            check(ended == "SIGSYS", f"{mode}: {call}: {ended}")
        ended = attempt(mode, work, "read_elsewhere")
        check(ended == "Permission denied" or not has_landlock, f"{mode}: a file elsewhere: {ended}")
    for call in ("make", "write", "follow"):
        check(attempt("read", work, call) == "SIGSYS", f"read: {call}: ends the process")
        check(attempt("make", work, call) == 0, f"make: {call}: works")
    for call in ("make_elsewhere", "truncate_elsewhere"):
        ended = attempt("make", work, call)
        check(ended == "Permission denied" or not has_landlock, f"make: {call}: {ended}")
    folder.chmod(0o755)


def other_interfaces(folder):
    """The packet socket stays on its interface; the forbidden calls work before."""
    calls = ("bind_elsewhere", "listen_elsewhere", "send_elsewhere")
    check([attempt("keep", folder, call) for call in calls] == [0] * 3,
          "with privileges a packet socket can bind, listen and send on another interface")
    for mode in ("read", "make"):
        ended = attempt(mode, folder, "bind_elsewhere")
        check(ended == "SIGSYS", f"{mode}: the packet socket cannot bind to another interface: {ended}")
        ended = attempt(mode, folder, "listen_elsewhere")
        check(ended == "Operation not permitted", f"{mode}: setsockopt on it is refused: {ended}")
        ended = attempt(mode, folder, "send_elsewhere")
        check(ended == "SIGSYS" or not IS_64_BIT, f"{mode}: and cannot send to another: {ended}")
        check(attempt(mode, folder, "send_where_bound") == 0, f"{mode}: but can send where it is bound")
    check([attempt("bind", folder, call) for call in ("none", "bind_elsewhere", "listen_elsewhere")] == [0] * 3,
          "the helper binds its socket")
    for call in (*FORBIDDEN, "read", "make", "write", "thread"):
        ended = attempt("bind", folder, call)
        check(ended == "SIGSYS", f"the helper: {call}: {ended}")


# --- watch ------------------------------------------------------------------------------------------------

def reports_device(text, device):
    """Whether the device is reported, within a time that suits a busy machine: a burst every 2.5 s."""
    for _ in range(12):
        phone().send(udp_frame(device, 80))
        if becomes(lambda: f"10.0.0.{device} " in text(), 2.5):
            return True
    return False


def watch_reports(watch, device):
    return reports_device(lambda: watch.text, device)


def interface_falls_and_returns(watch):
    before = times_asleep(watch.process.pid)
    subprocess.run("ip link set lan0 down".split(), check=True)
    # libpcap 1.10 does not report that an interface is down, only that it is gone.
    wait_for(lambda: times_asleep(watch.process.pid) > before, "the watch has handled the event, and sleeps again")
    subprocess.run("ip link set lan0 up".split(), check=True)
    check(watch_reports(watch, 2), "watching continues after an interface is set down and up")
    left, returned = (watch.err.count(event) for event in ("lan0 went away", "lan0 is back"))
    cut_wire()
    becomes(lambda: watch.err.count("lan0 went away") > left)
    make_wire()
    becomes(lambda: watch.err.count("lan0 is back") > returned)
    check(watch_reports(watch, 3) and "lan0 went away" in watch.err and "lan0 is back" in watch.err,
          "and after it is removed and created again")
    link = subprocess.run("ip -d link show lan0".split(), capture_output=True, text=True).stdout
    check("promiscuity 1" in link, "and it is promiscuous")


def model_is_reloaded(watch, model):
    good = model.read_bytes()
    fresh = model.with_name("fresh")
    fresh.write_bytes(good)
    os.replace(fresh, model)
    before = len(watch.errors)
    watch.kill(signal.SIGHUP)
    # The line comes after the reload, and so after an error.
    check(watch_reports(watch, 4) and len(watch.errors) == before, "SIGHUP reloads a replaced model")
    model.chmod(0o600)
    watch.kill(signal.SIGHUP)
    if may_change_user():
        becomes(lambda: "the current model stays in use" in watch.err)
    is_reported = watch_reports(watch, 5)
    if may_change_user():
        check(is_reported and "Permission denied" in watch.err and "the current model stays in use" in watch.err,
              "an unreadable model is reported, and the old one stays")
    model.chmod(0o644)


def watches(model, folder, threads):
    written, lines = folder / f"{threads}.pcap", folder / f"{threads}.txt"
    watch = Program(flowtell, "watch", model, "-i", "lan0", "--threads", threads, "--write", written, "--ledger")
    check_status(f"watch --threads {threads}", watch)
    check(watch_reports(watch, 1), "lines are written")
    if may_change_user() and not has_user("flowtell"):
        check("continuing as user nobody" in watch.err, "it reports its user")
    interface_falls_and_returns(watch)
    model_is_reloaded(watch, model)
    code = watch.end(signal.SIGTERM)
    check(code == 0 and "0 frames dropped by the kernel" in watch.err and "used" in watch.err,
          f"SIGTERM ends it cleanly, with exit code {code}")
    check(written.stat().st_size > 24 and written.stat().st_uid == 0, "files opened before are written")
    watch = Program(flowtell, "watch", model, "-i", "lan0", "--threads", threads, "-o", lines)
    is_written = reports_device(lines.read_text, 6)
    check(watch.end() == 0 and is_written, "and into a file")


def helper_ends_with_its_parent(model):
    """The helper ends with the watch, and not on signals."""
    watch = Program(flowtell, "watch", model, "-i", "lan0")
    helper = pathlib.Path(f"/proc/{helper_of(watch.process.pid)}")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(int(helper.name), number)
    interface_falls_and_returns(watch)
    watch.end(signal.SIGKILL)
    check(becomes(lambda: not is_alive(helper), 10), "the helper of a killed watch ends")


def is_alive(process):
    try:
        return "State:\tZ" not in (process / "status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def on_a_screen(model, key):
    """In a terminal made by `script`. Without `exec`, dash would receive ^C too and return 130."""
    shown = subprocess.Popen(["script", "-qec", f"exec {flowtell} watch {model} -i lan0", "/dev/null"],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    drawn = []
    reader = threading.Thread(target=lambda: drawn.extend(iter(lambda: os.read(shown.stdout.fileno(), 4096), b"")))
    reader.start()
    becomes(lambda: drawn)  # then the watch listens
    is_drawn = reports_device(lambda: b"".join(drawn).decode(errors="replace"), 7)
    shown.stdin.write(key)
    shown.stdin.flush()
    code = shown.wait(timeout=20)
    reader.join()
    text = b"".join(drawn).decode(errors="replace")
    check(is_drawn and code == 0 and "\x1b[?1049l" in text,
          f"the screen is drawn, and restored at {key!r}, with exit code {code}" + ("" if is_drawn else f": {text!r}"))


def replays(model, capture):
    watch = subprocess.run([flowtell, "watch", model, "--replay", capture, "--speed", "1000"], capture_output=True,
                           text=True)
    check(watch.returncode == 0 and watch.stdout and "nobody" not in watch.stderr, "a replay works the same")


def sudo_user(model):
    os.environ.update(SUDO_UID="12345", SUDO_GID="54321")
    watch = Program(flowtell, "watch", model, "-i", "lan0")
    check_status("watch by sudo", watch, 12345)
    check(status_of(watch.process.pid)["Gid"][0] == "54321", "and of sudo's group")
    check(watch.end() == 0, "it ends cleanly")
    del os.environ["SUDO_UID"], os.environ["SUDO_GID"]


def as_the_systemd_unit(model):
    """Not root, with only the capability to listen; it cannot change the bounding set."""
    user = 4321
    rights = (f"--reuid={user}", f"--regid={user}", "--clear-groups", "--inh-caps=-all,+net_raw",
              "--ambient-caps=-all,+net_raw", "--bounding-set=-all,+net_raw", "--no-new-privs")
    watch = Program("setpriv", *rights, flowtell, "watch", model, "-i", "lan0")
    check_status("watch as its unit", watch, user, bounds=1 << 13)
    is_reported = watch_reports(watch, 9)
    check(watch.end() == 0 and is_reported and "flowtell: warning" not in watch.err, "lines are written")


def as_container_root(model):
    """Root that may change its user but not the bounding set."""
    bounds = {"net_raw": 13, "setuid": 7, "setgid": 6}
    allowed = "-all," + ",".join(f"+{name}" for name in bounds)
    watch = Program("setpriv", f"--bounding-set={allowed}", flowtell, "watch", model, "-i", "lan0")
    check_status("watch as a container's root", watch, bounds=sum(1 << number for number in bounds.values()))
    check(watch.end() == 0, "it ends cleanly")
    watch = Program("setpriv", "--bounding-set=-all,+net_raw", flowtell, "watch", model, "-i", "lan0")
    becomes(lambda: is_confined(watch.process.pid))
    status = status_of(watch.process.pid)
    check(int(status["CapEff"][0], 16) == 0 and status["Seccomp"] == ["2"] and "remains root" in watch.err,
          "root that cannot change its user drops the rest and reports it")
    check(watch.end() == 0, "it ends cleanly")


def privileges_are_kept(model):
    watch = Program(flowtell, "watch", model, "-i", "lan0", "--privileges", "keep")
    becomes(lambda: "privileges are kept" in watch.err)
    status = status_of(watch.process.pid)
    check(int(status["CapEff"][0], 16) != 0 and status["Seccomp"] == ["0"] and status["Uid"][0] == "0",
          "--privileges keep keeps them")
    check("privileges are kept" in watch.err, "and reports it")
    check(watch.end() == 0, "it ends cleanly")


# --- capture ----------------------------------------------------------------------------------------------

def records(folder):
    sessions = folder / "apps"
    if may_change_user():
        sessions.mkdir()
        os.chown(sessions, 12345, 12345)
    capture = Program(flowtell, "capture", "-i", "lan0", "--app", "one", "-o", sessions, "--rounds", "2",
                      "--minutes", "0.02")
    check_status("capture", capture)
    link = phone()
    while capture.process.poll() is None:
        link.send(udp_frame(8, 100))
        time.sleep(0.02)  # the pace of the traffic during the rounds
    check(capture.end(None) == 0, "two rounds are recorded")
    files = sorted(sessions.glob("one/*.pcap"))
    rows = (sessions / "manifest.csv").read_text().splitlines()
    owners = {path.stat().st_uid for path in (sessions, sessions / "one", sessions / "manifest.csv", *files)}
    check(len(files) == 2 and len(rows) == 3, "into two files and the manifest")
    check(owners == {12345} or not may_change_user(), f"which belong to the folder's owner: {owners}")


def root_folder_is_refused(folder):
    sessions = folder / "roots"
    sessions.mkdir(mode=0o755)
    (sessions / "one").mkdir(mode=0o755)
    refused = subprocess.run([flowtell, "capture", "-i", "lan0", "--app", "one", "-o", sessions], capture_output=True,
                             text=True, timeout=20, env={**os.environ, "SUDO_UID": "12345"})
    check(refused.returncode == 1 and "chown -R" in refused.stderr and not list(sessions.glob("*/*")),
          f"a folder of root is not written by the caller of sudo: {refused.stderr.strip()}")
    capture = Program(flowtell, "capture", "-i", "lan0", "--app", "one", "-o", sessions, "--privileges", "keep")
    check(capture.end() == 0 and "privileges are kept" in capture.err and len(list(sessions.glob("one/*.pcap"))) == 1,
          "except by root")


def has_landlock():
    import ctypes
    return ctypes.CDLL(None).syscall(444, None, 0, 1) > 0


def main():
    missing = [name for name in ("ip", "script", "setpriv") if not shutil.which(name)]
    if missing:
        print(f"skipped: absent: {', '.join(missing)}")
        return UNAVAILABLE
    for name in ("SUDO_UID", "SUDO_GID"):
        os.environ.pop(name, None)
    make_wire()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        model = folder / "apps.model"
        subprocess.run([flowtell, "train", samples / "home", "-o", model, "--trees", "20", "--no-score", "--burst-gap",
                        str(BURST_GAP)], check=True, capture_output=True)
        forbidden_calls(folder, has_landlock())
        other_interfaces(folder)
        for threads in (1, 2):
            watches(model, folder, threads)
        helper_ends_with_its_parent(model)
        on_a_screen(model, b"\x03")
        on_a_screen(model, b"q")
        replays(model, next((samples / "home").glob("*/*.pcap*")))
        privileges_are_kept(model)
        records(folder)
        if may_change_user():
            sudo_user(model)
            as_the_systemd_unit(model)
            as_container_root(model)
            root_folder_is_refused(folder)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(run_in_private(main))
