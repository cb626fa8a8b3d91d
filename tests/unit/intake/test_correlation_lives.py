"""How incidents are held, end, return and flap, and what is forgotten."""

from datetime import timedelta

import pytest
from inquest.contracts.message import derive_id
from inquest.contracts.v1.signal import Incident
from inquest.intake.domain.correlation import Incidents, state
from inquest.intake.domain.correlation.state import SIGNALS_MAX, Kept
from inquest.testkit.signals import NOW, SEVERITIES, resolution, signal


def test_what_is_not_critical_is_held_until_its_timer_fires(folder):
    shop = folder(hold_s=5)
    assert shop.each(signal("a"), signal("b", 2)) == [["updated"], ["updated"]]
    (due,) = shop.timers.values()
    assert due.due_at == NOW + timedelta(seconds=5)
    assert shop.of("a").incident.held_until == due.due_at
    assert shop.due() == ["opened"]
    incident = shop.of("b").incident
    assert (incident.held_until, incident.announced_at) == (None, due.due_at)
    assert [one.what for one in incident.decisions] == ["opened", "held", "attached", "announced"]


def test_critical_is_told_at_once_and_so_is_what_becomes_critical(folder):
    shop = folder(hold_s=5)
    assert shop.fold(signal("a", severity="critical")) == ["opened"]
    assert shop.fold(signal("b", services="mail")) == ["updated"]
    assert shop.fold(signal("c", 1, services="mail", severity="critical")) == ["opened"]
    assert shop.of("c").incident.decisions[-1].why == "critical: no longer held"
    assert shop.due() == ["opened"]  # the timer is late: it is told again, which the bus takes once


def test_what_is_over_while_it_is_held_is_never_announced(folder):
    shop = folder(hold_s=5)
    shop.fold(signal("a", key="k"))
    assert shop.fold(resolution("r", 3, "k")) == ["resolved"]
    assert shop.of("a").incident.ended_how.endswith("it was held until then, and nobody was told")
    assert shop.due() == []


def test_a_lost_timer_is_made_up_for_by_the_next_signal(folder):
    shop = folder(hold_s=5)
    shop.fold(signal("a"))
    assert shop.fold(signal("b", 19, services="mail")) == ["updated"]
    assert sorted(shop.fold(signal("c", 21, services="index"))) == ["opened", "updated"]


def test_a_cause_that_comes_late_takes_in_what_is_still_held(folder):
    shop = folder(hold_s=5)
    shop.each(signal("frontend", services="frontend"), signal("db", 2, services="db"))
    assert len(shop.open) == 2  # nothing between them has said a word
    assert sorted(shop.fold(signal("checkout", 4))) == ["resolved", "updated"]
    (one,) = shop.open
    assert set(one.incident.services) == {"frontend", "db", "checkout"}
    (gone,) = [kept.incident for kept in shop.kept if kept.incident.merged_into]
    assert gone.ended_how.startswith("merged into INC-1 of itself: checkout depends on db, 2 s apart")
    assert len(shop.groups()) == 1
    assert shop.due() == ["opened"]


def test_two_that_are_announced_are_not_merged_but_say_so(folder):
    shop = folder()
    shop.each(signal("frontend", services="frontend"), signal("db", 2, services="db"), signal("checkout", 4))
    assert len(shop.open) == 2
    said = [one.why for kept in shop.open for one in kept.incident.decisions if one.what == "related"]
    assert len(said) == 2
    assert "both are investigated already" in said[0]
    before = shop.state
    shop.fold(signal("checkout again", 5))
    assert len([one for kept in shop.open for one in kept.incident.decisions if one.what == "related"]) == 2
    assert before != shop.state


def test_the_last_resolution_closes_and_says_how(folder):
    shop = folder()
    shop.each(signal("a", key="k1"), signal("b", 10, "k2"))
    assert shop.each(resolution("r1", 20, "k1"), resolution("r2", 30, "k2")) == [["updated"], ["resolved"]]
    incident = shop.of("a").incident
    assert (incident.state, incident.resolution) == ("resolved", "signal r2")
    assert incident.resolved_at == NOW + timedelta(seconds=30)
    assert incident.ended_how == "generic resolved the last of its alerts"
    assert shop.fold(resolution("r3", 31, "k2")) == []  # said twice


def test_a_resolution_that_overtakes_its_alert_closes_it_when_it_comes(folder):
    shop = folder()
    late = signal("a", 10, "k", received_s=30)
    assert shop.fold(resolution("r", 20, "k")) == []
    assert shop.fold(late) == ["opened", "resolved"]
    assert shop.fold(late) == ["opened", "resolved"]
    shop = folder()
    assert shop.each(resolution("r", 20, "k"), signal("b", 21, "k")) == [[], ["opened"]]


def test_a_late_resolution_of_an_earlier_incident_closes_nothing(folder):
    shop = folder()
    assert shop.each(signal("a", 100, "k"), resolution("r", 50, "k"), resolution("s", 60, "")) == [["opened"], [], []]
    assert shop.of("a").is_open


def test_a_late_signal_joins_what_is_over_without_opening_it(folder):
    shop = folder()
    shop.each(signal("a", key="k"), resolution("r", 60, "k"))
    assert shop.fold(signal("late", 30, "k9", received_s=90)) == ["updated"]
    assert shop.why("late") == "late: same service, 30 s apart; it happened before INC-1 was over"
    assert not shop.of("late").is_open
    assert shop.fold(signal("repeat", 40, "k", received_s=95)) == ["updated"]
    assert shop.fold(signal("too late", 30, "k8", received_s=4000)) == ["opened"]


def test_the_same_alert_reopens_within_the_window_and_is_not_announced_again(folder):
    shop = folder()
    shop.each(signal("a", key="k"), resolution("r", 60, "k"))
    assert shop.fold(signal("b", 100, "k")) == ["updated"]
    incident = shop.of("b").incident
    assert (incident.state, incident.reopened_count, incident.resolved_at) == ("open", 1, None)
    assert shop.why("b") == "reopened: the same alert 40 s after INC-1 was over"
    shop.fold(resolution("r2", 110, "k"))
    assert shop.fold(signal("c", 1111, "k")) == ["opened"]


def test_another_alert_of_the_service_after_the_end_is_another_incident(folder):
    shop = folder()
    shop.each(signal("a", key="k"), resolution("r", 60, "k"))
    assert shop.fold(signal("b", 100, "other", title="the disk is full")) == ["opened"]


def test_an_alert_under_a_new_key_each_time_is_still_the_same_alert(folder):
    shop = folder()
    pages = [signal(f"p{n}", 200 * n, f"k{n}", title=f"checkout: 5{n} % errors") for n in range(3)]
    shop.fold(pages[0])
    for number in (1, 2):
        shop.fold(resolution(f"r{number}", 200 * number - 50, f"k{number - 1}"))
        assert shop.fold(pages[number]) == ["updated"]
    assert len(shop.kept) == 1


def test_an_odd_time_does_not_make_an_incident_older(folder):
    shop = folder()
    shop.each(signal("a", 0, "k"), signal("b", -900, "k"))
    assert shop.of("b").incident.opened_at == NOW - timedelta(seconds=900)
    skew = "the source said 0001-01-01T00:00:00+00:00, which is further back than past_s_max allows"
    shop.each(signal("c", -14 * 86_400, "k", labels={"clock_skew": skew}), signal("d", -1801, "k"))
    kept = shop.of("d")
    assert kept.incident.opened_at == NOW - timedelta(seconds=900)
    assert [spot.first_s for spot in kept.spots] == [kept.incident.opened_at.timestamp()]
    assert shop.why("b") == "attached: same alert"
    odd = "its time does not count, 336 h before INC-1 began: the source said 0001-01-01T00:00:00+00:00"
    assert shop.why("c") == f"attached: same alert; {odd}, which is further back than past_s_max allows"
    said = "its time does not count, 15 min before INC-1 began: the source said 2025-12-31T23:29:59+00:00"
    assert shop.why("d") == kept.incident.decisions[-1].what + f": same alert; {said}"


def test_an_alert_that_comes_and_goes_flaps_and_is_closed_when_it_is_quiet(folder):
    shop = folder()
    told = [shop.fold(signal("a0", 0, "k"))]
    for turn in range(1, 6):
        told += shop.each(resolution(f"r{turn}", 60 * turn, "k"), signal(f"a{turn}", 60 * turn + 30, "k"))
    assert sum("opened" in one for one in told) == 1
    incident = shop.of("a5").incident
    assert incident.flapping
    flaps = [one.why for one in incident.decisions if one.what == "flapping"]
    assert flaps == [
        "the same alert returned 3 times in 2 min: investigated once, and closed when it is quiet",
    ]
    assert shop.fold(resolution("end", 400, "k")) == ["updated"]
    assert shop.of("end").is_open
    assert shop.fold(resolution("end", 400, "k")) == ["updated"]
    assert shop.due("quiet") == ["resolved"]
    assert shop.of("end").incident.ended_how == "it flapped, and has been quiet since"


def test_an_alert_that_fires_again_keeps_what_flaps_open(folder):
    shop = folder(flap_count=2)
    for turn in range(4):
        shop.each(signal(f"a{turn}", 60 * turn, "k"), resolution(f"r{turn}", 60 * turn + 30, "k"))
    timers = dict(shop.timers)
    shop.fold(signal("again", 250, "k"))
    assert shop.due("quiet") == []
    assert shop.of("again").is_open
    shop.fold(resolution("last", 300, "k"))
    shop.timers |= timers
    assert shop.due("quiet") == ["resolved"]
    shop.timers |= timers
    assert shop.due("quiet") == ["resolved"]  # a timer that fires twice tells twice, and changes nothing


def test_returns_that_are_far_apart_are_no_flapping(folder):
    shop = folder(reopen_s=5000, flap_s=1000)
    for turn in range(5):
        shop.each(signal(f"a{turn}", 2000 * turn, "k"), resolution(f"r{turn}", 2000 * turn + 30, "k"))
    assert not shop.of("a4").incident.flapping
    assert shop.of("a4").incident.reopened_count == 4


def test_what_is_kept_is_bounded(folder):
    shop = folder(incidents_open_max=3)
    shop.each(*(signal(f"s{n}", n, services=f"svc{n}") for n in range(5)))
    assert len(shop.kept) == 3
    said = [effect.incident.decisions[-1] for effect in shop.effects if effect.incident.title == "signal s0"][-1]
    assert (said.what, said.why) == ("forgotten", "takes no more signals: there are more than 3 open incidents")

    shop = folder()
    shop.fold(*(signal(f"s{n}", n, "k") for n in range(SIGNALS_MAX + 20)))
    ids = shop.kept[0].incident.signal_ids
    assert (len(ids), ids[0], ids[-1]) == (SIGNALS_MAX, derive_id("s0"), derive_id(f"s{SIGNALS_MAX + 19}"))
    assert shop.kept[0].incident.signals_count == SIGNALS_MAX + 20
    shop.fold(*(resolution(f"r{n}", n, f"k{n}") for n in range(state.EARLY_MAX + 5)))
    assert len(shop.state.early) == state.EARLY_MAX
    shop.fold(*(signal(f"c{n}", n, kind="change") for n in range(state.CHANGES_MAX + 5)))
    assert len(shop.state.changes) == state.CHANGES_MAX


def test_alerts_beyond_what_is_remembered_are_counted(folder, monkeypatch):
    monkeypatch.setattr("inquest.intake.domain.correlation.incident.MARKS_MAX", 3)
    shop = folder()
    shop.fold(*(signal(f"s{n}", n, f"k{n}") for n in range(5)))
    assert (len(shop.kept[0].firing), shop.kept[0].uncounted) == (3, 2)
    told = shop.each(*(resolution(f"r{n}", 100 + n, f"k{n}") for n in range(5)))
    assert told == [["updated"]] * 4 + [["resolved"]]


def test_a_state_that_weighs_too_much_forgets_the_oldest(folder, monkeypatch):
    monkeypatch.setattr("inquest.intake.domain.correlation.pruning.WEIGHT_MAX", 1000)
    shop = folder(hold_s=5)
    shop.each(signal("a", key="a"), resolution("r", 1, "a"))
    shop.each(*(signal(f"s{n}", n, f"k{n}", services=f"svc{n}") for n in range(10)))
    assert shop.kept[0].incident.title != "signal a"
    assert [kept.incident.title for kept in shop.kept] == [f"signal s{n}" for n in range(3, 10)]
    assert "opened" in [effect.what for effect in shop.effects]  # what is forgotten while held is announced


def test_silence_ends_an_incident_and_old_ones_are_forgotten(folder):
    day = 86_400
    shop = folder()
    shop.each(signal("a", key="k"), resolution("r", 1, "k"), signal("b", 2, services="mail"))
    shop.fold(signal("c", 2 * day, services="index"))
    assert [kept.incident.title for kept in shop.kept] == ["signal b", "signal c"]
    assert sorted(shop.fold(signal("d", 8 * day, services="db"))) == ["opened", "resolved"]
    ended = next(
        effect.incident for effect in shop.effects if effect.what == "resolved" and "b" in effect.incident.title
    )
    assert ended.ended_how == "nothing was heard of it for 192 h"


def test_a_state_from_before_there_were_spots_still_takes_signals(folder):
    old = Incident(
        incident_id="old",
        tenant="acme",
        severity="high",
        title="old",
        services=("checkout",),
        signal_ids=("s",),
        opened_at=NOW,
        updated_at=NOW,
    )
    shop = folder(state=Incidents(kept=(Kept(incident=old, firing=("k",), touched_at=NOW),)))
    assert shop.each(signal("a", 5), signal("b", 6, "k", services="mail")) == [["updated"], ["updated"]]
    assert shop.fold(resolution("r", 9, "k")) == ["resolved"]


@pytest.mark.parametrize("severity", SEVERITIES)
def test_severity_only_rises(folder, severity):
    shop = folder()
    shop.each(signal("a", severity="medium"), signal("b", severity=severity), signal("c", severity="info"))
    assert shop.of("c").incident.severity == max("medium", severity, key=SEVERITIES.index)
