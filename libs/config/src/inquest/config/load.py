"""From text to Config, with everything that is wrong said at once: file, line, field path, and what to do."""

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from inquest.config.document import ConfigInvalid, Location, Problem, child, compose, construct, locate, read_text
from inquest.config.model import Config
from inquest.config.policies.inline import inline_policies

_PROBLEMS_MAX = 100
_WORDS = {
    "missing": "is required",
    "model_type": "must be a mapping (key: value)",
    "dict_type": "must be a mapping (key: value)",
    "tuple_type": "must be a list",
    "string_pattern_mismatch": "must be lower case letters, digits and '-', at most 48 characters",
}


def load(path: Path) -> Config:
    """Return the configuration in a file. Raises ConfigInvalid."""
    return parse(read_text(path), str(path), path.resolve().parent)


def parse(text: str, name: str = "inquest.yaml", base: Path | None = None) -> Config:
    """Return the configuration in a text.

    Args:
        text: the YAML.
        name: what to call it in messages.
        base: the folder that relative paths start from; None leaves them as they are and reads no other file.

    Raises ConfigInvalid.
    """
    root = compose(text, name)
    problems = [*_inline_catalogues(root, base), *inline_policies(root, base)]
    data = construct(root, name)
    try:
        config = Config.model_validate(data, context={"base": base})
    except ValidationError as error:
        problems += [_problem(root, detail, name) for detail in error.errors(include_url=False)[:_PROBLEMS_MAX]]
    if problems:
        raise ConfigInvalid(problems)
    return config


def _inline_catalogues(root: yaml.Node | None, base: Path | None) -> Iterator[Problem]:
    """Replace each `catalogue_file: path` by `catalogue: <its content>`, which keeps its own file and lines."""
    tenants = child(root, "tenants")
    for tenant_key, tenant in tenants[1].value if tenants and isinstance(tenants[1], yaml.MappingNode) else ():
        entry = child(tenant, "catalogue_file")
        if entry is None or base is None or not isinstance(entry[1], yaml.ScalarNode) or not entry[1].value:
            continue
        mark, path = entry[0].start_mark, f"tenants.{tenant_key.value}.catalogue_file"
        if child(tenant, "catalogue"):
            yield Problem(mark.name, mark.line + 1, path, "and catalogue are both given; keep one")
            continue
        file = base / entry[1].value
        try:
            content = compose(read_text(file), str(file))
        except ConfigInvalid as error:
            yield from error.problems
            continue
        tenant.value = [pair for pair in tenant.value if pair[0] is not entry[0]]
        if content is not None:
            key = yaml.ScalarNode("tag:yaml.org,2002:str", "catalogue", entry[0].start_mark, entry[0].end_mark)
            tenant.value.append((key, content))


def _problem(root: yaml.Node | None, detail: ErrorDetails, name: str) -> Problem:
    location = tuple(part for part in detail["loc"] if part != "[key]")
    file, line, path = locate(root, location, name)
    return Problem(file, line, path, _message(detail, location))


def _message(detail: ErrorDetails, location: Location) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "extra_forbidden":
        return "unknown key" + _hint(str(location[-1]), _keys_at(location[:-1]))
    if kind == "union_tag_invalid":
        expected = [tag.strip(" '") for tag in str(context["expected_tags"]).split(",")]
        return (
            f"unknown kind {context['tag']!r}{_hint(str(context['tag']), expected)} (there are {', '.join(expected)})"
        )
    if kind == "union_tag_not_found":
        return "needs a kind"
    return _WORDS.get(kind) or detail["msg"].removeprefix("Value error, ")


def _hint(written: str, known: list[str]) -> str:
    near = difflib.get_close_matches(written, known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}" if known else ""


def _keys_at(location: Location) -> list[str]:
    """Return the keys that the model knows at a location."""
    current: Any = Config
    for part in location:
        current = _step(_plain(current), part)
    current = _plain(current)
    return sorted(current.model_fields) if _is_model(current) else []


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _plain(kind: Any) -> Any:
    """Return a type without Annotated and without `| None`."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    real = [member for member in get_args(kind) if member is not type(None)]
    return _plain(real[0]) if len(real) == 1 and type(None) in get_args(kind) else kind


def _step(kind: Any, part: str | int) -> Any:
    """Return the type one part further down; a part may also be the tag of a union's member."""
    if _is_model(kind):
        field = kind.model_fields.get(part)
        return field.annotation if field else None
    if get_origin(kind) is dict:
        return get_args(kind)[1]
    if isinstance(part, int):
        return get_args(kind)[0] if get_args(kind) else None
    members = [member for member in get_args(kind) if _is_model(member) and "kind" in member.model_fields]
    return next((member for member in members if part in get_args(member.model_fields["kind"].annotation)), None)
