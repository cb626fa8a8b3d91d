"""What is particular to Jira: JQL and its zones, two APIs, histories in parts, documents, odd answers."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config import Catalogue
from inquest.config.tenant import CatalogueConfig
from inquest.contracts.latest import ChangesRequest, LogsRequest, TicketsRequest, Window
from inquest.gateway.adapters.jira_answers import Rules, text_of, ticket_of
from inquest.gateway.domain.forge import understood
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.jira import ANNA, T0, JiraServer, adf, at, issue
from inquest.testkit.backends import Backend, Reply
from inquest.testkit.providers import ask, made

WINDOW = Window(start=T0, end=T0 + timedelta(minutes=10))
REQUEST = TicketsRequest(window=WINDOW)
CATALOGUE = ({"service_id": "checkout", "aliases": {"jira": ["checkout-svc"]}},)
ISSUES = [issue(number) for number in range(20)]
NOBODY = Catalogue(CatalogueConfig())


async def read(request=REQUEST, domain="tickets", serve=None, **more: object):
    """Return the answer, and the requests that were made for it."""
    async with Backend(serve=serve or JiraServer(ISSUES)).listening() as backend:
        config = {"name": "jira", "kind": "jira", "domains": [domain], "settings": {"url": backend.url, **more}}
        config["settings"].setdefault("projects", ["OPS"])
        async with made(config, services=CATALOGUE) as provider:
            return await ask(provider, domain, request), backend.received


def wanting(**fields: object) -> TicketsRequest:
    return REQUEST.model_copy(update=fields)


async def test_a_ticket_comes_with_its_whole_story():
    fetched, received = await read()
    tickets = fetched.response.tickets
    assert [one.ticket_id for one in tickets] == [f"OPS-{number}" for number in range(1, 11)]
    one = tickets[0]
    assert (one.title, one.kind, one.status, one.priority) == ("checkout is slow, 0", "Bug", "Done", "High")
    assert (one.services, one.author, one.assignee) == (["checkout"], "Anna Schmidt", "")
    assert (one.created_at, one.updated_at) == (T0.timestamp(), T0.timestamp() + 30)
    assert (one.text, one.links, one.labels) == ("pool exhausted\nsince noon", ["OPS-99"], ["pool", "payments-label"])
    assert [step.after for step in one.transitions] == ["Planning", "Implementing", "Done", "Anna"]
    assert (one.transitions[3].field, one.transitions[3].before) == ("assignee", "")
    assert "seen with" in one.comments[0].text
    assert one.url.endswith("/browse/OPS-1")
    assert sum(one.path.endswith("/changelog") for one in received) == 2  # a search brings three of four entries
    assert fetched.partial == ""


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin"])
@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("is_cloud", [True, False])
async def test_the_zone_of_the_user_changes_nothing(zone, is_known, is_cloud):
    more = {"deployment": "cloud" if is_cloud else "data-center", "time_zone": zone if is_known else ""}
    fetched, received = await read(serve=JiraServer(ISSUES, is_cloud=is_cloud, zone=zone), **more)
    assert len(fetched.response.tickets) == 10
    assert received[0].path == ("/rest/api/3/search/jql" if is_cloud else "/rest/api/2/search")
    assert any(one.path.endswith("/changelog") for one in received) == is_cloud


async def test_the_query_says_what_is_asked_and_quotes_it():
    fetched, received = await read(
        wanting(text='pool" OR project = "HR'), jql="labels = pool", time_zone="Europe/Berlin"
    )
    assert (
        received[0].json()["jql"]
        == fetched.query_text
        == (
            'project in ("OPS") AND updated >= "2026/03/01 13:00" AND created <= "2026/03/01 17:10" AND (labels = pool)'
            ' AND text ~ "\\"pool OR project HR\\"" ORDER BY updated ASC, key ASC'
        )
    )
    assert fetched.response.tickets == []
    found, _ = await read(wanting(text="Pool EXHAUSTED"))
    assert len(found.response.tickets) == 10
    punctuation, received = await read(wanting(text="-,-"))
    assert "text ~" not in received[0].json()["jql"]
    assert punctuation.response.tickets == []


async def test_tickets_are_chosen_by_kind_service_and_what_happened_in_the_window():
    assert {one.kind for one in (await read(wanting(kinds=("change",))))[0].response.tickets} == {"Change"}
    mine, _ = await read(wanting(services=("checkout",)))
    assert {one.services[0] for one in mine.response.tickets} == {"checkout"}
    later = issue(0)
    later["fields"]["updated"] = at(60)  # created and changed in the window, and touched again after it
    within = Window(start=T0 + timedelta(seconds=10), end=T0 + timedelta(seconds=20))
    found, _ = await read(wanting(window=within), serve=JiraServer([later]))
    assert [one.ticket_id for one in found.response.tickets] == ["OPS-1"]
    found, _ = await read(
        wanting(window=Window(start=T0 + timedelta(minutes=5), end=WINDOW.end)), serve=JiraServer([later])
    )
    assert found.response.tickets == []


async def test_tickets_are_read_by_their_keys_whenever_they_changed():
    long_ago = Window(start=T0 - timedelta(days=9), end=T0 - timedelta(days=8))
    fetched, received = await read(wanting(window=long_ago, ids=("OPS-3", "OPS-77", "HR-1", "../myself", "OPS-3/x")))
    assert [one.ticket_id for one in fetched.response.tickets] == ["OPS-3"]
    asked = [one.path for one in received if one.path.startswith("/rest/api/3/issue/") and one.path.count("/") == 5]
    assert sorted(asked) == ["/rest/api/3/issue/OPS-3", "/rest/api/3/issue/OPS-77"]
    moved = JiraServer([{**issue(0), "key": "HR-7"}])
    moved.issues["OPS-1"] = moved.issues["HR-7"]
    assert (await read(wanting(ids=("OPS-1",)), serve=moved))[0].response.tickets == []


async def test_long_comments_are_read_to_their_end_and_what_is_cut_shows():
    talk = issue(0)
    all_of_it = [{"author": ANNA, "body": adf(f"{number}"), "created": at(number / 100)} for number in range(30)]

    def serve(received):
        talk["fields"]["comment"] = {"comments": all_of_it, "total": 30}
        if received.path.endswith("/search/jql"):
            talk["fields"]["comment"] = {"comments": all_of_it[:5], "total": 30}
        return JiraServer([talk])(received)

    (one,) = (await read(serve=serve))[0].response.tickets
    assert [comment.text for comment in one.comments] == [f"{number}" for number in range(30)]
    fetched, _ = await read(tickets_max=5)
    assert (len(fetched.response.tickets), fetched.response.truncated) == (5, True)
    assert fetched.partial == "more than 5 tickets (tickets_max): the rest was not read"


async def test_changes_are_tickets_that_came_into_a_status():
    more = {"change_types": ["Change"], "change_statuses": ["implementing"], "change_kind": "deploy"}
    fetched, received = await read(ChangesRequest(window=WINDOW), "changes", **more)
    assert [one.ref for one in fetched.response.changes] == [f"OPS-{number}" for number in range(2, 11, 2)]
    one = fetched.response.changes[0]
    assert (one.kind, one.service, one.before, one.after) == ("deploy", "cart", "Planning", "Implementing")
    assert (one.time, one.author, one.message) == (T0.timestamp() + 72, "Anna Schmidt", "raise the pool of cart to 1")
    assert 'issuetype in ("Change")' in received[0].json()["jql"]
    for odd in ({"kinds": ("commit",)}, {"repository": "acme/cart"}):
        with pytest.raises(ProviderError, match="of no repository"):
            await read(ChangesRequest(window=WINDOW, **odd), "changes", **more)
    with pytest.raises(ValueError, match="change_types"):
        await read(ChangesRequest(window=WINDOW), "changes")


@pytest.mark.parametrize(
    "more", [{"jql": "a = b ORDER BY c"}, {"projects": ['OPS" OR']}, {"time_zone": "Mars/Base"}, {"projects": []}]
)
async def test_a_configuration_that_cannot_be_meant_is_refused(more):
    with pytest.raises(ValueError, match="settings"):
        await read(**more)


async def test_what_jira_refuses_is_told_with_its_reason():
    with pytest.raises(ProviderError, match="The value 'PAY' does not exist") as failed:
        await read(projects=["PAY"])
    assert failed.value.kind == "malformed"
    with pytest.raises(ProviderError, match="410"):
        await read(serve=JiraServer(ISSUES), deployment="data-center")
    with pytest.raises(ProviderError, match="has no logs"):
        async with made(
            {"name": "j", "kind": "jira", "settings": {"url": "http://x", "projects": ["OPS"]}}
        ) as provider:
            await ask(provider, "logs", LogsRequest(window=WINDOW))


async def test_a_server_whose_pages_do_not_end_is_left():
    def serve(received):
        del received
        return Reply(body={"issues": [], "nextPageToken": "again", "isLast": False})

    _, received = await read(serve=serve)
    assert len(received) == 2


def test_documents_become_lines():
    items = [{"type": "listItem", "content": [adf(word)["content"][0]]} for word in ("one", "two")]
    inline = [
        {"type": "text", "text": "see "},
        {"type": "mention", "attrs": {"id": "1", "text": "@Anna"}},
        {"type": "hardBreak"},
        {"type": "inlineCard", "attrs": {"url": "https://acme.example/r"}},
    ]
    content = [{"type": "paragraph", "content": inline}, {"type": "bulletList", "content": items}]
    assert text_of({"type": "doc", "content": content}) == "see @Anna\nhttps://acme.example/r\none\ntwo"
    deep: dict = {"type": "text", "text": "x"}
    for _ in range(500):
        deep = {"type": "panel", "content": [deep]}
    assert text_of(deep) == "…"


def test_a_label_is_a_service_only_where_the_catalogue_knows_it():
    known = issue(0)
    known["fields"]["customfield_1"] = {"value": "search"}
    catalogue = Catalogue(
        CatalogueConfig.model_validate({"services": [{"service_id": "pay", "aliases": {"jira": ["payments-label"]}}]})
    )
    rules = Rules(catalogue, "http://x", ("labels", "customfield_1", "components"))
    assert ticket_of(known, rules).services == ["checkout-svc", "pay", "search"]


_KEYS = (
    "key",
    "fields",
    "summary",
    "created",
    "comment",
    "comments",
    "changelog",
    "histories",
    "items",
    "field",
    "body",
)
_JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=5) | st.just(issue(1)) | st.just(at(1)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=50, deadline=None)
@given(_JSON, _JSON)
def test_whatever_arrives_is_read_or_malformed(raw, field):
    with suppress(ProviderError), understood("it"):
        ticket_of(raw, Rules(NOBODY, "http://x", ("components",)))
    with suppress(ProviderError), understood("it"):
        fields = {**issue(1)["fields"], "components": field, "comment": field, "description": field, "reporter": field}
        ticket_of({"key": "OPS-1", "fields": fields}, Rules(NOBODY, "http://x", ("components",)))
