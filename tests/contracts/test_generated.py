"""Generated documents follow from the models and the table, and break nothing that was released."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from inquest.contracts.latest import Message
from jsonschema import Draft202012Validator

from scripts import contracts as script
from scripts.contracts_compat import breaks
from scripts.contracts_proto import Numbers, messages, mirrored, proto_file, read_lock, write_lock
from scripts.contracts_tables import BEGIN, END, PER_INCIDENT, with_tables

SAMPLES = sorted((script.ROOT / script.SAMPLES).glob("*.json"))
BASELINE = json.loads((script.ROOT / script.SCHEMA_BASELINE).read_text())


@pytest.mark.slow
def test_what_is_committed_is_up_to_date(capfd: pytest.CaptureFixture[str]) -> None:
    assert script.check() == 0, capfd.readouterr().err


def test_a_stale_missing_or_left_over_file_is_named(tmp_path: Path) -> None:
    fresh, root = tmp_path / "fresh", tmp_path / "root"
    for base, name, text in (
        (fresh, "same", "1"),
        (root, "same", "1"),
        (fresh, "stale", "2"),
        (root, "stale", "1"),
        (fresh, "missing", "1"),
        (root, "left-over", "1"),
    ):
        path = base / script.SCHEMAS / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    names = [path.stem for path in script.differing(root, fresh)]
    assert names == ["left-over", "missing", "stale"]


def test_the_usage_is_printed_for_an_unknown_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert script.main(["regenerate"]) == 2
    assert "generate" in capsys.readouterr().err


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_committed_samples_still_decode_and_fit_their_schema(path: Path) -> None:
    name = path.stem.partition("-")[0]
    model: type[Message] = next(model for model in messages() if model.__name__ == name)
    sample = json.loads(path.read_text())
    message = model.model_validate_json(path.read_bytes())
    assert _holds(json.loads(message.model_dump_json()), sample)
    schema = json.loads((script.ROOT / script.SCHEMAS / f"{name}.json").read_text())
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(sample)


def _holds(now: object, then: object) -> bool:
    """Whether all that was said then is said now; fields may have been added at any depth."""
    if isinstance(then, dict):
        return isinstance(now, dict) and all(name in now and _holds(now[name], one) for name, one in then.items())
    if isinstance(then, list):
        return isinstance(now, list) and len(now) == len(then) and all(map(_holds, now, then))
    return now == then


def test_every_message_of_a_subject_has_a_sample() -> None:
    from inquest.contracts.subjects import SUBJECTS

    sampled = {path.stem.partition("-")[0] for path in SAMPLES}
    wanted = {row.model.__name__ for row in SUBJECTS if row.model} | {r.reply.__name__ for r in SUBJECTS if r.reply}
    assert wanted | {"DeadLetter"} <= sampled


# -- v1 grows by optional fields only ----------------------------------------------------------------


def changed(edit: str, value: Any) -> list[str]:
    """Return the breaks after one edit of Signal: a path of keys, and what to put there (None: remove)."""
    after = copy.deepcopy(BASELINE)
    *front, last = edit.split("/")
    place = after["Signal"]
    for key in front:
        place = place[key]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return breaks(BASELINE, after)


def test_nothing_changed_breaks_nothing() -> None:
    assert breaks(BASELINE, BASELINE) == []


def test_a_new_optional_field_breaks_nothing() -> None:
    assert changed("properties/region", {"type": "string", "default": ""}) == []


def test_a_new_message_breaks_nothing() -> None:
    assert breaks(BASELINE, {**BASELINE, "Region": {"type": "object", "properties": {}}}) == []


def test_words_and_defaults_may_change() -> None:
    assert changed("properties/severity/default", "low") == []
    assert changed("description", "Another sentence.") == []


@pytest.mark.parametrize(
    ("edit", "value", "sentence"),
    [
        ("properties/title", None, "Signal.title is gone"),
        ("properties/title", {"type": "integer"}, "Signal.title has another shape"),
        ("properties/title/maxLength", 10, "Signal.title has another shape"),
        ("properties/kind/enum", ["alert"], "Signal.kind has another shape"),
        ("required", ["signal_id"], "Signal.title is no longer required"),
        ("required", [*BASELINE["Signal"]["required"], "links"], "Signal.links has become required"),
        ("$defs/Window/properties/end", None, "Window.end is gone"),
    ],
)
def test_anything_else_breaks(edit: str, value: Any, sentence: str) -> None:
    assert any(line.startswith(sentence) for line in changed(edit, value))


def test_a_removed_message_breaks() -> None:
    assert breaks(BASELINE, {}) == sorted(f"message {name} is gone" for name in BASELINE)


# -- field numbers ------------------------------------------------------------------------------------


def test_numbers_are_kept_and_never_used_again() -> None:
    numbers = Numbers()
    numbers.assign(["a", "b"])
    numbers.assign(["c", "a"])
    assert (numbers.fields, numbers.reserved) == ({"a": 1, "c": 3}, {"b": 2})
    numbers.assign(["a"])
    numbers.assign(["a", "d"])
    assert (numbers.fields, numbers.reserved) == ({"a": 1, "d": 4}, {"b": 2, "c": 3})
    with pytest.raises(ValueError, match="never used again"):
        numbers.assign(["a", "b"])


def test_a_removed_field_is_reserved_in_the_proto_file() -> None:
    class Small(Message):
        """A message."""

        kept: int

    lock = {"Small": Numbers({"gone": 1, "kept": 2})}
    text = proto_file([Small], lock)
    assert '  reserved 1;\n  reserved "gone";\n  optional int64 kept = 2;' in text
    assert read_lock(write_lock(lock)) == lock


def test_a_shape_that_protobuf_cannot_mirror_is_an_error() -> None:
    class Nested(Message):
        """A message."""

        table: dict[str, set[int]]

    with pytest.raises(TypeError, match="no protobuf type"):
        proto_file([Nested], {})


def test_every_field_has_its_number() -> None:
    lock = read_lock((script.ROOT / script.LOCK).read_text())
    for model in mirrored():
        assert set(lock[model.__name__].fields) == set(model.model_fields)


# -- docs/bus.md --------------------------------------------------------------------------------------


def test_growth_is_told_for_streams_that_exist() -> None:
    from inquest.contracts.streams import STREAMS

    assert set(PER_INCIDENT) <= {stream.name for stream in STREAMS}


def test_a_page_without_markers_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must hold the lines"):
        with_tables("# A page\n", tmp_path)


def test_what_people_wrote_around_the_tables_stays() -> None:
    page = with_tables(f"front\n{BEGIN}\nold\n{END}\nback\n", script.ROOT / script.SAMPLES)
    assert page.startswith(f"front\n{BEGIN}\n")
    assert page.endswith(f"{END}\nback\n")
    assert "\nold\n" not in page
