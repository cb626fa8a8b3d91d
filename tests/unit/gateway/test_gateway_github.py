"""What is particular to GitHub: what is asked, which commits a deploy ships, diffs, code, issues, odd answers."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.latest import ChangesRequest, CodeRequest, TicketsRequest, Window
from inquest.gateway.adapters.github_answers import (
    check_of,
    code_of,
    commit_of,
    deploy_of,
    files_of,
    pull_request_of,
    release_of,
    ticket_of,
)
from inquest.gateway.domain.forge import understood
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.github import T0, GithubServer, at, commits, file_of, sha_of
from inquest.testkit.backends import Backend, Received, Reply
from inquest.testkit.providers import ask, made

WINDOW = Window(start=T0 + timedelta(minutes=8), end=T0 + timedelta(minutes=24))
CHANGES = ChangesRequest(window=WINDOW, kinds=("commit",))
CART = "acme/cart"


async def read(request, domain="changes", serve=None, services=(), **more: object):
    """Return the answer, and what was asked for it."""
    given = {"repositories": [CART], **more}
    async with Backend(serve=serve or GithubServer()).listening() as backend:
        config = {"name": "gh", "kind": "github", "domains": [domain], "settings": {"url": backend.url, **given}}
        async with made(config, services=services) as github:
            return await ask(github, domain, request), backend.received


async def test_commits_come_with_files_and_diff_over_all_pages():
    fetched, received = await read(CHANGES)
    rows = fetched.response.changes
    assert [row.ref for row in rows] == [sha_of(CART, number) for number in range(3, 8)]
    assert rows[0].time == (T0 + timedelta(minutes=9)).timestamp()
    assert (rows[0].author, rows[1].author, rows[0].files) == ("ada", "Ada", ["src/pool.py"])
    assert rows[0].diff == (
        "diff --git a/src/pool.py b/src/pool.py\n--- a/src/pool.py\n+++ b/src/pool.py\n"
        "@@ -1,2 +1,2 @@\n def pool():\n-    size = 3\n+    size = 4\n"
    )
    assert not fetched.response.truncated
    first = received[0]
    assert (first.query["since"], first.query["per_page"]) == (["2026-02-28T14:08:00Z"], ["100"])
    assert first.headers["x-github-api-version"] == "2022-11-28"
    assert fetched.query_text.startswith(f"GET /repos/{CART}/commits?since=")


async def test_diffs_are_left_out_where_nobody_wants_them_and_limited_where_they_are():
    plain, received = await read(CHANGES.model_copy(update={"diffs": False}))
    assert {row.diff for row in plain.response.changes} == {None}
    assert all(one.path.endswith("/commits") for one in received)
    some, _ = await read(CHANGES, diffs_max=2, diff_chars_max=60)
    assert [row.diff is None for row in some.response.changes] == [True, True, True, False, False]
    assert some.response.changes[-1].diff_cut
    assert some.response.changes[-1].diff.endswith("\n")
    assert some.problems == ("3 older commits come without their diff (diffs_max)",)


async def test_a_deploy_ships_the_commits_before_it():
    deployment = {"id": 7, "sha": sha_of(CART, 6), "environment": "production", "created_at": at(19)}
    lists = {
        f"/repos/{CART}/deployments": [deployment],
        f"/repos/{CART}/deployments/7/statuses": [
            {"state": "success", "created_at": at(21)},
            {"state": "in_progress", "created_at": at(20)},
        ],
    }
    fetched, _ = await read(
        ChangesRequest(window=WINDOW, kinds=("deploy",)),
        serve=GithubServer(lists),
        services=({"service_id": "cart", "repositories": [CART]},),
        environments=["production"],
    )
    rows = fetched.response.changes
    assert {row.ref for row in rows} == {sha_of(CART, number) for number in range(7)}
    assert {(row.time, row.ended_at) for row in rows} == {
        ((T0 + timedelta(minutes=20)).timestamp(), (T0 + timedelta(minutes=21)).timestamp())
    }
    assert {(row.service, row.status, row.environment) for row in rows} == {("cart", "success", "production")}


async def test_pull_requests_and_checks_come_where_they_are_asked_for():
    default, _ = await read(ChangesRequest(window=WINDOW))
    assert {row.kind for row in default.response.changes} == {"commit", "deploy", "release"}
    asked, _ = await read(ChangesRequest(window=WINDOW, kinds=("pull-request", "check")))
    pulls = [row for row in asked.response.changes if row.kind == "pull-request"]
    assert [row.ref for row in pulls] == ["#3", "#5", "#7"]
    assert pulls[0].after == sha_of(CART, 3)
    checks = [row for row in asked.response.changes if row.kind == "check"]
    assert (checks[0].status, checks[0].author, checks[0].ended_at - checks[0].time) == ("success", "actions", 15)


async def test_services_and_repositories_choose_what_is_read():
    services = (
        {"service_id": "cart", "repositories": [CART]},
        {"service_id": "checkout", "repositories": ["acme/checkout"]},
    )
    both = ["acme/cart", "acme/checkout"]
    fetched, received = await read(
        CHANGES.model_copy(update={"services": ("checkout",)}), services=services, repositories=both
    )
    assert {row.service for row in fetched.response.changes} == {"checkout"}
    assert all("acme/checkout" in one.path for one in received)
    url = CHANGES.model_copy(update={"repository": "https://github.com/acme/cart.git"})
    fetched, _ = await read(url, services=services, repositories=both)
    assert {row.repository for row in fetched.response.changes} == {CART}
    with pytest.raises(ProviderError, match="not configured") as failed:
        await read(CHANGES.model_copy(update={"repository": "acme/other"}))
    assert failed.value.kind == "unsupported"


async def test_a_commit_to_a_repository_of_two_services_is_one_row_without_a_service():
    both = ({"service_id": "a", "repositories": [CART]}, {"service_id": "b", "repositories": [CART]})
    fetched, _ = await read(ChangesRequest(window=WINDOW), services=both)
    rows = fetched.response.changes
    assert {row.service for row in rows if row.kind == "commit"} == {None}
    assert {row.service for row in rows if row.kind == "release"} == {"a", "b"}


async def test_an_empty_repository_has_no_commits_and_a_lost_one_no_diff():
    def empty(received: Received) -> Reply:
        return Reply(409, {"message": "Git Repository is empty."}) if received.path.endswith("/commits") else Reply(404)

    fetched, _ = await read(CHANGES, serve=empty)
    assert fetched.response.changes == []
    lost, _ = await read(CHANGES, serve=lambda one: GithubServer()(one) if one.path.endswith("commits") else Reply(422))
    assert [row.diff for row in lost.response.changes] == [None] * 5
    assert len(lost.problems) == 5


async def test_code_is_searched_in_phrases_and_read_with_its_lines():
    fetched, received = await read(CodeRequest(window=WINDOW, text='size" repo:evil/x "'), "code")
    assert fetched.response.parts == []
    assert received[0].query["q"] == [f'"size repo:evil/x" repo:{CART}']
    found, _ = await read(CodeRequest(window=WINDOW, text="= 10"), "code")
    part = found.response.parts[0]
    assert (part.path, part.line_start, part.line_end) == ("src/a.py", 1, 4)
    assert "size = 10" in part.text


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        ({"text": "x", "ref": "v1"}, "unsupported"),
        ({"operation": "blame", "path": "a"}, "unsupported"),
        ({"operation": "search"}, "malformed"),
        ({"operation": "read"}, "malformed"),
        ({"operation": "read", "path": "../../../user"}, "malformed"),
        ({"operation": "read", "path": "no/such.py"}, "not-found"),
        ({"operation": "read", "path": "src/big file.bin"}, "unsupported"),
    ],
)
async def test_what_code_cannot_answer_is_told(request_, kind):
    with pytest.raises(ProviderError) as failed:
        await read(CodeRequest(window=WINDOW, **request_), "code")
    assert failed.value.kind == kind


async def test_a_file_is_read_at_a_commit():
    fetched, received = await read(CodeRequest(window=WINDOW, operation="read", path="src/a.py", ref="v1"), "code")
    (part,) = fetched.response.parts
    assert (part.line_start, part.line_end, part.ref) == (1, 4, "v1")
    assert (received[0].path, received[0].query) == (f"/repos/{CART}/contents/src/a.py", {"ref": ["v1"]})


async def test_issues_are_tickets_and_pull_requests_are_not():
    fetched, _ = await read(TicketsRequest(window=WINDOW), "tickets")
    tickets = fetched.response.tickets
    assert [one.ticket_id for one in tickets] == [f"{CART}#{number}" for number in (2, 4, 5, 6, 7, 8, 9)]
    assert (tickets[2].status, tickets[2].labels, tickets[2].author) == ("completed", ["bug"], "eve")
    early = Window(start=T0 - timedelta(days=9), end=T0 - timedelta(days=8))
    named, received = await read(TicketsRequest(window=early, ids=(f"{CART}#1", f"{CART}#77", "acme/x#1")), "tickets")
    assert [one.ticket_id for one in named.response.tickets] == [f"{CART}#1"]
    assert len(received) == 2


def test_files_of_all_kinds_become_a_diff():
    names, diff, cut = files_of(
        [
            file_of(1, status="added"),
            file_of(1, status="removed", filename="gone.py"),
            file_of(1, status="renamed", previous_filename="old.py", filename="new.py"),
            {"filename": "logo.png", "status": "modified", "changes": 0},
        ]
    )
    assert names == ["src/pool.py", "gone.py", "new.py", "logo.png"]
    assert "--- /dev/null\n+++ b/src/pool.py" in diff
    assert "--- a/gone.py\n+++ /dev/null" in diff
    assert "--- a/old.py\n+++ b/new.py" in diff
    assert not cut
    assert files_of([{"filename": "lock.json", "status": "modified", "changes": 90_000}])[2]


async def test_a_list_with_more_pages_than_are_read_says_so():
    serve = GithubServer({f"/repos/{CART}/commits": commits(CART, 40)})
    fetched, _ = await read(CHANGES.model_copy(update={"diffs": False}), serve=serve)
    assert fetched.partial == f"/repos/{CART}/commits has more than 10 pages: the rest was not read"
    assert fetched.response.truncated


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.just(at(3)) | st.just(sha_of(CART, 1)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["sha", "commit", "committer", "date", "created_at", "files", "merged_at", "number", "type"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=50, deadline=None)
@given(_JSON)
def test_whatever_arrives_is_read_or_malformed(raw):
    makes = (
        lambda: commit_of(raw, CART),
        lambda: files_of(raw),
        lambda: deploy_of(raw, raw, CART),
        lambda: release_of(raw, CART),
        lambda: pull_request_of(raw, CART),
        lambda: check_of(raw, CART),
        lambda: code_of(raw, CART, ""),
        lambda: ticket_of(raw, CART, []),
    )
    for make in makes:
        with suppress(ProviderError), understood("it"):
            make()
