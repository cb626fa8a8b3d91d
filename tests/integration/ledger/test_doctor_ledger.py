import pytest
from inquest.cli.doctor_ledger import ledger_finding
from inquest.testkit.redis import RedisServer


async def test_the_bus_needs_no_look():
    found = await ledger_finding()
    assert (found.status, found.text) == ("ok", "on the bus")


async def test_a_redis_that_may_forget_is_a_warning_and_a_dead_one_a_failure(redis_server, monkeypatch):
    monkeypatch.setenv("INQUEST_LEDGER_URL", redis_server.url)
    found = await ledger_finding()
    assert found.status == "warn"
    assert "appendonly yes" in found.text
    await redis_server.kill()
    assert (await ledger_finding()).status == "fail"


async def test_a_redis_that_keeps_things_is_well(tmp_path, monkeypatch):
    server = RedisServer(tmp_path / "redis", durable=True)
    await server.start()
    monkeypatch.setenv("INQUEST_LEDGER_URL", server.url)
    try:
        assert (await ledger_finding()).status == "ok"
    finally:
        await server.kill()


@pytest.mark.parametrize(
    "settings", [{"URL": "memcached://x"}, {"URL": "redis://h", "PASSWORD_FILE": "/nowhere"}, {"URL": "redis://h:port"}]
)
async def test_wrong_settings_are_told(monkeypatch, settings):
    for name, value in settings.items():
        monkeypatch.setenv(f"INQUEST_LEDGER_{name}", value)
    assert (await ledger_finding()).status == "fail"
