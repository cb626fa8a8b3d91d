from datetime import UTC, datetime

import pytest
from inquest.bus.codec import decode, decoded, encode, find_row
from inquest.bus.port import Delivery
from inquest.bus.publisher import parse_ack
from inquest.contracts import codec as contract_codec
from inquest.contracts import subjects as s
from inquest.contracts.errors import Conflict, Impossible, RetryLater
from inquest.contracts.latest import Feedback

FEEDBACK = Feedback(
    feedback_id="f1",
    tenant="acme",
    investigation_id="i1",
    judgement="right",
    given_by="ann",
    given_at=datetime(2026, 1, 1, tzinfo=UTC),
)


def test_json_and_protobuf_say_the_same() -> None:
    assert decode(s.FEEDBACK_GIVEN, {}, encode(FEEDBACK)) == FEEDBACK
    as_proto = contract_codec.encode(FEEDBACK)
    assert decode(s.FEEDBACK_GIVEN, {"Content-Type": "application/x-protobuf"}, as_proto) == FEEDBACK


def test_raw_subjects_pass_bytes_through() -> None:
    assert decode(s.INGEST_DELIVERY, {}, b"anything") == b"anything"
    assert decode(None, {}, b"anything") == b"anything"
    assert encode(b"anything") == b"anything"


@pytest.mark.parametrize("payload", [b"", b"{", b"[]", b'{"feedback_id": "NOT VALID"}'])
def test_garbage_is_impossible(payload: bytes) -> None:
    with pytest.raises(Impossible, match=r"evt\.feedback\.given"):
        decode(s.FEEDBACK_GIVEN, {}, payload)


def test_what_does_not_decode_is_kept_as_bytes() -> None:
    delivery = Delivery("evt.feedback.given.v1.acme.i1", {}, {}, "FEEDBACK", 1, 1, 1, b"{", datetime.now(UTC))
    assert decoded(delivery) == (b"{", delivery)


def test_rows_are_found_with_their_keys() -> None:
    row, keys = find_row("evt.feedback.given.v1.acme.i1")
    assert row is s.FEEDBACK_GIVEN
    assert keys == {"tenant": "acme", "investigation": "i1"}
    assert find_row("something.else") == (None, {})


@pytest.mark.parametrize(
    ("code", "expected"),
    [(10071, Conflict), (10164, Conflict), (10201, Conflict), (10054, Impossible), (10047, RetryLater)],
)
def test_refusals_of_the_server_become_situations(code: int, expected: type[Exception]) -> None:
    body = b'{"error": {"code": 400, "err_code": %d, "description": "no"}}' % code
    with pytest.raises(expected, match=r"x\.y: .*no"):
        parse_ack("x.y", body)


def test_a_full_store_says_what_to_do() -> None:
    with pytest.raises(RetryLater, match="free disk space"):
        parse_ack("x.y", b'{"error": {"err_code": 10047, "description": "insufficient storage"}}')
