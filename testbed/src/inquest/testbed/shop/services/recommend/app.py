"""What goes with a product: scores every product against the one in view."""

from typing import Any

from shopkit import settings
from shopkit.server import serve
from starlette.requests import Request

PRODUCTS = 60
FACTORS = 24


def vector(product_id: int) -> list[float]:
    """Return the taste vector of a product (made, not learnt: the shop has no history)."""
    return [((product_id * 37 + factor * 101) % 97) / 97 for factor in range(FACTORS)]


VECTORS = {product_id: vector(product_id) for product_id in range(1, PRODUCTS + 1)}

_pairs: dict[int, list[tuple[int, int, float]]] = {}


def pairs(product_id: int) -> list[tuple[int, int, float]]:
    """Return how well every two products go with this one; kept from the first time on."""
    if product_id not in _pairs:
        own = VECTORS[product_id]
        fits = {other: sum(a * b for a, b in zip(own, theirs, strict=True)) for other, theirs in VECTORS.items()}
        _pairs[product_id] = [(a, b, fits[a] * fits[b]) for a in VECTORS for b in VECTORS]
    return _pairs[product_id]


def taste(product_id: int) -> list[float]:
    """Return the vector to rank by: the product's own, drawn towards its strongest pair."""
    a, b, _ = max(pairs(product_id), key=lambda pair: pair[2])
    mixed = zip(VECTORS[product_id], VECTORS[a], VECTORS[b], strict=True)
    return [(2 * own + one + other) / 4 for own, one, other in mixed]


async def similar(request: Request) -> Any:
    """Return the best five."""
    product_id = int(request.path_params["id"])
    rounds = int(settings.config()["rounds"])
    if settings.flag("recommend-rerank"):
        return {"products": rerank(product_id, rounds)}
    return {"products": best(product_id, rounds)}


def best(product_id: int, rounds: int) -> list[int]:
    """Rank by the dot product, refined `rounds` times."""
    weights = taste(product_id)
    ranked: list[int] = []
    for _ in range(rounds):
        scores = {other: sum(a * b for a, b in zip(weights, theirs, strict=True)) for other, theirs in VECTORS.items()}
        ranked = sorted(scores, key=lambda other: scores[other], reverse=True)[:5]
        weights = [sum(VECTORS[other][f] for other in ranked) / 5 for f in range(FACTORS)]
    return ranked


def rerank(product_id: int, rounds: int) -> list[int]:
    """Try the newer ranking: every candidate becomes the point of view once."""
    votes: dict[int, int] = {}
    for candidate in best(product_id, rounds):
        for other in best(candidate, rounds * 2):
            votes[other] = votes.get(other, 0) + 1
    return sorted(votes, key=lambda other: votes[other], reverse=True)[:5]


def main() -> None:
    """Serve."""
    serve({"GET /similar/{id:int}": similar})
