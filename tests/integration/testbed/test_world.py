"""One process of the shop, started, asked, replaced and stopped."""

import socket
import time

import pytest
import yaml
from inquest.testbed import world as worlds
from inquest.testbed.repository import Repository
from inquest.testbed.scenario import RecordingError, load_fault
from inquest.testbed.world import World, node_of


@pytest.fixture
def world(tmp_path):
    made = made_world(tmp_path)
    yield made
    made.stop_all()


def made_world(tmp_path, **options):
    fault = load_fault("pool-exhausted").model_copy(update=options)
    return World(tmp_path / "world", Repository(tmp_path / "shop", tmp_path / "releases"), fault)


def test_the_database_answers_refuses_and_keeps_its_rows_over_a_deploy(world):
    world.start("inventory")
    world.start("ordersdb")
    world.query("UPDATE stock SET free = 5 WHERE product_id = 1")
    with pytest.raises(RecordingError, match="no such table"):
        world.query("SELECT * FROM empty")
    world.deploy("inventory")
    assert world.version_of["inventory"] == 43
    world.check_alive()
    world.stop_all()
    logs = (path.read_text() for path in world.telemetry.glob("inventory-*.logs"))
    assert sorted("v1.42" in text for text in logs) == [False, True]


def test_a_service_that_cannot_start_says_why(world):
    broken = world.repository.config_file("inventory")
    broken.write_text("pool: {}\n")
    with pytest.raises(RecordingError, match="inventory ended with status"):
        world.start("inventory")
    with pytest.raises(RecordingError, match="inventory ended"):
        world.check_alive()


def test_a_killed_service_is_gone_and_a_neighbour_joins_its_node(world):
    world.start("nameserver")
    port = world._ports["nameserver"]
    world.stop("nameserver")
    world.check_alive()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.bind(("127.0.0.1", port))
    assert node_of("recommend") == "node-b"
    world.burn("recommend", 1)
    members = (world.folder / "node-b.members").read_text().split()
    assert members[0] == "1"
    assert world._others[0].poll() is None
    world.stop_all()
    assert world._others[0].poll() is not None


def test_the_surroundings_are_merged(world):
    world.change({"flags": {"a": True}})
    world.change({"flags": {"b": False}, "load_per_s": 3})
    told = yaml.safe_load((world.folder / "world.yaml").read_text())
    assert told["flags"] == {"a": True, "b": False}
    assert told["load_per_s"] == 3
    assert told["zone"]


def test_a_lock_that_is_held_keeps_others_from_writing(world):
    world.start("ordersdb")
    world.hold_lock()
    with pytest.raises(RecordingError, match="database is locked"):
        world.query("UPDATE stock SET free = 5 WHERE product_id = 1")
    world.stop_all()


def test_a_service_that_is_not_instrumented_exports_nothing(tmp_path):
    silent = made_world(tmp_path, silent=("inventory",))
    try:
        silent.start("ordersdb")
        silent.start("inventory")
    finally:
        silent.stop_all()
    found = {path.name.split("-")[0] for path in silent.telemetry.iterdir() if path.stat().st_size}
    assert found == {"ordersdb"}


def test_a_service_over_its_memory_limit_is_killed_and_started_again(world, monkeypatch):
    monkeypatch.setattr(worlds, "BACK_OFF_S", 0.0)
    world.start("recommend")
    first = world._running["recommend"]
    world.enforce_memory_limits()
    assert world._running["recommend"] is first
    running = world.release_of["recommend"] / "config/recommend.yaml"
    running.write_text("rounds: 120\nmemory_limit_mb: 1\n")
    world.enforce_memory_limits()
    assert first.poll() is not None
    assert "recommend" not in world._running
    running.write_text("rounds: 120\nmemory_limit_mb: 256\n")
    world.enforce_memory_limits()
    again = world._running["recommend"]
    world._await_ready("recommend", again)
    assert world.version_of["recommend"] == 42


def test_stopping_is_quick(world):
    world.start("ordersdb")
    started = time.monotonic()
    world.stop_all()
    assert time.monotonic() - started < 4
