"""What the code of each service publishes, reads and opens is what the table, and so its permissions, let it."""

import ast
from collections.abc import Iterator

import pytest
from inquest.contracts import subjects, topology
from inquest.contracts.subjects import Subject
from inquest.contracts.topology import READS, SERVICES, Bucket

from scripts.contracts import ROOT


def calls(service: str) -> Iterator[tuple[str, object, str]]:
    """Yield what is called, the row of the table that it is called with, and where."""
    for path in sorted((ROOT / "services" / service / "src").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                for argument in node.args[:2]:
                    row = getattr(subjects, _name(argument), None) or getattr(topology, _name(argument), None)
                    if isinstance(row, Subject | Bucket):
                        yield _name(node.func), row, f"{path.relative_to(ROOT)}:{node.lineno}"


def _name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def allowed(service: str, call: str, row: object) -> bool:
    if isinstance(row, Bucket):
        return call not in {"kv", "objects"} or service == row.owner or service in row.readers
    assert isinstance(row, Subject)
    if call in {"publish", "Outgoing", "schedule", "request"}:
        return service in row.publishers
    if call in {"read", "last", "subjects"}:
        return row.stream in READS.get(service, ())
    return call != "reply" or service == row.replier


@pytest.mark.parametrize("service", SERVICES)
def test_the_code_keeps_to_the_table(service: str) -> None:
    wrong = [
        f"{where}: {service} may not {call} {getattr(row, 'name', row)}"
        for call, row, where in calls(service)
        if not allowed(service, call, row)
    ]
    assert not wrong


def test_the_scan_sees_something() -> None:
    seen = {(call, getattr(row, "name", "")) for service in SERVICES for call, row, _ in calls(service)}
    assert ("reply", "req.tool.call.v1") in seen
    assert ("kv", "config") in seen


def test_a_service_that_oversteps_is_seen() -> None:
    assert not allowed("notifier", "publish", subjects.VERDICT_REACHED)
    assert not allowed("api", "read", subjects.EVIDENCE_COLLECTED)
    assert not allowed("worker", "kv", topology.GATEWAY_JOURNAL)
    assert not allowed("intake", "reply", subjects.TOOL_CALL)
