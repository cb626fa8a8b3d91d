"""Who leads a call, what promotions and rollbacks make, and when the rule takes a trial back."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config.switching import RollbackConfig
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import SwitchProvider, SwitchSetting
from inquest.gateway.domain.switching import Choice, asked, choose, decide, in_words, is_sampled, is_tried, sides_of
from inquest.gateway.domain.tally import Counted, Recent, Tally, counted, too_bad

BOTH = frozenset({"external", "internal"})
USES = st.sampled_from(["external", "internal", "both"])
SETTINGS = st.builds(
    SwitchSetting, use=USES, candidate=st.sampled_from(["external", "internal"]), percent=st.floats(0, 100)
)
WORDS = st.text("abcdef0123456789-", min_size=1, max_size=20)


def both(percent: float, candidate: str = "internal") -> SwitchSetting:
    return SwitchSetting(use="both", candidate=candidate, percent=percent)


def only(use: str, candidate: str) -> SwitchSetting:
    return SwitchSetting(use=use, candidate=candidate, percent=100 if use == candidate else 0)


def wish(action: str, to: str | None = None, percent: float | None = None) -> SwitchProvider:
    return SwitchProvider(tenant="acme", domain="logs", action=action, to=to, percent=percent, by="ada")


@dataclass(frozen=True)
class Source:
    name: str
    side: str


LOKI, OURS, DOORS = Source("loki", "external"), Source("ours", "internal"), Source("doors", "")


# -- who leads ----------------------------------------------------------------------------------


@given(WORDS, st.floats(0, 100), st.floats(0, 100))
@settings(max_examples=50)
def test_an_investigation_stays_on_its_side_and_a_larger_share_only_adds(investigation, one, two):
    small, large = sorted((one, two))
    led = [is_tried(both(percent), "acme", "logs", investigation) for percent in (small, small, large)]
    assert led[0] == led[1]
    assert led[2] or not led[0]
    assert not is_tried(both(0), "acme", "logs", investigation)
    assert is_tried(both(100), "acme", "logs", investigation)


def test_shares_are_what_they_say():
    ids = [f"inv-{number}" for number in range(5000)]
    for percent in (5, 25):
        tried = sum(is_tried(both(percent), "acme", "logs", one) for one in ids) / 50
        assert tried == pytest.approx(percent, abs=2)
        assert sum(is_sampled(percent, one) for one in ids) / 50 == pytest.approx(percent, abs=2)
    led = {one for one in ids if is_tried(both(50), "acme", "logs", one)}
    assert led != {one for one in ids if is_tried(both(50), "globex", "logs", one)}


@given(SETTINGS, st.booleans(), st.lists(st.sampled_from([LOKI, OURS, DOORS]), max_size=4))
@settings(max_examples=50)
def test_a_domain_with_a_source_never_goes_dark(setting, tried, sources):
    choice = choose(setting, sides_of(sources), tried=tried)
    first, then = asked(choice, sources)
    assert bool(first) == bool(sources)
    assert not set(first) & set(then)
    if not sides_of(sources) >= BOTH:
        assert (first, then) == (tuple(sources), ())


@pytest.mark.parametrize(
    ("setting", "tried", "lead", "first", "then"),
    [
        (None, False, None, (LOKI, OURS, DOORS), ()),
        (only("external", "internal"), False, "external", (LOKI, DOORS), ()),
        (only("internal", "internal"), True, "internal", (OURS, DOORS), ()),
        (both(10), False, "external", (LOKI, DOORS), (OURS,)),
        (both(10), True, "internal", (OURS, DOORS), (LOKI,)),
        (both(10, "external"), True, "external", (LOKI, DOORS), (OURS,)),
    ],
)
def test_who_is_asked(setting, tried, lead, first, then):
    choice = choose(setting, BOTH, tried=tried)
    assert choice.lead == lead
    assert asked(choice, (LOKI, OURS, DOORS)) == (first, then)


def test_nothing_to_choose_is_no_choice():
    assert choose(only("internal", "internal"), {"external"}, tried=True) == Choice()


# -- what people ask ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "asks", "then"),
    [
        (None, wish("promote"), only("internal", "internal")),
        (None, wish("promote", percent=10), both(10)),
        (None, wish("promote", percent=0), both(0)),
        (None, wish("promote", "both"), both(0)),
        (both(10), wish("promote", "both"), both(10)),
        (both(10), wish("promote", percent=50), both(50)),
        (both(10), wish("promote"), only("internal", "internal")),
        (both(10), wish("promote", percent=100), only("internal", "internal")),
        (both(10), wish("promote", "both", 100), both(100)),
        (both(10), wish("promote", "external"), only("external", "internal")),
        (only("internal", "internal"), wish("promote", "both"), both(100)),
        (only("internal", "internal"), wish("promote", "external"), only("external", "external")),
        (only("internal", "internal"), wish("promote", "external", 20), both(20, "external")),
        (both(10), wish("rollback"), only("external", "internal")),
        (only("internal", "internal"), wish("rollback"), only("external", "internal")),
        (only("external", "external"), wish("rollback"), only("internal", "external")),
        (both(50), wish("rollback", percent=5), both(5)),
        (both(50), wish("rollback", "both"), both(0)),
        (only("internal", "internal"), wish("rollback", "both", 30), both(30)),
        (None, wish("rollback", "external"), only("external", "internal")),
        (both(50), wish("rollback", "configured"), None),
        (both(50), wish("promote", "configured"), None),
    ],
)
def test_what_a_wish_makes(now, asks, then):
    assert decide(asks, now, BOTH) == then


@pytest.mark.parametrize(
    ("now", "asks", "sides", "why"),
    [
        (None, wish("promote"), {"external"}, "no internal source"),
        (None, wish("promote", "both"), set(), "no external and no internal source"),
        (both(10), wish("rollback"), {"internal"}, "no external source"),
        (None, wish("rollback"), BOTH, "nothing to roll back"),
        (both(10), wish("rollback", percent=20), BOTH, "that is a promotion"),
        (both(10), wish("rollback", "external", 20), BOTH, "is whole"),
        (both(10), wish("rollback", "configured", 20), BOTH, "leave it out"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do(now, asks, sides, why):
    with pytest.raises(Impossible, match=why):
        decide(asks, now, sides)


@given(st.none() | SETTINGS, USES, st.sampled_from(["promote", "rollback"]), st.none() | st.floats(0, 100))
@settings(max_examples=50)
def test_any_wish_is_a_setting_or_refused_and_rolling_back_twice_is_once(now, to, action, percent):
    try:
        made = decide(wish(action, to, percent), now, BOTH)
    except Impossible:
        return
    back = decide(wish("rollback"), made, BOTH)
    assert back.use != "both"
    assert back.use != back.candidate
    assert decide(wish("rollback"), back, BOTH) == back
    assert in_words(made)


# -- the rule -----------------------------------------------------------------------------------


@given(st.lists(st.booleans(), max_size=400), st.integers(2, 60))
@settings(max_examples=50)
def test_the_window_holds_the_last_ones_and_no_more_than_half_too_many(outcomes, window):
    recent = Recent()
    for bad in outcomes:
        recent = recent.plus(1, int(bad), window)
    assert recent.bad_total == sum(outcomes[len(outcomes) - recent.total :])
    assert recent.total == len(outcomes) or window / 2 <= recent.total <= window + 1


def test_what_was_seen_before_the_last_switch_counts_no_more():
    tally = counted(Tally(), 3, Counted(calls=9, errors=9), 200)
    assert counted(tally, 2, Counted(calls=5), 200) == tally
    assert counted(tally, 4, Counted(calls=5, compared=1), 200) == Tally(
        number=4, errors=Recent(seen=5), differences=Recent(seen=1)
    )


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (Counted(calls=19, errors=19), ""),
        (Counted(calls=20, errors=2), ""),
        (Counted(calls=20, errors=3), "3 of the last 20 calls failed (15.0 %, at most 10 %)"),
        (Counted(compared=19, differing=19), ""),
        (Counted(compared=20, differing=1), ""),
        (Counted(calls=500, compared=20, differing=2), "2 of the last 20 comparisons differed (10.0 %, at most 5 %)"),
    ],
)
def test_the_rule(more, why):
    tally = counted(Tally(), 0, more, 200)
    assert too_bad(tally, RollbackConfig()) == why
    assert too_bad(tally, RollbackConfig(automatic=False)) == ""


def test_a_rule_that_can_never_act_is_refused():
    with pytest.raises(ValueError, match="at most half of calls_window"):
        RollbackConfig(calls_window=30)
