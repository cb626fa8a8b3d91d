"""structlog, as JSON lines on stderr. Events are named `noun_verbed`.

Secrets are never passed to a logger; what an error quotes may hold one all the same, and is redacted and cut.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, TextIO

import structlog

from inquest.contracts.redaction import redact

VALUE_CHARS_MAX = 4_000  # of one value, a stack too; more is cut out of the middle
ITEMS_MAX = 100  # of one list or mapping
_PLAIN = re.compile(r"[\w.-]{0,14}|[a-z_]{0,24}")  # names and numbers, in every line: too short for a token
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40, "exception": 40, "critical": 50}

_level = "INFO"


class Sink:
    """A stream of log lines whose failure is not the program's: on a full disk lines are lost, and work goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        """Write, or lose the text; a closed stream loses it too."""
        with suppress(OSError, ValueError):
            self._stream.write(text)

    def flush(self) -> None:
        """Flush what can be flushed."""
        with suppress(OSError, ValueError):
            self._stream.flush()


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Set up logging for the process, once. Libraries that use `logging` come out in the same form."""
    set_level(level)
    out: Any = Sink(stream or sys.stderr)
    shared: list[Any] = [structlog.contextvars.merge_contextvars, structlog.processors.add_log_level]
    last: list[Any] = [
        structlog.processors.format_exc_info,
        clean,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.JSONRenderer(),
    ]
    structlog.configure(
        processors=[_dropped, *shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.NOTSET),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last], foreign_pre_chain=shared
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)


def clean(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Redact and cut every value of a line."""
    for name, value in event.items():
        event[name] = _clean(value)
    return event


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) else redact(_cut(value))
    if isinstance(value, dict):
        return {_clean(str(name)): _clean(item) for name, item in list(value.items())[:ITEMS_MAX]}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean(item) for item in list(value)[:ITEMS_MAX]]
    return value if value is None or isinstance(value, int | float) else redact(_cut(repr(value)))


def _cut(text: str) -> str:
    """Leave out the middle of a long text: what a stack is about stands at its end."""
    half = VALUE_CHARS_MAX // 2
    return text if len(text) <= VALUE_CHARS_MAX else f"{text[:half]} … [{len(text)} characters] … {text[-half:]}"


def set_level(level: str) -> None:
    """Change the level of the whole process; loggers made before follow it. Raises KeyError for an unknown one."""
    global _level  # noqa: PLW0603 - logging is one for the process
    _LEVELS[level.lower()]
    _level = level.upper()


def current_level() -> str:
    """Return the level of the process."""
    return _level


def _dropped(_logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop what is below the level. A processor, as loggers that were bound before a change must follow it too."""
    if _LEVELS.get(method, logging.CRITICAL) < _LEVELS[_level.lower()]:
        raise structlog.DropEvent
    return event


def get_logger(service: str) -> Any:
    """Return a logger that names its service in each event."""
    return structlog.get_logger(service=service)
