"""Run the api as its own process."""

from inquest.api.service import build
from inquest.api.settings import Settings
from inquest.runtime import run

run(build, Settings)
