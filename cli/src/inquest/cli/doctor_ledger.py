"""What `inquest doctor` says of the ledger: where budgets and the health of providers are kept."""

from inquest.cli.finding import Finding
from inquest.contracts.errors import InquestError
from inquest.gateway.settings import Settings
from inquest.ledger.choose import open_redis

NAME = "ledger"


async def ledger_finding() -> Finding:
    """Ask the Redis that the environment names, as the gateway would."""
    settings = Settings()
    if not settings.ledger_url:
        return Finding(NAME, "ok", "on the bus")
    try:
        ledger = open_redis(settings.ledger_url, settings.ledger_password_file)
    except (InquestError, OSError, ValueError) as error:
        return Finding(NAME, "fail", str(error), "mend INQUEST_LEDGER_URL and INQUEST_LEDGER_PASSWORD_FILE")
    try:
        advice = await ledger.advice()
    except InquestError as error:
        fix = "start Redis, mend INQUEST_LEDGER_URL, or leave it empty: the bus keeps the ledger then"
        return Finding(NAME, "fail", str(error), fix)
    finally:
        await ledger.close()
    if advice:
        return Finding(NAME, "warn", advice, "set it in redis.conf or on the command line of redis-server")
    return Finding(NAME, "ok", "on Redis, which keeps what it acked")
