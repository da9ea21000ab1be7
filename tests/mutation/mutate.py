#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Mutation testing: do the tests detect a small fault?

  tests/mutation/mutate.py [--seed N] [--per-folder N] [--folder NAME ...] [--jobs N]
                           [--minutes N] [--deep] [--again] [--results FILE]

Draws seeded mutants from each folder of src/, builds each in a copy of the tree, and runs the tests that cover its
folder, cheapest first, until one fails. Prints the score of each folder (the share of mutants that a test detects) and
the surviving mutants.

A mutant that does not compile without warnings, or that has the object code of the original, is replaced by the next
one drawn. Mutants in equivalent.txt change nothing observable; they are counted separately. Headers included by more
than MAX_OBJECTS sources are omitted, since each of their mutants would rebuild the tree.

--deep also runs the scripted tests of a folder (networks, faults, real captures). --again runs the survivors of the
results file again, after new tests. Results are JSON lines.
"""
import argparse
import collections
import hashlib
import json
import multiprocessing
import pathlib
import re
import shutil
import subprocess
import sys
import time

import mutants

TOP = pathlib.Path(__file__).resolve().parents[2]
HERE = TOP / "tests" / "mutation"
MAX_OBJECTS = 30
# The scripted tests of --deep, by the folder that they cover.
LIVE = "privileges|metrics|live.*|gateway_(clients|undo|invalid_requests)|faults.*"
SCRIPTED = {
    "base": "faults.*|odd_captures", "capture": "conversations|faults.*|odd_captures",
    "decode": "conversations|names|odd_captures", "flow": "twin|names|odd_captures",
    "features": "twin", "model": "docs|faults.*", "classify": "docs|faults.*", "learn": "docs|faults.*",
    "evaluate": "docs|faults.*", "explain": "docs|faults.*", "audit": "docs|faults.*", "report": "docs|html",
    **dict.fromkeys(("confine", "live", "gateway"), LIVE),
    "tool": "docs|completion|" + LIVE,
}
# Seconds on a busy machine; the sandbox limits the processor time of each process.
BUILD_LIMIT, TEST_LIMIT, SCRIPTED_LIMIT = 600, 240, 1800


def sources():
    listed = subprocess.run(["git", "ls-files", "src/*.cc", "src/*.h"], cwd=TOP, check=True,
                            capture_output=True, text=True).stdout.split()
    return [name for name in listed if not name.endswith("_test.cc")]


def folder_of(file):
    return file.split("/")[1]


def suites_of(folder):
    """The test suites beside the code of a folder."""
    suites = set()
    for test in (TOP / "src" / folder).glob("*_test.cc"):
        suites.update(re.findall(r"^(?:TEST|TEST_F|TEST_P|RC_GTEST_PROP|RC_GTEST_FIXTURE_PROP)"
                                 r"\(\s*(\w+)", test.read_text(), re.MULTILINE))
    return sorted(suites)


def equivalents():
    """(file, before, after) of the mutants in equivalent.txt."""
    listed = set()
    for block in (HERE / "equivalent.txt").read_text().split("\n\n"):
        lines = [line for line in block.split("\n") if not line.startswith("#")]
        if len(lines) >= 4:
            listed.add(tuple(lines[:3]))
    return listed


class Worker:
    """A copy of the tree and its build."""

    def __init__(self, number):
        self.folder = TOP / "build-mutation" / str(number)
        self.source = self.folder / "source"
        self.build = self.source / "build"

    def run(self, *command, limit=BUILD_LIMIT, **options):
        return subprocess.run([str(word) for word in command], cwd=self.source, text=True,
                              errors="replace", timeout=limit, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)

    def prepare(self):
        """Updates and builds the copy; ends the program on failure."""
        self.source.mkdir(parents=True, exist_ok=True)
        listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=TOP,
                                check=True, capture_output=True, text=True).stdout.split("\n")
        for name in filter(None, listed):
            here, there = TOP / name, self.source / name
            if here.is_file() and not here.is_symlink() and (
                    not there.exists() or here.read_bytes() != there.read_bytes()):
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(here, there)
        shared = self.folder / "shared"
        if (TOP / "../shared").exists() and not shared.exists():
            shared.symlink_to((TOP / "../shared").resolve())
        linker = next((name for name in ("mold", "lld") if shutil.which(f"ld.{name}")), None)
        configured = self.run("cmake", "--preset", "release", "-DBUILD_TESTING=ON",
                              "-DFLOWTELL_WERROR=ON", "-DFLOWTELL_UNITY=OFF",
                              *([f"-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld={linker}"] if linker else []))
        built = self.run("cmake", "--build", "build", limit=7200)
        if configured.returncode or built.returncode:
            sys.exit("the unchanged tree does not build:\n" + (configured.stdout + built.stdout)[-2000:])

    def objects_of(self, file):
        """The product's objects that include a file."""
        if not hasattr(self, "uses"):
            self.uses = collections.defaultdict(set)
            target = None
            for line in self.run("ninja", "-C", "build", "-t", "deps").stdout.splitlines():
                if line and not line.startswith(" "):
                    target = line.split(":")[0]
                elif "/src/" in line:
                    if "_test.cc" not in target and "/src/" in target:
                        self.uses["src/" + line.split("/src/")[-1].strip()].add(target)
        return sorted(self.uses[file])

    def digest(self, objects):
        joined = hashlib.sha256()
        for name in objects:
            joined.update((self.build / name).read_bytes())
        return joined.digest()

    def sandboxed(self, *command, limit=TEST_LIMIT):
        """Whether a command returns 0 within its limit."""
        try:
            done = self.run("/usr/bin/python3", "-B", HERE / "sandbox.py", self.folder, *command,
                            limit=limit)
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    def tests(self, folder, deep):
        """Names and commands of the tests of a folder, cheapest first."""
        own = ":".join(f"{name}.*" for name in suites_of(folder))
        gtest = ("--gtest_fail_fast", "--gtest_brief=1")
        if own:
            yield "unit tests of the folder", None, \
                (self.build / "unit_tests", *gtest, f"--gtest_filter={own}")
        yield "unit tests", None, (self.build / "unit_tests", *gtest, f"--gtest_filter=-{own}")
        yield "program tests", ("program_tests", "flowtell"), (self.build / "program_tests", *gtest)
        if deep:
            yield "scripted tests", ("all",), ("ctest", "--test-dir", self.build, "-R",
                                               f"^({SCRIPTED[folder]})$", "--stop-on-failure")

    def outcome(self, mutant, deep):
        """'invalid', 'same object code', 'survived', or the name of the tests that failed."""
        path = self.source / mutant.file
        original = path.read_text()
        objects = self.objects_of(mutant.file)
        before = self.digest(objects)
        path.write_text(mutant.applied(original))
        try:
            if self.run("ninja", "-C", "build", *objects).returncode:
                return "invalid"
            if self.digest(objects) == before:
                return "same object code"
            targets = ("unit_tests",)
            for name, extra, command in self.tests(folder_of(mutant.file), deep):
                targets = extra or targets
                if self.run("ninja", "-C", "build", *targets).returncode:
                    return "invalid"
                limit = SCRIPTED_LIMIT if name.startswith("scripted") else TEST_LIMIT
                if not self.sandboxed(*command, limit=limit):
                    return name
            return "survived"
        except subprocess.TimeoutExpired:
            return "invalid"
        finally:
            path.write_text(original)


def drawn(worker, folder, seed):
    """The mutants of a folder in drawing order, at most one per line.

    The order depends on each mutant's own text, so an edit elsewhere does not change it.
    """
    found = []
    for file in sources():
        if folder_of(file) == folder and 0 < len(worker.objects_of(file)) <= MAX_OBJECTS:
            found += mutants.mutants_of(worker.source, file)
    order, times, seen = [], collections.Counter(), set()
    for mutant in found:
        text = f"{mutant.file}\n{mutant.before}\n{mutant.after}"
        times[text] += 1  # equal changes of equal lines are drawn separately
        order.append((hashlib.sha256(f"{seed}\n{text}\n{times[text]}".encode()).digest(), mutant))
    for _, mutant in sorted(order, key=lambda pair: pair[0]):
        if (mutant.file, mutant.line) not in seen:
            seen.add((mutant.file, mutant.line))
            yield mutant


def work(number, queue, results, arguments, deadline):
    worker = Worker(number)
    for folder, todo in iter(queue.get, None):
        again = todo is not None
        counted = 0
        for mutant in todo if again else drawn(worker, folder, arguments.seed):
            if time.time() > deadline or (not again and counted == arguments.per_folder):
                break
            outcome = worker.outcome(mutant, arguments.deep)
            counted += outcome not in ("invalid", "same object code")
            results.put((mutant, outcome))
    results.put(None)


def report(lines, out):
    """The score by folder, then the survivors."""
    excused = equivalents()
    caught, total, equivalent = (collections.Counter() for _ in range(3))
    survivors = []
    for entry in lines:
        folder = folder_of(entry["file"])
        if entry["outcome"] in ("invalid", "same object code"):
            continue
        if entry["outcome"] != "survived":
            caught[folder] += 1
        elif (entry["file"], entry["before"], entry["after"]) in excused:
            equivalent[folder] += 1
            continue
        else:
            survivors.append(entry)
        total[folder] += 1
    print(f"{'folder':10}{'mutants':>9}{'caught':>8}{'score':>9}{'equivalent':>12}", file=out)
    for folder in sorted(total | equivalent):
        print(f"{folder:10}{total[folder]:9}{caught[folder]:8}"
              f"{100 * caught[folder] / max(1, total[folder]):8.1f}%{equivalent[folder]:12}", file=out)
    print(f"{'all':10}{total.total():9}{caught.total():8}"
          f"{100 * caught.total() / max(1, total.total()):8.1f}%{equivalent.total():12}", file=out)
    for entry in survivors:
        print(f"\n{entry['file']}:{entry['line']}\n- {entry['before']}\n+ {entry['after']}", file=out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", default="1")
    parser.add_argument("--per-folder", type=int, default=32)
    parser.add_argument("--folder", nargs="*", default=sorted({folder_of(f) for f in sources()}))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=120)
    parser.add_argument("--deep", action="store_true")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--report", action="store_true", help="only print what was found before")
    parser.add_argument("--results", type=pathlib.Path,
                        default=TOP / "build-mutation" / "results.jsonl")
    arguments = parser.parse_args()

    kept = {}
    if arguments.results.exists() and (arguments.again or arguments.report):
        for line in arguments.results.read_text().splitlines():
            entry = json.loads(line)
            kept[(entry["file"], entry["line"], entry["after"])] = entry
    if arguments.report:
        return report(kept.values(), sys.stdout)

    todo = {folder: None for folder in arguments.folder}
    if arguments.again:
        todo = {folder: [mutants.Mutant(e["file"], e["line"], e["before"], e["after"])
                         for e in kept.values()
                         if e["outcome"] == "survived" and folder_of(e["file"]) == folder]
                for folder in arguments.folder}
    workers = [Worker(number) for number in range(arguments.jobs)]
    for worker in workers:
        worker.prepare()
        for name, _, command in worker.tests("base", False):
            if not worker.sandboxed(*command):
                sys.exit(f"the {name} fail on the unchanged tree")
    queue, results = multiprocessing.Queue(), multiprocessing.Queue()
    for item in todo.items():
        queue.put(item)
    deadline = time.time() + 60 * arguments.minutes
    for number in range(arguments.jobs):
        queue.put(None)
        multiprocessing.Process(target=work, daemon=True,
                                args=(number, queue, results, arguments, deadline)).start()
    arguments.results.parent.mkdir(exist_ok=True)
    running = arguments.jobs
    with arguments.results.open("a" if arguments.again else "w") as out:
        while running:
            result = results.get()
            if result is None:
                running -= 1
                continue
            mutant, outcome = result
            entry = {**vars(mutant), "outcome": outcome}
            kept[(mutant.file, mutant.line, mutant.after)] = entry
            print(json.dumps(entry), file=out, flush=True)
            print(f"{outcome:26} {mutant.file}:{mutant.line}", file=sys.stderr, flush=True)
    report(kept.values(), sys.stdout)


if __name__ == "__main__":
    main()
