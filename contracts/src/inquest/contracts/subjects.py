"""The table of subjects: who publishes what, where it is kept, and what its keys are.

Grammar: ``<kind>.<thing>.<verb>.v<N>.<keys…>``; kind is ``evt`` (a fact), ``cmd`` (work for one durable),
``req`` (request/reply) or ``timer`` (a schedule). Outside producers use ``ingest.<source>.<tenant>``.
"""

import re
from dataclasses import dataclass

from inquest.contracts import latest as m
from inquest.contracts.errors import Impossible

_TOKEN = re.compile(r"[a-z0-9-]{1,48}")


@dataclass(frozen=True, slots=True)
class Subject:
    """One row of the table.

    Attributes:
        name: the fixed front part, without keys.
        keys: names of the tokens that follow, in order.
        model: the message it carries; None means raw bytes in the producer's own format.
        publishers: the services that may publish it; "outside" means external producers.
        stream: the stream that keeps it; None means core NATS (request/reply).
        reply: what a request is answered with.
        replier: the service that answers it.
    """

    name: str
    keys: tuple[str, ...]
    model: type[m.Message] | None
    publishers: tuple[str, ...]
    stream: str | None
    reply: type[m.Message] | None = None
    replier: str | None = None

    def render(self, **keys: str) -> str:
        """Return the full subject. Raises Impossible when a key is missing, extra or not a valid token."""
        if set(keys) != set(self.keys):
            raise Impossible(f"subject {self.name} takes the keys {self.keys}, not {tuple(keys)}")
        for key, value in keys.items():
            if not _TOKEN.fullmatch(value):  # `$` would let a line break through
                raise Impossible(f"subject {self.name}: {key}={value!r} is not a token [a-z0-9-]{{1,48}}")
        return ".".join((self.name, *(keys[key] for key in self.keys)))

    def pattern(self, **fixed: str) -> str:
        """Return a filter that matches the subject with the given keys fixed."""
        return ".".join((self.name, *(fixed.get(key, "*") for key in self.keys)))

    def parse(self, subject: str) -> dict[str, str] | None:
        """Return the keys of a concrete subject, or None when it is not of this row."""
        front = self.name + "."
        if not subject.startswith(front):
            return None
        tokens = subject[len(front) :].split(".")
        return dict(zip(self.keys, tokens, strict=True)) if len(tokens) == len(self.keys) else None


_INV = ("tenant", "investigation")

INGEST_DELIVERY = Subject("ingest", ("source", "tenant"), None, ("outside", "intake"), "INGEST")
# The same, as it comes out of the account of a tenant's producers; no row of the table: nobody of ours publishes it.
DOORSTEP_DELIVERY = Subject("outside", ("source", "tenant"), None, ("outside",), None)
# What intake has taken in, sealed: nobody else can read it, and nobody else may put anything here.
DELIVERY_KEPT = Subject("evt.delivery.kept.v1", ("tenant", "source"), None, ("intake",), "INGEST")
SIGNAL_RECEIVED = Subject("evt.signal.received.v1", ("tenant", "signal"), m.Signal, ("intake",), "SIGNALS")
CHANGE_RECEIVED = Subject("evt.change.received.v1", ("tenant", "signal"), m.Signal, ("intake",), "SIGNALS")
INCIDENT_OPENED = Subject("evt.incident.opened.v1", ("tenant", "incident"), m.Incident, ("intake",), "INCIDENTS")
INCIDENT_UPDATED = Subject("evt.incident.updated.v1", ("tenant", "incident"), m.Incident, ("intake",), "INCIDENTS")
INCIDENT_RESOLVED = Subject("evt.incident.resolved.v1", ("tenant", "incident"), m.Incident, ("intake",), "INCIDENTS")
INCIDENT_MERGE = Subject("cmd.incident.merge.v1", ("tenant", "incident"), m.MergeIncidents, ("api",), "COMMANDS")
INCIDENT_SPLIT = Subject("cmd.incident.split.v1", ("tenant", "incident"), m.SplitIncident, ("api",), "COMMANDS")
_DUE = ("tenant", "incident", "timer")
INCIDENT_TIMER_SET = Subject("timer.incident.set.v1", _DUE, m.IncidentDue, ("intake",), "TIMERS")
INCIDENT_DUE = Subject("evt.deadline.passed.v1", _DUE, m.IncidentDue, ("intake",), "TIMERS")
ADMISSION_DECIDED = Subject(
    "evt.admission.decided.v1", ("tenant", "incident"), m.AdmissionDecided, ("planner",), "ADMISSIONS"
)
ADMISSION_TIMER_SET = Subject("timer.admission.set.v1", ("tenant",), m.AdmissionDue, ("planner",), "TIMERS")
ADMISSION_DUE = Subject("evt.deadline.admission.v1", ("tenant",), m.AdmissionDue, ("planner",), "TIMERS")
INVESTIGATION_RECORDED = Subject(
    "evt.investigation.recorded.v1", _INV, m.InvestigationRecorded, ("planner",), "INVESTIGATIONS"
)
INVESTIGATION_START = Subject("cmd.investigation.start.v1", _INV, m.StartInvestigation, ("api",), "COMMANDS")
INVESTIGATION_CANCEL = Subject("cmd.investigation.cancel.v1", _INV, m.CancelInvestigation, ("api",), "COMMANDS")
STEP_RUN = Subject("cmd.step.run.v1", ("capability", "priority", *_INV), m.CapabilityTask, ("planner",), "STEPS")
TIMER_SET = Subject("timer.deadline.set.v1", (*_INV, "timer"), m.DeadlineReached, ("planner",), "TIMERS")
DEADLINE_REACHED = Subject("evt.deadline.reached.v1", (*_INV, "timer"), m.DeadlineReached, ("planner",), "TIMERS")
EVIDENCE_COLLECTED = Subject("evt.evidence.collected.v1", (*_INV, "step"), m.Evidence, ("worker",), "EVIDENCE")
STEP_FINISHED = Subject("evt.step.finished.v1", (*_INV, "step"), m.StepFinished, ("worker",), "EVIDENCE")
VERDICT_REACHED = Subject("evt.verdict.reached.v1", _INV, m.Verdict, ("verifier",), "VERDICTS")
TOOL_CALL = Subject(
    "req.tool.call.v1", ("domain", "tenant"), m.ToolRequest, ("worker",), None, reply=m.ToolResult, replier="gateway"
)
INTERFACES_LIST = Subject(
    "req.interfaces.list.v1",
    ("tenant",),
    m.ListInterfaces,
    ("api",),
    None,
    reply=m.InterfaceList,
    replier="gateway",
)
TOOL_CALLED = Subject("evt.tool.called.v1", _INV, m.ToolCall, ("gateway",), "TOOLCALLS")
TOOL_DRIFTED = Subject("evt.tool.drifted.v1", ("tenant", "provider"), m.ToolDrift, ("gateway",), "TOOLCALLS")
TOOL_SWITCHED = Subject("evt.tool.switched.v1", ("tenant", "domain"), m.ProviderSwitched, ("gateway",), "TOOLCALLS")
TOOL_COMPARED = Subject("evt.tool.compared.v1", _INV, m.ToolComparison, ("gateway",), "TOOLCALLS")
PROVIDER_SWITCH = Subject(
    "req.provider.switch.v1",
    ("tenant",),
    m.SwitchProvider,
    ("api",),
    None,
    reply=m.ProviderSwitched,
    replier="gateway",
)
SWITCHES_LIST = Subject(
    "req.switches.list.v1", ("tenant",), m.ListSwitches, ("api",), None, reply=m.SwitchList, replier="gateway"
)
APPROVAL_DECIDE = Subject(
    "req.approval.decide.v1", ("tenant",), m.DecideApproval, ("api",), None, reply=m.ApprovalDecided, replier="gateway"
)
APPROVALS_LIST = Subject(
    "req.approvals.list.v1", ("tenant",), m.ListApprovals, ("api",), None, reply=m.ApprovalList, replier="gateway"
)
NOTICE_SEND = Subject("cmd.notice.send.v1", ("channel", "tenant", "notice"), m.Notice, ("notifier",), "NOTICES")
NOTICE_SENT = Subject("evt.notice.sent.v1", _INV, m.NoticeSent, ("notifier",), "OUTCOMES")
NOTICE_TIMER_SET = Subject("timer.notice.set.v1", ("tenant", "incident"), m.NoticeDue, ("notifier",), "TIMERS")
NOTICE_DUE = Subject("evt.deadline.notice.v1", ("tenant", "incident"), m.NoticeDue, ("notifier",), "TIMERS")
_EVERY = ("intake", "planner", "worker", "gateway", "verifier", "notifier", "tracestore", "api")
_CHAIN = ("tenant", "service", "chain")  # each service may only write chains of its own
AUDIT_RECORDED = Subject("evt.audit.recorded.v1", _CHAIN, m.AuditRecord, _EVERY, "AUDIT")
AUDIT_CHECKPOINT = Subject("evt.checkpoint.taken.v1", _CHAIN, m.AuditCheckpoint, _EVERY, "CHECKPOINTS")
REDRIVES = {  # by the service that may publish what is sent again
    service: Subject(
        f"req.redrive.{service}.v1", ("tenant",), m.Redrive, ("api",), None, reply=m.Redriven, replier=service
    )
    for service in ("intake", "planner", "notifier")
}
_LETTERS = ("tenant", "service")  # each service may only ask about its own consumers
_CONSUMING = tuple(service for service in _EVERY if service != "api")
LETTERS_LIST = Subject(
    "req.letters.list.v1", _LETTERS, m.LettersAsked, _CONSUMING, None, reply=m.LettersFound, replier="api"
)
LETTERS_REDRIVE = Subject(
    "req.letters.redrive.v1", _LETTERS, m.LettersRedrive, _CONSUMING, None, reply=m.LettersSettled, replier="api"
)
FEEDBACK_GIVEN = Subject("evt.feedback.given.v1", _INV, m.Feedback, ("api",), "FEEDBACK")

SUBJECTS: tuple[Subject, ...] = (
    INGEST_DELIVERY,
    DELIVERY_KEPT,
    SIGNAL_RECEIVED,
    CHANGE_RECEIVED,
    INCIDENT_OPENED,
    INCIDENT_UPDATED,
    INCIDENT_RESOLVED,
    INCIDENT_MERGE,
    INCIDENT_SPLIT,
    INCIDENT_TIMER_SET,
    INCIDENT_DUE,
    ADMISSION_DECIDED,
    ADMISSION_TIMER_SET,
    ADMISSION_DUE,
    INVESTIGATION_RECORDED,
    INVESTIGATION_START,
    INVESTIGATION_CANCEL,
    STEP_RUN,
    TIMER_SET,
    DEADLINE_REACHED,
    EVIDENCE_COLLECTED,
    STEP_FINISHED,
    VERDICT_REACHED,
    TOOL_CALL,
    INTERFACES_LIST,
    TOOL_CALLED,
    TOOL_DRIFTED,
    TOOL_SWITCHED,
    TOOL_COMPARED,
    PROVIDER_SWITCH,
    SWITCHES_LIST,
    APPROVAL_DECIDE,
    APPROVALS_LIST,
    NOTICE_SEND,
    NOTICE_SENT,
    NOTICE_TIMER_SET,
    NOTICE_DUE,
    AUDIT_RECORDED,
    AUDIT_CHECKPOINT,
    *REDRIVES.values(),
    LETTERS_LIST,
    LETTERS_REDRIVE,
    FEEDBACK_GIVEN,
)

DEAD_PREFIX = "dead"  # a dead letter of subject S lies under dead.S, published by libs/bus of any service


_BY_NAME = {row.name: row for row in (*SUBJECTS, DOORSTEP_DELIVERY)}
_NAME_TOKENS_MAX = 4


def match(subject: str) -> tuple[Subject, dict[str, str]] | None:
    """Return the row and the keys of a concrete subject, or None when the table does not know it."""
    # Called for every message: a name has four tokens, or one for what comes from outside.
    tokens = subject.split(".")
    row = _BY_NAME.get(".".join(tokens[:_NAME_TOKENS_MAX])) or _BY_NAME.get(tokens[0])
    if row is None:
        return None
    keys = row.parse(subject)
    return None if keys is None else (row, keys)
