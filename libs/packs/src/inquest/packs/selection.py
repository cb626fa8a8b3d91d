"""Row numbers of a table in order of time."""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray


def rows_between(
    time: NDArray[np.float64],
    service: Sequence[str],
    start: float,
    end: float,
    services: Collection[str] | None,
) -> NDArray[np.int64]:
    """Return the row numbers with start ≤ time < end, of these services (None: all)."""
    low, high = np.searchsorted(time, (start, end), side="left")
    rows: NDArray[np.int64] = np.arange(low, max(low, high), dtype=np.int64)
    if services is None:
        return rows
    wanted = frozenset(services)
    mask = np.fromiter((service[row] in wanted for row in rows), bool, rows.size)
    chosen: NDArray[np.int64] = rows[mask]
    return chosen
