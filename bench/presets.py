#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints the tables of docs/presets.md: the methods of papers compared with this
program's own, and the accuracy on ambiguous flows, on two collections of
labelled captures, by capture and from one to the other.

usage: bench/presets.py FLOWTELL CAPTURES_A CAPTURES_B [--write]
       --write puts them into docs/presets.md
"""
import json
import pathlib
import subprocess
import sys

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs" / "presets.md"
METHODS = [
    ("`--preset eurosp16`", ["--preset", "eurosp16"]),
    ("`--preset tifs17`", ["--preset", "tifs17"]),
    ("`--evidence shape --unknown floor=0.9`",
     ["--evidence", "shape", "--unknown", "floor=0.9"]),
    ("no option: all evidence, `max-false-unknown=0.05`", []),
]
EVIDENCE = ["shape", "shape,name", "shape,name,time"]


def evaluate(flowtell, captures, options):
    line = [flowtell, "evaluate", *captures, *options, "--json", "-"]
    run = subprocess.run(line, capture_output=True, check=True, text=True)
    return json.loads(run.stdout)


def settings(a, b):
    return [("a by capture", [a]), ("b by capture", [b]),
            ("a → b", [a, "--test", b]), ("b → a", [b, "--test", a])]


def percent(share):
    return f"{100 * share:.1f}"


def named(score):
    """The share of flows that are named, and the share of these that are right."""
    if "preset" in score:
        preset = score["preset"]
        return preset["coverage_of_seen"], preset["accuracy_of_named"]
    kept = [(app["flows"] * (1 - app["unknown"]), app["correct"])
            for app in score["apps"]]
    return (score["coverage"],
            sum(flows * right for flows, right in kept)
            / sum(flows for flows, _ in kept))


def methods_table(flowtell, a, b):
    yield ("| | | tested | accuracy | balanced | named of tested | of all "
           "| right of named |")
    yield "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |"
    for where, captures in settings(a, b):
        for method, options in METHODS:
            score = evaluate(flowtell, captures, options)
            of_all, right = named(score)
            cells = [score["accuracy"], score["balanced_accuracy"],
                     score["coverage"], of_all, right]
            yield (f"| {where} | {method} | {score['flows']} | "
                   + " | ".join(map(percent, cells)) + " |")


def ambiguity_table(flowtell, a, b):
    yield "| | evidence | ambiguous | of these right | of the others |"
    yield "| --- | --- | ---: | ---: | ---: |"
    for where, captures in settings(a, b):
        for evidence in EVIDENCE:
            score = evaluate(flowtell, captures,
                             ["--ambiguity", "--evidence", evidence])
            ambiguity = score["ambiguity"]
            right = percent(ambiguity["right"]) if ambiguity["flows"] else "–"
            yield (f"| {where} | `{evidence}` | "
                   f"{percent(ambiguity['flows'] / score['flows'])} | {right} | "
                   f"{percent(ambiguity['accuracy_of_rest'])} |")


def put(mark, table):
    """Replaces the text after the mark in the page."""
    page = PAGE.read_text()
    start = f"<!-- generated: bench/presets.py {mark} -->\n"
    before, rest = page.split(start)
    after = rest[rest.index("<!-- end -->"):]
    PAGE.write_text(f"{before}{start}\n{table}\n{after}")


def main():
    flowtell, a, b, *write = sys.argv[1:]
    for mark, lines in [("methods", methods_table),
                        ("ambiguity", ambiguity_table)]:
        table = "\n".join(lines(flowtell, a, b)) + "\n"
        if write:
            put(mark, table)
        else:
            print(table)


if __name__ == "__main__":
    main()
