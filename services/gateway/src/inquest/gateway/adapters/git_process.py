"""Runs git: by an argument list, never a shell; without network, hooks, prompts or programs that a repository names."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from inquest.gateway.ports import Context, ProviderError

_PART_BYTES = 64 * 1024
_SAID_BYTES_MAX = 4096
_CONFIG = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "core.quotePath=false",
    "diff.external=",
    "diff.noprefix=false",
    "diff.mnemonicPrefix=false",
    "log.showSignature=false",
    "protocol.allow=never",
)


@dataclass(frozen=True, slots=True)
class Output:
    """What git said; `cut` where it would have said more than was wanted."""

    code: int
    data: bytes
    cut: bool = False

    @property
    def text(self) -> str:
        """The output as text."""
        return self.data.decode(errors="replace")


class Git:
    """The git binary, for repositories whose path is configured."""

    def __init__(self, at_once_max: int = 4) -> None:
        self._turns = asyncio.Semaphore(at_once_max)

    async def run(
        self,
        path: Path,
        args: Sequence[str],
        context: Context,
        *,
        bytes_max: int | None = None,
        allow: frozenset[int] = frozenset(),
    ) -> Output:
        """Return what git says of a repository, up to `bytes_max`.

        Args:
            path: of the repository.
            args: subcommand and arguments, one each.
            context: of the call: its deadline ends git, its bytes bound it.
            bytes_max: after so many git is ended, and the output is `cut`.
            allow: exit codes beside 0 that mean something here.

        Raises ProviderError.
        """
        try:
            async with asyncio.timeout(max(context.left_s(), 0.0)), self._turns:
                return await self._run(path, args, context, bytes_max, allow)
        except TimeoutError as error:
            raise ProviderError("timeout", f"git {args[0]} of {path} did not end in time") from error

    async def _run(
        self, path: Path, args: Sequence[str], context: Context, bytes_max: int | None, allow: frozenset[int]
    ) -> Output:
        real = _real(path)
        try:
            process = await asyncio.create_subprocess_exec(
                "git",
                *_options(real),
                *args,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                cwd="/",
                env=_environment(real),
                start_new_session=True,  # no terminal to ask for a password
            )
        except OSError as error:
            raise ProviderError("unreachable", f"git cannot be run: {error}") from error
        assert process.stdout
        assert process.stderr
        said = asyncio.ensure_future(_said(process.stderr))
        try:
            data, cut = await _read(process.stdout, context, bytes_max)
            if not cut:
                code = await process.wait()
                if code and code not in allow:
                    raise _failure(path, args[0], await said)
                return Output(code, data)
            return Output(0, data, cut=True)
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
            said.cancel()


def _real(path: Path) -> Path:
    return path.resolve()  # git compares the folder itself with safe.directory, not a link to it


def _options(path: Path) -> list[str]:
    # the folder is configured, so that whose it is does not matter; a folder above it is never taken for it
    safe = (f"safe.directory={path}", f"safe.directory={path / '.git'}")
    pairs = [word for one in (*_CONFIG, *safe) for word in ("-c", one)]
    return ["--no-pager", "--no-optional-locks", "--literal-pathspecs", "-C", str(path), *pairs]


def _environment(path: Path) -> dict[str, str]:
    return {
        "PATH": os.defpath,
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "GIT_ALLOW_PROTOCOL": "",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_CEILING_DIRECTORIES": str(path.parent),
    }


async def _read(stream: asyncio.StreamReader, context: Context, bytes_max: int | None) -> tuple[bytes, bool]:
    """Return the output, and whether it is longer than that."""
    data = bytearray()
    while part := await stream.read(_PART_BYTES):
        context.spend(len(part))
        data += part
        if bytes_max is not None and len(data) > bytes_max:
            return bytes(data[:bytes_max]), True
    return bytes(data), False


async def _said(stream: asyncio.StreamReader) -> str:
    """Return the beginning of what git complains of; the rest is read, so that git does not wait for it."""
    said = bytearray()
    while part := await stream.read(_PART_BYTES):
        said += part[: max(0, _SAID_BYTES_MAX - len(said))]
    return " ".join(said.decode(errors="replace").split())[:300]


def _failure(path: Path, command: str, said: str) -> ProviderError:
    if "not a git repository" in said or "cannot change to" in said:
        return ProviderError("not-found", f"{path} is no git repository: is it what is meant, and may we read it?")
    gone = (
        "does not exist in",
        "exists on disk, but not in",
        "no such path",
        "bad revision",
        "Not a valid object name",
    )
    if any(one in said for one in gone):
        return ProviderError("not-found", f"git {command}: {said}")
    return ProviderError("malformed", f"git {command} of {path} fails: {said or 'it does not say why'}")
