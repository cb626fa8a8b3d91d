"""Policies that inquest.yaml names or holds: their files are read, and what is wrong is said with file and line."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from inquest.config.document import ConfigInvalid, Problem, child, read_text

_TEXT_TAG = "tag:yaml.org,2002:str"
_NULL_TAG = "tag:yaml.org,2002:null"


@dataclass(frozen=True, slots=True)
class _Text:
    """Policies, and where they are written: `line` is that before their first."""

    text: str
    file: str
    line: int
    path: str


def inline_policies(root: yaml.Node | None, base: Path | None) -> Iterator[Problem]:
    """Replace each `policy: {file: path}` by its text, and yield what is wrong with all policies.

    Without a base no file is read.
    """
    common, problems = _of(root, "policy", base)
    yield from problems
    if common:
        yield from _flaws(common, "")
    tenants = child(root, "tenants")
    for key, tenant in tenants[1].value if tenants and isinstance(tenants[1], yaml.MappingNode) else ():
        own, problems = _of(tenant, f"tenants.{key.value}.policy", base)
        yield from problems
        if own:
            yield from _flaws(own, common.text if common else "")


def _flaws(policies: _Text, common: str) -> Iterator[Problem]:
    from inquest.config.policies.check import flaws  # noqa: PLC0415 - only who has policies waits for Cedar

    for line, message in flaws(policies.text, common):
        yield Problem(policies.file, policies.line + line, policies.path, message)


def _of(owner: yaml.Node | None, path: str, base: Path | None) -> tuple[_Text | None, tuple[Problem, ...]]:
    """Return the policies of the document or of one tenant, None where there are none, and what is wrong."""
    section = child(owner, "policy")
    if section is None or not isinstance(section[1], yaml.MappingNode):
        return None, ()
    file, text = _given(section[1], "file"), _given(section[1], "text")
    if file and text:
        mark = file[0].start_mark
        return None, (Problem(mark.name, mark.line + 1, f"{path}.file", "and text are both given; keep one"),)
    if file and base is not None:
        try:
            content = read_text(base / file[1].value)
        except ConfigInvalid as error:
            return None, error.problems
        mark = file[0].start_mark
        section[1].value = [pair for pair in section[1].value if pair[0].value not in {"file", "text"}]
        key = yaml.ScalarNode(_TEXT_TAG, "text", mark, file[0].end_mark)
        section[1].value.append((key, yaml.ScalarNode(_TEXT_TAG, content, mark, file[1].end_mark)))
        return _Text(content, str(base / file[1].value), 0, ""), ()
    if text:
        mark = text[1].start_mark
        # The lines of a block (|) begin below its mark; of what stands in one line, the first is its own.
        return _Text(
            text[1].value, mark.name, mark.line + (1 if text[1].style in {"|", ">"} else 0), f"{path}.text"
        ), ()
    return None, ()


def _given(section: yaml.Node, key: str) -> tuple[yaml.Node, yaml.ScalarNode] | None:
    """Return an entry that says something; null and empty texts do not."""
    found = child(section, key)
    if found is None or not isinstance(found[1], yaml.ScalarNode) or found[1].tag == _NULL_TAG or not found[1].value:
        return None
    return found[0], found[1]
