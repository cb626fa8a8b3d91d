"""Run the notifier as its own process."""

from inquest.notifier.service import build
from inquest.notifier.settings import Settings
from inquest.runtime import run

run(build, Settings)
