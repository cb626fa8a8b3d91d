"""The allow-lists follow from the table: each holds what its service needs, and nothing of anybody else's."""

import json

import pytest
from inquest.contracts.doorsteps import doorstep_consumer
from inquest.contracts.permissions import permissions
from inquest.contracts.streams import STREAMS
from inquest.contracts.subjects import SUBJECTS
from inquest.contracts.topology import BUCKETS, CONSUMERS, SERVICES
from inquest.testkit.memory_rows import matches

from scripts.contracts import ROOT


def may_publish(service: str, subject: str) -> bool:
    found = permissions(service)
    return any(matches(one, subject) for one in found.publish) and not any(
        matches(one, subject) for one in found.denied
    )


def test_a_subject_may_be_published_by_its_publishers_alone() -> None:
    for row in SUBJECTS:
        keys = dict.fromkeys(row.keys, "x")
        if "service" in keys:  # each writes its own chains, and asks about its own letters
            for service in SERVICES:
                concrete = row.render(**{**keys, "service": service})
                expected = [service] if service in row.publishers else []
                assert [one for one in SERVICES if may_publish(one, concrete)] == expected, row.name
            continue
        allowed = {service for service in SERVICES if may_publish(service, row.render(**keys))}
        assert allowed == set(row.publishers) - {"outside"}, row.name


def test_a_durable_is_worked_off_by_its_service_alone() -> None:
    for row in CONSUMERS:
        pull = f"$JS.API.CONSUMER.MSG.NEXT.{row.stream}.{row.durable}"
        assert {service for service in SERVICES if may_publish(service, pull)} == {row.service}


def test_what_producers_send_is_taken_by_intake_alone() -> None:
    row = doorstep_consumer("acme")
    for subject in (f"$JS.API.CONSUMER.MSG.NEXT.{row.stream}.{row.durable}", f"$JS.ACK.{row.stream}.{row.durable}.1.2"):
        assert [service for service in SERVICES if may_publish(service, subject)] == ["intake"]
    assert not any(may_publish(service, "outside.pagerduty.acme") for service in SERVICES)
    assert not any(consumer.durable == row.durable for consumer in CONSUMERS)


def test_raw_deliveries_are_read_and_erased_by_intake_alone() -> None:
    for stream in ("INGEST", "OBJ_deliveries"):
        for call in ("STREAM.MSG.GET", "DIRECT.GET", "CONSUMER.MSG.NEXT"):
            rest = ".intake-deliveries" if call == "CONSUMER.MSG.NEXT" else ""
            subject = f"$JS.API.{call}.{stream}{rest}"
            assert {service for service in SERVICES if may_publish(service, subject)} <= {"intake"}
        assert not any(may_publish(service, f"$JS.API.STREAM.MSG.GET.{stream}") for service in SERVICES[1:])
    erased = {f"$JS.API.STREAM.MSG.DELETE.{stream}" for stream in ("INGEST", "INGEST-acme")}
    assert {service for service in SERVICES for one in erased if may_publish(service, one)} == {"intake"}
    for row in (*STREAMS, *BUCKETS):  # COMMANDS is a queue that intake works off, and clears of leftovers
        name = row.name if row in STREAMS else f"{'KV' if row.kind == 'kv' else 'OBJ'}_{row.name}"
        assert may_publish("intake", f"$JS.API.STREAM.MSG.DELETE.{name}") is (name in {"INGEST", "COMMANDS"})


def test_acks_are_for_ones_own_durables() -> None:
    for row in CONSUMERS:
        ack = f"$JS.ACK.{row.stream}.{row.durable}.1.2.3.4.5"
        assert {service for service in SERVICES if may_publish(service, ack)} == {row.service}


def test_a_bucket_is_written_by_its_owner_alone() -> None:
    for bucket in BUCKETS:
        subject = f"$KV.{bucket.name}.key" if bucket.kind == "kv" else f"$O.{bucket.name}.C.chunk"
        allowed = {service for service in SERVICES if may_publish(service, subject)}
        assert allowed == {bucket.owner} & set(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_an_inbox_is_ones_own(service: str) -> None:
    listens = permissions(service).subscribe
    assert [pattern for pattern in listens if pattern.startswith("_INBOX")] == [f"_INBOX.{service}.>"]
    assert not any(matches(pattern, "evt.verdict.reached.v1.acme.i") for pattern in listens)
    assert not any(pattern in {">", "*", "_INBOX.>"} for pattern in (*listens, *permissions(service).publish))


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_makes_changes_or_deletes_streams_and_consumers(service: str) -> None:
    """Whoever may make a consumer can have the server publish what it likes where it likes."""
    calls = ("STREAM.CREATE", "STREAM.UPDATE", "STREAM.DELETE", "STREAM.SNAPSHOT", "STREAM.RESTORE")
    consumers = ("CONSUMER.CREATE", "CONSUMER.DURABLE.CREATE", "CONSUMER.DELETE", "CONSUMER.PAUSE", "CONSUMER.UNPIN")
    for stream in [row.name for row in STREAMS] + ["KV_config", "OBJ_payloads", "INGEST-acme"]:
        for call in (*calls, *consumers):
            for rest in ("", ".x", ".planner-dispatch", ".x.evt.>"):
                assert not may_publish(service, f"$JS.API.{call}.{stream}{rest}"), call


def test_requests_are_answered_by_the_replier_alone() -> None:
    for row in SUBJECTS:
        if row.replier:
            listens = {service for service in SERVICES if row.pattern() in permissions(service).subscribe}
            assert listens == {row.replier}
            assert permissions(row.replier).as_nats()["allow_responses"]["max"] == 1


def test_everybody_can_bury_what_they_work_off() -> None:
    for row in CONSUMERS:
        for pattern in row.filters:
            concrete = pattern.replace("*", "x").replace(">", "x.y").removeprefix("$")
            assert may_publish(row.service, f"dead.{concrete}"), row.durable


def test_an_unknown_service_has_no_permissions() -> None:
    with pytest.raises(KeyError):
        permissions("nobody")


def test_the_committed_lists_are_what_nats_takes() -> None:
    for service in SERVICES:
        committed = json.loads((ROOT / "contracts/permissions" / f"{service}.json").read_text())
        assert committed == permissions(service).as_nats()
