from datetime import UTC, datetime, timedelta

from inquest.cli.live_sources import told_before

ASKED_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_an_answer_from_before_is_told_as_one():
    said = told_before(ASKED_AT - timedelta(minutes=10), ASKED_AT)
    assert "the answer of 2026-03-01 11:50:00 UTC" in said
    assert "another --from or --to" in said


def test_a_new_answer_needs_no_words_even_where_clocks_differ():
    assert not told_before(ASKED_AT + timedelta(seconds=1), ASKED_AT)
    assert not told_before(ASKED_AT - timedelta(seconds=4), ASKED_AT)
