"""Weights fitted on other sets: from equal ones, by what the true causes show."""

from dataclasses import fields, replace

import pytest
from inquest.accuracy.cases import Case
from inquest.accuracy.weighing import Weighed, equal, fit, loss, right, weigh, weighed, weights_table
from inquest.packs.truth import Truth
from inquest.rca.finding import Finding
from inquest.rca.tables import Target, Window
from inquest.rca.weights import DEFAULT, Weights

WINDOW = Window(0.0, 100.0)


def finding(entity, detector, strength, **features):
    return Finding("trace", entity, f"{entity} {detector}.", WINDOW, 10.0, strength, {"detector": detector, **features})


def one(name="a"):
    """The true cause shows in its own time, a bystander by louder logs."""
    findings = (finding("db", "self-time", 0.6), finding("web", "template", 0.9, classes="timeout", surprise=9.0))
    return Weighed(name, Truth(services=("db",)), Target("web"), findings, ())


def test_equal_weights_keep_the_signs_and_the_priors():
    same = equal()
    assert all(getattr(same, f.name) * getattr(DEFAULT, f.name) > 0 for f in fields(Weights))
    assert (same.prior, same.change_prior) == (DEFAULT.prior, DEFAULT.change_prior)
    assert same.gap == same.log == same.resource != DEFAULT.gap


def test_the_fit_learns_what_tells_the_true_cause():
    known = [one(), one()]
    assert right(known, equal()) == 0.0
    fitted = fit(known)
    assert right(known, fitted) == 1.0
    assert fitted.own_time / fitted.log > 1.4
    assert fitted.gap == equal().gap  # nothing was seen of it


def test_the_loss_is_of_the_true_cause_and_of_leaving_equal_weights():
    known = [one()]
    unknown = [replace(one(), truth=Truth(services=("nobody",)))]
    assert loss(unknown, equal(), equal()) == pytest.approx(12.0)
    assert loss(known, equal(), equal()) < loss(known, replace(equal(), gap=25.0), equal())


def test_each_set_is_judged_under_weights_of_the_others(pack_at, tmp_path):
    cases = [Case(name, pack_at(tmp_path / name)) for name in ("a", "b")]
    quiet = Case("a", pack_at(tmp_path / "quiet", truth={"services": []}))
    told = []
    carried = weigh([*cases, quiet], 1, told.append)
    assert told == [row.set for row in carried] == ["a", "b"]
    assert all(row.cases == 1 and row.in_use == row.left_out == 1.0 for row in carried)
    assert weighed(quiet) is None
    assert weights_table(carried).rows[0] == ("a", "1", "100.0", "100.0", "100.0")
