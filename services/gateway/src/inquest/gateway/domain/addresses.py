"""Where a provider may connect to. Pure: names and addresses in, yes or no out."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address

from inquest.contracts.addresses import is_off_limits, plain_address

_PRIVATE_SUFFIXES = (".local", ".localhost", ".internal", ".svc", ".lan", ".home.arpa", ".localdomain")


def is_private_name(host: str) -> bool:
    """Say whether a name shows by itself that it leads into a private network, as an address or by its form."""
    try:
        return not ip_address(host.strip("[]")).is_global
    except ValueError:
        return "." not in host.rstrip(".") or host.rstrip(".").lower().endswith(_PRIVATE_SUFFIXES)


@dataclass(frozen=True, slots=True)
class Reach:
    """What one provider may reach. Nobody reaches link-local, metadata, multicast or unspecified addresses.

    Attributes:
        hosts: the names it may ask for, in lower case.
        networks: private networks that its names may lead to, whatever they look like.
    """

    hosts: frozenset[str]
    networks: Sequence[IPv4Network | IPv6Network] = ()

    def refusal(self, host: str, address: str) -> str:
        """Return why `host` may not be reached at `address`; empty when it may."""
        if host.lower() not in self.hosts:
            return f"{host} is not among the hosts of this provider"
        if is_off_limits(address):
            return f"{host} leads to {address}, where nothing may be asked"
        found = plain_address(address)
        if found.is_global or is_private_name(host) or any(found in one for one in self.networks):
            return ""
        return f"{host} leads to the private address {address}; if that is meant, list its network under networks"
