"""The keyring: rotated, retired, written whole and for its owner alone; never repeated in an error."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from inquest.config.keyring import KEYS_MAX, Keyring, begin_in, write
from inquest.contracts.errors import Impossible, NotFound

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_rotated_keyring_keeps_its_old_keys_until_they_are_retired():
    first = Keyring.begin(NOW)
    second = first.rotated(NOW)
    assert list(second.keys) == [first.current, second.current]
    assert Keyring.parse(second.render()) == second
    assert second.without(first.current).keys == {second.current: second.keys[second.current]}
    with pytest.raises(Impossible, match="is the current key"):
        second.without(second.current)
    with pytest.raises(NotFound):
        second.without("k-0")


def test_it_has_a_limit():
    ring = Keyring.begin(NOW)
    while len(ring.keys) < KEYS_MAX:
        ring = ring.rotated(NOW)
    with pytest.raises(Impossible, match="retire those"):
        ring.rotated(NOW)


def test_what_is_wrong_is_told_without_a_key():
    ring = Keyring.begin(NOW)
    whole = ring.render()
    secret = whole.split('"secret": "')[1].split('"')[0]
    other = Keyring.begin(NOW)
    wrong = (
        whole.replace(secret, secret[:20]),
        whole.replace('"current": "k', '"current": "x'),
        whole.replace(secret, other.render().split('"secret": "')[1].split('"')[0]),
        whole[:-3],
        "{}",
        secret,
    )
    for text in wrong:
        with pytest.raises(Impossible, match="not a keyring") as told:
            Keyring.parse(text)
        assert secret[:12] not in str(told.value)
    assert secret not in repr(ring)


def test_it_is_written_for_its_owner_alone_and_never_over_another(tmp_path: Path):
    path = begin_in(tmp_path, NOW)
    assert path.stat().st_mode & 0o777 == 0o600
    before = path.read_text()
    assert begin_in(tmp_path, NOW).read_text() == before
    with pytest.raises(FileExistsError):
        write(path, Keyring.begin(NOW), fresh=True)
    ring = Keyring.parse(before).rotated(NOW)
    write(path, ring)
    assert Keyring.parse(path.read_text()) == ring
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in path.parent.iterdir()] == [path.name]
