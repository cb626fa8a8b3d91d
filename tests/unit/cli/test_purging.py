"""What a purge covers, from the table of contracts."""

import pytest
from inquest.cli.purging import KEPT, Target, of_calls, of_incident, of_investigation, of_signals, of_tenant
from inquest.contracts.message import derive_id
from inquest.contracts.streams import STREAMS
from inquest.contracts.topology import ARCHIVED

KEPT_AS_A_WHOLE = {*KEPT, "ADVISORIES", "BUDGETS"}


def test_a_tenant_is_purged_from_every_stream_but_the_audit():
    covered = set(of_tenant("acme", whole=True)) | {*ARCHIVED}
    assert {row.name for row in STREAMS} - covered == KEPT_AS_A_WHOLE - {"BUDGETS"}


def test_keys_go_with_the_whole_tenant_alone():
    assert not [name for name in of_tenant("acme", whole=False) if name.startswith("KV_")]
    assert of_tenant("acme", whole=True)["KV_intake-incidents"] == [
        "$KV.intake-incidents.acme",
        "$KV.intake-incidents.acme.>",
    ]


def test_an_investigation_is_purged_with_its_letters_counts_and_threads():
    scope = of_investigation("acme", "i1")
    assert "evt.evidence.collected.v1.acme.i1.*" in scope["EVIDENCE"]
    assert "dead.cmd.step.run.v1.*.*.acme.i1" in scope["DEAD"]
    assert scope["BUDGETS"] == ["budget.acme.i1.>"]
    assert scope["KV_notifier-threads"] == ["$KV.notifier-threads.acme.i1.>"]
    assert "INVESTIGATIONS" not in scope


@pytest.mark.parametrize(
    "scope", [of_investigation("acme", "i1"), of_incident("acme", "c1"), of_tenant("acme", whole=False)]
)
def test_no_pattern_reaches_another_tenant(scope):
    for patterns in scope.values():
        assert all("acme" in pattern.split(".") for pattern in patterns)


def test_signals_calls_and_notices_are_named_one_by_one():
    assert of_signals("acme", ["s1"]) == {"SIGNALS": ["evt.signal.received.v1.acme.s1"]}
    assert of_calls("acme", ["k1"], ["n1"]) == {
        "KV_gateway-approvals": ["$KV.gateway-approvals.acme.k1"],
        "KV_gateway-journal": ["$KV.gateway-journal.acme.k1"],
        "KV_notifier-claims": ["$KV.notifier-claims.acme.n1"],
    }


def test_an_incident_takes_its_investigation_along():
    assert Target("acme", incident_id="c1").investigation == derive_id("investigation", "acme", "c1")
    assert Target("acme", "i1").investigation == "i1"
    assert (Target("acme").investigation, Target("acme").about) == (None, "acme")
