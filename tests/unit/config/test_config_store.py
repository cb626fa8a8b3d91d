import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from inquest.config import Config, ConfigCache, ConfigStore, Revision
from inquest.config.store import _Envelope, _pack
from inquest.contracts.errors import Conflict, Impossible, NotFound, RetryLater
from inquest.contracts.payloads import encode
from inquest.testkit.fixtures import until

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ONE = Config.model_validate({"tenants": {"one": {}}})
TWO = Config.model_validate({"tenants": {"two": {}}})


@dataclass(frozen=True)
class Value:
    value: bytes
    revision: int


class FakeKeys:
    """A key-value bucket in a dict."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self.changes: asyncio.Queue[Value] = asyncio.Queue()

    async def get(self, key: str) -> Value | None:
        return self.values.get(key)

    async def create(self, key: str, value: bytes) -> int:
        if key in self.values:
            raise Conflict(key)
        return self._set(key, value, 1)

    async def update(self, key: str, value: bytes, revision: int) -> int:
        if self.values[key].revision != revision:
            raise Conflict(key)
        return self._set(key, value, revision + 1)

    def _set(self, key: str, value: bytes, revision: int) -> int:
        self.values[key] = Value(value, revision)
        if key == "current":
            self.changes.put_nowait(self.values[key])
        return revision

    async def watch(self, key: str) -> AsyncIterator[Value]:
        assert key == "current"
        while True:
            yield await self.changes.get()


def unreadable(number: int) -> bytes:
    config = '{"tenants": {"a": {"mode": "sideways"}}}'
    return encode(_Envelope(number=number, applied_by="x", applied_at=NOW, config_json=config)).data


async def test_nothing_applied_is_revision_zero_with_the_default():
    store = ConfigStore(FakeKeys())
    assert await store.current() == Revision(number=0, config=Config())
    assert (await store.at(0)).config == Config()
    with pytest.raises(NotFound, match="revision 3 does not exist; the newest is 0"):
        await store.at(3)


async def test_each_change_is_a_revision_and_no_change_is_none():
    store = ConfigStore(FakeKeys())
    first = await store.apply(ONE, "ann", NOW)
    again = await store.apply(ONE, "bob", NOW)
    second = await store.apply(TWO, "bob", NOW, expect=1)
    assert (first.number, again, second.number) == (1, first, 2)
    assert (await store.current()).config == TWO
    assert (await store.at(1)).config == ONE
    assert (await store.at(2)).applied_by == "bob"


async def test_what_did_not_change_is_not_parsed_again():
    store = ConfigStore(FakeKeys())
    await store.apply(ONE, "ann", NOW)
    first = await store.current()
    assert await store.current() is first
    assert await anext(store.watch()) is first
    await store.apply(TWO, "ann", NOW)
    assert (await store.current()).config == TWO


async def test_the_built_in_default_can_be_applied():
    assert (await ConfigStore(FakeKeys()).apply(Config(), "ann", NOW)).number == 1


async def test_an_apply_on_top_of_somebody_elses_is_refused():
    store = ConfigStore(FakeKeys())
    await store.apply(ONE, "ann", NOW)
    with pytest.raises(Conflict, match="revision 1 is current, not 0"):
        await store.apply(TWO, "bob", NOW, expect=0)


async def test_a_revision_survives_a_writer_that_died_before_keeping_it():
    keys = FakeKeys()
    store = ConfigStore(keys)
    await store.apply(ONE, "ann", NOW)
    del keys.values["rev.1"]
    assert (await store.at(1)).config == ONE
    await store.apply(TWO, "ann", NOW)
    assert (await store.at(1)).config == ONE


async def test_fields_of_a_newer_writer_are_dropped_and_nonsense_is_refused():
    keys = FakeKeys()
    newer = _Envelope(number=4, applied_by="x", applied_at=NOW, config_json='{"tenants": {"a": {"later": 1}}}')
    await keys.create("current", encode(newer).data)
    assert "a" in (await ConfigStore(keys).current()).config.tenants
    keys.values["current"] = Value(unreadable(5), 2)
    with pytest.raises(Impossible, match="revision 5 cannot be read by this version"):
        await ConfigStore(keys).current()


async def test_a_configuration_that_does_not_fit_says_so(monkeypatch):
    monkeypatch.setattr("inquest.config.store.STORED_BYTES_MAX", 10)
    with pytest.raises(Impossible, match="at most 10 fit"):
        await ConfigStore(FakeKeys()).apply(ONE, "ann", NOW)


async def test_the_cache_follows_and_pins_and_tells():
    keys, seen = FakeKeys(), asyncio.Queue[int]()
    store = ConfigStore(keys)
    cache = ConfigCache(store, lambda revision: seen.put_nowait(revision.number))
    assert cache.current.number == 0
    await store.apply(ONE, "ann", NOW)
    await cache.start()
    assert (await seen.get(), cache.current.config) == (1, ONE)
    follower = asyncio.create_task(cache.follow())
    await store.apply(TWO, "ann", NOW)
    assert (await seen.get(), cache.current.config) == (2, TWO)
    assert (await cache.at(2)).config == TWO
    assert (await cache.at(1)).config == ONE
    del keys.values["rev.1"]
    assert (await cache.at(1)).config == ONE
    await cache.ping()

    keys._set("current", unreadable(3), 9)
    await until(lambda: cache._problem is not None)
    with pytest.raises(RetryLater, match="revision 3 cannot be read"):
        await cache.ping()
    assert cache.current.number == 2
    follower.cancel()


class Silent(FakeKeys):
    """A bucket whose watch has fallen silent, and which is away now and then."""

    away = False
    asked = 0

    async def get(self, key: str) -> Value | None:
        self.asked += 1
        if self.away:
            raise RetryLater("the server is away")
        return await super().get(key)

    async def watch(self, key: str) -> AsyncIterator[Value]:
        await asyncio.Event().wait()
        yield self.values[key]


def polled(keys: FakeKeys) -> tuple[ConfigStore, ConfigCache, asyncio.Queue[int]]:
    """Return a store, a cache that polls it without rest, and the numbers that the cache took."""
    seen = asyncio.Queue[int]()
    store = ConfigStore(keys)
    return store, ConfigCache(store, lambda revision: seen.put_nowait(revision.number), poll_s=0.001), seen


async def test_a_watch_that_fell_silent_is_made_up_for():
    keys = Silent()
    store, cache, seen = polled(keys)
    follower = asyncio.create_task(cache.follow())
    await store.apply(ONE, "ann", NOW)
    assert await seen.get() == 1
    keys.away = True
    asked = keys.asked
    await until(lambda: keys.asked > asked)
    keys.away = False
    keys._set("current", unreadable(2), 9)
    await until(lambda: cache._problem is not None)
    assert not follower.done()
    follower.cancel()


async def test_a_backup_that_was_restored_is_followed_back():
    keys = Silent()
    store, cache, seen = polled(keys)
    await store.apply(ONE, "ann", NOW)
    backup = dict(keys.values)
    await store.apply(TWO, "ann", NOW)
    await cache.start()
    assert await seen.get() == 2
    assert (await cache.at(1)).config == ONE
    follower = asyncio.create_task(cache.follow())
    keys.values.clear()
    asked = keys.asked
    await until(lambda: keys.asked > asked + 3)
    assert cache.current.number == 2  # what is gone altogether does not make a default of it
    keys.values.update(backup)
    assert await seen.get() == 1
    assert cache.current.config == ONE
    other = Config.model_validate({"tenants": {"other": {}}})
    await store.apply(other, "bob", NOW)
    assert await seen.get() == 2
    assert (await cache.at(2)).config == other
    follower.cancel()


async def test_one_late_answer_does_not_take_a_service_back():
    keys = Silent()
    store, cache, seen = polled(keys)
    await store.apply(ONE, "ann", NOW)
    one = await store.current()
    await cache.start()
    follower = asyncio.create_task(cache.follow())
    asked = keys.asked
    await until(lambda: keys.asked > asked + 2)  # polls that rightly read what is current
    keys.away = True
    asked = keys.asked
    await until(lambda: keys.asked > asked + 2)
    cache._learn(Revision(number=2, config=TWO))  # the watch is faster than the poll
    follower.cancel()
    keys.away = False
    follower = asyncio.create_task(cache.follow())
    answers = iter([one])
    late = store.current
    store.current = lambda: late_once(answers, keys, late)
    asked = keys.asked
    await until(lambda: keys.asked > asked + 2)
    assert cache.current.number == 2
    assert [seen.get_nowait() for _ in range(seen.qsize())] == [1, 2]
    follower.cancel()


async def late_once(answers, keys, current):
    """Answer late once, then say that the server is away."""
    for answer in answers:
        return answer
    keys.away = True
    return await current()


async def test_a_pin_of_before_a_restore_is_forgotten():
    store = ConfigStore(FakeKeys())
    cache = ConfigCache(store)
    for config in (ONE, TWO):
        await store.apply(config, "ann", NOW)
    cache._learn(await store.current())
    assert (await cache.at(1)).config == ONE
    store._kv.values["rev.1"] = Value(_pack(Revision(number=1, config=TWO)), 1)
    cache._learn(await store.at(1))  # as a watch sees it
    assert (await cache.at(1)).config == TWO


class Lagging(Silent):
    """A bucket of which every other read shows what was current before."""

    old: Value | None = None

    async def get(self, key: str) -> Value | None:
        found = await super().get(key)
        return self.old if self.old and self.asked % 2 else found


async def test_what_was_current_until_a_moment_ago_is_not_taken_back():
    keys = Lagging()
    store, cache, seen = polled(keys)
    await store.apply(ONE, "ann", NOW)
    old = keys.values["current"]
    await store.apply(TWO, "ann", NOW)
    await cache.start()
    keys.old = old
    follower = asyncio.create_task(cache.follow())
    asked = keys.asked
    await until(lambda: keys.asked > asked + 8)
    assert (cache.current.number, seen.qsize()) == (2, 1)
    follower.cancel()


async def test_the_cache_keeps_a_bounded_number_of_pinned_revisions(monkeypatch):
    monkeypatch.setattr("inquest.config.store._PINNED_MAX", 1)
    store = ConfigStore(FakeKeys())
    for number in range(3):
        await store.apply(Config.model_validate({"tenants": {f"t{number}": {}}}), "ann", NOW)
    cache = ConfigCache(store)
    await cache.start()
    await cache.at(1)
    await cache.at(2)
    assert list(cache._pinned) == [2]
