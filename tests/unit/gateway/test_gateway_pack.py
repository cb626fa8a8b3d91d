from datetime import UTC, datetime

import pytest
from inquest.config.kinds.pack import PACK_DOMAINS
from inquest.contracts.latest import Query, Window
from inquest.gateway.adapters.pack_shelf import PackShelf
from inquest.gateway.ports import ProviderError
from inquest.packs import Pack, PackMeta, TimeRange, write_pack
from inquest.testkit.providers import ask, made

BASE = 1_772_370_000.0
META = PackMeta(id="pool", title="t", window=TimeRange(BASE + 600, BASE + 1200), baseline=TimeRange(BASE, BASE + 600))


def at(seconds: float) -> datetime:
    return datetime.fromtimestamp(BASE + seconds, UTC)


QUERY = Query(window=Window(start=at(600), end=at(1200)), baseline=Window(start=at(0), end=at(600)))


def of(path) -> dict:
    return {"name": "pack", "kind": "pack", "settings": {"path": str(path)}}


@pytest.fixture
def pack(tmp_path):
    return write_pack(
        tmp_path / "pack",
        meta=META,
        signal={"source": "generic", "body": {}},
        metrics=[(BASE + t, s, "latency", t, "i1", "") for s in ("cart", "checkout") for t in (0, 300, 700, 1100)],
        logs=[
            {"time": BASE + t, "service": "cart", "severity": "ERROR", "message": f"m{t}", "trace_id": f"t{t}"}
            for t in (10, 650, 1199)
        ],
        spans=[
            {
                "trace_id": "t",
                "span_id": f"s{i}",
                "service": "cart",
                "name": "GET",
                "start": BASE + 700 + i,
                "duration_ms": 5,
                "status": status,
                "attributes": {"code": 7},
            }
            for i, status in enumerate(["ok", "ERROR", "", "STATUS_CODE_UNSET", "503", "200", "0", "13"])
        ],
        changes=[
            {"time": BASE - 9000, "kind": "commit", "ref": "old"},
            {"time": BASE + 650, "kind": "deploy", "service": "cart", "ref": "v2", "from": "v1", "to": "v2"},
            {"time": BASE + 660, "kind": "flag", "service": "checkout", "ref": "fast", "from": False, "to": True},
        ],
        patterns=[
            {"service": "cart", "signature": f"p{delta}", "count": 7, "delta_vs_baseline": delta}
            for delta in ("+312", "new", None, "many")
        ],
        topology=[("frontend", "cart"), ("cart", "db")],
    )


@pytest.fixture
async def provider(pack):
    async with made(of(pack)) as provider:
        yield provider


def narrowed(**changes) -> Query:
    return QUERY.model_copy(update=changes)


async def test_metrics_are_cut_to_window_and_baseline(provider):
    everything = await ask(provider, "metrics", QUERY)
    assert [one.service for one in everything.response.series] == ["cart", "checkout"]
    assert everything.response.series[0].values == [0, 300, 700, 1100]
    late = await ask(provider, "metrics", narrowed(baseline=None, services=("cart",), names=("latency",)))
    assert [(one.service, one.values) for one in late.response.series] == [("cart", [700, 1100])]
    assert (await ask(provider, "metrics", narrowed(names=("other",)))).response.series == []
    assert everything.query_text == ("pack pool: metrics.csv where 2026-03-01T13:00:00Z ≤ time < 2026-03-01T13:20:00Z")


async def test_a_gap_between_baseline_and_window_is_left_out(provider):
    gap = narrowed(baseline=Window(start=at(0), end=at(100)), window=Window(start=at(1000), end=at(1200)))
    assert (await ask(provider, "metrics", gap)).response.series[0].values == [0, 1100]
    assert (await ask(provider, "logs", gap)).response.messages == ["m10", "m1199"]


async def test_an_empty_window_yields_nothing(provider):
    nothing = narrowed(baseline=None, window=Window(start=at(5), end=at(5)))
    assert (await ask(provider, "metrics", nothing)).response.series == []
    assert (await ask(provider, "logs", nothing)).response.messages == []


async def test_logs_carry_patterns_with_their_difference(provider):
    logs = (await ask(provider, "logs", QUERY)).response
    assert logs.messages == ["m10", "m650", "m1199"]
    assert logs.trace_ids == ["t10", "t650", "t1199"]
    assert logs.span_ids == [None] * 3
    assert [one.delta for one in logs.patterns] == [312.0, 7.0, None, None]
    assert (await ask(provider, "logs", narrowed(services=("checkout",)))).response.patterns == []


async def test_span_status_is_read_in_all_its_spellings(provider):
    spans = (await ask(provider, "traces", QUERY)).response
    assert spans.errors == [False, True, None, False, True, False, False, True]
    assert spans.attributes[0] == {"code": "7"}
    assert spans.parent_ids[0] is None


async def test_changes_and_flags_are_apart_and_a_commit_belongs_to_no_service(provider):
    changes = (await ask(provider, "changes", QUERY)).response.changes
    assert [(one.kind, one.ref, one.before) for one in changes] == [("deploy", "v2", "v1")]
    flags = (await ask(provider, "flags", QUERY)).response.changes
    assert [(one.ref, one.after) for one in flags] == [("fast", "true")]
    further_back = narrowed(services=("checkout",), window=Window(start=at(-9000), end=at(1200)))
    assert [one.ref for one in (await ask(provider, "changes", further_back)).response.changes] == ["old"]


async def test_a_change_between_baseline_and_window_counts(provider):
    gap = narrowed(baseline=Window(start=at(0), end=at(100)), window=Window(start=at(1000), end=at(1200)))
    assert [one.ref for one in (await ask(provider, "changes", gap)).response.changes] == ["v2"]
    nothing = narrowed(baseline=None, window=Window(start=at(5), end=at(5)))
    assert (await ask(provider, "changes", nothing)).response.changes == []


async def test_topology_comes_from_its_file(provider):
    edges = (await ask(provider, "topology", narrowed(services=("db",)))).response.edges
    assert [(one.caller, one.callee) for one in edges] == [("cart", "db")]


async def test_rows_over_the_limit_are_cut_and_reported(provider):
    for domain, left_out in (("metrics", 5), ("logs", 0), ("traces", 5)):
        fetched = await ask(provider, domain, narrowed(rows_max=3))
        expected = f"more than 3 rows: {left_out} were left out" if left_out else ""
        assert fetched.partial == expected
        assert list(fetched.problems) == ([expected] if expected else [])


async def test_broken_lines_are_named_by_file_and_line(pack, provider):
    with (pack / "logs.ndjson").open("a") as file:
        file.write('{"time": 1, "service": "cart"\n')
    fetched = await ask(provider, "logs", QUERY)
    assert len(fetched.response.messages) == 3
    assert [problem.split(": ")[0] for problem in fetched.problems] == ["logs.ndjson:4"]
    assert (await ask(provider, "metrics", QUERY)).problems == ()


@pytest.mark.parametrize("domain", PACK_DOMAINS)
async def test_what_the_pack_does_not_have_is_said(tmp_path, domain):
    bare = write_pack(tmp_path / "bare", meta=META, signal={"source": "generic", "body": {}})
    async with made(of(bare)) as provider:
        with pytest.raises(ProviderError, match=f"this pack has no {domain}") as failed:
            await ask(provider, domain, QUERY)
        assert failed.value.kind == "unsupported"


async def test_other_domains_and_other_folders(provider, tmp_path):
    with pytest.raises(ProviderError, match="packs have no chat"):
        await ask(provider, "chat", QUERY)
    await provider.probe()
    async with made(of(tmp_path / "none")) as missing:
        with pytest.raises(ProviderError, match="not a folder") as failed:
            await ask(missing, "logs", QUERY)
        assert not failed.value.passing
        with pytest.raises(ProviderError, match="no such pack"):
            await missing.probe()


def test_the_shelf_keeps_few_packs_and_notices_a_new_recording(tmp_path):
    signal = {"source": "generic", "body": {}}
    paths = [write_pack(tmp_path / name, meta=META, signal=signal) for name in "abc"]
    shelf = PackShelf(2)
    first = shelf.get(paths[0])
    assert shelf.get(paths[0]) is first
    for path in paths[1:]:
        shelf.get(path)
    assert shelf.get(paths[0]) is not first
    again = shelf.get(paths[0])
    write_pack(paths[0], meta=META, signal=signal, topology=[("a", "b")])
    assert shelf.get(paths[0]) is not again
    assert shelf.get(paths[0]).pack.topology() == [("a", "b")]


async def test_what_was_wrong_is_looked_at_while_nobody_reads_another_file(pack, monkeypatch):
    opened, looked = [], []
    get = PackShelf.get
    monkeypatch.setattr(PackShelf, "get", lambda shelf, path: opened.append(get(shelf, path)) or opened[-1])
    monkeypatch.setattr(Pack, "problems", property(lambda _: looked.append(opened[-1].lock.locked()) or []))
    async with made(of(pack)) as provider:
        await ask(provider, "changes", QUERY)
    assert looked == [True]
