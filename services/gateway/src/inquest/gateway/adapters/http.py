"""Reads HTTP answers of bounded size, and says in plain words why one did not come."""

from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from inquest.gateway.ports import ProviderFailed

_CONNECT_S = 5.0
_REDIRECTS = (301, 302, 303, 307, 308)


def client(connections_max: int) -> httpx.AsyncClient:
    """Return the client that all providers share. Redirects are not followed: they could lead anywhere."""
    return httpx.AsyncClient(
        limits=httpx.Limits(max_connections=connections_max),
        timeout=httpx.Timeout(None, connect=_CONNECT_S),  # the call's own time limit bounds the rest
        follow_redirects=False,
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """Status code and body."""

    status: int
    body: bytes


async def ask(
    http: httpx.AsyncClient,
    method: str,
    url: str,
    *,
    params: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    bytes_max: int,
) -> Answer:
    """Ask and read the whole answer. Raises ProviderFailed when there is none, or it is larger than `bytes_max`."""
    try:
        async with http.stream(method, url, params=params, data=form, headers=headers) as response:
            body = bytearray()
            async for part in response.aiter_bytes():
                body += part
                if len(body) > bytes_max:
                    raise ProviderFailed(f"{url} answers with more than {bytes_max} bytes", passing=False)
            return Answer(_checked(response), bytes(body))
    except httpx.InvalidURL as error:
        raise ProviderFailed(f"{url}: {error}", passing=False) from error
    except httpx.HTTPError as error:
        raise ProviderFailed(f"{url} cannot be reached: {error or type(error).__name__}") from error


def _checked(response: httpx.Response) -> int:
    """Return the status code. Raises ProviderFailed for those that mean the same of every source."""
    url = response.request.url.copy_with(query=None)
    code = response.status_code
    if code in {401, 403}:
        raise ProviderFailed(f"{url} refuses our credentials ({code}): check the token's reference", passing=False)
    if code in _REDIRECTS:
        where = response.headers.get("location", "elsewhere")
        raise ProviderFailed(f"{url} redirects to {where}: configure that address instead", passing=False)
    if code == 429 or code >= 500:
        raise ProviderFailed(f"{url} answers {code} {response.reason_phrase}")
    return code
