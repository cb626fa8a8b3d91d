"""What `inquest provider new` writes for each domain: rows of the test server, and what is expected of them."""

from collections.abc import Mapping
from dataclasses import dataclass

_KEY = '"key": f"K-{number:02}"'
_TEXT = '"text": f"number {number}, seen with {PLANTED}"'
_TITLE = '"title": f"Checkout is slow, part {number:02}"'
_TIMED = ('"at": at', '"service": service')
_CHANGE = (*_TIMED, '"author": f"dev-{number % 3}"', _TEXT)
_SERVICE = '.service == "payments"'
_SERVICES = '.services == ["payments"]'


@dataclass(frozen=True, slots=True)
class Sample:
    """One domain.

    Attributes:
        models: front part of the names of its request and response.
        row: what the test server answers: entries of a Python dict, which may use `number`, `at` and `service`.
        expected: what the row with number 1 has to become, as the rest of an expression.
        ask: further arguments of the request that the tests make.
    """

    models: str
    row: tuple[str, ...]
    expected: str
    ask: str = ""


SAMPLES: Mapping[str, Sample] = {
    "metrics": Sample("Metrics", (*_TIMED, '"metric": "error_rate"', '"value": number / 100'), _SERVICE),
    "logs": Sample("Logs", (*_TIMED, '"severity": ("info", "error")[number % 2]', _TEXT), _SERVICE),
    "traces": Sample(
        "Traces",
        (
            *_TIMED,
            '"trace": f"{number // 3:032x}"',
            '"span": f"{number:016x}"',
            '"parent": None',
            '"name": "GET /cart"',
            '"duration_ms": 12.5 + number',
            '"error": number % 5 == 0',
        ),
        _SERVICE,
    ),
    "changes": Sample("Changes", (*_CHANGE, '"kind": "deploy"', '"ref": f"v1.{number:02}"'), _SERVICE),
    "flags": Sample("Flags", (*_CHANGE, '"flag": f"new-cart-{number:02}"'), _SERVICE),
    "tickets": Sample("Tickets", (*_TIMED, _KEY, _TITLE, _TEXT, '"closed": None'), _SERVICES),
    "chat": Sample(
        "Chat",
        (
            '"at": at',
            _KEY,
            '"channel": "#incidents"',
            '"thread": f"T-{number // 4}"',
            '"author": f"dev-{number % 3}"',
            _TEXT,
        ),
        '.channel == "#incidents"',
    ),
    "events": Sample(
        "Events",
        (*_TIMED, '"kind": "BackOff"', '"severity": "warning"', '"entity": f"pod/{service}-{number:02}"', _TEXT),
        _SERVICE,
    ),
    "code": Sample(
        "Code",
        ('"repository": "acme/shop"', '"path": f"src/{service}.py"', '"line": number + 1', _TEXT),
        '.path == "src/payments-svc.py"',
        ', text="number"',
    ),
    "documents": Sample("Documents", (_KEY, _TITLE, _TEXT, '"service": service'), _SERVICES, ', text="checkout"'),
    "objects": Sample("Objects", (*_TIMED, _KEY, '"kind": "order"', '"state": "stuck"'), _SERVICE),
    "topology": Sample(
        "Topology", ('"service": service', '"calls": f"backend-{number:02}"', '"kind": "http"'), '.caller == "payments"'
    ),
    "dashboards": Sample("Dashboards", (_KEY, _TITLE, '"tags": ["shop"]', '"service": service'), _SERVICES),
}
