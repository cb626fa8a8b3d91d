"""Comments on Jira issues, as the REST API v3 (Cloud) and v2 (Server) document them."""

import base64

import pytest
from inquest.config.channels import JiraChannel
from inquest.contracts.latest import SourceRef
from inquest.notifier.ports import MaybeDelivered, Refused
from inquest.testkit.backends import DROP, Reply
from inquest.testkit.notices import notice


class JiraApi:
    """Keeps comments, newest first when asked so."""

    def __init__(self, version):
        self.comments, self.version = {}, version

    def __call__(self, received):
        root = f"/rest/api/{self.version}/issue/OPS-7/comment"
        if not received.path.startswith(root):
            return Reply(404, {"errorMessages": ["Issue does not exist or you do not have permission to see it."]})
        number = received.path.removeprefix(root).strip("/")
        match received.method:
            case "GET":
                assert received.query["orderBy"] == ["-created"]
                return Reply(200, {"comments": list(reversed(self.comments.values()))})
            case "POST":
                number = str(10000 + len(self.comments))
                self.comments[number] = {"id": number, **received.json()}
                return Reply(201, self.comments[number])
            case "PUT" if number in self.comments:
                self.comments[number] |= received.json()
                return Reply(200, self.comments[number])
        return Reply(404, {"errorMessages": ["Can not find a comment"]})


def made(backend, **changes):
    backend.serve = JiraApi(changes.get("api", 3))
    fields = {"id": "jira", "kind": "jira", "url": backend.url, "token": "env:TOKEN", "per_minute": 6000, **changes}
    return JiraChannel.model_validate(fields)


def words(node):
    return node.get("text", "") + " ".join(words(child) for child in node.get("content", ()))


async def test_one_comment_is_brought_up_to_date(backend, senders):
    channel = made(backend, user="bot@example.com")
    thread = await senders.send(notice(), channel, None)
    later = notice(notice_id="later", kind="revision", content={"changed": ("likely → proven",)})
    assert await senders.send(later, channel, thread) == thread == "10000"
    assert backend.calls() == ["POST /rest/api/3/issue/OPS-7/comment", "PUT /rest/api/3/issue/OPS-7/comment/10000"]
    expected = base64.b64encode(b"bot@example.com:t0ken").decode()
    assert backend.received[0].headers["authorization"] == f"Basic {expected}"
    (comment,) = backend.serve.comments.values()
    assert (comment["body"]["type"], comment["body"]["version"]) == ("doc", 1)
    assert "likely → proven" in words(comment["body"])


async def test_a_comment_that_somebody_deleted_is_written_anew(backend, senders):
    channel = made(backend)
    assert await senders.send(notice(), channel, "99") == "10000"
    assert [call.split()[0] for call in backend.calls()] == ["PUT", "POST"]


async def test_news_without_a_verdict_leaves_the_verdict_as_it_is(backend, senders):
    channel = made(backend)
    thread = await senders.send(notice(), channel, None)
    over = notice(notice_id="over", kind="resolved", content={"band": None})
    assert await senders.send(over, channel, thread) == thread
    assert await senders.find(over, channel, thread) == thread
    assert [len(backend.serve.comments), backend.calls()[1]] == [2, "POST /rest/api/3/issue/OPS-7/comment"]
    assert await senders.send(over, channel, None) == await senders.find(over, channel, None) == "10002"


async def test_server_takes_wiki_text_and_a_bearer_token(backend, senders):
    channel = made(backend, api=2)
    await senders.send(notice(), channel, None)
    (one,) = backend.received
    assert one.path == "/rest/api/2/issue/OPS-7/comment"
    assert one.headers["authorization"] == "Bearer t0ken"
    assert one.json()["body"].startswith("*checkout v1.42 shrank the DB pool from 20 to 2*\n")


@pytest.mark.parametrize("api", [2, 3])
async def test_a_comment_that_may_have_arrived_is_found(backend, senders, api):
    channel = made(backend, api=api)
    backend.replies = [DROP]
    with pytest.raises(MaybeDelivered):
        await senders.send(notice(), channel, None)
    assert await senders.find(notice(), channel, None) is None
    await senders.send(notice(), channel, None)
    await senders.send(notice(notice_id="another"), channel, None)
    assert await senders.find(notice(), channel, None) == "10000"


async def test_an_answer_without_the_comment_leaves_a_doubt(backend, senders):
    channel = made(backend)
    backend.replies = [Reply(201, b"<html>")]
    with pytest.raises(MaybeDelivered, match="does not name"):
        await senders.send(notice(), channel, None)


async def test_an_incident_without_an_issue_goes_where_the_channel_says(backend, senders):
    homeless = notice(content={"refs": (SourceRef(source="jira", ref="../../myself"),)})
    with pytest.raises(Refused, match="no Jira issue belongs"):
        await senders.send(homeless, made(backend), None)
    with pytest.raises(Refused, match="no Jira issue belongs"):
        await senders.find(homeless, made(backend), None)
    assert await senders.send(homeless, made(backend, issue="OPS-7"), "not-an-id") == "10000"
    assert len(backend.received) == 1


async def test_what_jira_says_is_passed_on(backend, senders):
    with pytest.raises(Refused, match=r"answered 404.*do not have permission"):
        await senders.send(notice(content={"refs": (SourceRef(source="jira", ref="OPS-8"),)}), made(backend), None)
