"""Child processes that end with the process that started them, even when that is killed outright."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable

# gRPC's fork handlers kill one child in ten while calls are going on. Ours begin another program at once and need none.
# gRPC reads this when it is imported, which happens late.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def tied_to_parent() -> Callable[[], None] | None:
    """Return what a child must run before its program starts, so that SIGTERM reaches it when we die.

    None where the platform has no such thing: there `kill -9` leaves children behind, and the next start says so.
    """
    if sys.platform != "linux":
        return None
    parent = os.getpid()
    libc = ctypes.CDLL(None)  # looked up before the fork: little may be done between fork and exec

    def tie() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)  # it died in between

    return tie
