import json
from pathlib import Path

import pytest
from inquest.accuracy import report
from inquest.accuracy.answer import Answer, Candidate, Part
from inquest.accuracy.cases import Case
from inquest.accuracy.compare import compare, read_run
from inquest.accuracy.explain import CANDIDATES_MAX, explain
from inquest.accuracy.judge import row_of
from inquest.accuracy.scale import Cost, exponent
from inquest.accuracy.summary import baseline_figures, summarise
from inquest.packs.truth import Truth

PARTS = (Part("prior", -3.0, "few are"), Part("log", 5.0, "its logs say so"))


def rows(*entities):
    truth = Truth(services=("db",), change="c1")
    return [
        row_of(Case("shop", Path(f"case-{i}")), Answer((Candidate(entity, "c1", 0.9, "m", PARTS),), "likely"), truth)
        for i, entity in enumerate(entities)
    ]


def test_text_lists_sets_baselines_and_cases():
    figures = summarise(rows("db", "api"))
    figures["baselines"] = baseline_figures({"n-sigma": rows("api", "api")})
    text = report.as_text(report.tables_of(figures))
    assert "50.0 [9, 91]" in text
    assert "n-sigma" in text
    assert "shop/case-1" in text
    assert all(line == line.rstrip() for line in text.splitlines())


def test_markdown_replaces_only_what_was_generated(tmp_path):
    path = tmp_path / "accuracy.md"
    tables = report.tables_of(summarise(rows("db")))
    report.write_markdown(path, report.as_markdown(tables, "inquest bench one"))
    path.write_text("# Mine\n\nBefore.\n\n" + path.read_text().partition("\n\n")[2] + "\nAfter.\n")
    report.write_markdown(path, report.as_markdown(tables, "inquest bench two"))
    text = path.read_text()
    assert text.startswith("# Mine\n\nBefore.\n\n<!-- generated: begin -->")
    assert text.endswith("<!-- generated: end -->\n\nAfter.\n")
    assert ("inquest bench two" in text, "inquest bench one" in text) == (True, False)


def test_a_bar_in_a_cell_does_not_end_it():
    table = report.Table("t", ("a",), [("x|y",)])
    assert "| x\\|y |" in report.as_markdown([table], "c")


def test_two_runs_are_paired_by_case(tmp_path):
    before = summarise(rows("db", "api", "api"))
    saved = tmp_path / "run.json"
    saved.write_text(json.dumps(before))
    now = summarise(rows("api", "db", "api", "db"))["per_case"]
    one = compare(now, read_run(saved))
    assert (one.wins, one.losses, one.paired, one.unpaired, one.p) == (("shop/case-1",), ("shop/case-0",), 3, 1, 1.0)
    assert one.moved[0] == "shop/case-0: service 1, change 1 → service -, change 1"
    text = report.as_text([report.comparison_table(one)])
    assert "1 wins, 1 losses, 3 pairs" in text


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"per_case": 3}', '{"per_case": ["x"]}', None])
def test_a_file_that_is_no_run_is_named(tmp_path, content):
    path = tmp_path / "run.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ValueError, match=r"run\.json.*--json"):
        read_run(path)


def test_an_explanation_shows_every_part_strongest_first():
    many = tuple(Candidate(f"e{i}", "none", 0.5, "why", PARTS) for i in range(CANDIDATES_MAX + 2))
    lines = explain("shop/one", Answer(many, "likely")).splitlines()
    assert lines[0] == "shop/one: likely"
    assert lines[2] == "1. e0, change none: score +2.00, confidence 0.50"
    assert lines[4].split() == ["+5.00", "log", "its", "logs", "say", "so"]
    assert lines[-1] == "… and 2 more."
    assert explain("shop/one", Answer(error="broke")) == "shop/one: broke\n"


def test_costs_name_the_exponent_once_for_each_case():
    costs = [Cost("a", factor, 1, 2, 3, 10.0 * factor) for factor in (1, 4, 16)]
    assert exponent(costs) == pytest.approx(1.0)
    rows_ = report.scale_table(costs).rows
    assert [row[-1] for row in rows_] == ["", "", "1.00"]
