"""Fits what `injection_likeness` weighs to the examples in `injection_texts`, and writes it into the gateway.

Prints one flat JSON object last: what the model alone finds of texts that nothing was fitted to. With the rules beside
it `bench_injections` says.
"""

import argparse
import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from inquest.gateway.domain.injection_likeness import Weights, tokens
from inquest.gateway.domain.readings import folded

from scripts.injection_corpus import SETS
from scripts.injection_fit import fit

TEXTS = Path(__file__).parent / "injection_texts"
WEIGHTS = Path(__file__).parents[1] / "services/gateway/src/inquest/gateway/data/injection_weights.json"
FOLDS = 5
NEVER_FITTED = "sixth"
FALSE_SHARE = 0.04
"""Of harmless texts that were written to look like orders, what may be taken for one. Of others it is far less."""


def read(name: str) -> list[str]:
    """Return the examples of a kind; each line has a language and a text.

    `orders` instruct a model, `harmless` sound as if, `plain` are lines of documents and logs as they are.
    To those that begin with `unseen_` nothing is ever fitted, neither weights nor rules.
    """
    lines = (TEXTS / f"{name}.tsv").read_text("utf-8").splitlines()
    return list(dict.fromkeys(line.split("\t", 1)[1] for line in lines if line))


def scores(texts: Sequence[str], weights: Weights) -> list[float]:
    """Return the log odds of each."""
    return [weights.score(tokens(folded(text)))[0] for text in texts]


def fitted(orders: Sequence[str], harmless: Sequence[str], plain: Sequence[str]) -> Weights:
    """Return weights, with the limit from examples that were kept apart."""
    apart = slice(0, None, FOLDS)
    part = fit(_without(orders, apart), [*_without(harmless, apart), *plain])
    limit = float(np.quantile(scores(harmless[apart], part), 1 - FALSE_SHARE))
    weights = fit(orders, [*harmless, *plain])
    return Weights(weights.bias, weights.features, limit)


def _without(texts: Sequence[str], apart: slice) -> list[str]:
    left = list(texts)
    del left[apart]
    return left


def figures(weights: Weights) -> dict[str, float]:
    """Return recall and false hits on texts that nothing was fitted to."""
    return {
        "features": len(weights.features),
        "recall_unseen": _share(read("unseen_orders"), weights),
        "recall_sixth": _share(phrases(NEVER_FITTED), weights),
        "false_hits_unseen": _share(read("unseen_harmless"), weights),
    }


def _share(texts: Sequence[str], weights: Weights) -> float:
    return round(sum(score >= weights.limit for score in scores(texts, weights)) / len(texts), 4)


def phrases(name: str) -> list[str]:
    """Return a set of the corpus, in all its languages."""
    return [text for texts in SETS[name][0].values() for text in texts]


def written(weights: Weights) -> str:
    """Return the weights as they are stored: whole hundredths, one to a line, so that a change can be read."""
    rows = {feature: round(weight * 100) for feature, weight in sorted(weights.features.items())}
    head = {"bias": weights.bias, "limit": weights.limit}
    return json.dumps({**{name: round(value * 100) for name, value in head.items()}, "features": rows}, indent=0)


def main() -> None:
    """Fit, write and measure."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    known = [text for name in SETS if name != NEVER_FITTED for text in phrases(name)]
    texts = list(dict.fromkeys([*read("orders"), *known])), read("harmless"), read("plain")
    chance = random.Random(8)  # noqa: S311 - the same order each time
    for each in texts:
        chance.shuffle(each)
    weights = fitted(*texts)
    WEIGHTS.write_text(written(weights) + "\n", "utf-8")
    print(json.dumps(figures(Weights.parse(WEIGHTS.read_text("utf-8")))))


if __name__ == "__main__":
    main()
