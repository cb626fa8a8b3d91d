"""The checks. None writes, none needs a source of ours; each asks a few small questions."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import pairwise

from inquest.contracts.latest import REQUESTS, RESPONSES, Domain, DomainRequest, Window
from inquest.gateway.calls import seal
from inquest.gateway.conformance.rows import SERVED, TIMED, Row, is_history
from inquest.gateway.conformance.trial import Broken, Skipped, Trial, need
from inquest.gateway.domain.ranges import ranges
from inquest.gateway.ports import Context, ProviderError

Check = Callable[[Trial], Awaitable[None]]

_PAGES = 3
_PAGES_MAX = 50
_LONG_AGO = Window(start=datetime(2001, 1, 1, tzinfo=UTC), end=datetime(2001, 1, 1, 1, tzinfo=UTC))
_SOON_S = 2.0


async def it_describes_itself(trial: Trial) -> None:
    """`describe` names the domain, with the schemas of its models."""
    found = [one for one in trial.provider.describe() if one.domain == trial.domain]
    need(len(found) == 1, f"{trial.domain} is described {len(found)} times")
    (one,) = found
    need(one.interface_id == f"{one.domain}.{one.provider}", f"interface_id is {one.interface_id!r}")
    need(json.loads(one.input_schema) == REQUESTS[trial.domain].model_json_schema(), "input_schema is another one")
    need(json.loads(one.output_schema) == RESPONSES[trial.domain].model_json_schema(), "output_schema is another one")
    need(one.health_probe and one.operations, "health_probe or operations are missing")


async def it_is_well(trial: Trial) -> None:
    """`probe` raises nothing."""
    await trial.provider.probe()


async def it_answers(trial: Trial) -> None:
    """The answer is the domain's response, can be sent, and says what was asked."""
    fetched = await trial.call()
    model = RESPONSES[trial.domain]
    need(isinstance(fetched.response, model), f"the response is a {type(fetched.response).__name__}")
    again = model.model_validate_json(fetched.response.model_dump_json())
    need(again.model_dump_json() == fetched.response.model_dump_json(), "it is another one after a journey as JSON")
    need(fetched.query_text, "query_text is empty: a person could not ask again")
    need(trial.found(fetched), "nothing was found; give a window in which there is something")


async def rows_are_in_order(trial: Trial) -> None:
    """Times ascend, within each series where there are several."""
    rows = await _all(trial)
    for one, two in pairwise(rows):
        if one.time is not None and two.time is not None and one.group == two.group:
            need(one.time <= two.time, f"{two.key[:200]} comes after {one.key[:200]}")


async def the_window_is_kept(trial: Trial) -> None:
    """Every row lies in the window or the baseline, in epoch seconds; the end is outside."""
    _timed(trial)
    fetched = await trial.call()
    _inside(trial.request, trial.rows(fetched), whole=is_history(fetched.response))


async def a_part_of_the_window_holds_a_part_of_the_rows(trial: Trial) -> None:
    """Half the window yields exactly the rows of that half."""
    _timed(trial)
    if trial.domain == "metrics":
        raise Skipped("the grid of a shorter window is another one")
    window = trial.request.window
    middle = window.start + (window.end - window.start) / 2
    whole = trial.rows(await trial.call(baseline=None))
    halves = [
        trial.rows(await trial.call(baseline=None, window={"start": start, "end": end}))
        for start, end in ((window.start, middle), (middle, window.end))
    ]
    if trial.domain == "traces":  # a trace that crosses the middle is in both
        need({row.key for row in whole} <= {row.key for half in halves for row in half}, "a span is in neither half")
        return
    for half, (start, end) in zip(halves, ((window.start, middle), (middle, window.end)), strict=True):
        there = [row.key for row in whole if row.time is not None and start.timestamp() <= row.time < end.timestamp()]
        need(Counter(row.key for row in half) == Counter(there), f"{len(half)} rows in a half that has {len(there)}")


async def an_empty_window_is_an_answer(trial: Trial) -> None:
    """Where there is nothing, the answer is empty, whole and no error."""
    _timed(trial)
    fetched = await trial.call(window=_LONG_AGO.model_dump(), baseline=None)
    need(not trial.rows(fetched), "there are rows of the year 2001")
    need(not fetched.response.truncated and not fetched.response.next_cursor, "an empty answer has more to come")


async def pages_lead_to_the_end(trial: Trial) -> None:
    """Cursors bring every row once."""
    rows = Counter(row.key for row in await _all(trial))
    size = max(1, rows.total() // _PAGES)
    if rows.total() < 2:
        raise Skipped("there is a single row")
    seen: Counter[str] = Counter()
    cursor = ""
    for _ in range(_PAGES_MAX):
        try:
            fetched = await trial.call(rows_max=size, cursor=cursor)
        except ProviderError as error:
            if cursor and error.kind == "unsupported":
                raise Skipped(str(error)) from error
            raise
        page = trial.rows(fetched)
        need(len(page) <= size, f"a page of {len(page)} rows, {size} were asked for")
        seen.update(row.key for row in page)
        cursor = fetched.response.next_cursor
        need(fetched.response.truncated == bool(cursor) or not cursor, "a cursor without truncated")
        if not cursor:
            break
    need(not cursor, f"after {_PAGES_MAX} pages there is still a cursor")
    if fetched.response.truncated:
        raise Skipped("there are no pages; what is cut is marked")
    need(seen == rows, f"the pages bring {seen.total()} rows, {rows.total()} are there, {len(rows - seen)} missing")


async def what_is_cut_is_marked(trial: Trial) -> None:
    """A limit that is hit shows."""
    rows = await _all(trial)
    if len(rows) < 2:
        raise Skipped("there is a single row")
    fetched = await trial.call(rows_max=1)
    need(len(trial.rows(fetched)) <= 1, f"{len(trial.rows(fetched))} rows, one was asked for")
    need(fetched.response.truncated, "there is more, and `truncated` is false")


async def the_same_question_has_the_same_answer(trial: Trial) -> None:
    """Asked again, in another order, the same is asked of the source and comes back."""
    one = await trial.call()
    services = sorted({row.service for row in trial.rows(one) if row.service})[:2]
    if trial.domain in SERVED and len(services) > 1:
        one = await trial.call(services=tuple(services))
        two = await trial.call(services=tuple(reversed(services)))
        need(
            Counter(map(_key, trial.rows(one))) == Counter(map(_key, trial.rows(two))), "the order of services matters"
        )
    else:
        two = await trial.call()
        need(one.query_text == two.query_text, "query_text differs")
        need(one.response.model_dump_json() == two.response.model_dump_json(), "the answers differ")


async def services_are_kept(trial: Trial) -> None:
    """Asked for one service, no other comes; asked for one that nobody knows, nothing comes."""
    if trial.domain not in SERVED:
        raise Skipped(f"rows of {trial.domain} belong to no service")
    named = sorted({row.service for row in await _all(trial) if row.service})
    if not named:
        raise Skipped("no row names a service")
    rows = trial.rows(await trial.call(services=(named[0],)))
    need(rows, f"nothing of {named[0]}, which is there")
    need({row.service for row in rows} <= {named[0], None}, f"rows of others than {named[0]}")
    strange = trial.rows(await trial.call(services=("nobody-has-this-name",)))
    need(not [row for row in strange if row.service], "rows of a service that nobody has")


async def other_domains_are_unsupported(trial: Trial) -> None:
    """What is not served is said to be `unsupported`."""
    served = {one.domain for one in trial.provider.describe()}
    other: Domain = next(domain for domain in REQUESTS if domain not in served)
    request = REQUESTS[other].model_validate({"window": trial.request.window.model_dump()})
    context = Context(trial.tenant, other, trial.context().deadline_s, trial.bytes_max)
    await _raises(trial.provider.call(request, context), "unsupported")


async def a_strange_cursor_is_refused(trial: Trial) -> None:
    """A cursor that the provider did not give is `malformed` (or pages are `unsupported`)."""
    await _raises(trial.call(cursor="\u2603; drop table"), "malformed", "unsupported")


async def a_call_can_be_cancelled(trial: Trial) -> None:
    """A cancelled call ends at once, and the next one is answered."""
    task = asyncio.ensure_future(trial.call())
    await asyncio.sleep(0)
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=_SOON_S)
    need(done, "a cancelled call goes on")
    need(trial.found(await trial.call()), "nothing after a cancelled call")


async def the_deadline_is_kept(trial: Trial) -> None:
    """With no time left a call ends soon, with an answer or `timeout`."""
    try:
        async with asyncio.timeout(_SOON_S):
            await trial.provider.call(trial.request, trial.context(left_s=0.0))
    except ProviderError as error:
        need(error.kind == "timeout", f"{error.kind} instead of timeout: {error}")
    except TimeoutError:
        raise Broken(f"a call without time left runs for more than {_SOON_S:g} s") from None


async def many_at_once_get_their_own_answers(trial: Trial) -> None:
    """Calls side by side do not mix."""
    alone = [row.key for row in trial.rows(await trial.call())]
    for fetched in await asyncio.gather(*(trial.call() for _ in range(5))):
        need([row.key for row in trial.rows(fetched)] == alone, "an answer differs beside others")


async def it_can_be_fenced(trial: Trial) -> None:
    """What the gateway makes of the answer is of the same model, with as many rows."""
    fetched = await trial.call()
    sealed = seal(fetched)
    need(sealed.payload.size_bytes > 0, "nothing to store")


CHECKS: tuple[Check, ...] = (
    it_describes_itself,
    it_is_well,
    it_answers,
    rows_are_in_order,
    the_window_is_kept,
    a_part_of_the_window_holds_a_part_of_the_rows,
    an_empty_window_is_an_answer,
    pages_lead_to_the_end,
    what_is_cut_is_marked,
    the_same_question_has_the_same_answer,
    services_are_kept,
    other_domains_are_unsupported,
    a_strange_cursor_is_refused,
    a_call_can_be_cancelled,
    the_deadline_is_kept,
    many_at_once_get_their_own_answers,
    it_can_be_fenced,
)


def _key(row: Row) -> str:
    return row.key


async def _all(trial: Trial) -> list[Row]:
    return trial.rows(await trial.call())


def _timed(trial: Trial) -> None:
    if trial.domain not in TIMED:
        raise Skipped(f"a window does not restrict {trial.domain}")


def _inside(request: DomainRequest, rows: list[Row], *, whole: bool) -> None:
    parts = [(one.start, one.end) for one in ranges(request)]
    if whole:
        parts = [(parts[0][0], parts[-1][1])]
    for row in rows:
        time = row.time
        need(
            time is not None and any(start <= time < end for start, end in parts),
            f"outside the window: {row.key[:200]}",
        )


async def _raises(call: Awaitable[object], *kinds: str) -> None:
    try:
        await call
    except ProviderError as error:
        need(error.kind in kinds, f"{error.kind} instead of {' or '.join(kinds)}: {error}")
    else:
        raise Broken(f"an answer instead of {' or '.join(kinds)}")
