"""Many tenants that each replay the bundled incident, so that one system runs many like investigations apart."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from inquest.cli.scenario import Scenario, add_tenants, scenario
from inquest.config import Config
from inquest.testkit.backends import Backend, Received, Reply

# Deadlines far away: what is compared is the answer after deaths, not how late it came.
LIMITS = {"step_latency_ms_max": 240_000, "duration_s_max": 900}
PAST_S_MAX = 20 * 365 * 86_400  # the recorded page keeps its time where the tenant has no recording
RETRY_S = 0.25


def copies(pack: Path, names: Sequence[str]) -> list[Scenario]:
    """Return the incident of a pack, once for each of these tenants."""
    one = scenario(pack)
    return [replace(one, tenant=name) for name in names]


def configuration(
    scenarios: list[Scenario], secret: Path, hook: str, instead: Mapping[str, Mapping[str, Any]] | None = None
) -> Config:
    """Return a configuration with a tenant for each, whose notices go to the address `hook`.

    `instead` replaces the recording of some tenants by other settings.
    """
    settings = {"modes": {"balanced": {"limits": LIMITS}}, "correlation": {"past_s_max": PAST_S_MAX}}
    base = add_tenants(Config.model_validate(settings), scenarios, secret)
    document = base.model_dump(mode="json", exclude_unset=True)
    for one in scenarios:
        channel = {"id": "hook", "kind": "webhook", "url": f"{hook}/{one.tenant}", "live": True, "per_minute": 6000}
        tenant = document["tenants"][one.tenant]
        if instead and one.tenant in instead:
            del tenant["recording"]
            tenant |= instead[one.tenant]
        tenant["channels"] = [channel]
    return Config.model_validate(document)


@dataclass(slots=True)
class Inbox:
    """A receiver of webhooks that remembers who was told what."""

    backend: Backend = field(default_factory=Backend)
    posts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.backend.serve = self._serve

    def _serve(self, received: Received) -> Reply:
        self.posts[received.path.rpartition("/")[2]].append(received.headers["x-inquest-notice-id"])
        self.backend.received.clear()
        return Reply()


async def page(http: httpx.AsyncClient, url: str, one: Scenario, secret: str) -> None:
    """Send the signed page as its source would: again, until it is accepted."""
    while True:
        try:
            answer = await http.post(
                f"{url}/webhooks/{one.source}/{one.tenant}", content=one.body, headers=one.headers(secret)
            )
        except httpx.TransportError:
            pass
        else:
            if answer.status_code == httpx.codes.ACCEPTED:
                return
        await asyncio.sleep(RETRY_S)
