"""`make bench-security`: deliveries accepted a second with durability and security on, against without, each alone too.

Every variant is a nats-server and an intake of its own; bursts of all of them take turns, so that each round is paired.
"Without" is a nats-server as it comes (an ack precedes the disk by up to two minutes), without users and TLS, and an
intake that neither seals nor audits. Prints progress on stderr and one flat JSON object last.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from inquest.audit import AuditLog
from inquest.bus.bus import Bus
from inquest.bus.server import NatsServer
from inquest.bus.tls import TlsFiles
from inquest.bus.topology import apply
from inquest.bus.users import OPERATOR
from inquest.config import Config, ConfigStore
from inquest.config.keyring import begin_in
from inquest.contracts.topology import CONFIG
from inquest.telemetry import logs
from inquest.testkit.certificates import Authority
from inquest.testkit.fixtures import until

from scripts.bench_doors import _ended, _load, _settled

ROUNDS, BURST_S, WARM_S, CONNECTIONS = 5, 4.0, 2.0, 64
START_S_MAX = 60.0
RATIO_MIN = 0.8
SECRET = "bench"  # noqa: S105 - for a server that lives for this run only
WITHOUT_AUDIT = "without-audit"
SETTINGS = {"tenants": {"acme": {"sources": [{"kind": "pagerduty", "secret": "env:BENCH_SECRET"}]}}}


@dataclass(frozen=True, slots=True)
class Variant:
    """What is switched on."""

    durable: bool = False
    users: bool = False
    tls: bool = False
    sealed: bool = False
    audited: bool = False


VARIANTS = {
    "without": Variant(),
    "durable": Variant(durable=True),
    "users": Variant(users=True),
    "tls": Variant(tls=True),
    "sealed": Variant(sealed=True),
    "audited": Variant(audited=True),
    "secure": Variant(users=True, tls=True, sealed=True, audited=True),
    "all": Variant(durable=True, users=True, tls=True, sealed=True, audited=True),
}


class Server(NatsServer):
    """A nats-server that may be less than ours always is, or speak TLS."""

    def __init__(self, directory: Path, variant: Variant, tls: Mapping[str, Path]) -> None:
        super().__init__(directory, secured=variant.users)
        self._variant = variant
        self._tls = tls

    def _write_config(self) -> Path:
        path = super()._write_config()
        text = path.read_text()
        if not self._variant.durable:
            text = text.replace("sync_interval: always", "")
        if self._variant.tls:
            cert, key = json.dumps(str(self._tls["cert"])), json.dumps(str(self._tls["key"]))
            text += f"\ntls {{ cert_file: {cert}, key_file: {key}, handshake_first: true }}\n"
        path.write_text(text)
        return path

    def _varz(self) -> dict[str, dict[str, dict[str, bool]]]:
        found = super()._varz()
        found.get("jetstream", {}).get("config", {})["sync_always"] = True  # what is measured here is its absence, too
        return found


@asynccontextmanager
async def door(directory: Path, variant: Variant, tls: Mapping[str, Path]) -> AsyncIterator[tuple[str, str, Bus]]:
    """Run one variant; yields host and port of its intake, and a bus beside it."""
    server = Server(directory / "nats", variant, tls)
    await server.start()
    files = TlsFiles(tls["ca"]) if variant.tls else None
    ours = server.identities.password_file(OPERATOR) if server.identities else None
    bus = Bus(server.url, OPERATOR, OPERATOR if ours else None, ours, files)
    try:
        await bus.connect()
        await apply(bus.connection)
        await ConfigStore(bus.kv(CONFIG)).apply(Config.model_validate(SETTINGS), "bench", datetime.now(UTC))
        env = {"BENCH_SECRET": SECRET, "INQUEST_NATS_URL": server.url, "INQUEST_DATA_DIR": str(directory)}
        if server.identities:
            password = str(server.identities.password_file("intake"))
            env |= {"INQUEST_NATS_USER": "intake", "INQUEST_NATS_PASSWORD_FILE": password}
        if variant.tls:
            env["INQUEST_NATS_TLS_CA_FILE"] = str(tls["ca"])
        keys = f"file:{begin_in(directory, datetime.now(UTC)).resolve()}" if variant.sealed else "none"
        command = ("inquest.intake",) if variant.audited else ("scripts.bench_security", WITHOUT_AUDIT)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", *command),
            env=os.environ | env | {"INQUEST_RAW_KEYS_REF": keys},
            stdout=DEVNULL,
            stderr=DEVNULL,
        )
        address = directory / "run" / "intake.json"
        try:
            await until(lambda: address.exists() and bool(address.read_text()), START_S_MAX)
            host, _, port = json.loads(address.read_text())["url"].removeprefix("http://").partition(":")
            yield host, port, bus
        finally:
            await _ended(process)
    finally:
        await bus.close()
        await server.stop()


async def measure() -> dict[str, Any]:
    """Return the figures: accepted a second by variant, and its ratio to "without" in the same round."""
    rates: dict[str, list[float]] = {name: [] for name in VARIANTS}
    errors = 0.0
    with tempfile.TemporaryDirectory(prefix="inquest-bench-") as name:
        authority = Authority(Path(name))
        pair = authority.issue("nats")
        tls = {"ca": authority.file, "cert": pair.cert, "key": pair.key}
        async with AsyncExitStack() as stack:
            for key in VARIANTS:
                (Path(name) / key).mkdir()
            doors = {
                key: await stack.enter_async_context(door(Path(name) / key, variant, tls))
                for key, variant in VARIANTS.items()
            }
            for number in range(ROUNDS + 1):
                for key, (host, port, bus) in doors.items():
                    seconds = BURST_S if number else WARM_S
                    first = (number + 1) * 10**7
                    found = await _load("http", host, port, SECRET, first, 0, seconds, CONNECTIONS)
                    await _settled(bus)
                    if number:
                        rates[key].append(found["per_s"])
                        errors += found["errors"]
                _say(f"round {number}: " + ", ".join(f"{key} {one[-1]:.0f}/s" for key, one in rates.items() if one))
    ratios = {key: median(a / b for a, b in zip(one, rates["without"], strict=True)) for key, one in rates.items()}
    return {
        **{f"{key}_per_s": median(one) for key, one in rates.items()},
        **{f"{key}_ratio": ratio for key, ratio in ratios.items() if key != "without"},
        "errors": errors,
        "rounds": ROUNDS,
    }


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def _nothing(*_: Any, **__: Any) -> None:
    return None


def _intake_without_audit() -> None:
    from inquest.intake.service import build  # noqa: PLC0415 - this process is another program
    from inquest.intake.settings import Settings  # noqa: PLC0415
    from inquest.runtime.run import run  # noqa: PLC0415

    AuditLog.note = lambda *_, **__: None  # type: ignore[method-assign]  # what is measured is its absence
    AuditLog.refused = _nothing  # type: ignore[method-assign]
    run(build, Settings)


def main() -> None:
    """Measure and print one flat JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("mode", nargs="?", choices=[WITHOUT_AUDIT])
    if parser.parse_args().mode == WITHOUT_AUDIT:
        _intake_without_audit()
        return
    logs.configure("ERROR")
    found = asyncio.run(measure())
    print(json.dumps({name: round(value, 3) for name, value in found.items()}))
    sys.exit(found["all_ratio"] < RATIO_MIN)


if __name__ == "__main__":
    main()
