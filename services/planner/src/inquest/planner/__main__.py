"""Run the planner: `python -m inquest.planner`."""

from inquest.planner.service import build
from inquest.planner.settings import Settings
from inquest.runtime import run

run(build, Settings)
