"""Deliveries of Alertmanager, Grafana, Datadog, CloudEvents and generic senders: real, forged and replayed."""

import json
from pathlib import Path

import pytest
from inquest.config.sources import AUTHS
from inquest.contracts import subjects as s
from inquest.intake.domain.signature import sign

SAMPLES = Path(__file__).parents[2] / "unit/intake/samples"
KINDS = ("alertmanager", "cloudevents", "datadog", "generic", "grafana")
SIGNED = ("generic", "grafana")


def proof(kind: str, raw: bytes, secret: str = "new") -> dict[str, str]:
    auth = AUTHS[kind]
    return {auth.header: sign(secret, raw, auth.scheme)} if auth.header else {"Authorization": f"Bearer {secret}"}


def samples(kind: str) -> list[tuple[dict[str, str], bytes]]:
    lines = map(json.loads, (SAMPLES / f"{kind}.ndjson").read_text().splitlines())
    return [(one.get("headers", {}), json.dumps(one["body"]).encode()) for one in lines]


@pytest.fixture
async def intake(make_intake):
    entries = [{"kind": kind, "secret": ["env:OLD_SECRET", "env:NEW_SECRET"]} for kind in KINDS]
    return await make_intake(config={"tenants": {"acme": {"sources": entries}}})


async def post(intake, kind, raw, headers):
    return await intake.http.post(f"/webhooks/{kind}/acme", content=raw, headers=headers)


@pytest.mark.parametrize("kind", KINDS)
async def test_forged_deliveries_stay_out(intake, kind):
    headers, raw = samples(kind)[0]
    forged = [{}, proof(kind, raw, "guessed"), dict.fromkeys(proof(kind, raw), "Basic bmV3Om5ldw==")]
    if kind in SIGNED:  # a token says nothing about the body
        forged.append(proof(kind, raw + b" "))
    for given in forged:
        assert (await post(intake, kind, raw, {**headers, **given})).status_code == 401
    assert intake.bus.published(s.DELIVERY_KEPT) == []


@pytest.mark.parametrize("kind", KINDS)
async def test_a_replay_of_a_real_delivery_with_either_secret_makes_no_second_signal(intake, kind):
    promised: set[str] = set()
    for headers, raw in samples(kind):
        for secret in ("new", "old"):
            answer = await post(intake, kind, raw, {**headers, **proof(kind, raw, secret)})
            assert answer.status_code == 202, answer.text
            if answer.json()["status"] == "accepted":
                promised.update(answer.json()["signal_ids"])
        assert answer.json()["status"] in {"duplicate", "ignored", "ping"}
    await intake.bus.settle()
    await intake.bus.redeliver("intake-deliveries")
    found = [
        one.signal_id for one in (*intake.bus.published(s.SIGNAL_RECEIVED), *intake.bus.published(s.CHANGE_RECEIVED))
    ]
    assert sorted(found) == sorted(promised)
    assert promised
    assert intake.bus.dead == []
