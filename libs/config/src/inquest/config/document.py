"""YAML with positions: what was written, and in which file and line each part of it stands."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from inquest.contracts.errors import Impossible

BYTES_MAX = 1024 * 1024
Location = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, and where. Lines count from 1; 0 means the file as a whole."""

    file: str
    line: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.path}: {self.message}" if self.path else f"{where}: {self.message}"


class ConfigInvalid(Impossible):
    """The configuration cannot be used; `problems` lists everything that is wrong, in order of the file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))


class _Loader(yaml.SafeLoader):
    """Safe, and without aliases: a few lines of them expand to gigabytes."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not supported; write it out", mark)
        return super().compose_node(parent, index)


def read_text(path: Path) -> str:
    """Return a file's text. Raises ConfigInvalid when it is missing, too large or not UTF-8."""
    try:
        with path.open("rb") as file:
            raw = file.read(BYTES_MAX + 1)
    except OSError as error:
        raise ConfigInvalid([Problem(str(path), 0, "", f"cannot be read: {error.strerror}")]) from error
    if len(raw) > BYTES_MAX:
        raise ConfigInvalid([Problem(str(path), 0, "", f"is larger than {BYTES_MAX} bytes")])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ConfigInvalid([Problem(str(path), line, "", "is not UTF-8 text")]) from error


def compose(text: str, name: str) -> yaml.Node | None:
    """Return the document's nodes, None for an empty one. Raises ConfigInvalid on broken YAML and repeated keys."""
    try:
        loader = _Loader(text)
        loader.name = name
        node = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ConfigInvalid([Problem(name, line, "", f"is not YAML: {error.problem}")]) from error
    except yaml.YAMLError as error:
        raise ConfigInvalid([Problem(name, 0, "", f"is not YAML: {str(error).splitlines()[0]}")]) from error
    except RecursionError as error:
        raise ConfigInvalid([Problem(name, 0, "", "is nested too deeply")]) from error
    if node is not None and (repeated := list(_repeated_keys(node, ""))):
        raise ConfigInvalid(repeated)
    return node


def _repeated_keys(node: yaml.Node, path: str) -> Iterator[Problem]:
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _repeated_keys(item, f"{path}[{index}]")
    if not isinstance(node, yaml.MappingNode):
        return
    seen: dict[str, int] = {}
    for key, value in node.value:
        name, line = str(key.value), key.start_mark.line + 1
        inner = f"{path}.{name}" if path else name
        if name in seen:
            yield Problem(key.start_mark.name, line, inner, f"is written twice, first in line {seen[name]}")
        seen.setdefault(name, line)
        yield from _repeated_keys(value, inner)


def construct(node: yaml.Node | None, name: str) -> Any:
    """Return the plain values of a document; an empty one is an empty mapping. Raises ConfigInvalid."""
    if node is None:
        return {}
    try:
        return yaml.SafeLoader("").construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = (mark.name, mark.line + 1) if mark else (name, 0)
        raise ConfigInvalid([Problem(*where, "", f"is not plain YAML: {error.problem}")]) from error
    except ValueError as error:  # a date or number that has the form and not the sense, such as 2024-13-01
        raise ConfigInvalid([Problem(name, 0, "", f"holds a value that cannot be read: {error}")]) from error


def child(node: yaml.Node | None, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    """Return the key and value nodes of a mapping's entry, or None."""
    if not isinstance(node, yaml.MappingNode):
        return None
    return next(((name, value) for name, value in node.value if str(name.value) == key), None)


def locate(root: yaml.Node | None, location: Location, name: str) -> tuple[str, int, str]:
    """Return file, line and field path of a location.

    Parts that the document does not have are names of union members, which are left out, unless they are last:
    then they are the key that is missing.
    """
    node, file, line, path = root, name, 1 if root else 0, ""
    for number, part in enumerate(location):
        if isinstance(part, int):
            path += f"[{part}]"
            items = node.value if isinstance(node, yaml.SequenceNode) else ()
            node = items[part] if part < len(items) else None
            mark = node.start_mark if node else None
        else:
            found = child(node, part)
            if not found and number < len(location) - 1:
                continue
            path += f".{part}" if path else part
            mark = found[0].start_mark if found else None
            node = found[1] if found else None
        if mark:
            file, line = mark.name, mark.line + 1
    return file, line, path


def refusal(root: yaml.Node | None, error: ValidationError, name: str) -> ConfigInvalid:
    """Return what a document that fits no model has wrong, each with its place."""
    problems = []
    for detail in error.errors(include_url=False):
        file, line, path = locate(root, detail["loc"], name)
        message = "unknown key" if detail["type"] == "extra_forbidden" else detail["msg"]
        problems.append(Problem(file, line, path, message.removeprefix("Value error, ")))
    return ConfigInvalid(problems)
