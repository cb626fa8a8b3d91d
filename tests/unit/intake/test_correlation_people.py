"""A person merges and splits incidents, and later signals follow."""

import pytest
from inquest.contracts.errors import Impossible
from inquest.contracts.message import derive_id
from inquest.contracts.v1.grouping import MergeIncidents, SplitIncident
from inquest.contracts.v1.signal import TAKEN_MAX
from inquest.intake.domain.correlation import Book, finish, merge, split
from inquest.testkit.signals import NOW, resolution, signal


def merged(shop, into: str, other: str, reason: str = "") -> list[str]:
    book = Book.of(shop.state)
    command = MergeIncidents(tenant="acme", incident_id=into, merged_id=other, reason=reason, requested_by="anna")
    merge(book, command, NOW, shop.rules)
    return sorted(shop.take(finish(book, NOW, shop.rules)))


def was_split(shop, incident_id: str, *signals) -> list[str]:
    book = Book.of(shop.state)
    ids = tuple(one.signal_id for one in signals)
    command = SplitIncident(tenant="acme", incident_id=incident_id, signal_ids=ids, requested_by="anna")
    split(book, command, signals, NOW, shop.rules)
    return sorted(shop.take(finish(book, NOW, shop.rules)))


@pytest.fixture
def two(folder):
    """Two incidents that have nothing to do with each other."""
    shop = folder()
    shop.each(signal("a", key="ka"), signal("m", 5, "km", services="mail"))
    return shop, shop.of("a").incident_id, shop.of("m").incident_id


def test_a_merge_ends_one_and_later_signals_go_to_the_other(two):
    shop, into, other = two
    assert merged(shop, into, other, "one datacentre") == ["resolved", "updated"]
    (gone,) = [kept.incident for kept in shop.kept if kept.incident_id == other]
    assert (gone.merged_into, gone.ended_how) == (into, "merged into INC-1 by anna: one datacentre")
    (one,) = shop.open
    assert one.incident.services == ("checkout", "mail")
    assert (one.incident.signals_count, one.firing) == (2, ("ka", "km"))
    shop.each(signal("m2", 30, "other", services="mail"), signal("m3", 40, "km", services="mail"))
    assert {shop.of("m2").incident_id, shop.of("m3").incident_id} == {into}
    assert shop.each(resolution("r1", 50, "ka"), resolution("r2", 51, "km"), resolution("r3", 52, "other"))[-1] == [
        "resolved"
    ]
    assert shop.groups() == {frozenset(map(derive_id, ("a", "m", "m2", "m3", "r1", "r2", "r3")))}


def test_each_signal_says_how_it_came_and_where_it_went(two):
    shop, into, other = two
    merged(shop, into, other, "one rack")
    mail = signal("m", 5, "km", services="mail")
    (one,) = shop.open
    why = {decision.signal_id: decision for decision in one.incident.decisions}
    came = why[mail.signal_id]
    assert (came.what, came.why) == ("attached", "came with INC-2, merged by anna: one rack")
    was_split(shop, into, mail)
    left = next(kept.incident for kept in shop.open if kept.incident_id == into)
    went = [decision for decision in left.decisions if decision.signal_id == mail.signal_id][-1]
    assert (went.what, went.why) == ("moved", "to INC-3 by anna")


def test_what_is_new_of_a_batch_goes_before_what_a_merge_repeats(two):
    shop, into, other = two
    book = Book.of(shop.state)
    merge(book, MergeIncidents(tenant="acme", incident_id=into, merged_id=other, requested_by="anna"), NOW, shop.rules)
    for number in range(TAKEN_MAX - 1):  # beside `merged`
        book.decide(book.kept[into], NOW, "attached", "same service", signal(f"s{number}"))
    (told,) = [one.incident for one in finish(book, NOW, shop.rules).effects if one.incident.incident_id == into]
    assert len(told.taken) == TAKEN_MAX
    assert told.taken[-1].signal_id == derive_id(f"s{TAKEN_MAX - 2}")


def test_a_merge_that_comes_twice_is_told_twice_and_done_once(two):
    shop, into, other = two
    merged(shop, into, other)
    before = shop.state
    assert merged(shop, into, other) == ["updated"]
    assert shop.state == before


def test_what_cannot_be_merged(two):
    shop, into, _ = two
    with pytest.raises(Impossible, match="with itself"):
        merged(shop, into, into)
    with pytest.raises(Impossible, match="unknown, or too old"):
        merged(shop, into, "gone")


def test_a_held_incident_that_takes_in_an_announced_one_is_announced(folder):
    shop = folder(hold_s=5)
    shop.each(signal("a", severity="critical"), signal("m", 5, services="mail"))
    told = merged(shop, shop.of("m").incident_id, shop.of("a").incident_id)
    assert told == ["opened", "resolved"]


def test_a_resolved_one_that_takes_in_an_open_one_is_open(two):
    shop, into, other = two
    shop.fold(resolution("r", 20, "ka"))
    merged(shop, into, other)
    assert [kept.incident_id for kept in shop.open] == [into]


def test_a_split_opens_another_incident_and_later_alerts_like_it_follow(folder):
    shop = folder()
    batch = signal("batch", 10, "kb", title="batch job 17 is slow")
    shop.each(signal("a", key="ka"), batch, signal("p", 12, "kp", services="payments"))
    into = shop.of("a").incident_id
    assert was_split(shop, into, batch) == ["opened", "updated"]
    new = shop.of("batch")
    assert (new.incident.split_from, new.incident.number) == (into, 2)
    assert [one.what for one in new.incident.decisions] == ["split", "attached"]
    assert shop.of("a").incident.signals_count == 2
    shop.each(
        signal("like it", 30, "k9", title="batch job 23 is slow"),
        signal("same key", 31, "kb"),
        signal("another", 32, title="errors"),
    )
    assert shop.of("like it").incident_id == shop.of("same key").incident_id == new.incident_id
    assert shop.why("like it") == "attached: a person put this alert here"
    assert shop.of("another").incident_id in {into, new.incident_id}
    assert shop.fold(resolution("rb", 40, "kb"), resolution("r9", 41, "k9")) == ["resolved"]
    shop.fold(signal("much later", 5000, "k10", title="batch job 99 is slow"))
    assert shop.of("much later").incident_id != into


def test_services_that_showed_in_nothing_else_leave_with_the_split(folder):
    shop = folder()
    payments = signal("p", 12, "kp", services="payments")
    shop.each(signal("a", key="ka"), payments, resolution("rp", 13, "kp"))
    was_split(shop, shop.of("a").incident_id, payments)
    assert shop.of("a").incident.services == ("checkout",)
    assert shop.of("p").incident.services == ("payments",)
    assert shop.of("p").ended == ("kp",)


def test_a_split_undoes_a_merge_and_they_stay_apart(two):
    shop, into, other = two
    merged(shop, into, other)
    mail = signal("m", 5, "km", services="mail")
    was_split(shop, into, mail)
    assert shop.of("m").incident_id not in {into, other}
    shop.fold(signal("m2", 9, "km", services="mail"))
    assert shop.of("m2").incident_id == shop.of("m").incident_id


def test_a_split_that_comes_twice_is_done_once(folder):
    shop = folder()
    b = signal("b", 1, "kb", services="payments")
    shop.each(signal("a", key="ka"), b)
    into = shop.of("a").incident_id
    was_split(shop, into, b)
    before = shop.state
    assert was_split(shop, into, b) == ["opened"]
    assert shop.state == before


def test_what_cannot_be_split(folder):
    shop = folder()
    shop.fold(signal("a"))
    into = shop.of("a").incident_id
    with pytest.raises(Impossible, match="none of these signals"):
        was_split(shop, into, resolution("r", 1, "k"))
    with pytest.raises(Impossible, match="unknown"):
        was_split(shop, "gone", signal("b"))
