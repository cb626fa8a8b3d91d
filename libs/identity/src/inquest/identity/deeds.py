"""What is recorded of those who ask. Pure."""

from inquest.contracts.deeds import Deed
from inquest.contracts.v1.controls import NO_TENANT
from inquest.identity.principal import Principal


def authenticated(who: Principal, peer: str) -> Deed:
    """Return that somebody was known; counted, since it happens with every request."""
    return Deed("authenticated", who.home or NO_TENANT, who.name, f"by {who.method}", peer=peer)


def refusal(error: Exception, who: Principal | None, peer: str, what: str) -> Deed:
    """Return that somebody was turned away: unknown (nobody), or not allowed what they asked for."""
    if who is None:
        # Not what a stranger asked for, which could be anything: all they may write here is where they come from.
        return Deed("authentication-refused", NO_TENANT, "nobody", str(error), outcome="refused", peer=peer)
    return Deed("access-refused", who.home or NO_TENANT, who.name, str(error), what, "refused", peer)
