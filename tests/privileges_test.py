#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What is left to `watch` and `capture` once they listen: asked of the kernel, and tried.

Exit code 77 (skipped) where there can be no private network, or a program it takes is absent.

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
from wire import Program, cut_wire, make_wire, phone, udp_frame  # noqa: E402

flowtell, probe, samples = (pathlib.Path(word).resolve() for word in sys.argv[1:4])
CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")


def has_user(name):
    try:
        return bool(pwd.getpwnam(name))
    except KeyError:
        return False


def status_of(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return {key: value.split() for key, value in (line.split(":", 1) for line in lines)}


def helper_of(pid):
    """The process that binds the socket again: the only child."""
    others = [int(path.name) for path in pathlib.Path("/proc").iterdir() if path.name.isdigit()]
    children = [other for other in others if parent_of(other) == pid]
    return children[0] if len(children) == 1 else None


def parent_of(pid):
    try:
        return int(status_of(pid)["PPid"][0])
    except (FileNotFoundError, ProcessLookupError):
        return None  # it has ended meanwhile


def check_status(name, program, user=None, bounds=0):
    check_process(name, program.process.pid, user, bounds)
    helper = helper_of(program.process.pid)
    check(helper is not None, f"{name}: has one helper")
    check_process(f"the helper of {name}", helper, user, bounds)
    opened = os.listdir(f"/proc/{helper}/fd")
    check(len(opened) == 2, f"the helper of {name}: holds its channel and the packet socket, nothing else: {opened}")


def check_process(name, pid, user, bounds):
    status = status_of(pid)
    users = {int(word) for word in status["Uid"]}
    if may_change_user():
        check(0 not in users and (user is None or users == {user}), f"{name}: nobody's root: Uid {status['Uid']}")
        check(int(status["Gid"][1]) != 0 and not status["Groups"], f"{name}: no group of root's, and none besides")
    left = {key: int(status[key][0], 16) for key in CAPABILITIES}
    check(left.pop("CapBnd") == bounds and not any(left.values()), f"{name}: no capability, in no set")
    check(status["NoNewPrivs"] == ["1"] and status["Seccomp"] == ["2"], f"{name}: no new privileges, a filter of calls")
    limits = pathlib.Path(f"/proc/{pid}/limits").read_text().splitlines()
    check(next(line for line in limits if "core file" in line).split()[4:6] == ["0", "0"], f"{name}: no core files")
    # What may be dumped belongs to the process's own user.
    check(os.stat(f"/proc/{pid}/environ").st_uid == 0, f"{name}: its memory is not its user's to read")


# --- the filter and the fence, tried ------------------------------------------------------------------

FORBIDDEN = ("execve", "fork", "packet_socket", "inet_socket", "netlink_socket", "accept", "ptrace", "setuid", "setgid",
             "mount", "bpf", "init_module", "unshare", "kill", "tgkill", "signal_by_file", "prctl", "mkdir", "chmod", "map_code", "tiocsti",
             "send_message", "receive_message", "truncate")
IS_64_BIT = sys.maxsize > 2**32  # elsewhere sendto may hide its address from the filter


def attempt(mode, folder, call):
    ended = subprocess.run([probe, mode, folder, call], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return "SIGSYS" if ended.returncode == -signal.SIGSYS else ended.stderr.strip() or ended.returncode


def forbidden_calls(folder, has_landlock):
    place = folder / "place"
    (place / "app").mkdir(parents=True)
    for path in (place, place / "app"):
        path.chmod(0o777)
    for path in (place / "there", place / "app/below", folder / "beside"):
        path.write_text("text")
        path.chmod(0o666)
    (place / "link").symlink_to("there")
    folder.chmod(0o777)
    for mode in ("read", "make"):
        check([attempt(mode, place, call) for call in ("none", "thread", "read", "sync")] == [0] * 4,
              f"{mode}: what is needed goes on: threads, the files that may be read, and syncs of what is open")
        for call in FORBIDDEN:
            ended = attempt(mode, place, call)
            check(ended == "SIGSYS", f"{mode}: {call}: {ended}")
        ended = attempt(mode, place, "read_elsewhere")
        check(ended == "Permission denied" or not has_landlock, f"{mode}: a file elsewhere: {ended}")
    for call in ("make", "write", "follow"):
        check(attempt("read", place, call) == "SIGSYS", f"read: {call}: ends it")
        check(attempt("make", place, call) == 0, f"make: {call}: is done")
    for call in ("make_elsewhere", "truncate_elsewhere"):
        ended = attempt("make", place, call)
        check(ended == "Permission denied" or not has_landlock, f"make: {call}: {ended}")
    folder.chmod(0o755)


def other_interfaces(folder):
    """The packet socket stays with its interface; what is refused is possible before."""
    calls = ("bind_elsewhere", "listen_elsewhere", "send_elsewhere")
    check([attempt("keep", folder, call) for call in calls] == [0] * 3,
          "with privileges a packet socket is bound to another interface, listens and sends there")
    for mode in ("read", "make"):
        ended = attempt(mode, folder, "bind_elsewhere")
        check(ended == "SIGSYS", f"{mode}: the packet socket is bound to no other interface: {ended}")
        ended = attempt(mode, folder, "listen_elsewhere")
        check(ended == "Operation not permitted", f"{mode}: setsockopt on it is refused: {ended}")
        ended = attempt(mode, folder, "send_elsewhere")
        check(ended == "SIGSYS" or not IS_64_BIT, f"{mode}: and it sends to no other: {ended}")
        check(attempt(mode, folder, "send_where_bound") == 0, f"{mode}: but it sends where it is bound")
    check([attempt("bind", folder, call) for call in ("none", "bind_elsewhere", "listen_elsewhere")] == [0] * 3,
          "the helper binds its socket")
    for call in (*FORBIDDEN, "read", "make", "write", "thread"):
        ended = attempt("bind", folder, call)
        check(ended == "SIGSYS", f"the helper: {call}: {ended}")


# --- watch ------------------------------------------------------------------------------------------------

def hears(text, device):
    """Whether the device is told of, within a time that a busy machine needs too: a burst every 2.5 s."""
    for _ in range(12):
        phone().send(udp_frame(device, 80))
        for _ in range(25):
            time.sleep(0.1)
            if f"10.0.0.{device} " in text():
                return True
    return False


def is_heard_by(watch, device):
    return hears(lambda: watch.text, device)


def interface_falls_and_returns(watch):
    subprocess.run("ip link set lan0 down".split(), check=True)
    time.sleep(0.3)
    subprocess.run("ip link set lan0 up".split(), check=True)
    time.sleep(0.5)
    check(is_heard_by(watch, 2), "an interface that is switched off and on is watched on")
    cut_wire()
    time.sleep(0.5)
    make_wire()
    time.sleep(0.5)
    check(is_heard_by(watch, 3) and "lan0 went away" in watch.err and "lan0 is back" in watch.err,
          "one that is taken away and made anew, too")
    link = subprocess.run("ip -d link show lan0".split(), capture_output=True, text=True).stdout
    check("promiscuity 1" in link, "and all its frames are taken, whoever they are for")


def model_is_renewed(watch, model):
    good = model.read_bytes()
    fresh = model.with_name("fresh")
    fresh.write_bytes(good)
    os.replace(fresh, model)
    before = len(watch.told)
    watch.kill(signal.SIGHUP)
    time.sleep(0.5)
    check(is_heard_by(watch, 4) and len(watch.told) == before, "SIGHUP reads a model that took its name")
    model.chmod(0o600)
    watch.kill(signal.SIGHUP)
    time.sleep(0.5)
    is_heard = is_heard_by(watch, 5)
    if may_change_user():
        check(is_heard and "Permission denied" in watch.err and "the model in use stays" in watch.err,
              "one that the user may not read is told, and the old one goes on")
    model.chmod(0o644)


def watches(model, folder, threads):
    written, lines = folder / f"{threads}.pcap", folder / f"{threads}.txt"
    watch = Program(flowtell, "watch", model, "-i", "lan0", "--threads", threads, "--write", written, "--ledger")
    check_status(f"watch --threads {threads}", watch)
    check(is_heard_by(watch, 1), "lines come")
    if may_change_user() and not has_user("flowtell"):
        check("goes on as user nobody" in watch.err, "it says whose process it is")
    interface_falls_and_returns(watch)
    model_is_renewed(watch, model)
    code = watch.end(signal.SIGTERM)
    check(code == 0 and "0 frames dropped by the kernel" in watch.err and "used" in watch.err,
          f"SIGTERM ends it whole, with exit code {code}")
    check(written.stat().st_size > 24 and written.stat().st_uid == 0, "what was opened before was written")
    watch = Program(flowtell, "watch", model, "-i", "lan0", "--threads", threads, "-o", lines)
    is_written = hears(lines.read_text, 6)
    check(watch.end() == 0 and is_written, "and into a file")


def helper_ends_with_it(model):
    """Whatever ends the watch; and no signal but that ends the helper."""
    watch = Program(flowtell, "watch", model, "-i", "lan0")
    helper = pathlib.Path(f"/proc/{helper_of(watch.process.pid)}")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(int(helper.name), number)
    interface_falls_and_returns(watch)
    watch.end(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while is_alive(helper) and time.monotonic() < deadline:
        time.sleep(0.02)
    check(not is_alive(helper), "the helper of a watch that is killed ends")


def is_alive(process):
    try:
        return "State:\tZ" not in (process / "status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def on_a_screen(model):
    """As a person sees it, by `script`, which gives it a terminal. Without `exec`, dash would hear ^C too and tell 130."""
    shown = subprocess.Popen(["script", "-qec", f"exec {flowtell} watch {model} -i lan0", "/dev/null"],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    drawn = []
    reader = threading.Thread(target=lambda: drawn.extend(iter(lambda: os.read(shown.stdout.fileno(), 4096), b"")))
    reader.start()
    is_drawn = hears(lambda: b"".join(drawn).decode(errors="replace"), 7)
    shown.stdin.write(b"\x03")
    shown.stdin.flush()
    code = shown.wait(timeout=20)
    reader.join()
    text = b"".join(drawn).decode(errors="replace")
    check(is_drawn and code == 0 and "\x1b[?1049l" in text,
          f"the screen is drawn and given back, with exit code {code}" + ("" if is_drawn else f": {text!r}"))


def replays(model, capture):
    watch = subprocess.run([flowtell, "watch", model, "--replay", capture, "--speed", "1000"], capture_output=True,
                           text=True)
    check(watch.returncode == 0 and watch.stdout and "nobody" not in watch.stderr, "a capture that is played is read so, too")


def for_whom_sudo_was_called(model):
    os.environ.update(SUDO_UID="12345", SUDO_GID="54321")
    watch = Program(flowtell, "watch", model, "-i", "lan0")
    check_status("watch by sudo", watch, 12345)
    check(status_of(watch.process.pid)["Gid"][0] == "54321", "and of the group that sudo tells")
    check(watch.end() == 0, "it ends whole")
    del os.environ["SUDO_UID"], os.environ["SUDO_GID"]


def as_the_unit_runs_it(model):
    """Not root, with the one capability that listening takes; the bounding set is then beyond it."""
    user = 4321
    rights = (f"--reuid={user}", f"--regid={user}", "--clear-groups", "--inh-caps=-all,+net_raw",
              "--ambient-caps=-all,+net_raw", "--bounding-set=-all,+net_raw", "--no-new-privs")
    watch = Program("setpriv", *rights, flowtell, "watch", model, "-i", "lan0")
    check_status("watch as its unit runs it", watch, user, bounds=1 << 13)
    is_heard = is_heard_by(watch, 9)
    check(watch.end() == 0 and is_heard and "flowtell: warning" not in watch.err, "lines come")


def as_a_containers_root(model):
    """Who may become another, and not change the bounding set."""
    bounds = {"net_raw": 13, "setuid": 7, "setgid": 6}
    allowed = "-all," + ",".join(f"+{name}" for name in bounds)
    watch = Program("setpriv", f"--bounding-set={allowed}", flowtell, "watch", model, "-i", "lan0")
    check_status("watch as a container's root", watch, bounds=sum(1 << number for number in bounds.values()))
    check(watch.end() == 0, "it ends whole")
    watch = Program("setpriv", "--bounding-set=-all,+net_raw", flowtell, "watch", model, "-i", "lan0")
    status = status_of(watch.process.pid)
    check(int(status["CapEff"][0], 16) == 0 and status["Seccomp"] == ["2"] and "stays the user root" in watch.err,
          "one that can become nobody gives up the rest, and says so")
    check(watch.end() == 0, "it ends whole")


def privileges_are_kept(model):
    watch = Program(flowtell, "watch", model, "-i", "lan0", "--privileges", "keep")
    status = status_of(watch.process.pid)
    check(int(status["CapEff"][0], 16) != 0 and status["Seccomp"] == ["0"] and status["Uid"][0] == "0",
          "--privileges keep keeps them")
    check("privileges are kept" in watch.err, "and says so")
    check(watch.end() == 0, "it ends whole")


# --- capture ----------------------------------------------------------------------------------------------

def records(folder):
    sessions = folder / "apps"
    capture = Program(flowtell, "capture", "-i", "lan0", "--app", "one", "-o", sessions, "--rounds", "2",
                      "--minutes", "0.03")
    check_status("capture", capture)
    link = phone()
    while capture.process.poll() is None:
        link.send(udp_frame(8, 100))
        time.sleep(0.02)
    check(capture.end(None) == 0, "two rounds are recorded")
    files = sorted(sessions.glob("one/*.pcap"))
    rows = (sessions / "manifest.csv").read_text().splitlines()
    owners = {path.stat().st_uid for path in (sessions, sessions / "one", sessions / "manifest.csv", *files)}
    check(len(files) == 2 and len(rows) == 3, "into two files and the manifest")
    check(0 not in owners or not may_change_user(), f"which are the user's: {owners}")


def is_refused_roots_folder(folder):
    sessions = folder / "roots"
    sessions.mkdir(mode=0o755)
    (sessions / "one").mkdir(mode=0o755)
    refused = subprocess.run([flowtell, "capture", "-i", "lan0", "--app", "one", "-o", sessions], capture_output=True,
                             text=True, timeout=20)
    check(refused.returncode == 1 and "chown -R" in refused.stderr and not list(sessions.glob("*/*")),
          f"a folder that is root's is not written: {refused.stderr.strip()}")
    capture = Program(flowtell, "capture", "-i", "lan0", "--app", "one", "-o", sessions, "--privileges", "keep")
    check(capture.end() == 0 and "privileges are kept" in capture.err and len(list(sessions.glob("one/*.pcap"))) == 1,
          "but by root")


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
        subprocess.run([flowtell, "train", samples / "home", "-o", model, "--trees", "20", "--no-score"], check=True,
                       capture_output=True)
        forbidden_calls(folder, has_landlock())
        other_interfaces(folder)
        for threads in (1, 2):
            watches(model, folder, threads)
        helper_ends_with_it(model)
        on_a_screen(model)
        replays(model, next((samples / "home").glob("*/*.pcap*")))
        privileges_are_kept(model)
        records(folder)
        if may_change_user():
            for_whom_sudo_was_called(model)
            as_the_unit_runs_it(model)
            as_a_containers_root(model)
            is_refused_roots_folder(folder)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(run_in_private(main))
