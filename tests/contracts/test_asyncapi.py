"""The AsyncAPI document of each service says what the table says."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from inquest.bus.docs import asyncapi
from inquest.contracts.subjects import SUBJECTS
from inquest.contracts.topology import SERVICES, consumers_of

COMPONENT_KEY = re.compile(r"^[A-Za-z0-9._-]+$")
DOCUMENTS = {service: asyncapi(service) for service in SERVICES}


def addresses(service: str, action: str) -> set[str]:
    document = DOCUMENTS[service]
    return {
        resolve(document, operation["channel"]["$ref"])["address"]
        for operation in document["operations"].values()
        if operation["action"] == action
    }


def resolve(document: dict[str, Any], ref: str) -> Any:
    found: Any = document
    for part in ref.removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("%24", "$").replace("%3E", ">")]
    return found


def refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "$ref":
                yield item
            else:
                yield from refs(item)
    elif isinstance(value, list):
        for item in value:
            yield from refs(item)


@pytest.mark.parametrize("service", SERVICES)
def test_every_reference_resolves(service: str) -> None:
    for ref in refs(DOCUMENTS[service]):
        assert resolve(DOCUMENTS[service], ref) is not None


@pytest.mark.parametrize("service", SERVICES)
def test_it_is_the_same_every_time(service: str) -> None:
    assert json.dumps(asyncapi(service)) == json.dumps(DOCUMENTS[service])


@pytest.mark.parametrize("service", SERVICES)
def test_component_keys_are_what_asyncapi_allows(service: str) -> None:
    components = DOCUMENTS[service]["components"]
    assert all(COMPONENT_KEY.match(key) for kind in ("messages", "schemas") for key in components[kind])


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_sent_is_what_the_table_lets_it_publish(service: str) -> None:
    wanted = {".".join([row.name, *(f"{{{k}}}" for k in row.keys)]) for row in SUBJECTS if service in row.publishers}
    sent = {address for address in addresses(service, "send") if not address.startswith(("_INBOX", "dead."))}
    assert sent == wanted


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_received_covers_every_consumer_and_request(service: str) -> None:
    received = addresses(service, "receive")
    for consumer in consumers_of(service):
        for pattern in consumer.filters:
            front = pattern.partition("*")[0].removesuffix(">").rstrip(".")
            assert any(address.startswith(front) for address in received), pattern
    for row in SUBJECTS:
        if row.replier == service:
            assert any(address.startswith(row.name) for address in received)


def test_a_request_shows_both_directions() -> None:
    asked = DOCUMENTS["worker"]["operations"]["worker.req.tool.call.v1.reply"]
    answered = DOCUMENTS["gateway"]["operations"]["gateway.req.tool.call.v1.reply"]
    assert (asked["action"], answered["action"]) == ("receive", "send")
    assert "ToolResult" in DOCUMENTS["worker"]["components"]["schemas"]


def test_the_fixed_keys_of_a_filter_are_shown() -> None:
    address = "cmd.step.run.v1.collect-symptoms.critical.{tenant}.{investigation}"
    assert address in addresses("worker", "receive")


def test_a_document_that_nobody_asks_for_costs_nothing() -> None:
    program = "import sys; import inquest.bus.docs; sys.exit('faststream.specification' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
