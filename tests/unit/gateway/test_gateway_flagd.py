"""What is particular to flagd: definitions, OFREP, and that it keeps no history."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.config import Catalogue, TenantConfig
from inquest.contracts.latest import FlagsRequest, Window
from inquest.gateway.adapters.flagd_answers import changed_at, defined, evaluated
from inquest.gateway.conformance.report import examine
from inquest.gateway.conformance.trial import Trial
from inquest.gateway.domain.flags import Owners
from inquest.gateway.domain.forge import understood
from inquest.gateway.ports import ProviderError
from inquest.testkit.apis.flagd import CHANGED, T0, FlagdServer, definitions
from inquest.testkit.backends import Backend
from inquest.testkit.oddities import odd
from inquest.testkit.providers import ask, made

REQUEST = FlagsRequest(window=Window(start=T0, end=T0 + timedelta(minutes=20)))
SERVICES = ({"service_id": "cart", "aliases": {"flagd": ["cart-svc"]}},)
FILE = {"definition": "/flags.json"}


async def read(request=REQUEST, server=None, **more: object):
    """Return the answer, and what was asked for it."""
    async with Backend(serve=server or FlagdServer()).listening() as backend:
        config = {"name": "fd", "kind": "flagd", "settings": {"url": backend.url, **more}}
        async with made(config, services=SERVICES) as provider:
            return await ask(provider, "flags", request, left_s=60), backend.received


async def test_definitions_are_states():
    fetched, received = await read(**FILE, environment="production")
    cart, rerank, free, size = fetched.response.flags
    assert (cart.name, cart.enabled, cart.variation, cart.service) == ("cart-pool", True, "true", "cart")
    assert (rerank.variation, rerank.rollout_percent, rerank.environment) == ("false", 75.0, "production")
    assert rerank.rules.startswith('{"fractional":[')
    assert (free.enabled, free.variation) == (False, "false")
    assert size.variation == '{"rows": 40}'
    assert fetched.query_text == "GET /flags.json"
    assert len(received) == 1


async def test_the_only_history_is_that_the_file_was_changed():
    fetched, _ = await read(**FILE)
    (row,) = fetched.response.changes
    assert (row.time, row.kind, row.ref, row.service) == (CHANGED.timestamp(), "flag", "/flags.json", None)
    assert "which of them, flagd does not tell" in row.message
    told = "flagd keeps no history of its flags; the definitions were changed last at 2026-03-01T14:12:00Z"
    assert fetched.partial == told
    before, _ = await read(REQUEST.model_copy(update={"window": Window(start=T0, end=CHANGED)}), **FILE)
    assert (before.response.changes, before.partial, before.response.truncated) == ([], told, False)
    silent, _ = await read(server=FlagdServer(headers={}), **FILE)
    assert (silent.response.changes, silent.partial) == ([], "flagd keeps no history of its flags")


async def test_ofrep_is_asked_for_all_flags():
    fetched, received = await read(context={"targetingKey": "u1", "plan": "pro"})
    assert [one.name for one in fetched.response.flags] == ["cart-pool", "checkout.rerank", "page-size"]
    assert (fetched.response.flags[0].service, fetched.response.flags[1].rules) == ("cart", "TARGETING_MATCH")
    assert fetched.problems == ("broken: PARSE_ERROR targeting is no rule",)
    assert fetched.partial == "flagd keeps no history of its flags"
    assert received[0].json() == {"context": {"targetingKey": "u1", "plan": "pro"}}


async def test_what_flagd_has_not_is_unsupported():
    for fields, more in (
        ({"states": False}, {}),
        ({"cursor": "1"}, {}),
        ({"environment": "staging"}, {"environment": "production"}),
    ):
        with pytest.raises(ProviderError) as failed:
            await read(REQUEST.model_copy(update=fields), **more)
        assert failed.value.kind == "unsupported"


async def test_names_services_and_limits():
    named, _ = await read(REQUEST.model_copy(update={"names": ("page-size", "gone")}), **FILE)
    assert [one.name for one in named.response.flags] == ["page-size"]
    of_checkout, _ = await read(REQUEST.model_copy(update={"services": ("checkout",)}), **FILE)
    assert "cart-pool" not in {one.name for one in of_checkout.response.flags}
    few, _ = await read(**FILE, flags_max=3)
    assert len(few.response.flags) == 3
    assert few.problems == ("the state of 1 flags was left out (flags_max)",)


async def test_a_source_of_states_alone_passes_the_suite():
    async with Backend(serve=FlagdServer()).listening() as backend:
        config = {"name": "fd", "kind": "flagd", "settings": {"url": backend.url}}
        async with made(config, services=SERVICES) as provider:
            findings = await examine(Trial(provider, "flags", REQUEST))
    assert [one for one in findings if one.verdict == "failed"] == []


def owners(prefix: str = "") -> Owners:
    services = TenantConfig.model_validate({"catalogue": {"services": list(SERVICES)}})
    return Owners(Catalogue(services.catalogue), "flagd", prefix)


def test_flags_may_be_a_list_and_metadata_names_services():
    listed = [{"key": key, **flag} for key, flag in definitions()["flags"].items()]
    assert defined({"flags": listed}, "", owners()) == defined(definitions(), "", owners())
    assert defined(definitions(), "", owners("service:"))[0].service == "cart"
    assert changed_at({"last-modified": "yesterday"}) is None


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6))
def test_whatever_arrives_is_states_or_malformed(seed):
    answer = {"flags": [{"key": "a", "reason": "STATIC", "variant": "on", "value": True, "metadata": {"service": "x"}}]}
    for make in (
        lambda: defined(odd(definitions(), seed), "", owners()),
        lambda: evaluated(odd(answer, seed), "", owners()),
    ):
        with suppress(ProviderError), understood("it"):
            make()
