"""Domain responses on their way through a ToolResult."""

import hashlib
import math
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts import payloads
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import (
    ChangesResponse,
    LogsResponse,
    Message,
    MetricsResponse,
    SeriesData,
    TopologyResponse,
    TracesResponse,
)

from tests.contracts.strategies import instances

RESPONSES = (ChangesResponse, LogsResponse, MetricsResponse, TopologyResponse, TracesResponse)


@pytest.mark.parametrize("model", RESPONSES, ids=lambda model: model.__name__)
def test_round_trip(model: type[Message]) -> None:
    @settings(max_examples=15, deadline=None)
    @given(instances(model))
    def survives(response: Message) -> None:
        payload = payloads.encode(response)
        raw = zlib.decompress(payload.data)
        assert payloads.decode(payload.data, model) == response
        assert payload.sha256 == hashlib.sha256(raw).hexdigest()
        assert payload.size_bytes == len(raw)

    survives()


def test_a_missing_sample_travels_as_null() -> None:
    series = SeriesData(service="cart", metric="cpu", times=[1, 2], values=[math.nan, 0.5])
    payload = payloads.encode(MetricsResponse(series=[series]))
    assert payloads.decode(payload.data, MetricsResponse).series[0].values == [None, 0.5]


@given(st.binary(max_size=64))
def test_noise_is_impossible(data: bytes) -> None:
    with pytest.raises(Impossible, match="payload"):
        payloads.decode(data, TopologyResponse)


def test_half_a_payload_is_impossible() -> None:
    data = payloads.encode(TopologyResponse()).data
    with pytest.raises(Impossible, match="payload"):
        payloads.decode(data[: len(data) // 2], TopologyResponse)


class _Newer(MetricsResponse):
    needed: int


def test_a_response_that_lacks_a_field_is_impossible() -> None:
    with pytest.raises(Impossible, match="payload is not a _Newer"):
        payloads.decode(payloads.encode(MetricsResponse()).data, _Newer)


def test_a_bomb_is_refused_before_it_unpacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payloads, "DECODED_BYTES_MAX", 10_000)
    bomb = zlib.compress(b'{"edges": [' + b" " * 10_000_000 + b"]}")
    assert len(bomb) < 20_000
    with pytest.raises(Impossible, match="unpacks to more than 10000 bytes"):
        payloads.decode(bomb, TopologyResponse)


def test_a_bomb_of_exactly_the_limit_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = b'{"edges": []}'
    monkeypatch.setattr(payloads, "DECODED_BYTES_MAX", len(raw))
    assert payloads.decode(zlib.compress(raw), TopologyResponse) == TopologyResponse()
