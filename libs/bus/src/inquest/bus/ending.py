"""Ends what does not end by itself.

Before Python 3.12 `asyncio.wait_for`, by which nats-py waits, swallows a cancellation that meets the answer. A loop
that is cancelled once may then run for ever, and `asyncio.timeout`, which cancels once too, is no limit.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

AGAIN_S = 0.2


def obedient(call: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
    """Return `call` with a cancellation that came meanwhile raised after all."""

    async def obeying(*arguments: Any, **options: Any) -> Any:
        task = asyncio.current_task()
        before = task.cancelling() if task else 0
        try:
            return await call(*arguments, **options)
        finally:
            if task and task.cancelling() > before:
                raise asyncio.CancelledError

    return obeying


async def end(tasks: Iterable[asyncio.Task[Any]], limit_s: float) -> set[asyncio.Task[Any]]:
    """Cancel tasks until they end, for at most `limit_s` seconds; returns those that did not."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + limit_s
    left = {task for task in tasks if not task.done()}
    while left and (rest := ends - loop.time()) > 0:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=min(AGAIN_S, rest))
    return left


async def within(limit_s: float, wait: Awaitable[Any]) -> Any:
    """Return what a wait returns, or raise TimeoutError after `limit_s` seconds, even if it cannot be cancelled."""
    task = asyncio.ensure_future(wait)
    try:
        done, _ = await asyncio.wait({task}, timeout=limit_s)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if not done:
        task.cancel()
        task.add_done_callback(lambda late: late.cancelled() or late.exception())  # nobody asks any more
        raise TimeoutError(f"not done within {limit_s:g} s")
    return task.result()
