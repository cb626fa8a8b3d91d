"""Requests and responses of the domains: one pair each, all of whose fields travel in a Query."""

import typing

import pytest
from inquest.contracts.latest import REQUESTS, RESPONSES, ChangesResponse, Domain, FlagsResponse, Query
from inquest.contracts.v1.domains import DomainRequest, DomainResponse
from pydantic import ValidationError

from scripts.contracts_compat import breaks
from scripts.contracts_proto import mirrored

DOMAINS = typing.get_args(Domain)


def test_every_domain_has_a_request_and_a_response():
    assert set(REQUESTS) == set(RESPONSES) == set(DOMAINS)
    assert all(issubclass(one, DomainRequest) for one in REQUESTS.values())
    assert all(issubclass(one, DomainResponse) for one in RESPONSES.values())


@pytest.mark.parametrize("domain", DOMAINS)
def test_what_a_request_asks_travels_in_a_query(domain):
    request = REQUESTS[domain]
    missing = set(request.model_fields) - set(Query.model_fields)
    assert not missing
    defaults = {name: field.default for name, field in request.model_fields.items() if not field.is_required()}
    of_query = {name: Query.model_fields[name].default for name in defaults}
    assert {name: value for name, value in defaults.items() if name != "operation"} == {
        name: value for name, value in of_query.items() if name != "operation"
    }


def test_no_field_of_a_query_belongs_to_nobody():
    assert set(Query.model_fields) == set().union(*(one.model_fields for one in REQUESTS.values()))


def test_domain_models_have_no_mirror_in_protobuf():
    assert not {one.__name__ for one in mirrored()} & {one.__name__ for one in RESPONSES.values()}


def test_readers_of_changes_understand_flags():
    told = FlagsResponse.model_validate({"changes": [{"time": 1, "kind": "flag"}], "flags": []})
    assert ChangesResponse.model_validate_json(told.model_dump_json()).changes == told.changes


def test_only_domains_may_gain_words():
    def schema(*words: str) -> dict:
        return {"properties": {"domain": {"type": "string", "enum": list(words)}}}

    assert not breaks({"ToolCall": schema("logs")}, {"ToolCall": schema("logs", "chat")})
    assert breaks({"ToolCall": schema("logs", "chat")}, {"ToolCall": schema("logs")})
    assert breaks({"Signal": schema("logs")}, {"Signal": schema("logs", "chat")})


def test_a_cursor_has_a_limit():
    with pytest.raises(ValidationError):
        DomainResponse(next_cursor="x" * 5000)
