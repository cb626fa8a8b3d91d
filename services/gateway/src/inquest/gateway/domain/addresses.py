"""Where a provider may connect to. Pure: names and addresses in, yes or no out."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

_METADATA = tuple(
    ip_network(one)
    for one in ("100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32", "fd00:ec2::254/128", "fd20:ce::254/128")
)
"""Services that hand out credentials of the machine; those in 169.254.0.0/16 are link-local, and refused as such."""
_NAT64 = IPv6Network("64:ff9b::/96")
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
        found = _plain(address)
        if found.is_link_local or found.is_multicast or found.is_unspecified or any(found in one for one in _METADATA):
            return f"{host} leads to {address}, where nothing may be asked"
        if found.is_global or is_private_name(host) or any(found in one for one in self.networks):
            return ""
        return f"{host} leads to the private address {address}; if that is meant, list its network under networks"


def _plain(address: str) -> IPv4Address | IPv6Address:
    """Return an address without what hides another one in it."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv4Address):
        return found
    if found in _NAT64:
        return IPv4Address(int(found) & 0xFFFFFFFF)
    return found.ipv4_mapped or found.sixtofour or found
