import asyncio

import pytest
from inquest.config.kinds.pack import PACK_DOMAINS
from inquest.contracts.latest import Query, Window
from inquest.gateway.ports import ProviderError
from inquest.packs import PackMeta, TimeRange, write_pack
from inquest.testkit.providers import ask, made
from inquest.worker.domain.tables import instant

BASE = 1_772_370_000.0
SECRET = "quetzalcoatl"  # stands nowhere but in the truth
META = PackMeta(id="p", title="t", window=TimeRange(BASE + 600, BASE + 1200), baseline=TimeRange(BASE, BASE + 600))


@pytest.fixture
def pack(tmp_path):
    return write_pack(
        tmp_path / "pack",
        meta=META,
        signal={"source": "generic", "body": {"fired_at": BASE + 700}},
        metrics=[(BASE + 700, "cart", "latency", 1, "", "")],
        logs=[{"time": BASE + 700, "service": "cart", "severity": "ERROR", "message": "slow"}],
        spans=[{"span_id": "s", "service": "cart", "name": "GET", "start": BASE + 700, "duration_ms": 5}],
        changes=[
            {"time": BASE + 650, "kind": "deploy", "service": "cart", "ref": "v2"},
            {"time": BASE + 650, "kind": "flag", "service": "cart", "ref": "fast"},
        ],
        patterns=[{"service": "cart", "signature": "slow", "count": 7}],
        topology=[("frontend", "cart")],
        truth={"services": [SECRET], "change": SECRET, "case": SECRET, "fault": SECRET, "decoys": [SECRET]},
    )


def config(path) -> dict:
    return {"name": "pack", "kind": "pack", "settings": {"path": str(path)}}


@pytest.mark.parametrize("truth_is_readable", [True, False])
async def test_no_domain_of_a_pack_serves_its_truth(pack, truth_is_readable):
    truth = pack / "truth.yaml"
    assert truth.read_text().count(SECRET) == 5
    if not truth_is_readable:
        truth.write_text(f"{SECRET}: [")  # one that was parsed would be an error or a problem
    query = Query(
        window=Window(start=instant(BASE + 600), end=instant(BASE + 1200)),
        baseline=Window(start=instant(BASE), end=instant(BASE + 600)),
    )
    async with made(config(pack)) as provider:
        said = await asyncio.gather(*(ask(provider, domain, query) for domain in PACK_DOMAINS))
    assert len(said) == len(PACK_DOMAINS) == 6
    for fetched in said:
        assert SECRET not in fetched.response.model_dump_json()
        assert SECRET not in repr(fetched)
        assert fetched.problems == ()


async def test_a_query_that_names_the_truth_finds_nothing_of_it(pack):
    window = Window(start=instant(BASE), end=instant(BASE + 1200))
    query = Query(window=window, services=("cart",))
    names = query.model_copy(update={"names": ("truth.yaml", "../truth.yaml", SECRET)})
    async with made(config(pack)) as provider:
        for domain in PACK_DOMAINS:
            try:
                fetched = await ask(provider, domain, names if domain in {"metrics", "traces", "flags"} else query)
            except ProviderError:
                continue
            assert SECRET not in fetched.response.model_dump_json()
