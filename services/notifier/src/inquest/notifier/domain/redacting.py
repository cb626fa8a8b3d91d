"""Secrets are taken out of everything that a notice says before it is stored or leaves. Pure."""

import json
from typing import Any

from inquest.contracts.latest import Notice
from inquest.contracts.redaction import redact, redact_attributes


def redacted(notice: Notice) -> Notice:
    """Return the notice without secrets, in all its forms."""
    content = notice.content
    return notice.model_copy(
        update={
            "subject": redact(notice.subject),
            "body": redact(notice.body),
            "payload": json.dumps(_clean(json.loads(notice.payload)), indent=2) if notice.payload else "",
            "content": type(content).model_validate(_clean(content.model_dump())) if content else None,
        }
    )


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        texts = {key: item for key, item in value.items() if isinstance(item, str)}
        rest = {key: _clean(item) for key, item in value.items() if not isinstance(item, str)}
        cleaned = {**redact_attributes(texts), **rest}
        return {key: cleaned[key] for key in value}
    if isinstance(value, (list, tuple)):
        return [_clean(item) for item in value]
    return value
