"""What `inquest incidents` prints, for somebody who was just woken."""

from datetime import UTC, datetime, timedelta

from inquest.cli.incident_text import lines, name_of, tell
from inquest.contracts.latest import (
    AdmissionDecided,
    Decision,
    Incident,
    IncidentStory,
    IncidentSummary,
    NearChange,
    NoticeSent,
    Signal,
    SignalChange,
    TimelineEntry,
)
from inquest.testkit.stories import InvestigationBuilder

T0 = datetime(2026, 3, 14, 3, 10, tzinfo=UTC)
NOW = T0 + timedelta(minutes=20)
MADE = InvestigationBuilder()


def summary(**changes):
    fields = {
        "incident_id": "abc",
        "tenant": "acme",
        "number": 7,
        "title": "checkout is slow",
        "state": "open",
        "severity": "critical",
        "priority": "p1",
        "services": ("checkout",),
        "opened_at": T0,
        "updated_at": T0,
    }
    return IncidentSummary(**(fields | changes))


def incident(**changes):
    fields = {"incident_id": "abc", "tenant": "acme", "severity": "critical", "title": "t"}
    return Incident(**(fields | {"opened_at": T0, "updated_at": T0} | changes))


def decided(number, outcome, cause, reason="", **changes):
    fields = {"tenant": "acme", "incident_id": "abc", "investigation_id": "inv", "severity": "low"}
    times = {"incident_updated_at": T0, "at": T0 + timedelta(seconds=number)}
    return AdmissionDecided(**(fields | times | changes), number=number, outcome=outcome, cause=cause, reason=reason)


def signal(number, **changes):
    fields = {
        "signal_id": f"s-{number}",
        "tenant": "acme",
        "source": "sentry",
        "kind": "alert",
        "title": f"alert {number}",
    }
    at = T0 + timedelta(seconds=number)
    return Signal(**(fields | {"occurred_at": at, "received_at": at} | changes))


def told(story, **options):
    return "\n".join(tell(story, UTC, NOW, **options))


def test_a_list_says_what_is_looked_at_and_the_answer():
    rows = [
        summary(investigation_state="concluded", headline="the pool is too small", band="likely"),
        summary(number=41, admission="waiting", severity="low", priority="p4"),
        summary(number=8, state="resolved", merged_into="abc"),
    ]
    assert lines(rows, UTC) == [
        "INC-7   2026-03-14 03:10  p1 critical open      concluded  the pool is too small (likely)",
        "INC-41  2026-03-14 03:10  p4 low      open      waiting    checkout is slow",
        "INC-8   2026-03-14 03:10  p1 critical merged    -          checkout is slow",
    ]
    assert name_of(summary(number=0)) == "abc"
    assert lines([], UTC) == []


def test_the_answer_comes_first_and_says_what_to_do():
    story = IncidentStory(
        summary=summary(investigation_id="inv", investigation_state="concluded"),
        incident=incident(priority_why="tier 1"),
        verdict=MADE.verdict(
            ceilings=("No higher than likely: one kind of source",), open_questions=("was the pool resized by hand?",)
        ),
        admissions=(decided(1, "admitted", "room"),),
    )
    text = told(story).splitlines()
    assert text[0] == "INC-7  checkout is slow"
    assert text[1].strip() == "critical, p1 (tier 1); open for 20 min; id abc"
    assert text[3] == "Cause      checkout v1.42 shrank the DB pool from 20 to 2 (likely, 0.87)"
    assert text[4:11] == [
        "           because fewer connections than requests, so requests queue",
        "           held back: No higher than likely: one kind of source",
        "Do first   roll back 3f9c2ab on checkout",
        "Began in   checkout; also hit: frontend, cart",
        "First sign 14:03:10  checkout latency p99 14x",
        "Open       was the pool resized by hand?",
        "Proof      inquest trace inv  (concluded)",
    ]
    assert text[11] == "Admission  03:10:01  investigated at once"


def test_what_is_not_investigated_says_why_and_how_to_ask():
    refused = decided(2, "refused", "day-budget", "budget of source sentry spent: 75 of 75 today", waiting=3)
    story = IncidentStory(
        summary=summary(admission="refused"),
        incident=incident(),
        admissions=(decided(1, "waiting", "running", "2 of 2 run", position=2, waiting=3), refused),
    )
    text = told(story)
    assert "waits, place 2 of 3: 2 of 2 run" in text
    assert "not investigated: budget of source sentry spent: 75 of 75 today; 3 waiting" in text
    assert "`inquest investigate -s checkout --from 2026-03-14T02:40:00Z --to 2026-03-14T03:20:00Z`" in text
    assert "Told       nobody was told" in text


def test_what_waits_or_runs_says_so():
    waits = IncidentStory(summary=summary(admission="waiting"), incident=incident())
    runs = IncidentStory(summary=summary(investigation_id="inv", investigation_state="running"), incident=incident())
    fresh = IncidentStory(summary=summary(), incident=incident())
    assert "Cause      no verdict yet: it waits to be investigated" in told(waits)
    assert "Cause      no verdict yet: the investigation is running" in told(runs)
    assert "Cause      no verdict yet\n" in told(fresh)
    assert "Admission  not asked for yet" in told(fresh)
    later = decided(2, "admitted", "room", "severity raised from low to high", waited_s=90)
    text = told(IncidentStory(summary=summary(), incident=incident(), admissions=(later,)))
    assert "investigated after 1 min (severity raised from low to high)" in text


def test_signals_say_why_they_belong_and_a_storm_is_cut_short():
    signals = tuple(signal(number, source="sentry" if number % 2 else "grafana") for number in range(40))
    decisions = tuple(
        Decision(at=one.occurred_at, signal_id=one.signal_id, what="attached", why=f"same service, {number} s apart")
        for number, one in enumerate(signals)
    )
    held = Decision(at=T0, what="held", why="for 5 s")
    story = IncidentStory(
        summary=summary(signals_count=900), incident=incident(), signals=signals, decisions=(held, *decisions)
    )
    text = told(story)
    assert "Signals    900 from grafana (20), sentry (20)" in text
    assert "03:10:03  sentry       high      alert 3\n                     attached: same service, 3 s apart" in text
    assert "… 888 more: 40 attached (--json has all)" in text
    assert "alert 39" in text
    assert "alert 20" not in text
    assert "Decisions  03:10:00  held: for 5 s" in text


def test_changes_notices_links_and_the_timeline():
    change = NearChange(
        signal_id="c",
        at=T0,
        title="deployed v1.42",
        services=("checkout",),
        change=SignalChange(kind="deploy", ref="v1.42", author="anna"),
    )
    notice = NoticeSent(
        notice_id="n",
        tenant="acme",
        investigation_id="inv",
        channel="slack-ops",
        outcome="recorded",
        held_by="shadow",
        reason="shadow mode",
        at=T0,
    )
    story = IncidentStory(
        summary=summary(),
        incident=incident(changes=(change,), links=("https://pd.example/1",)),
        notices=(notice,),
        timeline=(TimelineEntry(at=T0, subject="s", text="it\x1b[31m began"),),
    )
    text = told(story, timeline=True)
    assert "Changes    03:10:00  deployed v1.42 (deploy v1.42 by anna on checkout)" in text
    assert "Told       03:10:00  slack-ops    verdict recorded (held: shadow): shadow mode" in text
    assert "Links      https://pd.example/1" in text
    assert "Timeline   03:10:00  it[31m began" in text
    assert "Timeline" not in told(story)


def test_how_it_stands_is_told_in_words():
    def facts(**changes):
        own = {name: changes.pop(name) for name in ("resolved_at", "merged_into") if name in changes}
        return told(IncidentStory(summary=summary(**own), incident=incident(**changes))).splitlines()[1]

    ended = facts(resolved_at=T0 + timedelta(hours=3, minutes=5), ended_how="its last alert was resolved")
    assert "resolved after 3 h 5 min: its last alert was resolved" in ended
    assert "resolved after 3 days;" in facts(resolved_at=T0 + timedelta(days=3))
    assert "merged into xyz" in facts(merged_into="xyz")
    by_hand = facts(merged_into="xyz", ended_how="merged into INC-15 by anna: one rack")
    assert "merged into INC-15 by anna: one rack; id" in by_hand
    assert "held: more may come" in facts(held_until=NOW)
    assert "flapping, reopened 2 times" in facts(flapping=True, reopened_count=2)


def test_a_signal_that_was_split_off_is_marked_and_not_counted():
    stays, went = signal(1), signal(2, source="grafana")
    at = T0 + timedelta(minutes=5)
    story = IncidentStory(
        summary=summary(signals_count=1),
        incident=incident(),
        signals=(stays, went),
        decisions=(
            Decision(at=T0, signal_id="s-1", what="opened", why="it is the first"),
            Decision(at=T0, signal_id="s-2", what="attached", why="same service"),
            Decision(at=at, signal_id="s-2", what="moved", why="to INC-9 by anna"),
        ),
    )
    text = told(story)
    assert "Signals    1 from sentry\n" in text
    end = text.index("1 no longer of it:")
    assert text.index("alert 1") < end < text.index("alert 2") < text.index("moved: to INC-9 by anna")
    assert "same service" not in text


def test_a_resolution_has_no_severity_and_a_long_name_is_cut():
    ended = signal(1, kind="resolution")
    story = IncidentStory(summary=summary(services=("x" * 200_000,)), incident=incident(), signals=(ended,))
    text = told(story)
    assert "sentry                 alert 1 [resolution]" in text
    assert max(map(len, text.splitlines())) < 250
    assert "…" in text
