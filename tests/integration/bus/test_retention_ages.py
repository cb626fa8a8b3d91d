"""What the configuration says of how long things are kept, on a real server."""

from datetime import UTC, datetime

from inquest.bus.bus import Bus
from inquest.bus.topology import AS_THE_TABLE_SAYS, apply, drift, keep
from inquest.cli.topology import apply_as_configured, drift_as_configured
from inquest.config import Config, ConfigStore
from inquest.config.retention import RetentionConfig
from inquest.contracts import subjects as s
from inquest.contracts.streams import DAY_S
from inquest.contracts.topology import CONFIG, DELIVERIES
from inquest.testkit.fixtures import until

DAY = RetentionConfig(ingest_days=1).ages()


async def _max_age(bus: Bus, stream: str) -> float:
    return float((await bus.connection.js.stream_info(stream)).config.max_age or 0)


async def test_ages_are_set_alone_and_a_topology_that_is_applied_later_keeps_them(bus: Bus) -> None:
    config = (await bus.connection.js.stream_info("SIGNALS")).config
    config.max_bytes = 12345
    await bus.connection.js.update_stream(config)
    assert set(await keep(bus.connection, DAY)) == {"INGEST", "deliveries"}
    assert await keep(bus.connection, DAY) == ()
    assert await _max_age(bus, "INGEST") == await _max_age(bus, "OBJ_deliveries") == DAY_S
    assert (await bus.connection.js.stream_info("SIGNALS")).config.max_bytes == 12345
    changed = {row.name for row in await drift(bus.connection, ages=AS_THE_TABLE_SAYS) if row.state != "same"}
    assert changed == {"INGEST", "deliveries", "SIGNALS"}

    configured = Config(retention=RetentionConfig(ingest_days=1))
    await ConfigStore(bus.kv(CONFIG)).apply(configured, "ann", datetime.now(UTC))
    assert [row.name for row in await drift_as_configured(bus) if row.state != "same"] == ["SIGNALS"]
    await apply_as_configured(bus)
    assert await _max_age(bus, "INGEST") == DAY_S
    assert {row.state for row in await drift_as_configured(bus)} == {"same"}
    await apply(bus.connection)
    assert await _max_age(bus, "OBJ_deliveries") == 14 * DAY_S


async def test_what_is_too_old_is_gone(bus: Bus) -> None:
    await bus.publish(s.INGEST_DELIVERY, b"x", source="generic", tenant="acme")
    await bus.objects(DELIVERIES).put("acme", b"y" * 300_000)
    await keep(bus.connection, {"INGEST": 1.0, "deliveries": 1.0})

    async def gone() -> bool:
        found = [await bus.connection.js.stream_info(name) for name in ("INGEST", "OBJ_deliveries")]
        return not any(info.state.messages for info in found)

    await until(gone)
