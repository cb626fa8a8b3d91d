"""From a repository, and from names that may or may not be services, to services."""

from datetime import UTC, datetime

import pytest
from inquest.config import Catalogue, CorrelationConfig
from inquest.config.source_rules import fits
from inquest.config.tenant import CatalogueConfig
from inquest.contracts.v1.signal import SignalChange
from inquest.intake.domain.normalise import Context, to_signal
from inquest.intake.domain.reading import Reading, of_signal

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SHOP = CatalogueConfig.model_validate(
    {
        "services": [
            {"service_id": "checkout", "repositories": ["https://github.com/Acme/Checkout.git"]},
            {"service_id": "cart", "repositories": ["acme/shop"], "aliases": {"jira": ["Basket"]}},
            {"service_id": "ads", "repositories": ["git@github.com:acme/shop.git"]},
            {"service_id": "search"},
        ]
    }
)


def signal(repository="acme/shop", *, catalogue=SHOP, source="github", **reading):
    change = SignalChange(ref="abc", repository=repository) if repository else None
    kind = "change" if change else "ticket"
    whole = Reading(key="k", kind=kind, occurred_at=NOW, title="t", change=change, **reading)
    return to_signal(whole, Context("acme", source, NOW, "INGEST:7", Catalogue(catalogue), CorrelationConfig()))


def test_a_repository_stands_for_the_services_that_it_builds():
    assert signal("acme/checkout").services == ("checkout",)
    assert signal().services == ("cart", "ads")
    assert signal().change == SignalChange(ref="abc", repository="acme/shop")


def test_folders_say_which_of_them_and_never_name_others():
    assert signal(hints=("services", "cart")).services == ("cart",)
    assert signal(hints=("search", "lib")).services == ("cart", "ads")


def test_a_service_that_is_named_counts_more_than_the_repository():
    assert signal(services=(("ads",),)).services == ("ads",)


def test_a_repository_that_nobody_knows_is_kept_by_its_name():
    known = signal("acme/search")
    assert (known.services, known.unmatched) == (("search",), ())
    unknown = signal("acme/billing")
    assert (unknown.services, unknown.unmatched) == (("billing",), ("billing",))
    assert signal("acme/billing", catalogue=CatalogueConfig()).services == ("billing",)


def test_hints_count_only_where_the_catalogue_knows_them():
    ticket = signal("", source="jira", hints=("Basket", "customer-report"), opens=False)
    assert (ticket.services, ticket.unmatched, ticket.opens) == (("cart",), (), False)


def test_a_signal_from_the_bus_keeps_what_it_says_of_a_change():
    reading = of_signal(signal(), "acme")
    assert (reading.change, reading.opens) == (SignalChange(ref="abc", repository="acme/shop"), True)


@pytest.mark.parametrize(
    ("patterns", "names", "fit"),
    [
        (("*incident*",), ("[System] Incident",), True),
        (("[System] Incident",), ("[system] incident",), True),
        (("release/*",), ("release/2\n",), True),
        (("main",), ("maintenance",), False),
        (("a.c",), ("abc",), False),
        ((), ("anything",), False),
        (("*",), (), False),
    ],
)
def test_patterns_are_names_in_any_case_with_stars(patterns, names, fit):
    assert fits(patterns, names) is fit
