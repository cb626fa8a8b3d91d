"""Run the tracestore as its own process."""

from inquest.runtime import run
from inquest.tracestore.service import build
from inquest.tracestore.settings import Settings

run(build, Settings)
