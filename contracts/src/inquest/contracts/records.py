"""The kinds of message that a watch carries: the names of the oneof in `Record` (services.proto), by model."""

from inquest.contracts import latest as m

RECORD_KINDS: dict[str, type[m.Message]] = {
    "signal": m.Signal,
    "incident": m.Incident,
    "admission": m.AdmissionDecided,
    "event": m.InvestigationRecorded,
    "evidence": m.Evidence,
    "step": m.StepFinished,
    "verdict": m.Verdict,
    "tool_call": m.ToolCall,
    "notice": m.NoticeSent,
    "feedback": m.Feedback,
}
KIND_OF: dict[type[m.Message], str] = {model: kind for kind, model in RECORD_KINDS.items()}
