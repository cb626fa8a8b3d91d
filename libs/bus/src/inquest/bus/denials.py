"""What nats-server refuses. It reports that beside the answers, so whoever waits is told here, not by a time-out."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from inquest.contracts.errors import RetryLater

KEPT_MAX = 100
# nats-py hands the server's words over in lower case.
_VIOLATION = re.compile(r'permissions violation for (publish|subscription) to "([^"]+)"', re.IGNORECASE)


class Denied(RetryLater):
    """nats-server does not let this user do that. Once its permissions are right, a repeat succeeds."""


class Denials:
    """The refusals of one connection, and who waits for an answer on which subject."""

    def __init__(self) -> None:
        self.texts: list[str] = []  # the newest KEPT_MAX
        self.subscriptions: dict[str, str] = {}  # subject in lower case, to the server's words
        self._waiting: dict[str, set[_Waiting | asyncio.Future[Any]]] = defaultdict(set)

    def heard(self, text: str) -> None:
        """Take an error of the server; what waits on its subject raises Denied."""
        found = _VIOLATION.search(text)
        if found is None:
            return
        self.texts = [*self.texts, text][-KEPT_MAX:]
        subject = found[2].lower()
        if found[1].lower() == "subscription":
            self.subscriptions[subject] = text
            return
        for waiting in list(self._waiting.get(subject, ())):
            error = Denied(f"{found[2]}: publish denied by the server: {text}")
            if isinstance(waiting, _Waiting):
                waiting.deny(error)
            elif not waiting.done():
                waiting.set_exception(error)

    def tell(self, subject: str, future: asyncio.Future[Any]) -> None:
        """Have the future raise Denied when a publish on this subject is refused before it is done."""
        key = subject.lower()
        self._waiting[key].add(future)
        future.add_done_callback(lambda _: self._forget(key, future))

    def _forget(self, key: str, waiting: "_Waiting | asyncio.Future[Any]") -> None:
        waiters = self._waiting.get(key, set())
        waiters.discard(waiting)
        if not waiters:
            self._waiting.pop(key, None)

    @contextmanager
    def raised(self, subject: str) -> Iterator[None]:
        """Raise Denied from what is awaited inside when a publish on this subject is refused meanwhile."""
        waiting = _Waiting()
        self._waiting[subject.lower()].add(waiting)
        try:
            yield
        except asyncio.CancelledError:
            if waiting.error is None or waiting.task is None or waiting.task.uncancel() > waiting.cancelling:
                raise
            raise waiting.error from None
        finally:
            self._forget(subject.lower(), waiting)

    def guarded(self, request: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
        """Return a client's `request` that raises Denied at once, where it would wait for its time-out."""

        async def ask(subject: str, *arguments: Any, **options: Any) -> Any:
            with self.raised(subject):
                return await request(subject, *arguments, **options)

        return ask


class _Waiting:
    """A task that waits; it is cancelled to be told, as asyncio.timeout does it."""

    def __init__(self) -> None:
        self.task = asyncio.current_task()
        self.cancelling = self.task.cancelling() if self.task else 0
        self.error: Denied | None = None

    def deny(self, error: Denied) -> None:
        if self.error is None and self.task is not None:
            self.error = error
            self.task.cancel()
