"""Notes on PagerDuty incidents, as the REST API v2 and the Events API v2 document them."""

import pytest
from inquest.config.channels import PagerDutyChannel
from inquest.contracts.latest import SourceRef
from inquest.notifier.ports import MaybeDelivered, NotDelivered, Refused
from inquest.testkit.backends import DROP, Reply
from inquest.testkit.notices import notice


class PagerDutyApi:
    """Keeps notes, knows one incident (and notes of a second one) and policies of two levels."""

    def __init__(self):
        self.notes, self.updates, self.level = [], [], 1
        self.others = []

    def __call__(self, received):
        if received.path == "/v2/enqueue":
            return Reply(202, {"status": "success", "dedup_key": received.json()["dedup_key"]})
        if received.headers.get("authorization") != "Token token=t0ken":
            return Reply(401, {"error": {"message": "Unauthorized", "code": 2006}})
        if received.path == "/incidents/Q2DEF/notes":
            if received.method == "POST":
                self.others.append(received.json()["note"])
            return Reply(200, {"notes": self.others})
        if not received.path.startswith("/incidents/Q1ABC"):
            return Reply(404, {"error": {"message": "Incident Not Found", "code": 2100}})
        if received.method != "GET" and received.headers.get("from") != "bot@example.com":
            return Reply(400, {"error": {"message": "Requester User Not Found", "code": 1008}})
        return self.incident(received)

    def incident(self, received):
        match received.method, received.path.removeprefix("/incidents/Q1ABC"):
            case "GET", "/notes":
                return Reply(200, {"notes": self.notes})
            case "POST", "/notes":
                self.notes.append({"id": f"P{len(self.notes)}", **received.json()["note"]})
                return Reply(200, {"note": self.notes[-1]})
            case "POST", "/status_updates":
                self.updates.append(received.json()["message"])
                return Reply(201, {"status_update": {"id": "S1"}})
            case "PUT", "":
                level = received.json()["incident"]["escalation_level"]
                if level > 2:
                    return Reply(400, {"error": {"message": "Invalid Input Provided", "errors": ["no such level"]}})
                self.level = level
                return Reply(200, {"incident": {"id": "Q1ABC"}})
        return Reply(405)


@pytest.fixture
def api(backend):
    backend.serve = PagerDutyApi()
    return backend.serve


@pytest.fixture
def channel(backend, api):
    return PagerDutyChannel(
        id="pd",
        kind="pagerduty",
        url=backend.url,
        events_url=backend.url,
        token="env:TOKEN",
        from_email="bot@example.com",
        per_minute=6000,
    )


async def test_a_note_on_the_incident_that_paged(backend, api, senders, channel):
    assert await senders.send(notice(), channel, None) == "Q1ABC"
    assert backend.calls() == ["POST /incidents/Q1ABC/notes"]
    assert backend.received[0].headers["accept"] == "application/vnd.pagerduty+json;version=2"
    assert api.notes[0]["content"].splitlines()[0] == "checkout v1.42 shrank the DB pool from 20 to 2"


async def test_all_incidents_that_became_one_get_the_note_once(backend, api, senders, channel):
    refs = tuple(SourceRef(source="pagerduty", ref=ref) for ref in ("Q1ABC", "Q2DEF", "QGONE"))
    several = notice(content={"refs": refs})
    backend.serve = lambda received: Reply(503) if received.path == "/incidents/Q1ABC/notes" else api(received)
    with pytest.raises(NotDelivered):
        await senders.send(several, channel, None)
    backend.serve = api
    assert await senders.find(several, channel, None) is None
    assert await senders.send(several, channel, None) == "Q1ABC"
    assert (len(api.notes), len(api.others)) == (1, 1)


async def test_a_status_update_where_it_is_wanted(backend, api, senders, channel):
    wants = channel.model_copy(update={"status_updates": True})
    await senders.send(notice(kind="revision", content={"changed": ("likely → proven",)}), wants, "Q1ABC")
    assert api.updates[0].splitlines() == [
        "Changed: checkout v1.42 shrank the DB pool from 20 to 2",
        "Changed: likely → proven",
        "Next step: roll back 3f9c2ab on checkout",
    ]
    assert len(api.notes) == 1


async def test_a_note_that_may_have_arrived_is_found(backend, api, senders, channel):
    assert await senders.find(notice(), channel, None) is None
    backend.replies = [DROP]
    with pytest.raises(MaybeDelivered):
        await senders.send(notice(), channel, None)
    assert await senders.find(notice(), channel, None) is None
    await senders.send(notice(), channel, None)
    assert await senders.find(notice(), channel, None) == "Q1ABC"
    assert await senders.find(notice(notice_id="another"), channel, None) is None


async def test_an_escalation_goes_up_one_level(backend, api, senders, channel):
    await senders.send(notice(kind="escalation"), channel, None)
    assert backend.calls() == ["PUT /incidents/Q1ABC", "POST /incidents/Q1ABC/notes"]
    assert api.level == 2
    await senders.send(notice(kind="escalation"), channel.model_copy(update={"escalation_level": None}), None)
    assert backend.calls()[2:] == ["POST /incidents/Q1ABC/notes"]


async def test_an_escalation_that_is_refused_is_not_silent(backend, api, senders, channel):
    too_high = channel.model_copy(update={"escalation_level": 9})
    with pytest.raises(Refused, match=r"the note was written, but nobody was paged.*no such level"):
        await senders.send(notice(kind="escalation"), too_high, None)
    assert len(api.notes) == 1
    await senders.send(notice(kind="escalation"), too_high.model_copy(update={"routing_key": "env:ROUTING"}), None)
    assert "POST /v2/enqueue" in backend.calls()


@pytest.mark.parametrize("kind", ["escalation", "admission", "test"])
async def test_without_an_incident_one_is_opened_for_a_person(backend, senders, channel, kind):
    homeless = notice(kind=kind) if kind == "test" else notice(kind=kind, content={"refs": ()})
    with pytest.raises(Refused, match="with a routing_key one would be opened"):
        await senders.send(homeless, channel, None)
    await senders.send(homeless, channel.model_copy(update={"routing_key": "env:ROUTING"}), None)
    (one,) = backend.received
    event = one.json()
    assert (event["routing_key"], event["event_action"]) == ("r0uting", "trigger")
    assert event["dedup_key"] == "inquest-acme-incident-1"
    assert event["payload"]["severity"] == ("info" if kind == "test" else "critical")
    assert "authorization" not in one.headers
    assert await senders.find(homeless, channel, None) is None


async def test_without_an_incident_a_verdict_has_no_place(backend, senders, channel):
    with pytest.raises(Refused, match="no PagerDuty incident belongs"):
        await senders.send(notice(content={"refs": ()}), channel, None)


async def test_an_id_from_outside_chooses_no_other_address(backend, senders, channel):
    for ref in ("../users/P1", "Q1/../../users", "Q1?x=", "", "Q1 "):
        bad = notice(content={"refs": (SourceRef(source="pagerduty", ref=ref),)})
        with pytest.raises(Refused):
            await senders.send(bad, channel, None)
    assert backend.received == []


async def test_what_pagerduty_says_is_passed_on(backend, senders, channel):
    with pytest.raises(Refused, match=r"answered 400.*Requester User Not Found"):
        await senders.send(notice(), channel.model_copy(update={"from_email": "gone@example.com"}), None)
