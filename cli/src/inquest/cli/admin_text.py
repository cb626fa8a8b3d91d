"""Answers of `inquest admin` for people. Pure."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from grpc_health.v1 import health_pb2

from inquest.contracts.text import plain


def _info(name: str, answer: Any) -> Iterator[str]:
    since = answer.state_since.ToDatetime()
    yield f"{name}  {answer.state} since {since:%Y-%m-%d %H:%M:%S}Z{_by(answer)}"
    started = f"started {answer.started_at.ToDatetime():%Y-%m-%d %H:%M:%S}Z"
    yield f"  version {answer.version}, process {answer.pid} on {plain(answer.host)}, {started}"
    until = f" until {answer.log_level_until.ToDatetime():%H:%M:%S}Z" if answer.HasField("log_level_until") else ""
    revision = f"revision {answer.config_revision}" if answer.config_revision else "built-in configuration"
    yield f"  {revision}, log level {answer.log_level}{until}, {answer.requests} requests in flight"
    for dependency, reason in sorted(answer.failing.items()):
        yield f"  not ready: {plain(dependency)}: {plain(reason)}"
    for one in answer.consumers:
        yield f"  {one.name:<34} {one.stream or 'requests':<16} {one.in_flight:>5} in flight {one.queued:>5} queued"


def _by(answer: Any) -> str:
    by = f" by {plain(answer.state_by)}" if answer.state_by else ""
    return by + (f": {plain(answer.state_reason)}" if answer.state_reason else "")


def _drain(name: str, answer: Any) -> Iterator[str]:
    left = f", {answer.left} requests have not ended: ask again, or end the process" if answer.left else ""
    yield f"{name}: {answer.state}, {answer.handed_back} messages handed back{left}"


def _resume(name: str, answer: Any) -> Iterator[str]:
    yield f"{name}: {answer.state}"


def _level(name: str, answer: Any) -> Iterator[str]:
    until = f" until {answer.until.ToDatetime():%Y-%m-%d %H:%M:%S}Z" if answer.HasField("until") else ""
    yield f"{name}: {answer.previous} -> {answer.level}{until}"


def _config(name: str, answer: Any) -> Iterator[str]:
    yield f"{name}: inquest.yaml revision {answer.config_revision}"
    for setting, value in sorted(answer.settings.items()):
        yield f"  {setting}={plain(value, len(value) or 1)}"


def _dead(name: str, answer: Any) -> Iterator[str]:
    for one in answer.letters:
        at = f"{one.dead_at.ToDatetime():%Y-%m-%d %H:%M:%S}Z"
        why = plain(f"{one.error_type}: {one.reason}")
        yield f"{one.seq:>6}  {at}  {plain(one.consumer):<26} {plain(one.subject)}  {why}"
    if not answer.letters:
        yield f"{name}: no dead letters"


def _redrive(name: str, answer: Any) -> Iterator[str]:
    for one in answer.letters:
        yield f"{one.seq}: {plain(one.error)}" if one.error else f"{one.seq}: sent again on {plain(one.subject)}"
    left = sum(bool(one.error) for one in answer.letters)
    yield f"{name}: {len(answer.letters) - left} sent again, {left} left"


def _health(name: str, answer: Any) -> Iterator[str]:
    yield f"{name}: {health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)}"


TEXTS: Mapping[str, Callable[[str, Any], Iterator[str]]] = {
    "info": _info,
    "drain": _drain,
    "resume": _resume,
    "log-level": _level,
    "config": _config,
    "dead": _dead,
    "redrive": _redrive,
    "health": _health,
}
