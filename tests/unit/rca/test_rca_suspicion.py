"""Who is suspected: not who the paged service never calls, nor a broken one because its callee is slow."""

import pytest
from inquest.rca.finding import Finding
from inquest.rca.graph import call_graph
from inquest.rca.suspicion import suspicion
from inquest.rca.symptoms import troubles
from inquest.rca.tables import Target, Window
from inquest.rca.weights import DEFAULT

WINDOW = Window(0, 600)


def finding(entity, detector, strength=0.8, **features):
    return Finding("trace", entity, f"{entity} {detector}.", WINDOW, 60.0, strength, {"detector": detector, **features})


def calls(caller, callee):
    return finding(callee, "edge", 0.1, caller=caller, callee=callee)


def slow(entity):
    return finding(entity, "metric", metric="latency_p95", role="latency", bad=True)


def terms(findings, entity, paged):
    found = troubles(findings, paged)
    suspects = suspicion(found, call_graph(findings, paged), Target(paged), DEFAULT)
    return {term.name: term for term in suspects[entity]}


@pytest.mark.parametrize(
    ("entity", "paged", "aside"),
    [
        ("ranker", "orders", True),  # the front calls both; orders never calls the ranker
        ("db", "orders", False),
        ("front", "orders", False),
        ("orders", "orders", False),
        ("ranker", "unknown", False),
        ("ranker", None, False),
    ],
)
def test_whom_the_paged_service_neither_calls_nor_serves_stands_aside(entity, paged, aside):
    graph = [calls("front", "orders"), calls("front", "ranker"), calls("orders", "db")]
    found = terms([*graph, slow(entity)], entity, paged)
    assert ("aside" in found) is aside


class TestBrokenCode:
    """A slow callee explains slow callers, not code that breaks."""

    @staticmethod
    def victim(line, callee):
        logged = finding("api", "template", template=line, classes=line, count=9.0, surprise=9.0)
        found = terms([calls("api", "db"), logged, *callee], "api", "api")
        return "victim" in found

    @pytest.mark.parametrize("line", ["nil", "schema", "defect"])
    def test_it_is_not_explained_by_slowness(self, line):
        assert not self.victim(line, [slow("db")])

    @pytest.mark.parametrize("line", ["refused", "defect timeout"])
    def test_what_waits_or_cannot_connect_is(self, line):
        assert self.victim(line, [slow("db")])

    def test_a_callee_that_fails_itself_explains_it(self):
        failing = finding("db", "metric", metric="errors", role="errors", bad=True)
        assert self.victim("defect", [failing])
        logged = finding("db", "template", template="x", classes="disk", surprise=9.0)
        assert self.victim("defect", [slow("db"), logged])
        assert self.victim("defect", [slow("db"), finding("db", "silence", classes="restart")])
