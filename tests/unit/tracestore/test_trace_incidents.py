"""Incidents in the trace store: their line, their story, by number, whatever order the messages come in."""

import random
from datetime import timedelta

import pytest
import pytest_asyncio
from inquest.bus.codec import encode
from inquest.contracts import subjects as s
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import AdmissionDecided, Decision
from inquest.testkit.stories import HEADLINE, InvestigationBuilder
from inquest.tracestore.adapters.database import Database
from inquest.tracestore.adapters.store import SqliteStore
from inquest.tracestore.domain.rows import make_row
from inquest.tracestore.domain.search import IncidentFilters
from inquest.tracestore.domain.texts import describe

ALL = IncidentFilters()
MADE = InvestigationBuilder()
KEYS = {"tenant": "acme", "incident": MADE.incident_id}


def row(subject, message, seq, **keys):
    return make_row(
        stream=subject.stream,
        seq=seq,
        subject=subject.render(**keys),
        stored_at=MADE.at(seq),
        headers={},
        payload=encode(message),
    )


def decided(number, outcome, incident_id=MADE.incident_id, **changes):
    fields = {
        "tenant": "acme",
        "incident_id": incident_id,
        "investigation_id": MADE.investigation_id,
        "severity": "low",
    }
    times = {"incident_updated_at": MADE.at(0), "at": MADE.at(number)}
    values = {"number": number, "outcome": outcome, "cause": "running", "reason": "12 of 12 run"}
    return AdmissionDecided(**(fields | times | values | changes))


def decision(number, what="attached"):
    return Decision(at=MADE.at(number), signal_id=f"signal-{number}", what=what, why="same service")


def whole():
    """Everything about one incident that waited, was admitted, and got three signals, two told in one event."""
    investigated = [
        row(item.subject, item.message, seq, **item.keys)
        for seq, item in enumerate(MADE.messages(), 1)
        if item.subject != s.INCIDENT_OPENED
    ]
    first = MADE.incident(number=7, sources=("pagerduty",), taken=(decision(1, "opened"),), signals_count=1)
    second = first.model_copy(
        update={"taken": (decision(2), decision(3)), "signals_count": 3, "updated_at": MADE.at(30), "state": "resolved"}
    )
    return [
        row(s.INCIDENT_OPENED, first, 1, **KEYS),
        row(s.INCIDENT_UPDATED, second, 2, **KEYS),
        row(s.ADMISSION_DECIDED, decided(1, "waiting", position=2, waiting=3), 1, **KEYS),
        row(s.ADMISSION_DECIDED, decided(2, "admitted", cause="room", reason=""), 2, **KEYS),
        *investigated,
    ]


@pytest_asyncio.fixture
async def store(tmp_path):
    database = Database(tmp_path / "trace.db")
    await database.open()
    yield SqliteStore(database)
    await database.close()


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
async def test_the_story_does_not_depend_on_the_order_of_arrival(store, seed):
    rows = whole()
    if seed is not None:
        random.Random(seed).shuffle(rows)
    for one in rows:
        await store.append([one])
    story = await store.incident("acme", MADE.incident_id)
    assert [one.what for one in story.decisions] == ["opened", "attached", "attached"]
    assert [one.outcome for one in story.admissions] == ["waiting", "admitted"]
    assert story.verdict.headline == HEADLINE
    assert [one.signal_id for one in story.signals] == ["signal-1"]
    assert [one.channel for one in story.notices] == ["terminal"]
    assert story.investigation.investigation_id == MADE.investigation_id
    assert (story.summary.state, story.summary.admission, story.summary.band) == ("resolved", "admitted", "likely")
    assert (story.summary.signals_count, story.summary.headline) == (3, HEADLINE)
    assert story.incident.taken == ()
    texts = [one.text for one in story.timeline]
    assert "waits to be investigated, place 2 of 3: 12 of 12 run" in texts
    assert not any("planned" in text for text in texts)
    page = await store.incidents("acme", ALL, 10, "")
    assert page.summaries == (story.summary,)


async def test_it_is_found_by_its_number_as_people_write_it(store):
    await store.append(whole())
    found = [await store.incident("acme", wanted) for wanted in ("7", "INC-7", "inc-7", MADE.incident_id)]
    assert len({story.incident.incident_id for story in found}) == 1
    assert await store.incident("acme", "INC-8") is None
    assert await store.incident("other", "INC-7") is None


async def test_one_without_an_investigation_has_its_refusal_and_its_notices(store):
    incident = MADE.incident()
    told = decided(1, "refused", reason="budget spent", waiting=3)
    notice = next(item for item in MADE.messages() if item.subject is s.NOTICE_SENT)
    rows = [
        row(s.INCIDENT_OPENED, incident, 1, **KEYS),
        row(s.ADMISSION_DECIDED, told, 1, **KEYS),
        row(notice.subject, notice.message, 1, **notice.keys),
    ]
    await store.append(rows)
    story = await store.incident("acme", MADE.incident_id)
    assert (story.investigation, story.verdict) == (None, None)
    assert len(story.notices) == 1
    assert story.summary.admission_reason == "budget spent"
    assert "not investigated: budget spent; 3 waiting" in [one.text for one in story.timeline]


async def test_lists_are_filtered_and_paged(store):
    for number in range(1, 6):
        builder = InvestigationBuilder(number, service=f"service-{number % 2}")
        name = builder.incident_id
        keys = {"tenant": "acme", "incident": name}
        state = "resolved" if number > 3 else "open"
        incident = builder.incident(number=number, state=state, opened_at=MADE.at(number))
        outcome = "refused" if number % 2 else "waiting"
        await store.append([row(s.INCIDENT_OPENED, incident, number, **keys)])
        await store.append([row(s.ADMISSION_DECIDED, decided(1, outcome, name), number, **keys)])

    async def numbers(size=10, token="", **narrow):
        page = await store.incidents("acme", IncidentFilters(**narrow), size, token)
        return [one.number for one in page.summaries], page.next_token

    assert await numbers() == ([5, 4, 3, 2, 1], "")
    assert await numbers(states=("open",)) == ([3, 2, 1], "")
    assert await numbers(admissions=("refused",)) == ([5, 3, 1], "")
    assert await numbers(service="service-0") == ([4, 2], "")
    assert await numbers(opened_after=MADE.at(2), opened_before=MADE.at(4)) == ([3, 2], "")
    first, token = await numbers(size=2)
    second, token = await numbers(size=2, token=token)
    third, end = await numbers(size=2, token=token)
    assert (first, second, third, end) == ([5, 4], [3, 2], [1], "")
    with pytest.raises(Impossible):
        await numbers(token="nonsense")


async def test_a_decision_about_an_incident_that_is_not_stored_yet_waits_for_it(store):
    await store.append([row(s.ADMISSION_DECIDED, decided(1, "waiting"), 1, **KEYS)])
    assert (await store.incidents("acme", ALL, 10, "")).summaries == ()
    assert await store.incident("acme", MADE.incident_id) is None
    await store.append([row(s.INCIDENT_OPENED, MADE.incident(), 1, **KEYS)])
    (line,) = (await store.incidents("acme", ALL, 10, "")).summaries
    assert line.admission == "waiting"


def test_the_words_of_each_outcome():
    said = {
        "at once": decided(1, "admitted", reason=""),
        "later": decided(2, "admitted", reason="severity raised", waited_s=timedelta(minutes=1).total_seconds()),
        "dropped": decided(2, "dropped", reason="it was resolved while it waited"),
    }
    texts = {name: describe(one, "evt.admission.decided.v1.acme.i") for name, one in said.items()}
    assert texts == {
        "at once": "admitted: its investigation begins",
        "later": "admitted: its investigation begins after 60 s; severity raised",
        "dropped": "not investigated: it was resolved while it waited",
    }
