"""Free ports of the loopback address."""

import random
import socket

# Below those that the system gives to outgoing connections (Linux: 32768 and up, elsewhere 49152 and up): a service
# that died and comes back must not find its port in use by a client of somebody else's.
_FIRST, _END = 20_000, 32_000


def free_port() -> int:
    """Return a port that is free now, and that no outgoing connection takes later."""
    while True:
        port = random.SystemRandom().randrange(_FIRST, _END)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
