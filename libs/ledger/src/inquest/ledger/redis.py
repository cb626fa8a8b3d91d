"""The ledger on Redis: one server-side step for each change. Imported only where a redis:// address is configured."""

from collections.abc import Awaitable, Sequence
from pathlib import Path
from typing import Any, cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from inquest.ledger import scripts
from inquest.ledger.port import Account, Circuit, Draw, Governor, Health, LedgerAway, Refusal, Spent
from inquest.ledger.rules import DOUBLINGS_MAX, WAIT_S_MAX, WINDOWS_S, refusal

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

    async def reserve(self, draws: Sequence[Draw], tokens: int = 0) -> Refusal | None:
        """See Ledger. One step on the server: nothing is ever taken that must be given back."""
        limits = [limit for draw in draws for limit in _limits(draw)]
        place, *found, resets_s = await self._run(
            scripts.RESERVE, [_budget(draw.account) for draw in draws], tokens, BUDGET_TTL_S, *limits
        )
        if not place:
            return None
        asked = Spent(calls=1, tokens=tokens)
        return refusal([draws[place - 1]], [Spent(*map(int, found))], asked, [float(resets_s)])

    async def settle(self, account: Account, spent: Spent) -> None:
        """See Ledger."""
        amounts = (spent.calls, spent.size_bytes, spent.tokens, spent.call_ms)
        await self._run(scripts.SETTLE, [_budget(account)], BUDGET_TTL_S, _window_s(account), *amounts)

    async def spent(self, account: Account) -> Spent:
        """See Ledger."""
        return Spent(*map(int, await self._run(scripts.SPENT, [_budget(account)], _window_s(account))))

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
    # The braces keep all accounts of a tenant in one slot of a cluster: they are changed in one step.
    parts = (account.investigation, account.window, account.part)
    return ":".join((f"inquest:budget:{{{account.tenant}}}", *filter(None, parts)))


def _window_s(account: Account) -> int:
    return WINDOWS_S.get(account.window, 0)


def _limits(draw: Draw) -> tuple[int, ...]:
    """Return what the script is told of a draw; -1 is no limit."""
    budget = draw.budget
    limits = (budget.calls_max, budget.bytes_max, budget.tokens_max, budget.call_ms_max)
    return (_window_s(draw.account), *(-1 if limit is None else limit for limit in limits))


def _places(name: str) -> str:
    return f"inquest:governor:{{{name}}}"  # the braces keep both keys of a governor in one slot of a cluster


def _health(key: str) -> str:
    return f"inquest:health:{key}"
