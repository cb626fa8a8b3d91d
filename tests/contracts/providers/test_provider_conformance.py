"""Every provider does what every provider has to do. A new kind adds a module to inquest.testkit.apis, nothing here."""

import time
import zlib

import pytest
from inquest.config.providers import KINDS
from inquest.gateway.calls import seal
from inquest.gateway.conformance.checks import CHECKS, Check
from inquest.gateway.conformance.report import examine
from inquest.gateway.conformance.trial import Skipped
from inquest.gateway.ports import Context, ProviderError
from inquest.testkit.backends import Backend
from inquest.testkit.provider_faults import FAULTS, Fault
from inquest.testkit.providers import PLANTED, TENANT, ProviderCase, all_cases, made

CASES = all_cases()
OVER_HTTP = [case for case in CASES if case.at]
BYTES_MAX = 1_000_000
LEFT_S = 0.3  # of calls that are never answered; the others have time


def test_every_kind_of_provider_is_examined():
    assert set(KINDS) == {case.kind for case in CASES}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("case", CASES, ids=str)
async def test_a_provider_does_what_it_has_to(case: ProviderCase, check: Check):
    async with case.trial() as trial:
        try:
            await check(trial)
        except Skipped as reason:
            pytest.skip(str(reason))


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_a_planted_secret_does_not_pass_the_gateway(case: ProviderCase):
    async with case.trial() as trial:
        fetched = await trial.call()
    secret = PLANTED.partition("=")[2]
    if secret not in fetched.response.model_dump_json():
        pytest.skip("answers of this kind hold no free text")
    sealed = seal(fetched)
    assert secret not in zlib.decompress(sealed.payload.data).decode()


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_the_report_of_a_good_provider_has_no_failure(case: ProviderCase):
    async with case.trial() as trial:
        findings = await examine(trial)
    assert [one for one in findings if one.verdict == "failed"] == []
    assert len(findings) == len(CHECKS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
@pytest.mark.parametrize("case", OVER_HTTP, ids=str)
async def test_a_fault_of_the_source_is_told_as_what_it_is(case: ProviderCase, fault: Fault):
    async with Backend(serve=lambda _: fault.reply).listening() as backend:
        error = await failure(case, backend.url, LEFT_S if fault.kinds == {"timeout"} else 10.0)
    assert error.kind in fault.kinds, error
    assert error.retry_after_s == fault.retry_after_s
    assert len(str(error)) > 10


@pytest.mark.parametrize("case", OVER_HTTP, ids=str)
async def test_nobody_there_is_unreachable(case: ProviderCase):
    async with Backend().listening() as backend:
        pass
    assert (await failure(case, backend.url)).kind == "unreachable"


async def failure(case: ProviderCase, url: str, left_s: float = 10.0) -> ProviderError:
    """Return the error of a call, which has to come in time."""
    assert case.at
    async with made(case.at(url), services=case.services) as provider:
        with pytest.raises(ProviderError) as failed:
            await provider.call(case.request, Context(TENANT, case.domain, time.monotonic() + left_s, BYTES_MAX))
    return failed.value
