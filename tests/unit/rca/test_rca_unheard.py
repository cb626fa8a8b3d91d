"""Callees that send no telemetry: their calls, their callers and the log lines that name them tell of them."""

import numpy as np
import pytest
from inquest.rca.cause import Term
from inquest.rca.finding import Finding, Sight
from inquest.rca.graph import CallGraph, call_graph, map_dependencies
from inquest.rca.mentions import complaints
from inquest.rca.peers import hosts, silent_peers
from inquest.rca.tables import Spans, Window
from inquest.rca.traces import find_failure_paths
from inquest.rca.unheard import unheard, with_stand_ins

WINDOW, BASELINE = Window(100.0, 200.0), Window(0.0, 100.0)


def spans(*, slow_ms=500.0, peer="ledger", failed=False, attribute="peer.service"):
    """Twenty requests to api, each with one call that nobody answers; the second ten lie in the window."""
    rows = []
    for number in range(20):
        now = number >= 10
        took = slow_ms if now else 5.0
        rows.append((f"t{number}", "r", None, "api", "GET /", number * 10.0, took + 2, False, {}))
        rows.append(
            (f"t{number}", "c", "r", "api", "POST /pay", number * 10.0, took, now and failed, {attribute: peer})
        )
    columns = list(zip(*rows, strict=True))
    return Spans(*columns[:5], np.array(columns[5]), np.array(columns[6]), np.array(columns[7], dtype=bool), columns[8])


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("ledger", "ledger"),
        ("ledger:8080", "ledger"),
        ("http://ledger.shop.svc.cluster.local:80/pay", "ledger"),
        ("ledger.internal", "ledger"),
        ("api.bank.example", None),
        ("10.0.0.7:443", None),
        ("", None),
    ],
)
def test_a_peer_is_named_without_port_and_domain_and_an_outside_party_is_none(address, name):
    table = spans(peer=address, attribute="server.address")
    found = set(silent_peers(table, np.zeros(len(table), dtype=np.int64)).values())
    assert found == ({name} if name else set())


def test_a_peer_that_sends_spans_speaks_for_itself():
    assert silent_peers(spans(peer="api"), np.zeros(40, dtype=np.int64)) == {}


def test_slow_calls_that_nobody_answers_are_the_work_of_the_peer():
    found = find_failure_paths(spans(), window=WINDOW, baseline=BASELINE).findings
    assert [f.entity for f in found if f.detector == "self-time"] == ["ledger"]


def test_failed_calls_that_nobody_answers_arise_in_the_peer():
    found = find_failure_paths(spans(slow_ms=5, failed=True), window=WINDOW, baseline=BASELINE).findings
    assert [(f.entity, f.text("caller")) for f in found if f.detector == "error-origin"] == [("ledger", "api")]


def test_the_graph_knows_the_peer_and_who_told_of_itself():
    looked = map_dependencies(spans(), window=WINDOW, baseline=BASELINE)
    graph = call_graph(looked.findings)
    assert graph.callees == {"api": {"ledger"}}
    assert looked.entities == ("api",)
    assert unheard(graph, (Sight("map-blast-radius", "looked", "", looked.entities),)) == {"ledger"}


def test_where_no_capability_says_whom_it_heard_nobody_is_taken_for_silent():
    graph = CallGraph()
    graph.add("api", "db")
    assert unheard(graph, (Sight("collect-symptoms", "looked"),)) == frozenset()


SUSPECTS = {"api": [Term("prior", -3.0), Term("excess", 3.0), Term("resource", 1.0), Term("target", 0.5)]}


class TestStandIns:
    graph = CallGraph()
    graph.add("api", "ledger")

    def test_a_silent_callee_may_be_what_its_caller_shows_but_not_what_only_the_caller_can_do(self):
        found = with_stand_ins(SUSPECTS, self.graph, frozenset({"ledger"}))
        assert [term.name for term in found["ledger"]] == ["prior", "excess", "unseen"]
        assert sum(t.log_odds for t in found["ledger"]) < sum(t.log_odds for t in found["api"])

    def test_traced_calls_speak_for_it_instead(self):
        graph = CallGraph({"api": {"ledger"}}, {"ledger": {"api"}}, frozenset({"ledger"}))
        assert with_stand_ins(SUSPECTS, graph, frozenset({"ledger"})) == SUSPECTS


def test_a_line_names_hosts_of_the_platform_only():
    line = "dial tcp ledger:8080: refused; GET https://ledger.shop.svc/pay; POST https://api.bank.example/x at 12:00:01"
    assert hosts(line) == ("ledger",)


def test_a_complaint_names_the_paged_entity_even_if_nothing_else_was_heard_of_it():
    line = {"detector": "template", "template": "call to paymentservice failed", "classes": "refused"}
    said = Finding("log", "checkout", "s.", WINDOW, 100.0, 0.9, line)
    assert complaints([said], "paymentservice") == {0: ("paymentservice",)}
    assert complaints([said], None) == {}
