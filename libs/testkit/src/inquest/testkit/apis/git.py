"""Real git repositories in a folder of their own, made with `git fast-import`."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from inquest.contracts.latest import REQUESTS, Domain
from inquest.testkit.providers import PLANTED, ProviderCase, Source

T0 = datetime(2026, 3, 1, 14, tzinfo=UTC)
REPOSITORIES = ("acme/cart", "acme/checkout")


def _data(text: str) -> str:
    return f"data {len(text.encode())}\n{text}\n"


def stamp(minutes: float) -> str:
    """Return a time after T0 as fast-import reads it."""
    return f"{int((T0 + timedelta(minutes=minutes)).timestamp())} +0000"


def commit(number: int, text: str = "", *, path: str = "src/pool.py", message: str = "", merged: str = "") -> str:
    """Return a commit of every third minute, in fast-import's language; it has the mark `:<number + 1>`."""
    return (
        f"commit refs/heads/main\nmark :{number + 1}\n"
        f"author Ada <ada@example.com> {stamp(3 * number - 60)}\ncommitter Bob <bob@example.com> {stamp(3 * number)}\n"
        + _data(message or f"Pool of {number}\n\nnot {PLANTED}")
        + (f"merge {merged}\n" if merged else "")
        + f"M 644 inline {path}\n"
        + _data(text or f"def pool():\n    size = {number}\n    return size\n")
    )


def tag(name: str, number: int) -> str:
    """Return an annotated tag of a commit."""
    return f"tag {name}\nfrom :{number + 1}\ntagger Ada <ada@example.com> {stamp(3 * number + 1)}\n" + _data("Notes")


def stream() -> str:
    """Return a history in which one file of several changes with each commit."""
    commits = [commit(number) for number in range(8)]
    files = [commit(8 + n, path=f"src/{name}.py", text="size = 10\n") for n, name in enumerate("abc")]
    return "".join([*commits, *files, tag("v1", 3), tag("v2", 6)])


async def make(path: Path, history: str) -> Path:
    """Make a bare repository with a history; an empty one makes none."""
    await asyncio.to_thread(path.mkdir, parents=True)
    await _git(path, "init", "--quiet", "--bare", "--initial-branch=main", ".")
    if history:
        await _git(path, "fast-import", "--quiet", said=history)
    return path


async def _git(path: Path, *args: str, said: str = "") -> None:
    environment = {"PATH": os.defpath, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}
    process = await asyncio.create_subprocess_exec(
        "git", *args, cwd=path, env=environment, stdin=asyncio.subprocess.PIPE
    )
    await process.communicate(said.encode())
    if process.returncode:
        raise RuntimeError(f"git {args[0]} ends with {process.returncode}")


@asynccontextmanager
async def _start() -> AsyncIterator[Source]:
    with tempfile.TemporaryDirectory() as name:
        paths = [await make(Path(name) / one, stream()) for one in REPOSITORIES]
        given = [{"name": one, "path": str(path)} for one, path in zip(REPOSITORIES, paths, strict=True)]
        yield Source({"name": "git-main", "kind": "git", "settings": {"repositories": given}})


_ASKED: tuple[tuple[Domain, dict[str, object]], ...] = (
    ("changes", {"baseline": {"start": T0, "end": T0 + timedelta(minutes=5)}}),
    ("code", {"text": "size"}),
)

CASES = tuple(
    ProviderCase(
        "git",
        domain,
        REQUESTS[domain].model_validate(
            {"window": {"start": T0 + timedelta(minutes=8), "end": T0 + timedelta(minutes=24)}, **asked}
        ),
        _start,
        services=tuple({"service_id": one.partition("/")[2], "repositories": [one]} for one in REPOSITORIES),
    )
    for domain, asked in _ASKED
)
