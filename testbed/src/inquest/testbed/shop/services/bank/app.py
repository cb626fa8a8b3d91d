"""The third party: takes its time, declines some cards. The shop does not see its telemetry."""

import asyncio
import hashlib
import math
import random
import time
from typing import Any

from shopkit import settings
from shopkit.errors import ServiceError
from shopkit.server import serve
from starlette.requests import Request


async def charge(request: Request) -> Any:
    """Charge a card; one whose number ends in 0 is declined."""
    wanted = await request.json()
    if wanted["merchant_key"] != "mk-live-1":
        raise ServiceError(401, "merchant key is not valid")
    if time.time() > float(settings.world("merchant_key_ends", math.inf)):
        raise ServiceError(401, "merchant key has expired")
    typical_s = float(settings.world("bank_delay_ms", 240)) / 1000
    await asyncio.sleep(typical_s * random.lognormvariate(0, 0.2))
    if wanted["card"].endswith("0"):
        raise ServiceError(402, "card declined")
    return {"receipt": hashlib.sha256(str(wanted).encode()).hexdigest()[:16]}


def main() -> None:
    """Serve over TLS."""
    folder = settings.TELEMETRY_DIR.parent
    serve({"POST /charges": charge}, tls=(str(folder / "bank.pem"), str(folder / "bank.key")))
