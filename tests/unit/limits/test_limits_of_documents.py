"""Limits of what is parsed or kept in memory. docs/limits.md names these tests."""

from datetime import UTC, datetime, timedelta

import pytest
from inquest.api.dead import LETTERS_READ_MAX
from inquest.api.domain.control_requests import MUTE_DAYS_MAX, NAMES_MAX, MuteBody
from inquest.api.domain.controls import mute_of, with_mute
from inquest.api.domain.dead_requests import LETTERS_MAX, DiscardBody, RedriveBody
from inquest.api.domain.requests import SERVICES_MAX, WINDOW_DAYS_MAX, StartBody
from inquest.api.errors import Busy
from inquest.api.places import READS_MAX, Places
from inquest.bus.dead import HEADERS_MAX, REASON_CHARS_MAX, letter_of
from inquest.bus.port import Delivery
from inquest.config.document import BYTES_MAX as CONFIG_BYTES_MAX
from inquest.config.document import ConfigInvalid, compose, read_text
from inquest.config.secrets import BYTES_MAX as SECRET_BYTES_MAX
from inquest.config.secrets import resolve
from inquest.contracts.codec import decode
from inquest.contracts.errors import Impossible, InquestError
from inquest.contracts.latest import Mutes, Signal
from inquest.contracts.text import FLAWS_MAX, flaws
from inquest.contracts.v1.controls import MUTES_MAX
from inquest.identity.errors import Unauthenticated
from inquest.identity.settings import IdentitySettings
from inquest.identity.tokens import TOKEN_CHARS_MAX, Tokens
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.source import json_body
from inquest.intake.domain.sources.jira import _ADF_DEPTH_MAX, _prose
from pydantic import ValidationError

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("model", "good", "bad"),
    [
        (RedriveBody, {"seqs": [1] * LETTERS_MAX, "reason": "x"}, {"seqs": [1] * (LETTERS_MAX + 1), "reason": "x"}),
        (DiscardBody, {"seqs": [1] * LETTERS_MAX, "reason": "x"}, {"seqs": [1] * (LETTERS_MAX + 1), "reason": "x"}),
        (
            MuteBody,
            {"services": ["a"] * NAMES_MAX, "reason": "x", "duration_s": MUTE_DAYS_MAX * 86_400},
            {"services": ["a"] * (NAMES_MAX + 1), "reason": "x", "duration_s": 60},
        ),
        (
            MuteBody,
            {"services": ["a"], "reason": "x", "duration_s": MUTE_DAYS_MAX * 86_400},
            {"services": ["a"], "reason": "x", "duration_s": MUTE_DAYS_MAX * 86_400 + 1},
        ),
        (
            StartBody,
            {"services": ["a"] * SERVICES_MAX, "from": NOW, "to": NOW + timedelta(days=WINDOW_DAYS_MAX - 1)},
            {"services": ["a"] * (SERVICES_MAX + 1), "from": NOW, "to": NOW + timedelta(hours=1)},
        ),
        (
            StartBody,
            {"services": ["a"], "from": NOW, "to": NOW + timedelta(hours=1)},
            {"services": ["a"], "from": NOW, "to": NOW + timedelta(days=WINDOW_DAYS_MAX)},
        ),
    ],
)
def test_lists_of_requests_are_bounded(model, good, bad):
    model.model_validate(good)
    with pytest.raises(ValidationError):
        model.model_validate(bad)


def test_mutes_of_a_tenant_are_bounded():
    mute = mute_of(MuteBody(services=("a",), reason="x", duration_s=60), "acme", "ann", NOW)
    full = Mutes(mutes=(mute,) * MUTES_MAX)
    with pytest.raises(Impossible, match="end one first"):
        with_mute(full, mute, NOW)
    later = NOW + timedelta(hours=1)
    fresh = mute_of(MuteBody(services=("b",), reason="x", duration_s=60), "acme", "ann", later)
    assert with_mute(full, fresh, later).mutes == (fresh,)


async def test_long_reads_have_few_places():
    places = Places()
    held = [places.place() for _ in range(READS_MAX)]
    for place in held:
        await place.__aenter__()
    with pytest.raises(Busy):
        async with places.place():
            pass
    await held[0].__aexit__(None, None, None)
    async with places.place():
        assert places.left == 0
    assert LETTERS_READ_MAX >= LETTERS_MAX


def test_a_dead_letter_is_bounded():
    headers = {f"h{number}": "x" for number in range(HEADERS_MAX + 5)}
    delivery = Delivery("evt.x", {}, headers, "SIGNALS", 1, 1, 10, b"", NOW)
    letter = letter_of(delivery, "durable", RuntimeError("x" * (REASON_CHARS_MAX + 5)), NOW)
    assert len(letter.headers) <= HEADERS_MAX
    assert len(letter.reason) <= REASON_CHARS_MAX


def test_a_configuration_has_a_size(tmp_path):
    path = tmp_path / "inquest.yaml"
    path.write_bytes(b"#" * CONFIG_BYTES_MAX)
    assert read_text(path)
    path.write_bytes(b"#" * (CONFIG_BYTES_MAX + 1))
    with pytest.raises(ConfigInvalid, match="larger"):
        read_text(path)


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 20_000, "- " * 50_000 + "a", "a: &x [1]\nb: *x\n"])
def test_deep_yaml_is_refused(text):
    with pytest.raises(ConfigInvalid):
        compose(text, "inquest.yaml")


def test_a_secret_has_a_size(tmp_path):
    path = tmp_path / "secret"
    path.write_text("a" * (SECRET_BYTES_MAX + 1))
    with pytest.raises(InquestError) as raised:
        resolve(f"file:{path}")
    assert "aaa" not in str(raised.value)


def test_flaws_are_counted_past_a_few():
    with pytest.raises(ValidationError) as raised:
        Signal.model_validate({"services": [{"secret": "hunter2"}] * (FLAWS_MAX + 20)})
    told = flaws(raised.value)
    assert "more" in told
    assert "hunter2" not in told


def test_a_deep_jira_text_is_cut():
    node = {"type": "text", "text": "deepest"}
    for _ in range(3 * _ADF_DEPTH_MAX):
        node = {"type": "paragraph", "content": [node]}
    assert "deepest" not in list(_prose(node))


@pytest.mark.parametrize("text", [b"[" * 50_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000])
def test_deep_json_is_refused(text):
    with pytest.raises(Refused):
        json_body(text, {})
    with pytest.raises(Impossible):
        decode("application/json", text, Signal)


async def test_a_token_that_is_too_long_is_refused():
    with pytest.raises(Unauthenticated, match="over"):
        await Tokens(IdentitySettings()).principal("a" * (TOKEN_CHARS_MAX + 1))
