"""What is wrong with the text of policies, with the line."""

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from inquest.config.policies.prepared import base_text, schema_text
from inquest.config.policies.text import Statement, statements
from inquest.config.policy import POLICY_CHARS_MAX
from inquest.contracts.message import ID_PATTERN

RESERVED = "inquest-"
POLICIES_MAX = 500
_INTERNAL = re.compile(r"^for policy `policy\d+`, ")


def flaws(text: str, *others: str) -> Iterator[tuple[int, str]]:
    """Yield line and message of everything that is wrong; `others` are texts that hold beside it."""
    if len(text) > POLICY_CHARS_MAX:
        yield 0, f"has more than {POLICY_CHARS_MAX} characters"
        return
    taken = {name for other in (base_text(), *others) for one in statements(other) if (name := _id(one.text))}
    for number, one in enumerate(statements(text)):
        if number == POLICIES_MAX:
            yield one.line, f"there are more than {POLICIES_MAX} rules"
            return
        problem = _wrong(one)
        yield from problem
        if problem:
            continue
        name = _id(one.text)
        if not name or not re.match(ID_PATTERN, name):
            yield one.line, "needs a name: @id(\"…\") of lower case letters, digits and '-', at most 48"
        elif name.startswith(RESERVED):
            yield one.line_of(f"`{name}`"), f"@id {name}: names that begin with {RESERVED} are Inquest's own"
        elif name in taken:
            yield one.line_of(f"`{name}`"), f"@id {name} is used twice"
        taken.add(name)


def _id(text: str) -> str:
    """Return the name of one policy; empty where it has none, or is no policy."""
    from cedarpy import policies_to_json_str  # noqa: PLC0415 - only who has policies waits for it

    try:
        written = json.loads(policies_to_json_str(text))["staticPolicies"]
    except ValueError:
        return ""
    return next((str(one.get("annotations", {}).get("id") or "") for one in written.values()), "")


@cache
def _schema() -> Any:
    from cedarpy import Schema  # noqa: PLC0415 - see above

    return Schema.from_str(schema_text())


def _wrong(one: Statement) -> list[tuple[int, str]]:
    from cedarpy import PolicySet, validate_policies  # noqa: PLC0415 - see above

    try:
        parsed = PolicySet.from_str(one.text)
    except ValueError as error:
        return [(one.line_of(str(error)), f"is no rule of Cedar: {error}")]
    if parsed.templates():
        return [(one.line, "is a template: write out ?principal and ?resource")]
    found = validate_policies(one.text, _schema()).errors
    return [(one.line_of(message), message) for error in found for message in (_INTERNAL.sub("", error.error),)]
