"""The provider in docs/adding-a-data-source.md, run from the page: who copies it has one that passes everything."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest
from inquest.config import TenantConfig
from inquest.config.load import parse
from inquest.config.providers import KINDS
from inquest.gateway.conformance.making import making
from inquest.gateway.conformance.report import examine
from inquest.gateway.conformance.trial import Trial
from inquest.gateway.ports import ProviderError
from inquest.testkit.backends import Backend
from inquest.testkit.provider_faults import FAULTS
from inquest.testkit.providers import TENANT

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "adding-a-data-source.md").read_text()
PAGES = [DOCS / "adding-a-data-source.md", *sorted((DOCS / "providers").glob("*.md"))]
NAMES = ("inquest.config.kinds.deskly", "inquest.gateway.adapters.deskly", "inquest.testkit.apis.deskly")
LEFT_S = 0.3


@pytest.fixture
def deskly(monkeypatch):
    """Return the three modules of the page, importable under the names it gives them."""
    modules = []
    for name, code in zip(NAMES, re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL), strict=True):
        module = ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        exec(compile(code, f"<{name}>", "exec"), vars(module))
        modules.append(module)
    return modules


def settings_of(deskly, config):
    return deskly[0].DesklyProvider.model_validate(config)


async def test_the_provider_of_the_page_passes_every_check(deskly):
    (case,) = deskly[2].CASES
    tenant = TenantConfig.model_validate({"catalogue": {"services": case.services}})
    async with case.start() as source, making(settings_of(deskly, source.config), TENANT, tenant) as provider:
        findings = await examine(Trial(provider, case.domain, case.request, tenant=TENANT))
    assert [one for one in findings if one.verdict == "failed"] == []
    assert sum(one.verdict == "passed" for one in findings) >= 12


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_the_provider_of_the_page_tells_every_fault(deskly, fault):
    (case,) = deskly[2].CASES
    async with (
        Backend(serve=lambda _: fault.reply).listening() as backend,
        making(settings_of(deskly, case.at(backend.url)), TENANT, TenantConfig()) as provider,
    ):
        trial = Trial(provider, case.domain, case.request, bytes_max=1_000_000)
        context = trial.context(left_s=LEFT_S if fault.kinds == {"timeout"} else 10.0)
        with pytest.raises(ProviderError) as failed:
            await provider.call(case.request, context)
    assert failed.value.kind in fault.kinds
    assert failed.value.retry_after_s == fault.retry_after_s


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_of_the_pages_are_valid(page):
    for example in re.findall(r"```yaml\n(.*?)```", page.read_text(), re.DOTALL):
        assert parse(example).tenant("acme").providers


def test_every_kind_has_a_page_or_a_row():
    index = (DOCS / "providers/README.md").read_text()
    assert {kind for kind in KINDS if f"`{kind}`" not in index} == set()
