"""No text of a signal keeps a secret; what tells it from others still does."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from inquest.config import Catalogue, CorrelationConfig
from inquest.config.tenant import CatalogueConfig
from inquest.contracts.redaction.models import text_fields
from inquest.contracts.v1.signal import Signal
from inquest.intake.domain.normalise import EXEMPT, Context, cleaned, to_signal
from inquest.intake.domain.reading import Reading
from inquest.testkit.plants import Plants, filled

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
CONTEXT = Context("acme", "generic", NOW, "INGEST:7", Catalogue(CatalogueConfig()), CorrelationConfig())
READING = Reading(key="E1", kind="alert", occurred_at=NOW, title="slow", services=(("cart",),))
KEY = "generic:k-sk_live_" + "Ab3" * 8
OURS = {"signal_id": "s", "tenant": "acme", "source": "generic", "kind": "change", "severity": "low"}


def signal(**changes) -> Signal:
    return to_signal(replace(READING, **changes), CONTEXT)


@pytest.mark.parametrize("turn", range(3))
def test_no_text_of_a_signal_keeps_its_secret(turn):
    plants = Plants({f"turn {number}": "?" for number in range(turn)})
    times = {"occurred_at", "received_at", "window", "baseline"}
    whole = filled(Signal, plants, EXEMPT | times, given={**OURS, "occurred_at": NOW, "received_at": NOW})
    planted = {place: value for place, value in plants.values.items() if value != "?"}
    after = cleaned(whole).model_dump_json()
    assert len(planted) > 12
    assert [place for place, value in planted.items() if value in after] == []
    assert Signal.model_validate_json(after) == cleaned(whole) == cleaned(cleaned(whole))


def test_exempt_fields_exist():
    assert {*EXEMPT} <= {*Signal.model_fields}
    assert {"dedup_key", "services", "unmatched", "metric", "labels", "change"} <= {*text_fields(Signal)} - EXEMPT


def test_a_key_that_holds_a_secret_still_tells_apart_and_meets_its_resolution():
    alert, resolution = signal(dedup_key=KEY), signal(dedup_key=KEY, kind="resolution", key="E2")
    assert alert.dedup_key == resolution.dedup_key
    assert "sk_live_" not in alert.dedup_key
    assert alert.dedup_key.startswith("generic:")
    assert signal(dedup_key=KEY + "x").dedup_key != alert.dedup_key
    assert signal(dedup_key="generic:k-1").dedup_key == "generic:k-1"


def test_a_mark_never_takes_a_text_beyond_its_limit():
    full = "x" * 185 + " password=abcde"
    whole = signal(title="y" * 985 + " password=abcde", labels={"note": full}, services=((full,),))
    assert len(whole.title) == 1000
    assert len(whole.labels["note"]) == 200
    assert Signal.model_validate(whole.model_dump()) == whole


def test_services_that_differ_in_their_secret_alone_are_one():
    names = (("password=one1",), ("password=two2",))
    assert signal(services=names).services == ("password=[redacted:password]",)
