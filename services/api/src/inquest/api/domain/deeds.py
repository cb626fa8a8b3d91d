"""What the api records of those who ask. Pure."""

from inquest.api.domain.access import EVERY_TENANT, Caller
from inquest.contracts.deeds import Deed
from inquest.contracts.v1.controls import NO_TENANT


def authenticated(caller: Caller, peer: str) -> Deed:
    """Return that somebody was known; counted, since it happens with every request."""
    return Deed("authenticated", _home(caller), caller.name, peer=peer)


def refusal(error: Exception, caller: Caller | None, peer: str, what: str) -> Deed:
    """Return that somebody was turned away: unknown (no caller), or not allowed what they asked for."""
    if caller is None:
        # Not what a stranger asked for, which could be anything: all they may write here is where they come from.
        return Deed("authentication-refused", NO_TENANT, "nobody", str(error), outcome="refused", peer=peer)
    return Deed("access-refused", _home(caller), caller.name, str(error), what, "refused", peer)


def _home(caller: Caller) -> str:
    return NO_TENANT if caller.tenant == EVERY_TENANT else caller.tenant
