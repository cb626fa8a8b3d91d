import pytest
from inquest.contracts.message import Window, derive_id
from inquest.contracts.v1.signal import SignalChange
from inquest.testkit.signals import NOW, SHOP, catalogue, signal


def test_the_first_signal_opens_an_incident_with_an_id_of_its_cause(folder):
    window = Window(start=NOW, end=NOW.replace(hour=1))
    shop = folder()
    assert shop.fold(signal("a", severity="low", metric="p99", window=window)) == ["opened"]
    incident = shop.kept[0].incident
    assert incident.incident_id == derive_id("incident", "acme", derive_id("a"))
    assert (incident.severity, incident.metric, incident.window, incident.number) == ("low", "p99", window, 1)
    assert shop.why("a") == "opened: no open incident is near checkout"


def test_the_same_key_is_one_incident_however_late(folder):
    shop = folder()
    assert shop.each(signal("a", key="k"), signal("b", 100_000, "k", services="mail")) == [["opened"], ["updated"]]
    assert shop.of("b").incident.services == ("checkout", "mail")
    assert shop.why("b") == "attached: same alert"


@pytest.mark.parametrize(
    ("services", "at_s", "why"),
    [
        ("checkout", 40, "attached: same service, 40 s apart"),
        ("checkout", 901, None),
        ("payments", 60, "attached: checkout depends on payments, and nothing else explains its alert 60 s apart"),
        ("payments", 121, None),  # the cause may be late, but not by that much
        ("payments", -300, "attached: checkout depends on payments, and nothing else explains its alert 5 min apart"),
        ("db", 10, "attached: checkout depends on db, and nothing else explains its alert 10 s apart"),
        ("frontend", 300, "attached: frontend depends on checkout, which alerts 5 min apart"),
        ("frontend", 301, None),
        ("frontend", -120, "attached: frontend depends on checkout, which alerts 2 min apart"),
        ("frontend", -121, None),
        ("mail", 0, None),
        ("search", 0, None),  # below the same caller, and nothing more
        ("", 0, None),  # names no service, so nothing says that it belongs here
    ],
)
def test_near_on_the_map_and_in_time_is_one_incident(folder, services, at_s, why):
    shop = folder()
    shop.each(signal("a"), signal("b", at_s, services=services))
    assert len(shop.kept) == (1 if why else 2)
    assert why is None or shop.why("b") == why


def test_hops_zero_means_the_same_service_only(folder):
    shop = folder(hops=0)
    shop.each(signal("a"), signal("b", services="payments"), signal("c"))
    assert len(shop.kept) == 2


def test_a_hub_that_suffers_from_one_incident_does_not_draw_in_another(folder):
    shop = folder()
    shop.each(
        signal("db", 0, services="db"),
        signal("payments", 10, services="payments"),
        signal("checkout", 20, services="checkout"),
        signal("frontend", 30, services="frontend"),
        signal("index", 35, services="index"),
        signal("search", 45, services="search"),
    )
    assert [kept.incident.services for kept in shop.kept] == [
        ("db", "payments", "checkout", "frontend"),
        ("index", "search"),
    ]


def test_an_alert_that_names_a_dependency_is_about_that_dependency(folder):
    shop = folder()
    shop.each(
        signal("payments", 0, services="payments"),
        signal("search", 5, services="search"),
        signal("f1", 20, services="frontend", title="frontend: calls to search time out"),
        signal("f2", 21, services="frontend", labels={"upstream": "checkout"}),
        signal("f3", 22, services="frontend", labels={"team": "mail"}),  # frontend does not call mail
    )
    assert shop.of("f1").incident_id == shop.of("search").incident_id
    assert shop.why("f1") == "attached: it names search, 15 s apart"
    assert shop.of("f2").incident_id == shop.of("payments").incident_id
    assert shop.why("f2") == "attached: checkout depends on payments, which alerts 21 s apart"
    assert shop.of("f3").incident_id == shop.of("f2").incident_id


def test_a_service_that_names_many_silent_ones_is_one_incident(folder):
    shop = folder(hold_s=5)
    shop.each(
        signal("f1", 0, services="frontend", labels={"to": "search"}),
        signal("f2", 2, services="frontend", labels={"to": "checkout"}),
    )
    assert len(shop.open) == 2  # search and checkout may still speak
    assert shop.due() == ["opened", "resolved"]
    shop.fold(signal("f3", 40, services="frontend", labels={"to": "checkout"}))
    assert len(shop.open) == 1
    said = [one.why for one in shop.open[0].incident.decisions if one.what == "merged"]
    assert said == ["took in INC-2 of itself: frontend alerts in both, and nothing that it names does"]


def test_two_silent_ones_that_speak_are_two(folder):
    shop = folder(hold_s=5)
    shop.each(
        signal("f1", 0, services="frontend", labels={"to": "search"}),
        signal("f2", 1, services="frontend", labels={"to": "checkout"}),
        signal("search", 2, services="search"),
        signal("checkout", 3),
        signal("f3", 4, services="frontend", labels={"to": "checkout"}),
    )
    assert shop.due() == ["opened", "opened"]
    assert shop.of("search").incident_id == shop.of("f1").incident_id
    assert shop.of("f3").incident_id == shop.of("f2").incident_id == shop.of("checkout").incident_id


def test_what_was_named_only_and_speaks_much_later_is_another_matter(folder):
    shop = folder()
    shop.each(
        signal("f1", 0, services="frontend", labels={"to": "search"}),
        signal("f2", 5, services="frontend", labels={"to": "checkout"}),
        signal("search", 20, services="search"),
        signal("checkout", 30),
    )
    assert shop.why("search") == "attached: same service, 20 s apart"
    assert shop.why("checkout") == "opened: no open incident is near checkout"


def test_the_nearest_in_time_takes_the_signal(folder):
    shop = folder()
    shop.each(signal("far", 0, "k1"), signal("near", 1000, "k2"), signal("c", 1100))
    assert shop.of("c").incident_id == shop.of("near").incident_id


def test_most_callers_of_a_silent_service_at_once_are_one_incident(folder):
    shop = folder(catalogue(a="cache", b="cache", c="cache", d="cache"), hold_s=5)
    shop.each(*(signal(name, at_s, services=name) for at_s, name in enumerate("ab")))
    assert shop.due() == ["opened", "opened"]  # two of four are not most
    shop = folder(catalogue(a="cache", b="cache", c="cache", d="cache"), hold_s=5)
    shop.each(*(signal(name, at_s, services=name) for at_s, name in enumerate("abc")))
    assert sorted(shop.due()) == ["opened", "resolved", "resolved"]
    (one,) = shop.open
    assert one.incident.services == ("a", "b", "c")
    said = [row.why for row in one.incident.decisions if row.what == "merged"]
    assert said[0] == "took in INC-2 of itself: 3 of the 4 callers of cache began to alert within 2 min"


def test_services_that_one_change_touched_are_one_incident(folder):
    change = {"kind": "change", "title": "deploy", "change": SignalChange(ref="v7", kind="config")}
    shop = folder()
    shop.each(
        signal("flag", 0, services="mail search cart", **change),
        signal("mail", 100, services="mail"),
        signal("search", 300, services="search"),
        signal("payments", 310, services="payments"),
    )
    assert shop.why("search") == "attached: v7 touched mail and search, 5 min before"
    assert len(shop.kept) == 2
    (near,) = shop.of("mail").incident.changes
    assert (near.change.ref, near.services) == ("v7", ("mail", "search", "cart"))
    told = [one.why for one in shop.of("mail").incident.decisions if one.what == "change"]
    assert told == ["config v7 of mail, 2 min before it began to alert"]


def test_a_change_of_very_many_services_says_little(folder):
    shop = folder()
    many = " ".join(f"s{number}" for number in range(20))
    shop.each(signal("flag", 0, services=many, kind="change"), signal("a", 5, services="s1"))
    shop.each(signal("b", 6, services="s2"))
    assert len(shop.kept) == 2


def test_a_change_that_is_told_late_is_put_on_the_open_incident(folder):
    shop = folder()
    shop.fold(signal("a"))
    assert shop.fold(signal("deploy", -30, received_s=50, kind="change")) == ["updated"]
    assert shop.fold(signal("other", -30, services="mail", kind="change")) == []
    assert [one.title for one in shop.of("a").incident.changes] == ["signal deploy"]


def test_signals_without_a_service_are_grouped_by_their_likeness(folder):
    shop = folder()
    shop.each(*(signal(f"n{number}", number, services="", title=f"node {number} is down") for number in range(3)))
    shop.each(signal("other", 4, services="", title="certificate expires"))
    assert len(shop.kept) == 2
    assert shop.why("n2") == "attached: names no service; an alert like it 1 s apart"


def test_what_may_only_join_opens_nothing(folder):
    shop = folder()
    assert shop.fold(signal("ticket", opens=False)) == []
    shop.fold(signal("a", 10))
    assert shop.fold(signal("comment", 20, opens=False)) == ["updated"]
    assert len(shop.kept) == 1


def test_names_are_found_by_the_sources_own_aliases():
    assert SHOP.below("frontend", 2) == {"checkout": 1, "search": 1, "cart": 2, "payments": 2, "index": 2}
    assert SHOP.callers("payments") == {"checkout"}
