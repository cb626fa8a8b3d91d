"""The api over HTTP, as the command uses it."""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

import httpx

from inquest.cli.tlscheck import trouble
from inquest.contracts.errors import InquestError
from inquest.contracts.latest import InvestigationStory
from inquest.runtime.tls import TlsSettings, client_context

TIMEOUT_S = 30.0
DATA_DIR = Path("var")


def find_api(url: str | None) -> str:
    """Return the api to talk to: the given one, else the one that `inquest up` started here."""
    if url is not None:
        return url
    with suppress(OSError, ValueError, KeyError):
        return str(json.loads((DATA_DIR / "run" / "system.json").read_text())["api"])
    raise InquestError("no running system found here: start one with `inquest up`, or give --api-url")


class Api:
    """One tenant's view of a running api. An async context manager."""

    def __init__(self, url: str, tenant: str | None) -> None:
        token = os.environ.get("INQUEST_API_TOKEN")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._tenant = {"tenant": tenant} if tenant else {}
        self._tls = TlsSettings()
        context = client_context(self._tls)
        self._http = httpx.AsyncClient(base_url=url, headers=headers, timeout=TIMEOUT_S, verify=context or True)

    async def __aenter__(self) -> Self:
        """Open."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close."""
        await self._http.aclose()

    async def list(self) -> list[dict[str, Any]]:
        """Return summaries, newest first."""
        found: list[dict[str, Any]] = (await self._call("GET", "/v1/investigations"))["investigations"]
        return found

    async def story(self, investigation: str) -> InvestigationStory | None:
        """Return the whole story, None where there is no such investigation."""
        body = await self._call("GET", f"/v1/investigations/{investigation}", missing_ok=True)
        return InvestigationStory.model_validate(body) if body is not None else None

    async def start(self, request: dict[str, Any]) -> str:
        """Ask for an investigation; returns its id."""
        body = await self._call("POST", "/v1/investigations", request)
        return str(body["investigation_id"])

    async def cancel(self, investigation: str, reason: str) -> None:
        """Ask to stop."""
        await self._call("POST", f"/v1/investigations/{investigation}/cancel", {"reason": reason})

    async def feedback(self, investigation: str, judgement: str, cause: str | None) -> None:
        """Give feedback."""
        body = {"judgement": judgement, "cause": cause}
        await self._call("POST", f"/v1/investigations/{investigation}/feedback", body)

    async def ask(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        """Use an operation that has no method of its own; parameters that are None or empty are left out."""
        return await self._call(method, path, body, **{name: value for name, value in params.items() if value})

    async def _call(self, method: str, path: str, body: Any = None, *, missing_ok: bool = False, **params: Any) -> Any:
        try:
            reply = await self._http.request(method, path, json=body, params=params | self._tenant)
        except httpx.HTTPError as error:
            raise InquestError(f"the api at {self._http.base_url} {self._why(error)}") from error
        if missing_ok and reply.status_code == httpx.codes.NOT_FOUND:
            return None
        if reply.is_error:
            raise InquestError(explain(reply))
        return reply.json()

    def _why(self, error: httpx.HTTPError) -> str:
        url = self._http.base_url
        spoken = self._tls if url.scheme == "https" else self._tls.model_copy(update={"tls_ca_file": None})
        known = trouble(f"{url.host}:{url.port or 80}", spoken) if url.scheme == "http" or self._tls.tls_ca_file else ""
        return (
            (f"{known}; its address begins with https://" if url.scheme == "http" else known)
            if known
            else (f"does not answer: {error}")
        )


def explain(reply: httpx.Response) -> str:
    """Return what an error answer says, for people."""
    with suppress(ValueError):
        body = reply.json()
        fault = f" [{body['error_id']}]" if reply.is_server_error and body.get("error_id") else ""
        return f"{body.get('message', reply.text)}; {body.get('hint', '')}".rstrip("; ") + fault
    return f"the api answered {reply.status_code}: {reply.text[:200]}"
