"""Who is called by spans that nobody answers in the traces: peers that send no spans of their own."""

import ipaddress
import re

import numpy as np
from numpy.typing import NDArray

from inquest.rca.tables import Spans

Ints = NDArray[np.int64]

# OpenTelemetry's names for the other side of a call, the more telling first.
_KEYS = ("peer.service", "server.address", "net.peer.name")
# Names under these are of one's own platform; any other name with a dot is an outside party's host.
_HOST = re.compile(r"\bhttps?://([A-Za-z][\w.-]*)|\b([a-z][a-z0-9.-]*[a-z0-9]):\d{2,5}\b")
_INSIDE = (".svc", ".local", ".internal", ".consul", ".cluster", ".lan")


def silent_peers(spans: Spans, children: Ints) -> dict[int, str]:
    """The peer by row, for spans without `children` (counted by row) whose peer sends no spans.

    An outside party is no peer: what it does wrong is the caller's dependency, told by the caller.
    """
    if spans.attributes is None:
        return {}
    own = set(spans.entities)
    found = {}
    for row, attributes in enumerate(spans.attributes):
        if not attributes or children[row]:
            continue
        name = next((_inside(value) for key in _KEYS if isinstance(value := attributes.get(key), str)), None)
        if name and name not in own:
            found[row] = name
    return found


def _inside(address: str) -> str | None:
    """The name of a peer within one's own platform, without port and domain; None for anybody else."""
    host = address.strip().partition("://")[2] or address.strip()
    host = host.partition("/")[0].rpartition(":")[0] or host.partition("/")[0]
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        pass
    else:
        return None
    if "." not in host:
        return host or None
    return host.partition(".")[0] if any(part in f"{host}." for part in (f"{one}." for one in _INSIDE)) else None


def hosts(text: str) -> tuple[str, ...]:
    """The peers within one's own platform that a line names by URL or by host and port."""
    found = (_inside(match[1] or match[2]) for match in _HOST.finditer(text))
    return tuple(dict.fromkeys(name for name in found if name))
