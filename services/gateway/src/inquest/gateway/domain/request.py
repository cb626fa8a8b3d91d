"""What a call asks: the domain's own request, and what makes two requests the same call."""

import json
from collections.abc import Iterable

from pydantic import ValidationError

from inquest.contracts.errors import Impossible
from inquest.contracts.latest import REQUESTS, Domain, DomainRequest, Query, ToolRequest, derive_id

_FIRST = {"window", "baseline", "services", "names", "text", "rows_max"}
"""Fields that a query has had from the start. Others count only where they are set, so that ids outlive releases."""
_SETS = frozenset({"services", "names", "ids", "kinds", "trace_ids"})


def canonical(request: ToolRequest) -> str:
    """Return domain and query as JSON that does not depend on the order in which things were asked for.

    Limits and time-outs are left out: asking again with more patience is still the same question.
    """
    query = request.query.model_dump(mode="json", include=_FIRST)
    query |= request.query.model_dump(mode="json", exclude=_FIRST, exclude_defaults=True)
    query |= {name: sorted(set(query[name])) for name in _SETS & query.keys()}
    asked = {"domain": request.domain, "query": query} | ({"access": "write"} if request.access == "write" else {})
    return json.dumps(asked, sort_keys=True, separators=(",", ":"))


def call_id(request: ToolRequest) -> str:
    """Return the id of the call: the same step asking the same question gets the same id."""
    return derive_id(request.step_id, canonical(request))


def request_of(domain: Domain, query: Query) -> DomainRequest:
    """Return the domain's request. Raises Impossible where the query asks what the domain does not take."""
    model = REQUESTS[domain]
    defaults = Query.model_fields
    given = {
        name: value for name in query.model_fields_set if (value := getattr(query, name)) != defaults[name].default
    }
    if strange := sorted(given.keys() - model.model_fields.keys()):
        raise Impossible(f"{domain} takes no {_listed(strange)}; it takes {_listed(sorted(model.model_fields))}")
    try:
        return model.model_validate(given)
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False))
        raise Impossible(f"{domain}: {'; '.join(wrong)}") from error


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
