"""Which thing at its source a notice is about. Pure."""

import re

from inquest.contracts.latest import Notice


def ref_of(notice: Notice, source: str, form: re.Pattern[str]) -> str | None:
    """Return the source's own, oldest id of the incident; None where there is none of that form.

    An id ends up in an address, and came from outside: one of another form must not choose which address that is.
    """
    refs = notice.content.refs if notice.content else ()
    return next((item.ref for item in refs if item.source == source and form.fullmatch(item.ref)), None)
