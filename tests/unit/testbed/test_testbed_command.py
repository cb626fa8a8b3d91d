import random
import signal

import httpx
import pytest
from inquest.packs import PackMeta, TimeRange, write_pack
from inquest.testbed import load, main
from inquest.testbed.alerts import Alert
from inquest.testbed.scenario import RecordingError, fault_names

ALERT = Alert(1500.0, "checkout", "error_ratio", 0.5, 0.05)


@pytest.fixture(autouse=True)
def _handlers_stay():
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture
def recorded(monkeypatch):
    """Records nothing, but writes a pack; fails for disk-full and is interrupted at memory-leak."""
    names = []

    def record(fault, out, tell, seconds):
        names.append(fault.name)
        tell(f"{seconds:.0f} seconds")
        if fault.name == "disk-full":
            raise RecordingError("no alert rule fired")
        if fault.name == "memory-leak":
            raise KeyboardInterrupt
        meta = PackMeta(id="a", title="t", window=TimeRange(1000.0, 2000.0))
        time = 5.0 if fault.name == "poison-data" else 1500.0
        logs = [{"time": time, "service": "a", "message": "m"}]
        write_pack(out, meta=meta, signal={"source": "generic", "body": {}}, logs=logs)
        return ALERT

    monkeypatch.setattr(main, "record", record)
    return names


def test_one_pack_is_recorded_and_told(recorded, tmp_path, capsys):
    assert main.main(["record", "pool-exhausted", str(tmp_path / "a"), "--seconds", "30"]) == 0
    told = capsys.readouterr()
    assert "paged: checkout: 50% of requests fail" in told.err
    assert "30 seconds" in told.err
    assert told.out.endswith("a: 0 kB\n")
    assert recorded == ["pool-exhausted"]


def test_failures_have_a_status_and_a_message(recorded, tmp_path, capsys):
    assert main.main(["record", "disk-full", str(tmp_path)]) == 1
    assert main.main(["record", "poison-data", str(tmp_path)]) == 1
    assert main.main(["record", "memory-leak", str(tmp_path)]) == 130
    told = capsys.readouterr().err
    assert "inquest-testbed: no alert rule fired" in told
    assert "logs.ndjson:1: time 5.0 lies outside" in told
    assert "every process was stopped" in told
    with pytest.raises(SystemExit):
        main.main(["record", "disk-full", str(tmp_path), "--seconds", "2"])
    assert len(recorded) == 3


def test_all_that_are_missing_are_recorded_into_two_halves(recorded, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(main, "fault_names", lambda: ["disk-full", "lock-held", "pool-exhausted"])
    assert main.main(["record-all", str(tmp_path)]) == 1
    assert recorded == ["disk-full", "lock-held"]
    assert "not recorded: disk-full" in capsys.readouterr().err
    assert (tmp_path / main.split_of("lock-held") / "lock-held" / "pack.yaml").exists()
    monkeypatch.setattr(main, "fault_names", lambda: ["lock-held"])
    assert main.main(["record-all", str(tmp_path)]) == 0
    assert recorded == ["disk-full", "lock-held"]


def test_the_faults_are_listed(capsys):
    assert main.main(["faults"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == fault_names()


async def test_people_browse_and_order_and_crawlers_want_products_and_buyers_order():
    asked = []

    def answer(request):
        asked.append(f"{request.method} {request.url.path}")
        if len(asked) % 10 == 0:
            raise httpx.ConnectError("gone")
        return httpx.Response(200, json={})

    rng = random.Random(1)
    transport = httpx.MockTransport(answer)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        for _ in range(60):
            await load._visit(client, rng, "people")
        mixed, asked[:] = list(asked), []
        for _ in range(20):
            await load._visit(client, rng, "crawlers")
        crawled, asked[:] = list(asked), []
        await load._visit(client, rng, "buyers")
    assert {"POST /checkout", "GET /"} <= set(mixed)
    assert all(one.startswith("GET /product/") for one in crawled)
    assert asked == ["POST /checkout"]


def test_who_comes_is_read_from_the_surroundings(tmp_path):
    world = tmp_path / "world.yaml"
    world.write_text("load_per_s: 10\nbuyers_per_s: 4\n")
    assert load._load(world) == {"people": 10, "crawlers": 0, "buyers": 4}


def test_gaps_fill_their_second_and_orders_are_whole():
    rng = random.Random(2)
    gaps = [load._gaps(rng, 50, 1.0) for _ in range(40)]
    assert 30 < sum(map(len, gaps)) / 40 < 70
    orders = [load._order(rng) for _ in range(300)]
    declined = sum(order["card"].endswith("0") for order in orders)
    assert 5 < declined < 40
    assert all(1 <= len(order["items"]) <= 3 for order in orders)
