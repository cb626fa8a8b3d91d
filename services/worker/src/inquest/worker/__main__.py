"""`python -m inquest.worker`."""

from inquest.runtime import run
from inquest.worker.service import build
from inquest.worker.settings import Settings

if __name__ == "__main__":
    run(build, Settings)
