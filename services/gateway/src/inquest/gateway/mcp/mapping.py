"""Mapping files: which tool of an MCP server answers a domain, with what arguments, and how its answer is read."""

from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PositiveInt, ValidationError, model_validator

from inquest.config.document import ConfigInvalid, Problem, compose, construct, read_text, refusal
from inquest.config.section import Name, Section
from inquest.contracts.latest import REQUESTS, Access, Domain, ErrorKind
from inquest.gateway.mcp.patterns import compiled

_SHIPPED = files("inquest.gateway.mcp") / "mappings"
_TEXT_MAX = 1000

Scalar = bool | int | float | str
Shape = Literal["text", "integer", "number", "boolean", "iso", "date", "epoch", "epoch_ms", "service"]
"""What becomes of a value: times go out and come in as `iso`, `epoch` or `epoch_ms`; `service` is a name there."""
Quoting = Literal["double", "single", "none"]


def _pattern(text: str) -> str:
    compiled(text)  # linear in the text, whatever the pattern: servers are not trusted
    return text


Pattern = Annotated[str, Field(min_length=1, max_length=_TEXT_MAX), AfterValidator(_pattern)]
FieldPath = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z0-9_@.$\[\]-]*$")]


class Expr(Section):
    """A value: of the request, of the settings, of the answer's row, or written here. Exactly one says where from."""

    field: FieldPath | None = Field(default=None, description="Field of the request, such as window.start.")
    setting: str | None = Field(default=None, max_length=100, description="One of the provider's `values`.")
    path: FieldPath | None = Field(default=None, description="Part of the row, such as commit.author.date.")
    item: Literal[True] | None = Field(default=None, description="What `each` stands at.")
    value: Scalar | None = Field(default=None, description="This very value.")
    object: dict[str, "Expr"] | None = Field(default=None, description="An object of these.")
    list: tuple["Expr", ...] | None = Field(default=None, description="A list of these; empty ones are left out.")
    join: tuple["Expr", ...] | None = Field(default=None, description="One text of these; empty where one is.")
    first: tuple["Expr", ...] | None = Field(default=None, description="The first of these that is not empty.")
    rows: "Rows | None" = Field(default=None, description="A list of objects inside the row.")
    shape: Shape | None = Field(default=None, description="What it becomes.")
    pattern: Pattern | None = Field(default=None, description="Its first group is taken; no match: empty.")
    words: dict[str, Scalar] = Field(default_factory=dict, description="Word for word; what is not here stays.")
    separator: str | None = Field(default=None, max_length=20, description="A list becomes a text with these between.")
    quote: Quoting = Field(default="none", description="Quotes around it, with those inside escaped.")
    shift_s: int = Field(default=0, description="A time is moved by so many seconds first.")
    greatest: float | None = Field(default=None, description="A number above is cut to it.")

    @model_validator(mode="after")
    def _one_source(self) -> "Expr":
        names = ("field", "setting", "path", "item", "value", "object", "list", "join", "first", "rows")
        given = [name for name in names if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"one of {', '.join(names)}, not {len(given)}")
        for one in self.join or ():
            written = one.value is not None or one.setting is not None or one.pattern is not None or one.quote != "none"
            if not written and one.shape not in {"epoch", "epoch_ms", "iso", "date", "integer"}:
                raise ValueError("joined is what is quoted, held to a pattern, a number, a time, a setting or a value")
        return self


class Rows(Section):
    """Objects inside a row."""

    path: FieldPath = Field(description="Where the list is.")
    fields: dict[str, Expr] = Field(description="Field of the model → value.")


class Paging(Section):
    """How the next page is asked for. `last` hands on a part of the last row, as it is."""

    by: Literal["page", "offset", "cursor", "last"]
    argument: FieldPath = Field(description="The argument that says where to go on.")
    first: int = Field(default=1, ge=0, description="Number of the first page.")
    path: FieldPath = Field(default="", description="Of the cursor in the answer, or of that part in the row.")


class Failure(Section):
    """What an error text of the server means."""

    match: Pattern
    kind: ErrorKind


class Read(Section):
    """How the answer becomes rows."""

    form: Literal["structured", "json", "text", "response"] = Field(
        default="json", description="structuredContent, JSON text, text, or the domain's response itself (our server)."
    )
    rows: FieldPath = Field(default="", description="Where the rows are; `a[].b` goes through lists.")
    split: str = Field(default="", max_length=100, description="Of text: where one record ends and the next begins.")
    lines: Pattern | None = Field(default=None, description="Of text: each match is a row, its named groups the parts.")
    shared: FieldPath = Field(default="", description="Of JSON: where what all rows have in common is said once.")
    empty: Pattern | None = Field(
        default=None, description="An answer without rows that says so: in its text, or in its JSON without spaces."
    )
    failed: FieldPath = Field(default="", description="An answer that has something here is an error.")
    failed_text: Pattern | None = Field(default=None, description="A text that is an error, though not marked as one.")
    fields: dict[str, Expr] = Field(default_factory=dict, description="Field of the domain's row → value.")


class Tool(Section):
    """How one domain is asked."""

    tool: str = Field(min_length=1, max_length=200, description="The tool's name.")
    access: Access = Field(default="read", description="`write` where it changes something there: see docs/policy.md.")
    each: Expr | None = Field(default=None, description="Asked once for each of these.")
    arguments: dict[str, Expr] = Field(default_factory=dict, description="Argument → value; empty ones are left out.")
    whole: bool = Field(default=False, description="The arguments are the domain's request itself (our server).")
    page_rows: PositiveInt | None = Field(default=None, description="Rows of a full answer; fewer means no more.")
    paging: Paging | None = None
    pages_max: PositiveInt = Field(default=10, le=100, description="Most pages of one question.")
    read: Read


class Mapping(Section):
    """One server."""

    mapping: Name = Field(description="Its name.")
    server: str = Field(max_length=200, description="Which server it is for, and of which version.")
    domains: dict[Domain, Tool] = Field(min_length=1)
    failures: tuple[Failure, ...] = Field(default=(), description="Asked before the general rules, in order.")

    @model_validator(mode="after")
    def _text_says_when_it_is_empty(self) -> "Mapping":
        for domain, tool in self.domains.items():
            if tool.read.lines and not tool.read.empty:
                raise ValueError(f"{domain}: lines without empty: a changed text would look like an empty answer")
        return self

    @model_validator(mode="after")
    def _a_write_is_one_call(self) -> "Mapping":
        for domain, tool in self.domains.items():
            if tool.access == "write" and (tool.each or tool.paging or tool.whole):
                raise ValueError(f"{domain}: a write is one call: no each, no paging, no whole")
        return self

    @model_validator(mode="after")
    def _fields_exist(self) -> "Mapping":
        for domain, tool in self.domains.items():
            for expr in _all(tool):
                name = (expr.field or "window").partition(".")[0]
                if name not in REQUESTS[domain].model_fields:
                    raise ValueError(f"{domain}: the request has no {name}")
        return self


def _all(tool: Tool) -> list[Expr]:
    found = [*tool.arguments.values(), *tool.read.fields.values(), *([tool.each] if tool.each else [])]
    for one in found:  # grows while it is walked: every expression is seen once
        found += [*(one.object or {}).values(), *(one.list or ()), *(one.join or ()), *(one.first or ())]
        found += one.rows.fields.values() if one.rows else ()
    return found


def parse(text: str, name: str) -> Mapping:
    """Return the mapping in a text. Raises ConfigInvalid, which names file, line and path of all that is wrong."""
    root = compose(text, name)
    try:
        return Mapping.model_validate(construct(root, name))
    except ValidationError as error:
        raise refusal(root, error, name) from error


@cache
def shipped(name: str) -> Mapping:
    """Return a mapping that comes with Inquest. Raises ConfigInvalid."""
    there = _SHIPPED / f"{name}.yaml"
    if not there.is_file():
        raise ConfigInvalid([Problem(name, 0, "", f"no such mapping; there are {', '.join(names())}")])
    return parse(there.read_text(encoding="utf-8"), f"{name}.yaml")


def names() -> tuple[str, ...]:
    """Return the names of the mappings that come with Inquest."""
    return tuple(sorted(one.name.removesuffix(".yaml") for one in _SHIPPED.iterdir() if one.name.endswith(".yaml")))


def load(file: Path) -> Mapping:
    """Return the mapping in a file. Raises ConfigInvalid."""
    return parse(read_text(file), str(file))


def schema() -> dict[str, Any]:
    """Return the JSON schema of mapping files."""
    return Mapping.model_json_schema()
