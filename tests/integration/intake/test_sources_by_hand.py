"""What the pages in docs/sources say to send by hand is sent, by their own `curl`, to a real intake."""

import asyncio
import json
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from inquest.bus.bus import Bus
from inquest.bus.server import NatsServer
from inquest.config import Config, ConfigStore
from inquest.config.sources import AUTHS
from inquest.contracts import subjects as s
from inquest.contracts.topology import CONFIG
from inquest.testkit.fixtures import until
from inquest.testkit.ports import free_port

PAGES = Path(__file__).parents[3] / "docs/sources"
SECRET = "a-secret-of-the-test"
# Some pages name what they send after the second in which it is sent: a repeat must fall into the same.
DATE = "#!/bin/sh\nexec {date} -d '{now}' \"$@\"\n"

pytestmark = [
    pytest.mark.skipif(not all(map(shutil.which, ("curl", "openssl"))), reason="no curl or openssl on PATH"),
    pytest.mark.timeout(120),
]


@asynccontextmanager
async def intake(server: NatsServer, directory: Path) -> AsyncIterator[str]:
    """Intake in a process of its own; gives its address."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    settings = {
        "INQUEST_NATS_URL": server.url,
        "INQUEST_DATA_DIR": str(directory),
        "INQUEST_HTTP_PORT": str(port),
        "THE_SECRET": SECRET,
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "inquest.intake", env=os.environ | settings, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with httpx.AsyncClient(base_url=url) as http:

            async def ready() -> bool:
                try:
                    return (await http.get("/readyz")).status_code == 200
                except httpx.HTTPError:
                    return False

            await until(ready, 60)
        yield url
    finally:
        child.kill()
        await child.wait()


async def by_hand(source: str, url: str, secret: str, folder: Path) -> list[tuple[int, dict[str, object]]]:
    """Run a page's commands, its `curl` twice; return status and answer of both."""
    (script,) = re.findall(r"```sh\n(.*?)```", (PAGES / f"{source}.md").read_text(), re.DOTALL)
    script = script.replace("…", secret).replace("http://127.0.0.1:8081", url)
    curl = script[script.index("curl -i") :]
    process = await asyncio.create_subprocess_exec(
        "sh", "-eu", "-c", f"{script}\necho; {curl}",
        cwd=folder, env={"PATH": f"{folder}:{os.environ['PATH']}"},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    out, _ = await process.communicate()
    answers = re.findall(r"HTTP/1\.1 (\d+).*?\r\n\r\n(\{.*?\})$", out.decode(), re.DOTALL | re.MULTILINE)
    return [(int(status), json.loads(body)) for status, body in answers]


@pytest.mark.slow
async def test_each_page_is_accepted_once_and_its_forgery_never(
    nats_server: NatsServer, bus: Bus, tmp_path: Path
) -> None:
    (tmp_path / "date").write_text(DATE.format(date=shutil.which("date"), now=datetime.now(UTC).isoformat()))
    (tmp_path / "date").chmod(0o755)
    sources = [{"kind": kind, "secret": "env:THE_SECRET"} for kind in AUTHS]
    config = Config.model_validate({"tenants": {"acme": {"sources": sources}}})
    await ConfigStore(bus.kv(CONFIG)).apply(config, "test", datetime.now(UTC))
    promised: list[object] = []
    async with intake(nats_server, tmp_path) as url:
        for source in AUTHS:
            forged = await by_hand(source, url, "a-guess", tmp_path)
            assert [status for status, _ in forged] == [401, 401], source
            accepted, repeated = await by_hand(source, url, SECRET, tmp_path)
            assert (accepted[0], accepted[1]["status"]) == (202, "accepted"), (source, accepted)
            assert (repeated[0], repeated[1]["status"]) == (202, "duplicate"), (source, repeated)
            assert accepted[1]["signal_ids"] == repeated[1]["signal_ids"]
            promised += [accepted[1]["signal_ids"]]

        async def received() -> bool:
            counts = [sum((await bus.subjects(one)).values()) for one in (s.SIGNAL_RECEIVED, s.CHANGE_RECEIVED)]
            return sum(counts) == len(AUTHS)

        await until(received, 60)
    assert len(promised) == len(AUTHS)
    assert (await bus.connection.js.stream_info("DEAD")).state.messages == 0
