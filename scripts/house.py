"""House rules that no linter knows: file and function lengths, module names, TODOs with an owner."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCES = ("contracts/src", "libs", "services", "cli/src", "testbed/src", "scripts", "tests")
GENERATED = "contracts/proto"
FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 70
BANNED_NAMES = frozenset({"utils", "util", "helpers", "helper", "manager", "base", "common", "misc"})
MARKERS = ("TODO", "FIXME", "XXX")
UNOWNED = re.compile(r"#.*\b(" + "|".join(MARKERS) + r")\b(?!\(\w+\): \S)")


def problems() -> Iterator[str]:
    """Yield what breaks a rule, as `file:line: what`."""
    for source in SOURCES:
        for path in sorted((ROOT / source).rglob("*.py")):
            if GENERATED not in path.as_posix():
                yield from check_file(path.relative_to(ROOT), path.read_text(encoding="utf-8"))


def check_file(path: Path, text: str) -> Iterator[str]:
    """Yield what breaks a rule in one file."""
    lines = text.splitlines()
    if len(lines) >= FILE_LINES_MAX:
        yield f"{path}:1: {len(lines)} lines; a file stays under {FILE_LINES_MAX}"
    if path.stem in BANNED_NAMES:
        yield f"{path}:1: a module is named for what it holds, not {path.stem!r}"
    for number, line in enumerate(lines, start=1):
        if UNOWNED.search(line):
            yield f"{path}:{number}: name owner and reason, as (name): why"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length >= FUNCTION_LINES_MAX:
                yield f"{path}:{node.lineno}: {node.name} has {length} lines; the limit is {FUNCTION_LINES_MAX}"


def main() -> int:
    """Print what breaks a rule; returns the exit status."""
    found = list(problems())
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
