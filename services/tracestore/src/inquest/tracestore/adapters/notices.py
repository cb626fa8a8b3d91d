"""What became of notices, in SQLite: a page of them, newest first."""
# ruff: noqa: S608 - queries are composed of constants of this file; every value is bound

import sqlite3

from pydantic import ValidationError

from inquest.contracts import subjects as s
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import NoticeSent
from inquest.tracestore.adapters.queries import in_scope
from inquest.tracestore.domain.search import NoticeFilters
from inquest.tracestore.ports import NoticePage

_FIELDS = ("notice_id", "investigation_id", "channel", "kind")


def notice_page(
    connection: sqlite3.Connection, tenant: str, filters: NoticeFilters, size: int, token: str
) -> NoticePage:
    """Return one page. Raises Impossible on a token that is not ours."""
    where = ["tenant = ?", f"name = '{s.NOTICE_SENT.name}'"]  # the index of notices says the same
    values: list[object] = [tenant]
    after: list[int] = []
    for field in _FIELDS:
        if wanted := getattr(filters, field):
            where.append(f"coalesce(json_extract(payload, '$.{field}'), 'verdict') = ?")
            values.append(wanted)
    if filters.outcome:
        where.append("? IN (json_extract(payload, '$.outcome'), json_extract(payload, '$.held_by'))")
        values.append(filters.outcome)
    if filters.scope is not None:
        # A notice about an investigation that was never opened, such as a refused one, names its incident.
        conditions = [in_scope(kind, tenant, filters.scope) for kind in ("investigation", "incident")]
        of_incident = conditions[1][0].replace("incident_id", "json_extract(payload, '$.incident_id')", 1)
        where.append(f"({conditions[0][0]} OR {of_incident})")
        values += [value for _, bound in conditions for value in bound]
    if token:
        if not token.isascii() or not token.isdigit() or len(token) > 18:
            raise Impossible("page_token: is not one of this list")
        where.append("position < ?")
        after.append(int(token))
    query = f"SELECT position, payload FROM messages WHERE {' AND '.join(where)} ORDER BY position DESC LIMIT ?"
    found = connection.execute(query, (*values, *after, size + 1)).fetchall()
    shown = tuple(notice for _, payload in found[:size] if (notice := _notice(payload)) is not None)
    return NoticePage(shown, str(found[size - 1][0]) if len(found) > size else "")


def _notice(payload: str) -> NoticeSent | None:
    """Return the notice, or None for what somebody stored under its subject that is none."""
    try:
        return NoticeSent.model_validate_json(payload)
    except ValidationError:
        return None
