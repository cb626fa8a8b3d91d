import pytest
from inquest.rca.accounting import settle_excess
from inquest.rca.finding import Finding
from inquest.rca.graph import call_graph
from inquest.rca.symptoms import troubles
from inquest.rca.tables import Target, Window

WINDOW = Window(0, 600)


def finding(entity, **features):
    kind = "trace" if features["detector"] == "edge" else "metric"
    return Finding(kind, entity, f"{entity} {features['detector']}.", WINDOW, 60.0, 0.8, features)


@pytest.mark.parametrize(("silent", "owner"), [(True, "stock"), (False, "shop")])
def test_what_callers_of_a_silent_entity_lose_is_laid_at_its_door(silent, owner):
    findings = [
        finding("shop", detector="edge", caller="shop", callee="stock"),
        finding("shop", detector="excess", metric="errors", share=1.0, effect=12.0, trust=1.0),
        *([finding("stock", detector="silence", classes="restart")] if silent else []),
    ]
    found = troubles(findings)
    settle_excess(findings, call_graph(findings), found, Target("shop"))
    assert [name for name, trouble in found.items() if trouble.strength("excess") > 0] == [owner]
