"""The keyring is taken up as it changes, and nothing is lost where it is missing."""

from datetime import UTC, datetime

import pytest
from inquest.config.keyring import Keyring
from inquest.config.secrets import SecretUnavailable
from inquest.contracts.errors import Impossible, RetryLater
from inquest.intake.adapters.vault import DERIVED_MAX, FRESH_S, Vault
from inquest.intake.domain.sealing import About, Content
from structlog.testing import capture_logs

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ABOUT = About("acme", "generic", "d1")
CONTENT = Content(b"body", {"a": "b"})


class World:
    """A keyring behind a reference, and a clock."""

    def __init__(self, ring: Keyring | None) -> None:
        self.text = ring.render() if ring else None
        self.now_s = 0.0
        self.vault = Vault("file:/keys", self.resolve, lambda: self.now_s)

    def resolve(self, _: str) -> str:
        if self.text is None:
            raise SecretUnavailable("secret file:/keys cannot be read")
        return self.text


async def test_a_new_key_seals_from_now_on_and_the_old_one_still_opens():
    ring = Keyring.begin(NOW)
    world = World(ring)
    await world.vault.start()
    old_id, old = world.vault.seal(ABOUT, CONTENT)
    rotated = ring.rotated(NOW)
    world.text = rotated.render()
    assert world.vault.seal(ABOUT, CONTENT)[0] == old_id  # not looked at yet
    world.now_s += FRESH_S
    new_id, new = world.vault.seal(ABOUT, CONTENT)
    assert (old_id, new_id) == (ring.current, rotated.current)
    assert world.vault.open(ABOUT, old) == world.vault.open(ABOUT, new) == CONTENT
    with pytest.raises(Impossible):
        world.vault.open(About("beta", "generic", "d1"), new)


async def test_a_key_that_another_replica_uses_already_is_looked_for_at_once():
    ring = Keyring.begin(NOW)
    ahead, behind = World(ring.rotated(NOW)), World(ring)
    _, data = ahead.vault.seal(ABOUT, CONTENT)
    with pytest.raises(RetryLater, match="is not in the keyring: put it back") as waits:
        behind.vault.open(ABOUT, data)
    assert waits.value.after_s > 0
    behind.text = ahead.text
    assert behind.vault.open(ABOUT, data) == CONTENT


async def test_a_retired_key_opens_nothing_more():
    ring = Keyring.begin(NOW)
    world = World(ring.rotated(NOW))
    _, data = World(ring).vault.seal(ABOUT, CONTENT)
    assert world.vault.open(ABOUT, data) == CONTENT
    world.text = ring.rotated(NOW).without(ring.current).render()
    world.now_s += FRESH_S
    with pytest.raises(RetryLater, match=ring.current):
        world.vault.open(ABOUT, data)


async def test_without_a_keyring_nothing_starts_and_one_that_is_lost_goes_on_from_memory():
    world = World(None)
    with pytest.raises(RetryLater, match="keyring of raw deliveries: secret file:/keys cannot be read"):
        await world.vault.start()
    with pytest.raises(RetryLater):
        await world.vault.ping()
    world.text = Keyring.begin(NOW).render()
    _, data = world.vault.seal(ABOUT, CONTENT)
    for damage in (None, "no keyring"):
        world.text = damage
        world.now_s += FRESH_S
        with capture_logs() as logs:
            assert world.vault.open(ABOUT, data) == CONTENT
        assert [line["event"] for line in logs] == ["raw_keys_unreadable"]
        await world.vault.ping()


async def test_no_encryption_is_said_aloud_and_opens_nothing_sealed():
    _, sealed = World(Keyring.begin(NOW)).vault.seal(ABOUT, CONTENT)
    vault = Vault("none", lambda _: pytest.fail("nothing is resolved"))
    with capture_logs() as logs:
        await vault.start()
    assert [(line["event"], line["log_level"]) for line in logs] == [("raw_deliveries_unencrypted", "warning")]
    key_id, data = vault.seal(ABOUT, CONTENT)
    assert (key_id, vault.open(ABOUT, data)) == ("none", CONTENT)
    assert vault.name("delivery", "acme", "x") == vault.name("delivery", "acme", "x")
    await vault.ping()
    with pytest.raises(RetryLater, match="INQUEST_RAW_KEYS_REF is none"):
        vault.open(ABOUT, sealed)
    assert World(Keyring.begin(NOW)).vault.open(ABOUT, data) == CONTENT  # encryption was switched on since


async def test_derived_keys_are_bounded():
    world = World(Keyring.begin(NOW))
    for number in range(DERIVED_MAX + 1):
        world.vault.seal(About(f"t{number}", "generic", "d"), CONTENT)
    assert len(world.vault._derived) <= DERIVED_MAX
