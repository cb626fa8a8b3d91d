"""What each service needs of the bus and everything that there is to try, told from the table by itself.

Nothing here asks `contracts.permissions`: a mistake in there must not hide itself.
"""

from collections.abc import Iterator

from inquest.contracts.doorsteps import doorstep
from inquest.contracts.streams import STREAMS
from inquest.contracts.subjects import SUBJECTS, Subject
from inquest.contracts.topology import BUCKETS, CONSUMERS, READS, SERVICES, consumers_of

API = "$JS.API"
STREAM_CALLS = (
    "STREAM.INFO",
    "STREAM.MSG.GET",
    "STREAM.MSG.DELETE",
    "STREAM.PURGE",
    "STREAM.CREATE",
    "STREAM.UPDATE",
    "STREAM.DELETE",
    "STREAM.SNAPSHOT",
    "STREAM.RESTORE",
    "STREAM.LEADER.STEPDOWN",
    "STREAM.PEER.REMOVE",
    "DIRECT.GET",
    "CONSUMER.NAMES",
    "CONSUMER.LIST",
    "CONSUMER.CREATE",
)
CONSUMER_CALLS = (
    "CONSUMER.INFO",
    "CONSUMER.MSG.NEXT",
    "CONSUMER.CREATE",
    "CONSUMER.DURABLE.CREATE",
    "CONSUMER.DELETE",
    "CONSUMER.PAUSE",
    "CONSUMER.UNPIN",
    "CONSUMER.LEADER.STEPDOWN",
)
STRANGE = (
    "anything",
    "evt.verdict.reached.v2.acme.i-1",
    "outside.pagerduty.acme",
    "budget.acme.i-1.calls",
    f"{API}.INFO",
    f"{API}.STREAM.LIST",
    f"{API}.STREAM.NAMES",
    f"{API}.ACCOUNT.PURGE.INQUEST",
    f"{API}.META.LEADER.STEPDOWN",
    f"{API}.SERVER.REMOVE",
    "$JS.FC.EVIDENCE.x.y",
    "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.STEPS.x",
    "$SYS.REQ.SERVER.PING",
    "$SYS.REQ.ACCOUNT.INQUEST.CONNZ",
    "$SYS.REQ.USER.INFO",
)
DOORSTEP = doorstep("acme")
DOORSTEP_CALLS = ("CONSUMER.MSG.NEXT", "CONSUMER.INFO")


def backing(name: str, kind: str) -> str:
    return ("KV_" if kind == "kv" else "OBJ_") + name


def concrete(row: Subject, service: str) -> str:
    keys = dict.fromkeys(row.keys, "x1") | ({"tenant": "acme"} if "tenant" in row.keys else {})
    return row.render(**(keys | ({"service": service} if "service" in row.keys else {})))


def written(bucket_name: str, kind: str) -> tuple[str, ...]:
    return (f"$KV.{bucket_name}.k",) if kind == "kv" else (f"$O.{bucket_name}.C.n", f"$O.{bucket_name}.M.n")


def everything() -> set[str]:
    """Return all subjects that anybody could think of publishing on."""
    found = {concrete(row, service) for row in SUBJECTS for service in SERVICES} | set(STRANGE)
    found |= {f"dead.{subject}" for subject in found if not subject.startswith("$")}
    found |= {f"_INBOX.{service}.x" for service in SERVICES}
    names = [row.name for row in STREAMS] + [backing(row.name, row.kind) for row in BUCKETS] + [DOORSTEP.name]
    for name in names:
        found |= {f"{API}.{call}.{name}" for call in STREAM_CALLS}
        found |= {f"{API}.CONSUMER.CREATE.{name}.mine", f"{API}.CONSUMER.CREATE.{name}.mine.evt.x"}
    for stream, durable in [*((row.stream, row.durable) for row in CONSUMERS), (DOORSTEP.name, "intake-outside")]:
        found |= {f"{API}.{call}.{stream}.{durable}" for call in CONSUMER_CALLS}
        found.add(f"$JS.ACK.{stream}.{durable}.1.2.3.4.5")
    for bucket in BUCKETS:
        found |= set(written(bucket.name, bucket.kind))
    return found


def needed(service: str) -> set[str]:
    """Return those that a service needs."""
    found = {concrete(row, service) for row in SUBJECTS if service in row.publishers}
    for consumer in consumers_of(service):
        found |= {f"{API}.{call}.{consumer.stream}.{consumer.durable}" for call in DOORSTEP_CALLS}
        found.add(f"$JS.ACK.{consumer.stream}.{consumer.durable}.1.2.3.4.5")
        if consumer.stream in queues():  # what a killed server leaves behind is taken once more
            found |= {f"{API}.{call}.{consumer.stream}" for call in ("STREAM.MSG.GET", "STREAM.MSG.DELETE")}
    found |= {f"dead.{subject}" for subject in given_up_by(service)}
    for stream in [*READS.get(service, ()), *_buckets_read_by(service)]:
        found |= {f"{API}.STREAM.INFO.{stream}", f"{API}.STREAM.MSG.GET.{stream}"}
    for bucket in BUCKETS:
        if bucket.owner == service:
            found |= set(written(bucket.name, bucket.kind))
            if bucket.kind == "objects":
                found.add(f"{API}.STREAM.PURGE.{backing(bucket.name, bucket.kind)}")
    return found | set(_of_one(service))


def queues() -> list[str]:
    return [row.name for row in STREAMS if row.retention == "work-queue"]


def given_up_by(service: str) -> set[str]:
    """Return the subjects whose messages a service may have to bury."""
    if service == "tracestore":
        return {subject.removeprefix("dead.") for subject in everything() if subject.startswith("dead.")}
    subjects = {concrete(row, name) for row in SUBJECTS for name in SERVICES}
    filters = [pattern for consumer in consumers_of(service) for pattern in consumer.filters]
    return {subject for subject in subjects if any(fits(pattern, subject) for pattern in filters)}


def fits(pattern: str, subject: str) -> bool:
    wanted, given = pattern.split("."), subject.split(".")
    if wanted[-1] == ">":
        wanted, given = wanted[:-1], given[: len(wanted) - 1] if len(given) >= len(wanted) else []
    return len(wanted) == len(given) and all(a in ("*", b) for a, b in zip(wanted, given, strict=True))


def _buckets_read_by(service: str) -> Iterator[str]:
    for bucket in BUCKETS:
        if service == bucket.owner or service in bucket.readers:
            yield backing(bucket.name, bucket.kind)


def _of_one(service: str) -> Iterator[str]:
    """Yield what one service alone has to do."""
    if service == "intake":
        yield f"{API}.STREAM.NAMES"
        yield from (f"{API}.{call}.{DOORSTEP.name}.intake-outside" for call in DOORSTEP_CALLS)
        yield f"$JS.ACK.{DOORSTEP.name}.intake-outside.1.2.3.4.5"
        yield "dead.outside.pagerduty.acme"
        # What came in plain text is erased once it is sealed.
        yield from (f"{API}.STREAM.MSG.DELETE.{name}" for name in ("INGEST", DOORSTEP.name))
    if service == "gateway":
        yield "budget.acme.i-1.calls"
    if service == "api":
        yield f"{API}.STREAM.MSG.DELETE.DEAD"
    if service == "tracestore":
        yield from (f"{API}.STREAM.MSG.DELETE.{name}" for name in queues())
        archived = ("INVESTIGATIONS", "EVIDENCE", "VERDICTS", "KV_gateway-journal")
        yield from (f"{API}.STREAM.PURGE.{name}" for name in archived)
        yield f"{API}.STREAM.INFO.INGEST"  # how full it is, not what it holds
        yield from (f"{API}.CONSUMER.INFO.{row.stream}.{row.durable}" for row in CONSUMERS)


def listens(service: str) -> set[str]:
    """Return what a service may subscribe to."""
    return {f"_INBOX.{service}.>", *(row.pattern() for row in SUBJECTS if row.replier == service)}


def everything_to_hear() -> set[str]:
    """Return all subscriptions that anybody could think of."""
    found = {">", "*", "*.>", "_INBOX.>", "_INBOX.*.>", "$SYS.>", "$JS.>", "$JS.API.>", "$JS.EVENT.>", "$KV.>", "$O.>"}
    found |= {"ingest.>", "outside.>", "dead.>", "evt.>", "cmd.>", "req.>", "timer.>", "budget.>", "$JS.ACK.>"}
    return found | {row.pattern() for row in SUBJECTS} | {f"_INBOX.{service}.>" for service in SERVICES}
