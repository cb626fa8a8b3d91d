"""The claim of a notice: what is known after each attempt, and what the channel has been told by it."""

from datetime import UTC, datetime

import pytest
from inquest.notifier.domain.claim import Claim, Told, begin, found_there, gave_up, held, succeeded, told_after

AT = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2026, 1, 2, tzinfo=UTC)
SENT = Claim(state="done", outcome="sent", thread="t1", at=AT)


@pytest.mark.parametrize(
    ("found", "is_doubtful"),
    [
        (None, False),
        (Claim(state="open"), False),
        (Claim(state="sending"), True),
        (Claim(state="open", is_doubtful=True), True),
    ],
)
def test_an_attempt_found_in_the_middle_leaves_a_doubt(found, is_doubtful):
    claim = begin(found, "text")
    assert (claim.state, claim.is_doubtful, claim.rendered) == ("sending", is_doubtful, "text")


def test_what_is_held_is_recorded_with_why():
    claim = held(None, "panic", "the switch is on", "text", AT)
    assert (claim.state, claim.outcome, claim.held_by, claim.reason) == (
        "done",
        "recorded",
        "panic",
        "the switch is on",
    )
    assert (claim.rendered, claim.at) == ("text", AT)


@pytest.mark.parametrize("found", [Claim(state="sending"), Claim(state="open", is_doubtful=True)])
def test_what_is_held_does_not_deny_an_earlier_attempt(found):
    claim = held(found, "panic", "the switch is on", "text", AT)
    assert (claim.state, claim.outcome, claim.held_by) == ("done", "may-have-been-sent", "panic")
    assert claim.reason == "the switch is on; an earlier attempt may have arrived"


def test_what_was_taken_is_sent_unless_an_earlier_attempt_may_have_arrived_too():
    sure, doubtful = (succeeded(Claim(state="sending", is_doubtful=doubt), "t1", AT) for doubt in (False, True))
    assert (sure.state, sure.outcome, sure.thread, sure.at, sure.reason) == ("done", "sent", "t1", AT, "")
    assert (doubtful.outcome, doubtful.thread) == ("may-have-been-sent", "t1")
    assert "arrived twice" in doubtful.reason


def test_a_channel_that_has_it_ends_the_doubt():
    claim = found_there(Claim(state="sending", is_doubtful=True), "t1", AT)
    assert (claim.outcome, claim.thread, claim.is_doubtful) == ("sent", "t1", False)
    assert "nothing was sent again" in claim.reason


@pytest.mark.parametrize(
    ("doubt", "held_by", "outcome", "state"),
    [(False, "", "failed", "failed"), (True, "", "may-have-been-sent", "failed"), (False, "mute", "failed", "done")],
)
def test_giving_up_says_why_and_what_may_have_happened(doubt, held_by, outcome, state):
    claim = gave_up(Claim(state="sending", is_doubtful=doubt), "no answer", AT, held_by=held_by)
    assert (claim.state, claim.outcome, claim.reason, claim.held_by, claim.at) == (
        state,
        outcome,
        "no answer",
        held_by,
        AT,
    )


class TestTold:
    """What a channel is known to have been told."""

    before = Told(notice_id="n1", revision=3, outcome="sent", thread="t0", at=AT)

    def test_the_first_notice_is_what_it_was_told(self):
        assert told_after(None, "n1", 2, SENT) == Told(notice_id="n1", revision=2, outcome="sent", thread="t1", at=AT)

    def test_a_late_one_does_not_turn_the_revision_back_and_keeps_the_thread(self):
        claim = SENT.model_copy(update={"thread": None, "at": LATER})
        told = told_after(self.before, "n2", 2, claim)
        assert told == Told(notice_id="n2", revision=3, outcome="sent", thread="t0", at=LATER)
        assert told_after(self.before, "n2", 4, SENT) == Told(
            notice_id="n2", revision=4, outcome="sent", thread="t1", at=AT
        )

    @pytest.mark.parametrize(
        "claim",
        [
            Claim(state="sending", at=AT),
            Claim(state="failed", at=AT),
            SENT.model_copy(update={"at": None}),
            SENT.model_copy(update={"outcome": "recorded"}),
            SENT.model_copy(update={"held_by": "panic"}),
        ],
    )
    def test_nothing_new_leaves_it_as_it_was(self, claim):
        assert told_after(self.before, "n2", 4, claim) is None

    def test_a_repeat_changes_nothing(self):
        assert told_after(self.before, "n1", 9, SENT) is None

    def test_in_shadow_the_first_counts_as_told(self):
        shadow = Claim(state="done", outcome="recorded", held_by="shadow", at=AT)
        told = told_after(None, "n1", 1, shadow)
        assert told is not None
        assert told.outcome == "recorded"
