"""Makes mutants of a module: its source with one small fault, from mutmut's operators and a few of our own.

Ours remove what failure paths are made of: a raise, a return value, a call made for its effect, a condition.
"""

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

import libcst as cst
from libcst.metadata import MetadataWrapper
from mutmut.mutation.mutators import mutation_operators, operator_string

# Types, not behaviour; and what these calls get is checked by mypy.
_SKIPPED = (cst.Annotation, cst.Decorator, cst.Import, cst.ImportFrom, cst.TypeAlias)
_SKIPPED_CALLS = frozenset({"TypeVar", "cast", "isinstance", "len"})


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one fault: its whole source, and the line where it differs, before and after."""

    source: str
    line: int
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.line}: {self.before or '(nothing)'}  →  {self.after or '(nothing)'}"


class _Faults(cst.CSTVisitor):
    """Collects pairs of a node and what may stand in its place."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[cst.CSTNode, cst.CSTNode]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Collect the node's faults; returns whether to look below it."""
        if isinstance(node, _SKIPPED) or _is_description(node):
            return False
        self.found += [(node, fault) for fault in _faults(node)]
        return not isinstance(node, cst.Raise)  # the wording of an error is nothing to test


def _is_description(node: cst.CSTNode) -> bool:
    match node:
        case cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString()):
            return True
        case cst.Assign(
            value=cst.Subscript(value=cst.Name(value="Literal")) | cst.Call(func=cst.Name(value="TypeVar"))
        ):
            return True
        case cst.ClassDef(bases=[cst.Arg(value=cst.Name(value="Protocol"))]):
            return True
        case cst.Call(func=cst.Name(value=name)):
            return name in _SKIPPED_CALLS
    return False


def _faults(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    for kind, operator in mutation_operators:
        if isinstance(node, kind) and operator is not operator_string and not isinstance(node, cst.AnnAssign):
            yield from operator(node)
    match node:
        case cst.SimpleString() if " " not in node.raw_value:  # a word is a key or a state; prose is nothing to test
            yield next(iter(operator_string(node)))
        case cst.Raise() | cst.Expr(value=cst.Call() | cst.Await()):
            yield cst.Pass()
        case cst.Return(value=cst.BaseExpression() as value) if not (
            isinstance(value, cst.Name) and value.value == "None"
        ):
            yield node.with_changes(value=cst.Name("None"))
        case cst.If() | cst.CompIf():
            yield node.with_changes(test=cst.Name("True"))
            yield node.with_changes(test=cst.Name("False"))


def mutants(source: str, count_max: int) -> list[Mutant]:
    """Return up to `count_max` mutants, always the same ones for the same source, in the order of its lines."""
    wrapper, faults = MetadataWrapper(cst.parse_module(source)), _Faults()
    wrapper.visit(faults)
    seen = {_meaning(source)}
    made: list[Mutant] = []
    for node, fault in sorted(faults.found, key=lambda pair: _lot(wrapper.module, *pair)):
        if len(made) == count_max:
            break
        changed = wrapper.module.deep_replace(node, fault)
        code = changed.code if isinstance(changed, cst.Module) else source
        meaning = _meaning(code)
        if meaning and meaning not in seen:
            seen.add(meaning)
            made.append(_described(source, code))
    return sorted(made, key=lambda mutant: mutant.line)


def _lot(module: cst.Module, node: cst.CSTNode, fault: cst.CSTNode) -> bytes:
    """What is drawn first: as good as random, and the same after lines moved."""
    return hashlib.sha256(f"{module.code_for_node(node)}\0{module.code_for_node(fault)}".encode()).digest()


def _meaning(code: str) -> str:
    """The syntax tree as text; empty when the code is not Python."""
    try:
        compile(code, "mutant", "exec")
    except SyntaxError:
        return ""
    return ast.dump(ast.parse(code))


def _described(source: str, code: str) -> Mutant:
    pairs = zip_longest(source.splitlines(), code.splitlines(), fillvalue="")
    line, (before, after) = next((n, pair) for n, pair in enumerate(pairs, start=1) if pair[0] != pair[1])
    return Mutant(code, line, before.strip(), after.strip())
