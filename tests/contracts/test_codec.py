"""Every message survives both encodings, and what is not a message is refused with a reason."""

import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from inquest.contracts import codec
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import (
    Evidence,
    Focus,
    Limits,
    Message,
    Opened,
    SeriesData,
    Signal,
    Spend,
    Verdict,
    Window,
)
from inquest.contracts.proto.v1 import messages_pb2, services_pb2

from scripts.contracts_proto import messages, mirrored
from tests.contracts.strategies import instances

T = datetime(2026, 3, 14, 14, 3, 10, 123456, tzinfo=UTC)
quick = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("model", mirrored(), ids=lambda model: model.__name__)
def test_protobuf_round_trip(model: type[Message]) -> None:
    @quick
    @given(instances(model))
    def survives(message: Message) -> None:
        assert codec.decode(codec.PROTOBUF, codec.encode(message), model) == message

    survives()


@pytest.mark.parametrize("model", messages(), ids=lambda model: model.__name__)
def test_json_round_trip(model: type[Message]) -> None:
    @quick
    @given(instances(model))
    def survives(message: Message) -> None:
        assert codec.decode(None, message.model_dump_json().encode(), model) == message

    survives()


@pytest.mark.parametrize("content_type", [None, "", "application/json", "Application/JSON; charset=utf-8"])
def test_json_is_the_default(content_type: str | None) -> None:
    focus = Focus(services=("cart",), text="slow")
    assert codec.decode(content_type, focus.model_dump_json().encode(), Focus) == focus


def test_unknown_content_type_names_what_is_spoken() -> None:
    with pytest.raises(Impossible, match=r"text/xml.*application/json or application/x-protobuf"):
        codec.decode("text/xml", b"<focus/>", Focus)


@pytest.mark.parametrize("data", [b"", b"not json", b"[]", b'{"start": 1}', b"\xff"])
def test_json_that_is_no_message(data: bytes) -> None:
    with pytest.raises(Impossible, match="body is not a Window"):
        codec.decode("application/json", data, Window)


@given(st.binary(max_size=64))
@settings(max_examples=50, deadline=None)
def test_protobuf_noise_is_refused_or_valid(data: bytes) -> None:
    with suppress(Impossible):
        assert isinstance(codec.decode(codec.PROTOBUF, data, Verdict), Verdict)


def test_protobuf_of_a_model_without_a_mirror() -> None:
    with pytest.raises(Impossible, match="SeriesData does not travel in protobuf"):
        codec.encode(SeriesData(service="a", metric="b", times=[], values=[]))


def test_integer_past_64_bits_is_refused() -> None:
    with pytest.raises(Impossible, match="Spend does not fit protobuf"):
        codec.encode(Spend(calls=2**64))


def test_time_that_protobuf_can_hold_but_a_datetime_cannot() -> None:
    message = messages_pb2.Window()
    message.start.seconds = 2**60
    message.end.seconds = 0
    with pytest.raises(Impossible, match="message is not a Window"):
        codec.from_proto(message, Window)


def test_value_of_a_kind_that_features_do_not_have() -> None:
    message = messages_pb2.Evidence()
    message.features["x"].list_value.values.add().number_value = 1
    with pytest.raises(Impossible, match=r"features\.x"):
        codec.from_proto(message, Evidence)


def test_absent_takes_the_default_and_none_stays_none() -> None:
    opened = Opened(
        incident_id="i",
        title="t",
        mode="fast",
        priority="normal",
        limits=Limits(),
        focus=Focus(),
        window=Window(start=T, end=T),
    )
    message = codec.to_proto(opened)
    assert not message.HasField("baseline")
    message.limits.ClearField("calls_max")
    message.ClearField("requested_by")
    back = codec.from_proto(message, Opened)
    assert back.limits.calls_max == Limits().calls_max
    assert back.requested_by == "bus"
    assert back.baseline is None


def test_zero_and_empty_are_not_absent() -> None:
    message = codec.to_proto(Focus(metric=""))
    assert message.HasField("metric")
    assert codec.from_proto(message, Focus).metric == ""


def test_unknown_field_of_a_newer_writer_is_ignored() -> None:
    newer = codec.encode(Focus(text="x")) + bytes([0xFA, 0x3F, 0x01, 0x21])  # field 1023, one byte
    assert codec.decode(codec.PROTOBUF, newer, Focus) == Focus(text="x")


def test_messages_fit_into_the_services() -> None:
    signal = Signal(signal_id="s", tenant="t", source="generic", kind="alert", occurred_at=T, received_at=T, title="x")
    record = services_pb2.Record(position=7, signal=codec.to_proto(signal))
    back = services_pb2.WatchResponse.FromString(services_pb2.WatchResponse(record=record).SerializeToString())
    assert back.record.WhichOneof("message") == "signal"
    assert codec.from_proto(back.record.signal, Signal) == signal


def test_json_alone_never_imports_protobuf() -> None:
    program = (
        "import sys; from inquest.contracts import codec; from inquest.contracts.latest import Focus; "
        "codec.decode(None, b'{}', Focus); sys.exit('google.protobuf' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
