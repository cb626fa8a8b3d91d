"""Fits the weights of `injection_likeness` to written examples: logistic regression with a ridge, by gradient descent.

A few lines of numpy, as a library for it would weigh a hundred megabytes in the tools of everybody who runs the tests.
"""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from inquest.gateway.domain.injection_likeness import STRETCHES, Weights, features, tokens
from inquest.gateway.domain.readings import folded
from numpy.typing import NDArray

RIDGE = 1e-4
ROUNDS = 250
RATE = 0.03
ORDERS_SHARE = 0.3  # of all weight lies on the examples that instruct, however few they are
SEEN_MIN = 2  # what one example alone has says nothing
WEIGHT_MIN = 0.1  # smaller ones are left out
_FIRST, _SECOND, _TINY = 0.9, 0.99, 1e-9  # Adam's (Kingma and Ba 2014)

Ids = NDArray[np.int64]
Numbers = NDArray[np.float64]


def fit(orders: Sequence[str], others: Sequence[str]) -> Weights:
    """Return weights that tell texts that instruct a model from others; the limit is left at even odds."""
    positive = [tokens(folded(text))[: STRETCHES[-1]] for text in orders]
    negative = list(dict.fromkeys(stretch for text in others for stretch in _stretches(tokens(folded(text)))))
    found = [[feature for _, feature in features(words)] for words in (*positive, *negative)]
    seen = Counter(feature for each in found for feature in set(each))
    ids = {feature: number for number, feature in enumerate(sorted(one for one, n in seen.items() if n >= SEEN_MIN))}
    rows = [np.array([ids[one] for one in each if one in ids], dtype=np.int64) for each in found]
    truth = np.r_[np.ones(len(positive)), np.zeros(len(negative))]
    counts = np.r_[
        np.full(len(positive), ORDERS_SHARE / len(positive)),
        np.full(len(negative), (1 - ORDERS_SHARE) / len(negative)),
    ]
    weights, bias = _descended(rows, truth, counts, len(ids))
    kept = {one: float(weights[number]) for one, number in ids.items() if abs(weights[number]) >= WEIGHT_MIN}
    return Weights(bias, kept, 0.0)


def _stretches(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield what a reader would judge of a text that does not instruct: none of it may look as if it did."""
    for size in STRETCHES:
        for start in range(0, max(len(words) - size, 0) + 1, size // 3):
            yield tuple(words[start : start + size])
        if len(words) <= size:
            return
        yield tuple(words[-size:])


def _descended(rows: Sequence[Ids], truth: Numbers, counts: Numbers, size: int) -> tuple[Numbers, float]:
    """Return the weight of each feature and the bias at which the loss is least."""
    ids = np.concatenate(rows)
    owners = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
    values, first, second = np.zeros(size + 1), np.zeros(size + 1), np.zeros(size + 1)  # the last one is the bias
    for number in range(1, ROUNDS + 1):
        odds = np.bincount(owners, weights=values[ids], minlength=len(rows)) + values[-1]
        wrong = counts * (1 / (1 + np.exp(-odds)) - truth)
        slope = np.r_[np.bincount(ids, weights=wrong[owners], minlength=size) + RIDGE * values[:-1], wrong.sum()]
        first = _FIRST * first + (1 - _FIRST) * slope
        second = _SECOND * second + (1 - _SECOND) * slope**2
        step = (first / (1 - _FIRST**number)) / (np.sqrt(second / (1 - _SECOND**number)) + _TINY)
        values -= RATE * step * (1.0 if number < ROUNDS * 0.6 else 0.2)
    return values[:-1], float(values[-1])
