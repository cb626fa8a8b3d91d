"""Policies ready to decide: parsed once for each revision; what was decided before is remembered.

Cedar is imported when the first policies are prepared: it takes a tenth of a second.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from inquest.config.policies.asked import UNNAMED, Asked, Decision

DECISIONS_MAX = 4096  # remembered of one tenant
_HERE = files("inquest.config.policies")
_POLICY = re.compile(r"error while evaluating policy `(policy\d+)`:")
_PARTS = frozenset({"tenant", "services", "every_service", "repository", "at", "spent", "approved"})


@cache
def base_text() -> str:
    """Return the policies that always hold."""
    return (_HERE / "base.cedar").read_text(encoding="utf-8")


@cache
def schema_text() -> str:
    """Return what policies can speak about, as a Cedar schema."""
    return (_HERE / "schema.cedarschema").read_text(encoding="utf-8")


class Prepared:
    """The policies of one tenant: the base, those for all tenants, and its own."""

    def __init__(self, text: str) -> None:
        from cedarpy import PolicySet, policies_to_json_str  # noqa: PLC0415 - see the module's docstring

        self._policies = PolicySet.from_str(text)
        written = json.loads(policies_to_json_str(text))["staticPolicies"]
        self._notes = {name: {"id": name, **one.get("annotations", {})} for name, one in written.items()}
        self.uses = frozenset(_used(written.values()))
        self._decided: dict[tuple[Any, ...], Decision] = {}

    def decide(self, asked: Asked) -> Decision:
        """Return the decision. What it cannot depend on does not keep an earlier one from being used again."""
        key = asked.key(self.uses)
        found = self._decided.get(key)
        if found is None:
            if len(self._decided) >= DECISIONS_MAX:
                self._decided.clear()
            found = self._decided[key] = self._evaluated(asked)
        return found

    def _evaluated(self, asked: Asked) -> Decision:
        from cedarpy import is_authorized  # noqa: PLC0415 - see the module's docstring

        tool = {"type": "Tool", "id": asked.tool}
        about = {name: getattr(asked, name) for name in ("domain", "provider", "kind", "operation")}
        result = is_authorized(
            {
                "principal": {"type": "Capability", "id": asked.capability or UNNAMED},
                "action": {"type": "Action", "id": asked.access},
                "resource": tool,
                "context": dict(asked.context()),
            },
            self._policies,
            [{"uid": tool, "attrs": about, "parents": []}],
        )
        # A rule that cannot be evaluated is passed over by Cedar; it may be one that forbids.
        if errors := tuple(_POLICY.sub(self._named, str(one)) for one in result.diagnostics.errors):
            return Decision(permitted=False, errors=errors)
        notes = [self._notes[name] for name in result.diagnostics.reasons]
        because = {note["id"]: note["because"] for note in notes if "because" in note}
        return Decision(result.allowed, tuple(sorted(note["id"] for note in notes)), because)

    def _named(self, found: re.Match[str]) -> str:
        return f"{self._notes[found[1]]['id']}:"


def prepare(*texts: str) -> Prepared:
    """Return the base and these policies, ready to decide. Raises ValueError where they are no Cedar."""
    return Prepared("\n".join((base_text(), *texts)))


def _used(written: Any) -> Iterator[str]:
    """Yield the parts of the context that policies look at; all of them where one takes the context as a whole."""
    for node in written:
        if isinstance(node, Mapping):
            access = node.get(".") or node.get("has")
            if isinstance(access, Mapping) and access.get("left") == {"Var": "context"}:
                yield access["attr"]
                continue
            if node == {"Var": "context"}:
                yield from _PARTS
            yield from _used(node.values())
        elif isinstance(node, list | tuple):
            yield from _used(node)
