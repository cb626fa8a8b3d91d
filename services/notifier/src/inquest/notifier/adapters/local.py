"""The channels of the machine that the notifier runs on: its terminal and a file."""

import asyncio
import os
import sys
from pathlib import Path
from typing import TextIO

from inquest.config.channels import FileChannel, TerminalChannel
from inquest.contracts.latest import Notice
from inquest.notifier.ports import NotDelivered


class Terminal:
    """Prints notices."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out

    def render(self, notice: Notice, channel: TerminalChannel, thread: str | None) -> str:
        """See Sender."""
        del channel, thread
        return _lines(notice)

    async def send(self, notice: Notice, channel: TerminalChannel, thread: str | None) -> str | None:
        """See Sender."""
        out = self._out or sys.stdout
        try:
            out.write(self.render(notice, channel, thread))
            out.flush()
        except OSError as error:
            raise NotDelivered(f"channel {notice.channel}: the terminal is gone: {error}") from error
        return None


class Files:
    """Appends notices to files."""

    def render(self, notice: Notice, channel: FileChannel, thread: str | None) -> str:
        """See Sender."""
        del channel, thread
        return _lines(notice)

    async def send(self, notice: Notice, channel: FileChannel, thread: str | None) -> str | None:
        """See Sender."""
        text = self.render(notice, channel, thread)
        try:
            await asyncio.to_thread(_append, channel.path, text)
        except OSError as error:
            raise NotDelivered(f"channel {notice.channel}: cannot write {channel.path}: {error.strerror}") from error
        return None


def _lines(notice: Notice) -> str:
    return f"{notice.subject}\n{notice.body}\n"


def _append(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
