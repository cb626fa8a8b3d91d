"""The third party: takes its time, declines some cards. The shop does not see its telemetry."""

import asyncio
import hashlib
import math
import random
import time
from collections import deque
from typing import Any

from shopkit import settings
from shopkit.errors import ServiceError
from shopkit.server import serve
from starlette.requests import Request

_taken: deque[float] = deque()
"""When charges were taken in the last second."""


async def charge(request: Request) -> Any:
    """Charge a card; one whose number ends in 0 is declined."""
    wanted = await request.json()
    if wanted["merchant_key"] != "mk-live-1":
        raise ServiceError(401, "merchant key is not valid")
    if time.time() > float(settings.world("merchant_key_ends", math.inf)):
        raise ServiceError(401, "merchant key has expired")
    if _over_quota(float(settings.world("bank_quota_per_s", math.inf))):
        raise ServiceError(429, "too many charges, quota exceeded")
    typical_s = float(settings.world("bank_delay_ms", 240)) / 1000
    await asyncio.sleep(typical_s * random.lognormvariate(0, 0.2))
    if wanted["card"].endswith("0"):
        raise ServiceError(402, "card declined")
    return {"receipt": hashlib.sha256(str(wanted).encode()).hexdigest()[:16]}


def _over_quota(per_s: float) -> bool:
    """Count this charge; say whether the last second has seen too many."""
    now = time.monotonic()
    while _taken and now - _taken[0] > 1:
        _taken.popleft()
    if len(_taken) >= per_s:
        return True
    _taken.append(now)
    return False


def main() -> None:
    """Serve over TLS."""
    folder = settings.TELEMETRY_DIR.parent
    serve({"POST /charges": charge}, tls=(str(folder / "bank.pem"), str(folder / "bank.key")))
