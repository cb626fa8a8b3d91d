"""Consumers and buckets as data (ADR 0004); streams are in `streams`.

Applied by `inquest topology apply`, never by a service.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from inquest.contracts import subjects as s
from inquest.contracts.capabilities import CAPABILITIES
from inquest.contracts.streams import DAY_S, STREAMS


@dataclass(frozen=True, slots=True)
class Consumer:
    """One durable pull consumer. Delivery is bounded: after `deliver_max` tries the message is a dead letter."""

    durable: str
    stream: str
    service: str
    filters: tuple[str, ...]
    ack_wait_s: float = 6.0
    handle_s_max: float = 120.0  # a handler that runs longer is taken to hang
    deliver_max: int = 20
    delay_s_max: float = 30.0  # before a retry
    workers_max: int = 16
    batch_max: int = 64
    why: str = ""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A key-value or object bucket. Only its owner writes; `readers` are the services beside it that read."""

    name: str
    kind: Literal["kv", "objects"]
    owner: str
    age_s_max: float | None = None
    history: int = 1
    why: str = ""
    readers: tuple[str, ...] = ()
    bytes_max: int | None = None
    in_memory: bool = False  # what may be lost with the server: not written to disk, not backed up


SERVICES = ("intake", "planner", "worker", "gateway", "verifier", "notifier", "tracestore", "api")


def worker_durable(capability: str, priority: str) -> str:
    """Return the durable of a capability; critical work has its own, so that it overtakes."""
    return f"worker-{capability}" + ("-critical" if priority == "critical" else "")


def _worker_consumers() -> tuple[Consumer, ...]:
    return tuple(
        Consumer(
            worker_durable(capability.capability_id, priority),
            "STEPS",
            "worker",
            (s.STEP_RUN.pattern(capability=capability.capability_id, priority=priority),),
            # A step whose worker died, or that waits for an outage to end, has ended within 10 s of that.
            ack_wait_s=3.0,
            delay_s_max=5.0,
            deliver_max=72,
            workers_max=4,
            batch_max=4,
        )
        for capability in CAPABILITIES
        for priority in ("critical", "normal")
    )


def _tracestore_consumers() -> tuple[Consumer, ...]:
    kept = (
        "SIGNALS",
        "INCIDENTS",
        "ADMISSIONS",
        "INVESTIGATIONS",
        "EVIDENCE",
        "VERDICTS",
        "TOOLCALLS",
        "OUTCOMES",
        "AUDIT",
        "FEEDBACK",
        "DEAD",
    )
    rows = {stream.name: stream.subjects for stream in STREAMS}
    bulk = [Consumer(f"tracestore-{name.lower()}", name, "tracestore", rows[name], batch_max=500) for name in kept]
    return (
        *bulk,
        Consumer(
            "tracestore-advisories",
            "ADVISORIES",
            "tracestore",
            ("$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>",),
            why="moves what the server gave up to DEAD",
        ),
    )


CONSUMERS: tuple[Consumer, ...] = (
    Consumer(
        "intake-deliveries",
        "INGEST",
        "intake",
        ("ingest.>", "evt.delivery.>"),
        why="what is plain is sealed and comes again; what is sealed becomes signals",
    ),
    Consumer(
        "intake-advisories",
        "ADVISORIES",
        "intake",
        ("$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.INGEST.>",),
        why="moves what the server gave up of INGEST to DEAD, for nobody else may read it",
    ),
    Consumer(
        "intake-signals",
        "SIGNALS",
        "intake",
        (s.SIGNAL_RECEIVED.pattern(), s.CHANGE_RECEIVED.pattern()),
        batch_max=200,
        why="folded in batches, committed with one compare-and-set per tenant",
    ),
    Consumer("intake-commands", "COMMANDS", "intake", ("cmd.incident.>",), workers_max=1, why="merge and split"),
    Consumer(
        "intake-timers",
        "TIMERS",
        "intake",
        (s.INCIDENT_DUE.pattern(),),
        batch_max=200,
        why="incidents that were held are announced; a storm holds many",
    ),
    Consumer(
        "planner-incidents",
        "INCIDENTS",
        "planner",
        (s.INCIDENT_OPENED.pattern(), s.INCIDENT_UPDATED.pattern(), s.INCIDENT_RESOLVED.pattern()),
        why="asks for admission; an incident that waits may become more severe, or end",
    ),
    Consumer("planner-admitted", "ADMISSIONS", "planner", (s.ADMISSION_DECIDED.pattern(),)),
    Consumer(
        "planner-slots",
        "INVESTIGATIONS",
        "planner",
        (s.INVESTIGATION_RECORDED.pattern(),),
        why="an investigation that ends makes room for one that waits",
    ),
    Consumer("planner-admission-due", "TIMERS", "planner", (s.ADMISSION_DUE.pattern(),)),
    Consumer("planner-commands", "COMMANDS", "planner", ("cmd.investigation.>",)),
    Consumer("planner-dispatch", "INVESTIGATIONS", "planner", (s.INVESTIGATION_RECORDED.pattern(),)),
    Consumer("planner-steps", "EVIDENCE", "planner", (s.STEP_FINISHED.pattern(),)),
    Consumer("planner-verdicts", "VERDICTS", "planner", (s.VERDICT_REACHED.pattern(),)),
    Consumer("planner-deadlines", "TIMERS", "planner", (s.DEADLINE_REACHED.pattern(),)),
    *_worker_consumers(),
    Consumer("verifier-rounds", "INVESTIGATIONS", "verifier", (s.INVESTIGATION_RECORDED.pattern(),)),
    Consumer("notifier-conclusions", "INVESTIGATIONS", "notifier", (s.INVESTIGATION_RECORDED.pattern(),)),
    Consumer(
        "notifier-notices",
        "NOTICES",
        "notifier",
        (s.NOTICE_SEND.pattern(),),
        deliver_max=24,
        why="outside channels may be away for an hour; a slow one must not hold the others",
    ),
    Consumer(
        "notifier-incidents",
        "INCIDENTS",
        "notifier",
        (s.INCIDENT_OPENED.pattern(), s.INCIDENT_UPDATED.pattern(), s.INCIDENT_RESOLVED.pattern()),
        why="who was told of an incident hears that it ended or is back, and somebody hears when no answer came",
    ),
    Consumer("notifier-admissions", "ADMISSIONS", "notifier", (s.ADMISSION_DECIDED.pattern(),)),
    Consumer("notifier-feedback", "FEEDBACK", "notifier", (s.FEEDBACK_GIVEN.pattern(),)),
    Consumer("notifier-due", "TIMERS", "notifier", (s.NOTICE_DUE.pattern(),)),
    *_tracestore_consumers(),
)

INTAKE_INCIDENTS = Bucket("intake-incidents", "kv", "intake", why="open incidents per tenant")
PLANNER_ADMISSION = Bucket("planner-admission", "kv", "planner", why="per tenant: what runs, what waits, what is spent")
GATEWAY_JOURNAL = Bucket(
    "gateway-journal", "kv", "gateway", age_s_max=30 * DAY_S, why="intent, then result, of each call"
)
GATEWAY_LEDGER = Bucket(
    "gateway-ledger",
    "kv",
    "gateway",
    age_s_max=DAY_S,
    why="health of providers and places of governors, where the ledger is on the bus",
)
GATEWAY_SHARED = Bucket(
    "gateway-shared",
    "kv",
    "gateway",
    age_s_max=120,
    bytes_max=64 * 1024**2,
    in_memory=True,
    why="what was just read from back ends, for calls that ask the same",
)
GATEWAY_SWITCHES = Bucket(
    "gateway-switches", "kv", "gateway", history=64, why="which sort of source answers each domain, and who said so"
)
GATEWAY_APPROVALS = Bucket(
    "gateway-approvals",
    "kv",
    "gateway",
    age_s_max=30 * DAY_S,
    why="which writes wait for a person, were approved, and used that",
)
NOTIFIER_CLAIMS = Bucket("notifier-claims", "kv", "notifier", age_s_max=90 * DAY_S, why="which notice went out")
NOTIFIER_THREADS = Bucket(
    "notifier-threads",
    "kv",
    "notifier",
    age_s_max=90 * DAY_S,
    why="what each channel was last told of an investigation, and where",
)
SWITCHES = Bucket("switches", "kv", "api", history=64, why="the panic switch", readers=("notifier",))
MUTES = Bucket("mutes", "kv", "api", why="what people muted for a while", readers=("notifier",))
BUDGET_DEFAULTS = Bucket(
    "budget-defaults", "kv", "api", history=64, why="what users and teams saved as their budgets", readers=("planner",)
)
HOLDS = Bucket("holds", "kv", "cli", why="legal holds that stand", readers=("tracestore",))
ERASURES = Bucket("erasures", "kv", "cli", why="what was purged on purpose, without content", readers=("tracestore",))
ERASED = Bucket("erased", "kv", "tracestore", why="what the trace store and the archive did about it")
CONFIG = Bucket("config", "kv", "cli", history=64, why="applied revisions of inquest.yaml", readers=SERVICES)
PAYLOADS = Bucket(
    "payloads",
    "objects",
    "gateway",
    age_s_max=30 * DAY_S,
    why="tool results over the inline limit",
    readers=("worker", "tracestore"),
)
DELIVERIES = Bucket(
    "deliveries",
    "objects",
    "intake",
    age_s_max=14 * DAY_S,
    why="raw deliveries over the inline limit",
)

BUCKETS: tuple[Bucket, ...] = (
    INTAKE_INCIDENTS,
    PLANNER_ADMISSION,
    GATEWAY_JOURNAL,
    GATEWAY_LEDGER,
    GATEWAY_SHARED,
    GATEWAY_SWITCHES,
    GATEWAY_APPROVALS,
    NOTIFIER_CLAIMS,
    NOTIFIER_THREADS,
    SWITCHES,
    MUTES,
    BUDGET_DEFAULTS,
    HOLDS,
    ERASURES,
    ERASED,
    CONFIG,
    PAYLOADS,
    DELIVERIES,
)

RAW_STREAM = "INGEST"  # read by intake alone, and erased by it
RAW_KEY_HEADER = "Inquest-Raw-Key"  # in the clear: the id of the key that a delivery there is sealed under, or `none`

# Who reads which streams back (`last`, `read`, `subjects`), beside working off consumers.
READS: Mapping[str, tuple[str, ...]] = {
    # What was given up, the signals that a person splits off, and what was told before a death.
    "intake": ("INGEST", "SIGNALS", "INCIDENTS"),
    "planner": ("INCIDENTS", "ADMISSIONS", "INVESTIGATIONS", "STEPS", "EVIDENCE", "VERDICTS"),
    "verifier": ("INVESTIGATIONS", "EVIDENCE", "VERDICTS", "TOOLCALLS"),
    "notifier": ("SIGNALS", "INCIDENTS", "ADMISSIONS", "INVESTIGATIONS", "VERDICTS", "EVIDENCE", "OUTCOMES"),
    "api": ("AUDIT", "DEAD"),
    "worker": ("EVIDENCE",),
    # The changes that came in through the doors, which calls were told before a death, and what was spent.
    "gateway": ("SIGNALS", "TOOLCALLS", "BUDGETS"),
    # An advisory names a message of any stream; it is fetched to become a dead letter. Raw deliveries are intake's.
    "tracestore": tuple(stream.name for stream in STREAMS if stream.name != RAW_STREAM),
}

# Who purges what it has archived and verified, of which streams of truth.
ARCHIVED: tuple[str, ...] = ("INVESTIGATIONS", "EVIDENCE", "VERDICTS")
ARCHIVER = "tracestore"
DEAD_KEEPER = "api"  # removes dead letters that operators sent again or discarded
BUDGETS_OWNER = "gateway"  # the only service that adds to counters


def consumers_of(service: str) -> tuple[Consumer, ...]:
    """Return the consumers that one service works off."""
    return tuple(consumer for consumer in CONSUMERS if consumer.service == service)


def consumer(durable: str) -> Consumer:
    """Return the consumer with this durable name; KeyError when the table has none."""
    for row in CONSUMERS:
        if row.durable == durable:
            return row
    raise KeyError(durable)
