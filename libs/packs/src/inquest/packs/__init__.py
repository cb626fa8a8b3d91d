"""Read, check and write incident packs: folders that hold one incident's telemetry.

The answer to an incident, `inquest.packs.truth`, is left out here on purpose: no provider may reach it.
"""

from inquest.packs.changes import Change, Edge, Pattern
from inquest.packs.check import check_pack, find_packs
from inquest.packs.logs import LogTable
from inquest.packs.meta import PackMeta
from inquest.packs.metrics import MetricsTable, Series
from inquest.packs.pack import Pack, open_pack
from inquest.packs.problems import PackError, Problem
from inquest.packs.spans import SpanTable
from inquest.packs.times import TimeRange, parse_time
from inquest.packs.writer import MetricRow, write_pack

__all__ = [
    "Change",
    "Edge",
    "LogTable",
    "MetricRow",
    "MetricsTable",
    "Pack",
    "PackError",
    "PackMeta",
    "Pattern",
    "Problem",
    "Series",
    "SpanTable",
    "TimeRange",
    "check_pack",
    "find_packs",
    "open_pack",
    "parse_time",
    "write_pack",
]
