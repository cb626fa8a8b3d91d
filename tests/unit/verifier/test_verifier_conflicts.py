from typing import Any

from inquest.verifier.domain.case import Case, Recorded, case_of
from inquest.verifier.domain.conflicts import reconcile


def case(story: Any, number: int = 1) -> Case:
    closing = story.close(number)
    return case_of(Recorded(story.events, story.finished, story.evidence), closing)


def test_two_instances_within_one_reading_may_differ(story: Any, make: Any) -> None:
    up, down = make["slow"]("s1"), make["slow"]("s1", rising=False, after=10.0)
    story.run("s1", "collect-symptoms", up, down)
    settled = reconcile(case(story))
    assert {one.evidence_id for one in settled.evidence} == {up.evidence_id, down.evidence_id}
    assert settled.contradictions == ()


def test_a_source_read_in_full_beats_one_read_in_part(story: Any, make: Any) -> None:
    whole = make["slow"]("s1", interface="symptoms", strength=0.3)
    part = make["slow"]("s2", interface="symptoms", strength=0.9, rising=False)
    story.run("s1", "collect-symptoms", whole)
    story.run("s2", "collect-symptoms", part, status="degraded")
    settled = reconcile(case(story))
    assert settled.evidence == (whole,)
    (said,) = settled.contradictions
    assert whole.evidence_id in said
    assert part.evidence_id in said


def test_a_later_round_beats_an_earlier_one(story: Any, make: Any) -> None:
    early, late = make["slow"]("s1", strength=0.9), make["slow"]("s2", strength=0.4, rising=False)
    story.run("s1", "collect-symptoms", early)
    story.close()
    story.run("s2", "collect-symptoms", late, number=2)
    assert reconcile(case(story, 2)).evidence == (late,)


def test_the_stronger_beats_the_weaker_and_an_agreeing_repeat_needs_no_word(story: Any, make: Any) -> None:
    weak, strong = make["slow"]("s1", strength=0.4, effect=3.0), make["slow"]("s2", strength=0.9)
    story.run("s1", "collect-symptoms", weak)
    story.run("s2", "collect-symptoms", strong)
    settled = reconcile(case(story))
    assert settled.evidence == (strong,)
    assert settled.contradictions == ()


def test_at_last_the_smaller_id_wins(story: Any, make: Any) -> None:
    pair = [make["logged"]("s1", count=1.0), make["logged"]("s2", count=2.0)]
    story.run("s1", "collect-error-signatures", pair[0])
    story.run("s2", "collect-error-signatures", pair[1])
    assert reconcile(case(story)).evidence == (min(pair, key=lambda one: one.evidence_id),)


def test_different_things_are_never_in_conflict(story: Any, make: Any) -> None:
    told = [make["found"]("s1", "event", "node-1", f"node-1 said {word}.") for word in ("a", "b")]
    story.run("s1", "collect-symptoms", told[0])
    story.run("s2", "collect-symptoms", make["found"]("s2", "event", "node-1", "node-1 said b."))
    assert len(reconcile(case(story)).evidence) == 2
