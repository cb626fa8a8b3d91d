"""What is particular to LaunchDarkly: pages of the audit log, before and after, states, odd answers."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config import Catalogue, TenantConfig
from inquest.contracts.latest import FlagsRequest, Window
from inquest.gateway.adapters.launchdarkly_answers import before_and_after, changes_of, entry_of, flags_of
from inquest.gateway.domain.flags import Owners
from inquest.gateway.domain.forge import understood
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.launchdarkly import T0, LaunchDarklyServer, at_ms, entry, flag
from inquest.testkit.backends import Backend, Reply
from inquest.testkit.oddities import odd
from inquest.testkit.providers import ask, made

REQUEST = FlagsRequest(window=Window(start=T0, end=T0 + timedelta(minutes=20)))
SERVICES = ({"service_id": "cart", "aliases": {"launchdarkly": ["cart-svc"]}}, {"service_id": "checkout"})


async def read(request=REQUEST, server=None, **more: object):
    """Return the answer, and what was asked for it."""
    given = {"projects": ["default"], **more}
    async with Backend(serve=server or LaunchDarklyServer()).listening() as backend:
        config = {"name": "ld", "kind": "launchdarkly", "settings": {"url": backend.url, **given}}
        async with made(config, services=SERVICES) as provider:
            return await ask(provider, "flags", request, left_s=60), backend.received


def asked(received, path="/api/v2/auditlog"):
    return [one.query for one in received if one.path == path]


async def test_the_history_is_read_back_page_by_page():
    fetched, received = await read()
    rows = fetched.response.changes
    assert [row.time for row in rows] == [at_ms(20 * number) / 1000 for number in range(60)]
    queries = asked(received)
    assert len(queries) == 4
    assert queries[0]["spec"] == ["proj/default:env/production:flag/*"]
    assert queries[1]["before"] == [str(at_ms(20 * 40) + 1)]
    assert received[0].headers["ld-api-version"] == "20240415"
    first = rows[1]
    assert (first.kind, first.ref, first.author, first.service) == (
        "flag",
        "checkout.rerank",
        "ariel@acme.com",
        "checkout",
    )
    assert first.message.splitlines()[0] == "turned on the flag"
    assert rows[2].author == "DevOps token"
    assert rows[0].service == "cart"
    assert rows[2].service is None
    assert first.url.endswith("/default/production/features/checkout.rerank")
    assert "spec=proj/default:env/production:flag/*" in fetched.query_text


async def test_before_and_after_come_for_the_newest():
    fetched, received = await read(details_max=5)
    rows = fetched.response.changes
    assert [(row.before, row.after) for row in rows[-3:]] == [
        ("on false 75%", "off"),
        ("off", "on true"),
        ("on true", "on false 75%"),
    ]
    assert rows[0].before is None
    assert {row.status for row in rows} == {""}
    assert fetched.problems == ("55 older changes come without before and after (details_max)",)
    assert len([one for one in received if one.path.startswith("/api/v2/auditlog/")]) == 5


async def test_a_limit_at_the_details_leaves_the_history():
    server = LaunchDarklyServer()

    def hurried(received):
        limits = {"x-ratelimit-route-remaining": "0", "x-ratelimit-reset": "1772373720000"}
        told = Reply(429, {"code": "rate_limited", "message": "slow down"}, limits)
        return told if "/auditlog/" in received.path else server(received)

    fetched, received = await read(server=hurried)
    assert len(fetched.response.changes) == 60
    assert "asked too often" in fetched.problems[-1]
    assert len([one for one in received if "/auditlog/" in one.path]) <= 4


async def test_states_are_what_most_are_served():
    fetched, received = await read()
    cart, rerank, free = fetched.response.flags
    assert (cart.name, cart.enabled, cart.variation, cart.rollout_percent, cart.service) == (
        "cart-pool", True, "true", None, "cart",
    )  # fmt: skip
    assert (rerank.enabled, rerank.variation, rerank.rollout_percent) == (True, "false", 75.0)
    assert (free.enabled, free.variation, free.service) == (False, "false", None)
    assert '"rules":[' in cart.rules
    assert cart.updated_at == at_ms(80) / 1000
    assert asked(received, "/api/v2/flags/default")[0]["env"] == ["production"]


async def test_flags_by_name_are_asked_one_by_one():
    request = REQUEST.model_copy(update={"names": ("cart-pool", "gone", "a/b")})
    fetched, received = await read(request)
    assert [one.name for one in fetched.response.flags] == ["cart-pool"]
    assert {row.ref for row in fetched.response.changes} == {"cart-pool"}
    assert sorted(one.path for one in received if "/flags/" in one.path) == [
        "/api/v2/flags/default/cart-pool",
        "/api/v2/flags/default/gone",
    ]
    only, received = await read(REQUEST.model_copy(update={"names": ("free_shipping",)}))
    assert asked(received)[0]["spec"] == ["proj/default:env/production:flag/free_shipping"]
    assert len(only.response.changes) == 20


async def test_many_flags_are_read_in_pages_up_to_the_limit():
    server = LaunchDarklyServer([], keys=[f"flag-{number}" for number in range(250)])
    fetched, received = await read(server=server)
    assert len(fetched.response.flags) == 250
    assert [one["offset"] for one in asked(received, "/api/v2/flags/default")] == [["0"], ["100"], ["200"]]
    some, _ = await read(server=server, flags_max=120)
    assert len(some.response.flags) == 120
    assert some.problems == ("default has 250 flags: the state of some was not read (flags_max)",)


async def test_older_entries_than_the_limit_are_told():
    fetched, _ = await read(entries_max=19)
    assert len(fetched.response.changes) == 20
    assert fetched.response.changes[-1].time == at_ms(20 * 59) / 1000
    assert "older ones were not read" in fetched.partial
    assert fetched.response.truncated


async def test_many_entries_of_one_moment_do_not_stop_the_reading():
    entries = [entry(number, at_ms(300)) for number in range(30)] + [entry(31, at_ms(10))]
    fetched, _ = await read(server=LaunchDarklyServer(entries))
    assert len(fetched.response.changes) == 21
    assert fetched.response.changes[0].time == at_ms(10) / 1000
    assert "some were not read" in fetched.partial


async def test_pages_of_the_answer_bring_the_states_once():
    first, _ = await read(REQUEST.model_copy(update={"rows_max": 40}))
    assert len(first.response.flags) == 3
    assert first.response.changes[-1].time == at_ms(20 * 59) / 1000
    second, received = await read(REQUEST.model_copy(update={"rows_max": 40, "cursor": first.response.next_cursor}))
    assert (len(second.response.changes), second.response.flags) == (20, [])
    assert not asked(received, "/api/v2/flags/default")


async def test_an_environment_that_is_not_configured_is_unsupported():
    with pytest.raises(ProviderError, match="not configured") as failed:
        await read(REQUEST.model_copy(update={"environment": "staging"}))
    assert failed.value.kind == "unsupported"
    fetched, received = await read(
        REQUEST.model_copy(update={"environment": "test"}), environments=["production", "test"]
    )
    assert asked(received)[0]["spec"] == ["proj/default:env/test:flag/*"]
    assert fetched.response.changes == []
    assert {one.environment for one in fetched.response.flags} == {"test"}


async def test_the_token_goes_as_it_is_and_a_wrong_one_is_told(monkeypatch):
    monkeypatch.setenv("LD_TOKEN", "api-1234")
    auth = {"kind": "header", "name": "Authorization", "value": "env:LD_TOKEN"}
    fetched, _ = await read(server=LaunchDarklyServer(token="api-1234"), auth=auth)
    assert fetched.response.changes
    with pytest.raises(ProviderError) as failed:
        await read(server=LaunchDarklyServer(token="other"), auth=auth)
    assert failed.value.kind == "auth"


async def test_a_project_that_is_not_there_is_not_found():
    with pytest.raises(ProviderError) as failed:
        await read(projects=["nowhere"])
    assert failed.value.kind == "not-found"


def owners(prefix: str = "") -> Owners:
    services = {"catalogue": {"services": list(SERVICES)}}
    return Owners(Catalogue(TenantConfig.model_validate(services).catalogue), "launchdarkly", prefix)


def test_tags_name_services():
    assert owners().of("x", ["cart-svc", "team-a"]) == ("cart",)
    assert owners().of("checkout", []) == ("checkout",)
    assert owners("service:").of("x", ["service:cart-svc", "service:other", "cart-svc"]) == ("cart", "other")


def test_a_flag_of_two_services_is_two_rows():
    raw = entry(0)
    raw["target"]["resources"] = ["proj/default:env/production:flag/pool;cart-svc,checkout"]
    raw["accesses"] = [{"action": "updateOn", "resource": "proj/default:env/test:flag/pool"}]
    rows = changes_of(entry_of(raw, "default", "production"), "production", "", owners())
    assert [row.service for row in rows] == ["cart", "checkout"]
    state = flag("pool", 1, ["production"]) | {"tags": ["checkout", "cart-svc"]}
    assert [one.service for one in flags_of(state, "production", "", owners())] == ["cart", "checkout"]
    assert entry_of(raw, "other", "production").flags == {}


def test_a_change_of_targeting_alone_says_so():
    old, new = flag("x", 1, ["production"]), flag("x", 1, ["production"])
    new["environments"]["production"]["rules"] = []
    assert before_and_after({"previousVersion": old, "currentVersion": new}, "production") == (
        "on true",
        "on true; rules changed",
    )
    assert before_and_after({"currentVersion": new}, "production") == (None, "on true")
    assert before_and_after({}, "production") == (None, None)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6))
def test_whatever_arrives_is_rows_or_malformed(seed):
    raw, state = odd(entry(1), seed), odd(flag("x", seed % 3, ["production"]), seed)
    for make in (
        lambda: changes_of(entry_of(raw, "default", "production"), "production", "", owners()),
        lambda: flags_of(state, "production", "", owners()),
        lambda: before_and_after({"previousVersion": state, "currentVersion": flag("x", 1, [])}, "production"),
    ):
        with suppress(ProviderError), understood("it"):
            make()
