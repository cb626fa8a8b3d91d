"""The ledger on Redis: one server-side step for each change. Imported only where a redis:// address is configured."""

from collections.abc import Awaitable
from pathlib import Path
from typing import Any, cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from inquest.ledger import scripts
from inquest.ledger.port import Account, Budget, Circuit, Governor, Health, LedgerAway, Spent
from inquest.ledger.rules import DOUBLINGS_MAX, WAIT_S_MAX, refusal

BUDGET_TTL_S = 30 * 86_400  # as long as the gateway's journal answers for an investigation
ANSWER_S_MAX = 2.0
CONNECTIONS_MAX = 32


class RedisLedger:
    """Implements Ledger. Leases and rests run on the server's clock."""

    def __init__(self, url: str, password_file: Path | None = None) -> None:
        self._url = url.rpartition("://")[2].rpartition("@")[2]  # for messages: no password
        self._redis = Redis.from_url(
            url,
            socket_timeout=ANSWER_S_MAX,
            socket_connect_timeout=ANSWER_S_MAX,
            max_connections=CONNECTIONS_MAX,
            # A step whose answer was lost may have been done: whoever asked decides whether to ask again.
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
            password=password_file.read_text().strip() if password_file else None,
        )

    async def reserve(self, account: Account, budget: Budget) -> str | None:
        """See Ledger."""
        calls, size_bytes = await self._run(
            scripts.RESERVE, [_budget(account)], budget.calls_max, budget.bytes_max, BUDGET_TTL_S
        )
        return refusal(Spent(calls, size_bytes), budget)

    async def settle(self, account: Account, size_bytes: int) -> None:
        """See Ledger."""
        await self._run(scripts.SETTLE, [_budget(account)], size_bytes, BUDGET_TTL_S)

    async def spent(self, account: Account) -> Spent:
        """See Ledger."""
        calls, size_bytes = await self._answer(self._redis.hmget(_budget(account), ["calls", "bytes"]))
        return Spent(int(calls or 0), int(size_bytes or 0))

    async def take(self, name: str, holder: str, governor: Governor) -> float:
        """See Ledger."""
        limits = (governor.places_max, governor.per_s, governor.burst, governor.lease_s, WAIT_S_MAX)
        return float(await self._run(scripts.TAKE, [_places(name), f"{_places(name)}:rate"], holder, *limits))

    async def renew(self, name: str, holder: str, governor: Governor) -> bool:
        """See Ledger."""
        return bool(await self._run(scripts.RENEW, [_places(name)], holder, governor.lease_s))

    async def give_back(self, name: str, holder: str) -> None:
        """See Ledger."""
        await self._answer(self._redis.zrem(_places(name), holder))

    async def health(self, key: str) -> Health:
        """See Ledger."""
        failures, rests_s, reason = await self._run(scripts.HEALTH, [_health(key)])
        return Health(int(failures), float(rests_s), reason)

    async def failed(self, key: str, reason: str, circuit: Circuit) -> Health:
        """See Ledger."""
        failures, rests_s = await self._run(
            scripts.FAILED, [_health(key)], reason, circuit.failures_max, circuit.reset_s, DOUBLINGS_MAX
        )
        return Health(int(failures), float(rests_s), reason)

    async def succeeded(self, key: str) -> None:
        """See Ledger."""
        await self._answer(self._redis.delete(_health(key)))

    async def rest(self, key: str, rest_s: float, reason: str) -> None:
        """See Ledger."""
        await self._run(scripts.REST, [_health(key)], reason, rest_s)

    async def ping(self) -> None:
        """See Ledger."""
        await self._answer(self._redis.ping())

    async def close(self) -> None:
        """See Ledger."""
        await self._redis.aclose()

    async def advice(self) -> str:
        """Return what is wrong with how the server keeps things; empty when nothing is. Raises LedgerAway."""
        found = await self._answer(self._redis.info())
        wrong = []
        if found.get("maxmemory_policy") != "noeviction":
            wrong.append(
                f"maxmemory-policy is {found.get('maxmemory_policy')}, so budgets may be forgotten: noeviction"
            )
        if not found.get("aof_enabled"):
            wrong.append("no append-only file, so a restart forgets what was spent: appendonly yes")
        return "; ".join(wrong)

    async def _run(self, script: str, keys: list[str], *arguments: str | float) -> Any:
        # The text is short; calling it by its hash would need a second try after each restart.
        return await self._answer(self._redis.eval(script, len(keys), *keys, *map(str, arguments)))

    async def _answer(self, asked: Any) -> Any:
        try:
            return await cast("Awaitable[Any]", asked)
        except (RedisError, OSError) as error:  # TimeoutError is an OSError
            raise LedgerAway(f"redis at {self._url}: {error or type(error).__name__}") from error


def _budget(account: Account) -> str:
    return f"inquest:budget:{account.tenant}/{account.investigation}"


def _places(name: str) -> str:
    return f"inquest:governor:{{{name}}}"  # the braces keep both keys of a governor in one slot of a cluster


def _health(key: str) -> str:
    return f"inquest:health:{key}"
