"""What became of notices, in SQLite: a page of them, newest first."""
# ruff: noqa: S608 - queries are composed of constants of this file; every value is bound

import sqlite3

from inquest.contracts import subjects as s
from inquest.contracts.errors import Impossible
from inquest.contracts.latest import NoticeSent
from inquest.tracestore.domain.search import NoticeFilters
from inquest.tracestore.ports import NoticePage

_FIELDS = ("notice_id", "investigation_id", "channel", "kind")


def notice_page(
    connection: sqlite3.Connection, tenant: str, filters: NoticeFilters, size: int, token: str
) -> NoticePage:
    """Return one page. Raises Impossible on a token that is not ours."""
    where, values = ["tenant = ?", f"name = '{s.NOTICE_SENT.name}'"], [tenant]  # the index of notices says the same
    after: list[int] = []
    for field in _FIELDS:
        if wanted := getattr(filters, field):
            where.append(f"coalesce(json_extract(payload, '$.{field}'), 'verdict') = ?")
            values.append(wanted)
    if filters.outcome:
        where.append("? IN (json_extract(payload, '$.outcome'), json_extract(payload, '$.held_by'))")
        values.append(filters.outcome)
    if token:
        if not token.isascii() or not token.isdigit() or len(token) > 18:
            raise Impossible("page_token: is not one of this list")
        where.append("position < ?")
        after.append(int(token))
    query = f"SELECT position, payload FROM messages WHERE {' AND '.join(where)} ORDER BY position DESC LIMIT ?"
    found = connection.execute(query, (*values, *after, size + 1)).fetchall()
    shown = tuple(NoticeSent.model_validate_json(payload) for _, payload in found[:size])
    return NoticePage(shown, str(found[size - 1][0]) if len(found) > size else "")
