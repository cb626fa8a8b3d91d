import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from inquest.config.sources import SourceConfig
from inquest.contracts.v1.signal import FILES_MAX
from inquest.intake.domain.refusal import Refused
from inquest.intake.domain.source import Delivered, parse
from inquest.intake.domain.sources.github import COMMITS_MAX, SOURCE

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PUSHED_AT = datetime(2026, 1, 1, 10, tzinfo=UTC)
REPOSITORY = {
    "full_name": "acme/checkout",
    "default_branch": "main",
    "html_url": "https://github.com/acme/checkout",
    "pushed_at": int(PUSHED_AT.timestamp()),
}


def read_all(event, body, **rules):
    settings = SourceConfig(kind="github", bus_only=True, github=rules)
    whole = {"repository": REPOSITORY, "sender": {"login": "ann"}, **body}
    headers = {"x-github-event": event} if event else {}
    return parse(json.dumps(whole).encode(), SOURCE, Delivered(headers, settings, NOW))


def read(event, body, **rules):
    (reading,) = read_all(event, body, **rules)
    return reading


def commit(number, **more):
    message = f"Change {number}\n\nBecause."
    author = {"name": "Bob", "username": "bob"}
    return {
        "id": f"{number:040x}",
        "message": message,
        "author": author,
        "timestamp": "2025-12-01T08:00:00+01:00",
        **more,
    }


def push(ref="refs/heads/main", commits=(), **more):
    return {"ref": ref, "commits": list(commits), "head_commit": None, **more}


def deployment(status=None, **more):
    asked = {
        "id": 145988746,
        "sha": "f95f852bd8fca8fcc58a9a2d6c842781e32a215e",
        "ref": "v1.2",
        "environment": "production",
        "description": None,
        "payload": {},
        "created_at": "2026-01-01T09:00:00Z",
        "creator": {"login": "ann"},
        **more,
    }
    return {"action": "created", "deployment": asked} | ({"deployment_status": status} if status else {})


def status(state, at="2026-01-01T09:30:00Z"):
    return {
        "id": 209916254,
        "state": state,
        "created_at": at,
        "target_url": "https://ci.example.com/1",
        "environment": "",
    }


def run(action="completed", **more):
    whole = {
        "id": 30433642,
        "name": "Deploy to production",
        "path": ".github/workflows/cd.yml@refs/heads/main",
        "event": "push",
        "head_branch": "main",
        "head_sha": "acb5820ced9479c074f688cc328bf03f341a511d",
        "conclusion": "success",
        "run_attempt": 2,
        "run_started_at": "2026-01-01T09:15:00Z",
        "html_url": "https://github.com/acme/checkout/actions/runs/30433642",
        "actor": {"login": "bob"},
        **more,
    }
    return {"action": action, "workflow_run": whole}


def release(action="published", **more):
    whole = {
        "id": 1,
        "tag_name": "v2",
        "name": "Two",
        "published_at": "2026-01-01T09:00:00Z",
        "author": {"login": "ann"},
    }
    return {"action": action, "release": {**whole, **more}}


def test_a_push_is_one_change_per_commit_at_the_time_of_the_push():
    files = {
        "added": ["services/cart/new.py"],
        "modified": ["services/cart/app.py", "x" * 400],
        "removed": ["README.md"],
    }
    first, second = read_all("push", push(commits=[commit(1), commit(2, url="https://github.com/c/2", **files)]))
    assert (first.kind, first.title, first.severity, first.occurred_at) == ("change", "Change 1", "info", PUSHED_AT)
    assert (first.change.kind, first.change.ref, first.change.repository) == ("commit", f"{1:040x}", "acme/checkout")
    assert (first.change.author, first.services) == ("bob", ())
    assert second.change.files == ("services/cart/new.py", "services/cart/app.py", "README.md")
    assert (second.change.url, second.links) == ("https://github.com/c/2", ("https://github.com/c/2",))
    assert second.hints == ("services", "cart")
    assert first.key != second.key


def test_a_large_push_names_the_newest_commits_and_how_many_it_left_out():
    readings = read_all("push", push(commits=[commit(n, added=[f"f{i}" for i in range(99)]) for n in range(50)]))
    assert len(readings) == COMMITS_MAX
    assert (readings[-1].title, readings[0].labels["older_commits_left_out"]) == ("Change 49", "30")
    assert (len(readings[0].change.files), readings[0].labels["files"]) == (FILES_MAX, "99")
    head = read("push", push(head_commit=commit(7, message="")))
    assert head.title.startswith("Commit 0000")
    assert read("push", push()).reason.endswith("it brings no commits")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (push("refs/heads/feature"), "the branch feature is none of main"),
        (push("refs/tags/v1"), "no branch has new commits"),
        (push(deleted=True), "no branch has new commits"),
    ],
)
def test_pushes_that_change_nothing_that_runs(body, why):
    assert read("push", body).reason == f"Inquest does not act on this push: {why}"


def test_which_branches_count_is_configurable():
    assert read("push", push("refs/heads/release/2", [commit(1)]), branches=["release/*"]).kind == "change"
    assert read("push", push(commits=[commit(1)]), branches=["release/*"]).kind is None


def test_a_deployment_and_its_statuses_are_one_change():
    asked = read("deployment", deployment())
    started = read("deployment_status", deployment(status("in_progress")))
    done = read("deployment_status", deployment(status("failure", "2026-01-01T09:40:00Z")))
    assert {one.dedup_key for one in (asked, started, done)} == {"github:deployment:acme/checkout:145988746"}
    assert [one.labels["phase"] for one in (asked, started, done)] == ["requested", "started", "finished"]
    assert [one.occurred_at.minute for one in (asked, started, done)] == [0, 30, 40]
    assert done.title == "Deploy of acme/checkout v1.2 to production: failure"
    assert asked.change.model_dump(exclude={"files"}) == {
        "kind": "deploy",
        "ref": "f95f852bd8fca8fcc58a9a2d6c842781e32a215e",
        "repository": "acme/checkout",
        "author": "ann",
        "environment": "production",
        "url": "https://github.com/acme/checkout",
    }
    assert started.change.url == "https://ci.example.com/1"


@pytest.mark.parametrize("state", ["queued", "pending", "waiting", "inactive", ""])
def test_a_deployment_that_changes_nothing_yet_or_any_more(state):
    assert read("deployment_status", deployment(status(state))).kind is None


def test_which_environments_count_is_configurable():
    preview = deployment(environment="pr-7", transient_environment=True)
    assert read("deployment", preview).kind is None
    assert read("deployment", preview, environments=["pr-*"]).kind == "change"
    assert read("deployment", deployment(), environments=["staging"]).kind is None


@pytest.mark.parametrize(
    ("payload", "services"),
    [
        ({"service": "cart"}, (("cart",),)),
        ({"services": ["cart", " ads ", 7, ""]}, (("cart",), ("ads",))),
        ("{}", ()),
        ([1], ()),
        ({"service": {"a": 1}}, ()),
    ],
)
def test_a_deployment_may_name_its_services(payload, services):
    assert read("deployment", deployment(payload=payload)).services == services


def test_a_run_of_a_deploying_workflow_is_a_deploy_from_its_start():
    started, done = read("workflow_run", run("in_progress", conclusion=None)), read("workflow_run", run())
    assert started.dedup_key == done.dedup_key == "github:run:acme/checkout:30433642:2"
    assert (started.labels["phase"], done.labels["phase"]) == ("started", "finished")
    assert started.occurred_at == done.occurred_at == datetime(2026, 1, 1, 9, 15, tzinfo=UTC)
    assert done.title == "Deploy to production of acme/checkout main: success"
    assert (done.change.kind, done.change.ref) == ("deploy", "acb5820ced9479c074f688cc328bf03f341a511d")


@pytest.mark.parametrize(
    "body",
    [
        run("requested"),
        run(conclusion="skipped"),
        run(event="pull_request"),
        run(name="CI"),
        run(name=None, path="ci.yml"),
    ],
)
def test_runs_that_change_nothing_that_runs(body):
    assert read("workflow_run", body).kind is None


def test_which_workflows_count_is_configurable():
    assert read("workflow_run", run(name="CI"), workflows=["ci"]).kind == "change"
    assert read("workflow_run", run(name="CI"), workflows=["cd.yml"]).kind == "change"


def test_a_release():
    reading = read("release", release())
    assert (reading.title, reading.change.ref) == ("Release v2 of acme/checkout: Two", "v2")
    assert read("release", release(name="v2")).title == "Release v2 of acme/checkout"
    assert read("release", release("created")).kind is None
    assert read("release", release(prerelease=True)).kind is None
    assert read("release", release(prerelease=True), prereleases=True).kind == "change"


def test_the_ping_and_what_is_unknown():
    assert read("ping", {"zen": "Design for failure."}).is_ping
    assert read("issues", {"action": "opened"}).reason.startswith("Inquest does not act on this issues opened: ")
    assert read("star", {"action": {}}).title == "star"


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (push(commits=[commit(1)]), "push:"),
        (deployment(), "deployment:acme/checkout:145988746:requested"),
        (deployment(status("success")), "deployment:acme/checkout:145988746:209916254"),
        (run(), "workflow_run:acme/checkout:30433642:2:finished"),
        (release(), "release:"),
    ],
)
def test_without_its_header_an_event_is_known_by_what_it_holds(body, key):
    assert read(None, body).key.startswith(key)
    assert read(None, {"zen": "z"}).is_ping
    assert read(None, {}).kind is None


def test_the_form_that_github_sends_by_default_is_taken():
    body = json.dumps({"zen": "z & z", "repository": REPOSITORY})
    delivered = Delivered({"x-github-event": "ping"}, SourceConfig(kind="github", bus_only=True), NOW)
    (reading,) = parse(urlencode({"payload": body}).encode(), SOURCE, delivered)
    assert reading.is_ping
    with pytest.raises(Refused, match="not JSON"):
        parse(b"payload=", SOURCE, delivered)


def test_a_repeat_is_told_by_the_delivery():
    assert SOURCE.replay({}, {"x-github-delivery": "72d3162e"}) == "72d3162e"
    assert SOURCE.replay({}, {}) is None


@pytest.mark.parametrize(
    ("event", "body", "where"),
    [
        ("push", push(commits=["abc"]), "commits.0"),
        ("push", {**push(), "repository": None}, "repository"),
        ("deployment", deployment(id=None), "deployment.id"),
        ("deployment_status", deployment({"state": []}), "deployment_status.state"),
        ("workflow_run", run(run_attempt="x"), "workflow_run.run_attempt"),
        ("release", release(published_at=[]), "release.published_at"),
    ],
)
def test_a_wrong_type_is_refused_with_its_path(event, body, where):
    with pytest.raises(Refused, match=f"{where}: "):
        read(event, body)
