"""Addresses where nobody is asked anything, whoever configured them. Pure."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

_METADATA = tuple(
    ip_network(one)
    for one in ("100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32", "fd00:ec2::254/128", "fd20:ce::254/128")
)
"""Services that hand out credentials of the machine; those in 169.254.0.0/16 are link-local, and refused as such."""
_NAT64 = IPv6Network("64:ff9b::/96")


def plain_address(address: str) -> IPv4Address | IPv6Address:
    """Return an address without what hides another one in it. Raises ValueError for what is none."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv4Address):
        return found
    if found in _NAT64:
        return IPv4Address(int(found) & 0xFFFFFFFF)
    return found.ipv4_mapped or found.sixtofour or found


def is_off_limits(address: str) -> bool:
    """Say whether nothing may be asked there: link-local, metadata, multicast or unspecified."""
    found = plain_address(address)
    return found.is_link_local or found.is_multicast or found.is_unspecified or any(found in one for one in _METADATA)


def off_limits(host: str, address: str) -> str:
    """Return why nothing may be asked there; empty where it may. The host is not named: it may be a secret."""
    del host
    return f"it leads to {address}, where nothing may be asked" if is_off_limits(address) else ""
