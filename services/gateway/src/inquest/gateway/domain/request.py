"""What makes two requests the same call."""

import json

from inquest.contracts.latest import ToolRequest, derive_id


def canonical(request: ToolRequest) -> str:
    """Return domain and query as JSON that does not depend on the order in which things were asked for.

    Limits and time-outs are left out: asking again with more patience is still the same question.
    """
    query = request.query.model_dump(mode="json")
    query["services"] = sorted(set(request.query.services))
    query["names"] = sorted(set(request.query.names))
    return json.dumps({"domain": request.domain, "query": query}, sort_keys=True, separators=(",", ":"))


def call_id(request: ToolRequest) -> str:
    """Return the id of the call: the same step asking the same question gets the same id."""
    return derive_id(request.step_id, canonical(request))
