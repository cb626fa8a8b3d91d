"""Crash points: before and after each effect, a place where a process can be told to die without warning.

For tests alone. `INQUEST_CRASH_AT=<name>:<nth>` kills this process (SIGKILL) the nth time it passes a point;
`INQUEST_PAUSE_AT=<name>:<nth>` stops it there (SIGSTOP) until somebody lets it go on;
`INQUEST_CRASH_LOG=<file>` appends a line for each point that is passed: its name, the time of the machine's monotonic
clock, and which message, step or call of a step a handler had. With neither, everything here returns
what it was given: nothing is wrapped. A name is `<effect>.<of what>.<before|after|failed>`, such as
`publish.investigation-recorded.after`, `kv.gateway-journal.update.before`, `ack.planner-steps.after`.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import cache
from typing import Any, ParamSpec, TypeVar, cast

from inquest.bus.port import BusPort, Delivery, Outgoing, Published
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import CapabilityTask, ToolRequest

CRASH_AT = "INQUEST_CRASH_AT"
PAUSE_AT = "INQUEST_PAUSE_AT"
CRASH_LOG = "INQUEST_CRASH_LOG"

P = ParamSpec("P")
ResultT = TypeVar("ResultT")
TargetT = TypeVar("TargetT")

_KV_EFFECTS = ("create", "update", "put", "delete")


class Points:
    """Counts what this process passes, writes it down, and dies or stops where it was told to."""

    def __init__(self, crash_at: str, log_file: str, pause_at: str = "") -> None:
        told = {signal.SIGKILL: crash_at, signal.SIGSTOP: pause_at}
        self._ends = {at: number for number, at in told.items() if at}
        self._log = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if log_file else None
        self._passed: Counter[str] = Counter()

    def passing(self, name: str, about: str = "") -> None:
        """Pass a point; does not return from the one where this process ends."""
        self._passed[name] += 1
        if self._log is not None:
            with suppress(OSError):  # the disk may be full on purpose
                os.write(self._log, f"{name} {time.monotonic():.3f} {about}\n".encode())
        number = self._ends.get(f"{name}:{self._passed[name]}") if self._ends else None
        if number is not None:
            os.kill(os.getpid(), number)


@cache
def points() -> Points | None:
    """Return what the environment asked for when this was first called; None: nothing."""
    told = tuple(os.environ.get(name, "") for name in (CRASH_AT, CRASH_LOG, PAUSE_AT))
    return Points(*told) if any(told) else None


def around(
    label: str | Callable[..., str],
    effect: Callable[P, Awaitable[ResultT]],
    about: Callable[..., str] = lambda *_, **__: "",
) -> Callable[P, Awaitable[ResultT]]:
    """Return the effect with a point before and after it; the effect itself where no point is asked for.

    A callable label makes the name from the effect's arguments, and `about` what is written down beside it.
    """
    found = points()
    if found is None:
        return effect

    async def watched(*args: P.args, **kwargs: P.kwargs) -> ResultT:
        name = label if isinstance(label, str) else label(*args, **kwargs)
        what = about(*args, **kwargs)
        found.passing(f"{name}.before", what)
        try:
            result = await effect(*args, **kwargs)
        except BaseException:
            found.passing(f"{name}.failed", what)
            raise
        found.passing(f"{name}.after", what)
        return result

    return watched


def watch(target: TargetT, label: str, *methods: str) -> TargetT:
    """Return the object with points around these of its methods; itself where no point is asked for."""
    if points() is None:
        return target
    wrapped = {name: around(f"{label}.{name}", getattr(target, name)) for name in methods}
    return cast("TargetT", _Watched(target, wrapped))


def watch_bus(bus: BusPort) -> BusPort:
    """Return the bus with points around everything that has an effect; itself where no point is asked for."""
    found = points()
    if found is None:
        return bus

    def drawn(items: Iterable[Outgoing]) -> Iterator[Outgoing]:
        for item in items:  # each item of a pipeline is a point of its own: the ones before it may be stored
            found.passing(f"pipeline.{item.subject.name}.before")
            yield item

    async def many(items: Iterable[Outgoing]) -> int:
        return await bus.publish_many(drawn(items))

    async def each(items: Iterable[Outgoing]) -> list[Published | InquestError]:
        return await bus.publish_each(drawn(items))

    return cast(
        "BusPort",
        _Watched(
            bus,
            {
                "publish": around(lambda subject, /, *_, **__: f"publish.{subject.name}", bus.publish),
                "publish_batch": around(lambda items, /: f"batch.{items[-1].subject.name}", bus.publish_batch),
                "publish_many": around("pipeline", many),
                "publish_each": around("pipeline", each),
                "bury": around("bury", bus.bury),
                "remove": around(lambda stream, _, /: f"remove.{stream}", bus.remove),
                "purge_keys": around(lambda bucket, /, *_: f"purge.{bucket.name}", bus.purge_keys),
                "purge": around(lambda subject, /, **_: f"purge.{subject.name}", bus.purge),
                "request": around(lambda subject, /, *_, **__: f"request.{subject.name}", bus.request),
                "schedule": around(lambda timer, /, *_, **__: f"schedule.{timer.name}", bus.schedule),
                "add": around(lambda *tokens, **_: f"counter.{tokens[-1]}", bus.add),
                "handle": lambda row, handler: bus.handle(row, around(f"handle.{row.durable}", handler, _message)),
                "handle_batch": lambda row, handler: bus.handle_batch(row, around(f"handle.{row.durable}", handler)),
                "handle_doorsteps": lambda handler: bus.handle_doorsteps(around("handle.intake-outside", handler)),
                "reply": lambda subject, replier: bus.reply(subject, around(f"reply.{subject.name}", replier, _call)),
                "kv": lambda bucket: watch(bus.kv(bucket), f"kv.{bucket.name}", *_KV_EFFECTS),
                "objects": lambda bucket: watch(bus.objects(bucket), f"objects.{bucket.name}", "put"),
            },
        ),
    )


def _message(message: Any, delivery: Delivery) -> str:
    is_step = isinstance(message, CapabilityTask)
    return str(message.step_id) if is_step else f"{delivery.stream}:{delivery.stream_seq}"


def _call(request: Any) -> str:
    return f"{request.step_id}:{request.domain}" if isinstance(request, ToolRequest) else ""


class _Watched:
    """Stands for an object; some of its methods are replaced."""

    def __init__(self, target: object, replaced: Mapping[str, Callable[..., Any]]) -> None:
        self._target = target
        self._replaced = replaced

    def __getattr__(self, name: str) -> Any:
        return self._replaced.get(name) or getattr(self._target, name)
