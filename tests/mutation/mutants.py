# SPDX-License-Identifier: Apache-2.0
"""Small faults in C++ source, one at a time.

A mutant changes one spot of one line. Spots are found in tokens, so comments, strings and preprocessor lines are never
changed. The layout is clang-format's: a binary operator has a space on each side; a template bracket, a pointer and a
reference have none.
"""
import dataclasses
import pathlib
import re

SWAPS = {
    "<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&",
    "+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "&": "|", "|": "&", "<<": ">>", ">>": "<<",
    "+=": "-=", "-=": "+=", "|=": "&=", "&=": "|=",
}
WORDS = {"true": "false", "false": "true", "min": "max", "max": "min"}
TOKEN = re.compile(r"""
    (?P<skip>//[^\n]*|/\*.*?\*/|R"\((?:.|\n)*?\)"|"(?:\\.|[^"\\\n])*"|(?<![\w'])'(?:\\.|[^'\\\n])+'
        |^[ \t]*\#[^\n]*(?:\\\n[^\n]*)*)
  | (?P<number>(?<![\w.'])(?:0[xX][0-9a-fA-F']+|0[bB][01']+|\d[\d']*)(?:[uUlLzZ]*)(?![\w.']))
  | (?P<binary>(?<=[ ])(?:<=>|<<|>>|[-+|&*/%]=|&&|\|\||[=!<>]=|[-+*/%&|<>])(?=[ ]))
  | (?P<step>\+\+|--)
  | (?P<not>!(?![=]))
  | (?P<word>\b[A-Za-z_]\w*\b)
""", re.VERBOSE | re.MULTILINE | re.DOTALL)
CALL = re.compile(r"^(\s+)(?!return|throw|co_|using|delete|require\()[\w.:\[\]>*-]+\(.*\);$")
ASSIGNMENT = re.compile(r"^(\s+)[*\w.:\[\]>()-]+ ([-+|&]?=|<<=|>>=) .*;$")
CONDITION = re.compile(r"\b(if|while) \((?!const|constexpr|auto|int|size_t|std::)(.*)\) (\{|\S.*;)$")
RETURN = re.compile(r"^(\s+(?:if \(.*\) )?return )(?!\{\};|std::nullopt;)(.*);$")


@dataclasses.dataclass(frozen=True)
class Mutant:
    file: str    # relative to the top of the tree
    line: int    # from 1
    before: str  # the line, and its new text, both without indentation
    after: str

    def applied(self, text):
        lines = text.split("\n")
        old = lines[self.line - 1]
        indent = old[:len(old) - len(old.lstrip())]
        lines[self.line - 1] = indent + self.after
        return "\n".join(lines)


def next_number(text):
    digits = text.rstrip("uUlLzZ")
    suffix = text[len(digits):]
    plain = digits.replace("'", "")
    if plain.lower().startswith("0x"):
        return f"0x{int(plain, 16) + 1:x}{suffix}"
    if plain.lower().startswith("0b"):
        return f"0b{int(plain, 2) + 1:b}{suffix}"
    if len(plain) > 1 and plain.startswith("0"):
        return f"0{int(plain, 8) + 1:o}{suffix}"
    return f"{int(plain) + 1}{suffix}"


def replacement(match):
    kind, text = match.lastgroup, match.group()
    if kind == "number":
        return next_number(text)
    if kind == "binary":
        return SWAPS.get(text)
    if kind == "step":
        return {"++": "--", "--": "++"}[text]
    if kind == "not":
        return ""
    return WORDS.get(text) if kind == "word" else None


def token_mutants(text):
    """Pairs of a line's index and its new text."""
    starts = [0] + [m.end() for m in re.finditer("\n", text)]
    line = 0
    for match in TOKEN.finditer(text):
        while line + 1 < len(starts) and starts[line + 1] <= match.start():
            line += 1
        new = None if match.lastgroup == "skip" else replacement(match)
        if new is None:
            continue
        end = text.find("\n", match.start())
        yield line, text[starts[line]:match.start()] + new + text[match.end():end]


def statement_mutants(lines):
    """Omitted statements, negated conditions, results replaced by an empty value."""
    previous = "{"
    for index, line in enumerate(lines):
        code = re.sub(r"\s*//.*$", "", line)
        if not code.strip():
            continue
        starts_here = previous[-1] in ";{}:" or previous.endswith(") ") or previous.endswith("else")
        previous = code.strip()
        if code.strip() in ("break;", "continue;"):
            yield index, ";"
        if starts_here and (CALL.match(code) or ASSIGNMENT.match(code)):
            yield index, ";"
        if condition := CONDITION.search(code):
            if condition.group(2).count("(") == condition.group(2).count(")"):
                yield index, code[:condition.start(2)] + f"!({condition.group(2)})" + \
                    code[condition.end(2):]
        if result := RETURN.match(code):
            yield index, f"{result.group(1)}{{}};"


def mutants_of(top, file):
    """All mutants of a file, in line order."""
    text = (pathlib.Path(top) / file).read_text()
    lines = text.split("\n")
    found = {}
    for index, after in list(token_mutants(text)) + list(statement_mutants(lines)):
        before = lines[index].strip()
        if before.startswith(("static_assert", "require(", "#")) or before == after.strip():
            continue
        found[(index, after.strip())] = Mutant(file, index + 1, before, after.strip())
    return [found[key] for key in sorted(found)]
