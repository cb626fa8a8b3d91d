"""What is particular to GitLab: what is asked, which commits a deploy ships, diffs, code, issues, odd answers."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.latest import ChangesRequest, CodeData, CodeRequest, TicketsRequest, Window
from inquest.gateway.adapters.gitlab_answers import (
    blame_of,
    code_of,
    commit_of,
    deploy_of,
    files_of,
    found_of,
    merge_request_of,
    pipeline_of,
    release_of,
    ticket_of,
)
from inquest.gateway.domain.forge import understood
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.gitlab import T0, at, serve, sha_of
from inquest.testkit.backends import Backend, Reply
from inquest.testkit.providers import ask, made

CART = "acme/shop/cart"
WINDOW = Window(start=T0 + timedelta(minutes=8), end=T0 + timedelta(minutes=24))
SERVICES = ({"service_id": "cart", "repositories": [f"https://gitlab.com/{CART}.git"]},)


async def read(request, domain="changes", serve=serve, **more: object):
    """Return the answer, and what was asked for it."""
    given = {"repositories": [CART], **more}
    async with Backend(serve=serve).listening() as backend:
        config = {"name": "gl", "kind": "gitlab", "domains": [domain], "settings": {"url": backend.url, **given}}
        async with made(config, services=SERVICES) as gitlab:
            return await ask(gitlab, domain, request), backend.received


async def changes(*kinds: str, **more: object):
    fetched, received = await read(ChangesRequest(window=WINDOW, kinds=kinds), **more)
    return fetched.response.changes, received


async def test_commits_come_with_files_and_diff_over_all_pages():
    rows, received = await changes("commit")
    assert [row.ref for row in rows] == [sha_of(CART, number) for number in range(3, 8)]
    first, last = rows[0], rows[-1]
    assert (first.time, first.author, first.service) == ((T0 + timedelta(minutes=9)).timestamp(), "Ada", "cart")
    assert first.files == ["src/pool.py", "lock"]
    assert "--- a/src/pool.py\n+++ b/src/pool.py\n@@ -1,2 +1,2 @@\n" in first.diff
    assert first.diff.endswith("diff --git a/lock b/lock\n")
    assert (first.diff_cut, last.diff_cut) == (False, True)
    assert received[0].path == "/projects/acme%2Fshop%2Fcart/repository/commits"
    assert received[0].query["since"] == ["2026-02-28T14:08:00Z"]
    assert received[1].query["page"] == ["2"]


async def test_deploys_begin_with_their_job_and_ship_the_commits_before_them():
    rows, received = await changes("deploy", environments=["production"])
    assert ["updated_at"] in [one.query.get("order_by") for one in received]
    own = [row for row in rows if row.time == (T0 + timedelta(minutes=16.5)).timestamp()]
    assert {(row.ref, row.status) for row in own} == {(sha_of(CART, 5), "success")}
    assert own[0].ended_at == (T0 + timedelta(minutes=17)).timestamp()
    failed = [row for row in rows if row.status == "failed"]
    assert [row.ref for row in failed] == [sha_of(CART, 6)]
    shipped = [row.ref for row in rows if row.time == (T0 + timedelta(minutes=13)).timestamp()]
    assert shipped == [sha_of(CART, number) for number in (2, 3, 4)]
    assert not [row for row in rows if row.status == "created"]
    other, _ = await changes("deploy", environments=["staging"])
    assert other == []


async def test_merge_requests_releases_and_pipelines():
    rows, _ = await changes("pull-request", "release", "check")
    merged = [row for row in rows if row.kind == "pull-request"]
    assert (merged[0].ref, merged[0].after) == ("!3", sha_of(CART, 3))
    released = [row for row in rows if row.kind == "release"]
    assert [row.ref for row in released] == ["v2", "v3", "v4", "v5"]
    checks = [row for row in rows if row.kind == "check"]
    assert (checks[0].status, checks[0].ended_at) == ("failed", (T0 + timedelta(minutes=30)).timestamp())
    assert (checks[1].status, checks[1].ended_at) == ("running", None)


async def test_a_lost_commit_has_no_diff_and_says_so():
    fetched, _ = await read(
        ChangesRequest(window=WINDOW, kinds=("commit",)),
        serve=lambda one: Reply(404) if one.path.endswith("/diff") else serve(one),
    )
    assert [row.diff for row in fetched.response.changes] == [None] * 5
    assert len(fetched.problems) == 5


async def code(**asked: object):
    fetched, received = await read(CodeRequest(window=WINDOW, **asked), "code")
    return fetched.response.parts, received


async def test_code_is_searched_read_and_blamed():
    found, received = await code(text="SIZE =", ref="v1")
    assert [(part.path, part.line_start, part.line_end) for part in found] == [
        (f"src/{name}.py", 4, 6) for name in "abc"
    ]
    assert (received[0].query["scope"], received[0].query["ref"]) == (["blobs"], ["v1"])
    assert [part.path for part in (await code(text="size", path="src/b"))[0]] == ["src/b.py"]
    (file,), received = await code(operation="read", path="src/pool.py")
    assert (file.line_end, file.commit) == (3, "1" * 40)
    assert received[0].path == "/projects/acme%2Fshop%2Fcart/repository/files/src%2Fpool.py"
    assert received[0].query["ref"] == ["HEAD"]
    one, two = (await code(operation="blame", path="src/pool.py", ref="v1"))[0]
    assert [(part.line_start, part.line_end, part.author) for part in (one, two)] == [(1, 2, "Ada"), (3, 3, "Ada")]
    assert two.time == (T0 + timedelta(minutes=3)).timestamp()


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ({"operation": "read", "path": "no.py"}, "not-found"),
        ({"operation": "read", "path": "a/../../../../user"}, "malformed"),
        ({"operation": "blame", "path": ""}, "malformed"),
        ({"text": " "}, "malformed"),
    ],
)
async def test_what_code_cannot_answer_is_told(asked, kind):
    with pytest.raises(ProviderError) as failed:
        await code(**asked)
    assert failed.value.kind == kind


async def test_issues_are_tickets():
    fetched, _ = await read(TicketsRequest(window=WINDOW, kinds=("incident",)), "tickets")
    assert [one.ticket_id for one in fetched.response.tickets] == [f"{CART}#{number}" for number in (3, 5, 7, 9)]
    assert fetched.response.tickets[0].services == ["cart"]
    named, received = await read(TicketsRequest(window=WINDOW, ids=(f"{CART}#0", f"{CART}#x", f"{CART}#99")), "tickets")
    assert [one.ticket_id for one in named.response.tickets] == [f"{CART}#0"]
    assert len(received) == 2


_KEYS = ("id", "committed_date", "message", "status", "environment", "name", "sha", "iid", "data", "commit", "lines")
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.just(at(3)) | st.just(sha_of(CART, 1)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_KEYS), inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=50, deadline=None)
@given(_JSON)
def test_whatever_arrives_is_read_or_malformed(raw):
    for make in (
        lambda: commit_of(raw, CART),
        lambda: files_of(raw),
        lambda: deploy_of(raw, CART),
        lambda: release_of(raw, CART),
        lambda: merge_request_of(raw, CART),
        lambda: pipeline_of(raw, CART),
        lambda: found_of(raw, CART, "x"),
        lambda: code_of(raw, CART, ""),
        lambda: blame_of(raw, CodeData(repository=CART, path="x")),
        lambda: ticket_of(raw, CART, []),
    ):
        with suppress(ProviderError), understood("it"):
            make()
