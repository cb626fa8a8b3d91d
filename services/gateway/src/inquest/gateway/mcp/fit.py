"""Whether a server still has the tools that a mapping uses. Descriptions are never read: they are its own words."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from inquest.contracts.latest import REQUESTS, Domain
from inquest.gateway.mcp.expressions import at
from inquest.gateway.mcp.mapping import Expr, Tool
from inquest.gateway.mcp.mapping import Mapping as McpMapping

_PROSE = frozenset({"description", "title", "examples", "$comment", "default", "$schema"})
_SHAPES = {"integer": "integer", "epoch_ms": "integer", "epoch": "number", "number": "number", "boolean": "boolean"}
_SCALARS = ((bool, "boolean"), (int, "integer"), (float, "number"), (str, "string"))
_NUMBERS = frozenset({"integer", "number"})


def fingerprint(mapping: McpMapping, domains: tuple[Domain, ...], tools: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the names and input schemas of the tools that are used, without any prose."""
    used = sorted({mapping.domains[domain].tool for domain in domains})
    shapes = [[name, _bare(tools.get(name, {}).get("inputSchema"))] for name in used]
    return hashlib.sha256(json.dumps(shapes, sort_keys=True).encode()).hexdigest()


def _bare(schema: Any, *, names: bool = False) -> Any:
    """Return a schema without prose; `names`: the keys are names of arguments, and one may be called `title`."""
    if isinstance(schema, dict):
        kept = {key: one for key, one in schema.items() if names or key not in _PROSE}
        return {key: _bare(one, names=key == "properties" and not names) for key, one in kept.items()}
    if isinstance(schema, list):
        bare = [_bare(one) for one in schema]
        return sorted(bare, key=str) if all(isinstance(one, str) for one in bare) else bare
    return schema


def misfits(mapping: McpMapping, domains: tuple[Domain, ...], tools: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what of a mapping the server's tools no longer take, one sentence each; empty: it fits."""
    found: list[str] = []
    for domain in domains:
        tool = mapping.domains[domain]
        schema = tools.get(tool.tool, {}).get("inputSchema")
        if not isinstance(schema, dict):
            found.append(f"the tool {tool.tool} is gone")
        else:
            found += (f"{tool.tool}: {one}" for one in _tool(tool, domain, schema))
    return tuple(found)


def _tool(tool: Tool, domain: Domain, schema: Mapping[str, Any]) -> Iterator[str]:
    if tool.whole:
        model = REQUESTS[domain].model_json_schema()
        strange = set(schema.get("required", [])) - model["properties"].keys()
        missing = model["properties"].keys() - schema.get("properties", {}).keys()
        yield from (f"needs the argument {name}" for name in sorted(strange))
        yield from (f"takes no argument {name}" for name in sorted(missing))
        return
    yield from _object(tool.arguments, schema, "", _paged(tool))


def _paged(tool: Tool) -> str:
    return tool.paging.argument if tool.paging else ""


def _object(given: Mapping[str, Expr], schema: Mapping[str, Any], path: str, paged: str) -> Iterator[str]:
    properties = schema.get("properties") or {}
    names = {name: f"{path}{name}" for name in given}
    for name, where in names.items():
        if name in properties:
            yield from _value(given[name], properties[name], where, paged)
        elif schema.get("additionalProperties") in {False, None}:
            yield f"takes no argument {where}"
    inner = paged.removeprefix(path) if paged.startswith(path) else ""
    if inner and "." not in inner and "[" not in inner and inner not in properties:
        yield f"takes no argument {paged}"
    for name in schema.get("required") or ():
        if name not in given and name != inner:
            yield f"needs the argument {path}{name}"


def _value(expr: Expr, schema: Any, where: str, paged: str) -> Iterator[str]:
    kinds = set(_kinds(schema))
    ours = _kind(expr)
    if ours and kinds and ours not in kinds and not (ours in _NUMBERS and "number" in kinds):
        yield f"the argument {where} is {' or '.join(sorted(kinds))}, not {ours}"
    elif expr.object is not None:
        yield from _object(expr.object, _branch(schema, "object"), f"{where}.", paged)
    elif expr.list is not None:
        items = _branch(schema, "array").get("items") or {}
        for one in expr.list:
            yield from _value(one, items, f"{where}[]", paged)
    elif expr.value is not None and (words := at(_branch(schema, ours), "enum")) and expr.value not in words:
        yield f"the argument {where} is none of {', '.join(map(str, words))}"


def _branch(schema: Any, kind: str) -> dict[str, Any]:
    """Return the alternative of a schema that is of a kind."""
    for one in (schema, *(schema.get("anyOf") or schema.get("oneOf") or ())) if isinstance(schema, dict) else ():
        if isinstance(one, dict) and kind in _kinds(one) and "anyOf" not in one:
            return one
    return {}


def _kinds(schema: Any) -> Iterator[str]:
    if not isinstance(schema, dict):
        return
    kind = schema.get("type")
    yield from [kind] if isinstance(kind, str) else kind or ()
    for one in schema.get("anyOf") or schema.get("oneOf") or ():
        yield from _kinds(one)


def _kind(expr: Expr) -> str:
    """Return the JSON type of an expression's value; empty where that depends on the settings."""
    if expr.quote != "none" or expr.join is not None or expr.separator is not None:
        return "string"
    if expr.shape:
        return _SHAPES.get(expr.shape, "string")
    if expr.object is not None or expr.list is not None:
        return "object" if expr.list is None else "array"
    if expr.value is not None:
        return next(name for kind, name in _SCALARS if isinstance(expr.value, kind))
    return "string" if expr.pattern is not None else ""
