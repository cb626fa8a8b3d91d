"""Each tenant has a redactor of its own, which follows its section and its key."""

from pathlib import Path

import pytest
from inquest.config.redaction import RedactionConfig
from inquest.config.redaction_key import REDACTION_KEY_FILE, begin_redaction_key
from inquest.contracts.latest import LogsResponse
from inquest.gateway.adapters.redactors import Redactors
from inquest.gateway.domain.outcome import Fetched
from inquest.gateway.settings import Settings
from pydantic import ValidationError

MAIL = "bounce: anna@example.com"
KEY = "0123456789abcdef0123"
PLAIN = RedactionConfig()


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    path.write_text(KEY)
    return path


def test_the_default_key_gives_each_tenant_its_own_marks(key):
    redactors = Redactors(f"file:{key}")
    acme, other = (redactors.of(tenant, PLAIN).text(MAIL) for tenant in ("acme", "other"))
    assert acme.startswith("bounce: [redacted:email#")
    assert acme != other
    assert Redactors(f"file:{key}").of("acme", PLAIN).text(MAIL) == acme  # in another process too


def test_a_tenant_may_have_a_key_patterns_and_choices_of_its_own(key, monkeypatch):
    monkeypatch.setenv("ACME_KEY", KEY)
    section = RedactionConfig(personal=False, addresses=True, patterns={"customer": r"CUST-\d{4}"}, key="env:ACME_KEY")
    text = Redactors().of("acme", section).text(f"{MAIL} CUST-1234 from 10.1.2.3")
    assert "anna@example.com" in text
    assert "[redacted:customer#" in text
    assert "[redacted:ip#" in text
    assert Redactors(f"file:{key}").of("acme", section).text("CUST-1234") == Redactors().of("acme", section).text(
        "CUST-1234"
    )


def test_the_redactor_is_the_same_until_the_section_or_the_key_changes(key):
    redactors = Redactors(f"file:{key}", fresh_s=0)
    first = redactors.of("acme", PLAIN)
    assert redactors.of("acme", RedactionConfig()) is first
    assert redactors.of("acme", RedactionConfig(personal=False)) is not first
    before = redactors.of("acme", PLAIN)
    key.write_text("another key, which is as long")
    after = redactors.of("acme", PLAIN)
    assert before.text(MAIL) != after.text(MAIL)
    redactors.forget("acme")
    assert redactors.of("acme", PLAIN) is not after


def test_a_key_is_not_read_again_at_every_call(key):
    redactors = Redactors(f"file:{key}", fresh_s=3600)
    first = redactors.of("acme", PLAIN)
    key.unlink()
    assert redactors.of("acme", PLAIN) is first


def test_without_its_key_everything_is_hidden_all_the_same(key, tmp_path):
    redactors = Redactors(f"file:{tmp_path / 'none'}", fresh_s=0)
    assert redactors.of("acme", PLAIN).text(MAIL) == "bounce: [redacted:email]"
    (tmp_path / "none").write_text("short")
    assert redactors.of("acme", PLAIN).text(MAIL) == "bounce: [redacted:email]"
    (tmp_path / "none").write_text(KEY)
    known = redactors.of("acme", PLAIN)
    assert "#" in known.text(MAIL)
    (tmp_path / "none").unlink()
    assert redactors.of("acme", PLAIN) is known  # the last key goes on: correlation survives a lost mount


def test_the_texts_beside_a_response_are_cleaned_too():
    empty = LogsResponse(times=[], services=[], severities=[], messages=[], trace_ids=[], span_ids=[])
    fetched = Fetched(empty, '{user="anna@example.com"}', ("token=abc123def was refused",), "password=hunter2 was cut")
    clean = fetched.cleaned(Redactors().of("acme", PLAIN))
    assert clean.query_text == '{user="[redacted:email]"}'
    assert clean.problems == ("token=[redacted:password] was refused",)
    assert clean.partial == "password=[redacted:password] was cut"


def test_an_embedded_run_has_a_key_that_only_its_owner_reads(tmp_path):
    path = begin_redaction_key(tmp_path)
    assert path == tmp_path / REDACTION_KEY_FILE
    assert path.stat().st_mode & 0o777 == 0o600
    made = path.read_text()
    assert begin_redaction_key(tmp_path).read_text() == made
    assert Settings(data_dir=tmp_path).redaction_key == f"file:{path.resolve()}"
    assert Settings(data_dir=tmp_path, redaction_key_ref="env:OTHER").redaction_key == "env:OTHER"
    assert Settings(data_dir=tmp_path / "elsewhere").redaction_key == ""


def test_the_key_itself_is_not_taken_for_a_reference():
    with pytest.raises(ValidationError, match="INQUEST_REDACTION_KEY_REF") as raised:
        Settings(redaction_key_ref=KEY)
    assert KEY not in str(raised.value)
