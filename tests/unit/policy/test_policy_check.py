"""A wrong policy is refused with file, line and what is wrong."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from inquest.config.document import ConfigInvalid
from inquest.config.load import load, parse
from inquest.config.policies.check import POLICIES_MAX, flaws
from inquest.config.policies.text import statements
from inquest.config.policy import POLICY_CHARS_MAX

GOOD = '@id("good") forbid (principal, action, resource);'
WRONG = """// a comment with ; and "
@id("one")
permit (principal, action == Action::"read", resource)
when { context.nope == 1 };   // `nope`
@id("two") forbid (principal, action, resource)
when {
  resource.doman == "a;b" };
permit (principal, action, resource);
@id("good") forbid (principal, action, resource);
@id("inquest-x") forbid (principal, action, resource);
@id("template") permit (principal == ?principal, action, resource);
@id("syntax") permit (principal
  , action = 3);
@id("action") forbid (principal, action == Action::"raed", resource);
@id("type") forbid (principal, action, resource) when { context.spent.calls > "3" };
@id("Not An Id") forbid (principal, action, resource);
@id("good") forbid (principal, action, resource);
@id("open") forbid (principal, action, resource) when { context.approved
"""


def test_everything_that_is_wrong_is_said_with_its_line():
    found = list(flaws(WRONG))
    lines = dict(reversed(found))
    assert "attribute `nope` in context" in lines[4]
    assert "attribute `doman` on entity type `Tool`" in lines[7]
    assert 'needs a name: @id("…")' in lines[8]
    assert "Inquest's own" in lines[10]
    assert "template" in lines[11]
    assert "is no rule of Cedar" in lines[13]
    assert 'unrecognized action `Action::"raed"`' in lines[14]
    assert "expected Long but saw String" in lines[15]
    assert "needs a name" in lines[16]
    assert lines[17] == "@id good is used twice"
    assert "is no rule of Cedar" in lines[18]
    assert sorted(lines) == [4, 7, 8, 10, 11, 13, 14, 15, 16, 17, 18]


def test_what_is_right_has_no_flaws_and_names_are_unique_over_both_texts():
    assert list(flaws(GOOD)) == list(flaws("")) == list(flaws("// nothing")) == []
    assert list(flaws(GOOD, GOOD)) == [(1, "@id good is used twice")]


def test_rules_and_their_text_have_limits():
    many = "\n".join(f'@id("r{number}") forbid (principal, action, resource);' for number in range(POLICIES_MAX + 1))
    assert list(flaws(many)) == [(POLICIES_MAX + 1, f"there are more than {POLICIES_MAX} rules")]
    assert list(flaws(" " * (POLICY_CHARS_MAX + 1))) == [(0, f"has more than {POLICY_CHARS_MAX} characters")]


def problems(text, base=None):
    with pytest.raises(ConfigInvalid) as failed:
        parse(text, "inquest.yaml", base)
    return [str(one) for one in failed.value.problems]


def test_lines_are_those_of_the_file_that_holds_the_rule(tmp_path):
    (tmp_path / "own.cedar").write_text('@id("x")\nforbid (principal, action, resource) when { resource.nope == 1 };')
    text = """policy:
  text: |
    @id("one")
    forbid (principal, action, resource) when {
      context.tenant == resource.nothing };
tenants:
  acme:
    policy: {file: own.cedar}
  other:
    policy:
      text: '@id("one") forbid (principal, action, resource);'
"""
    there, here, twice = problems(text, tmp_path)
    assert here == "inquest.yaml:5: policy.text: attribute `nothing` on entity type `Tool` not found"
    assert twice == "inquest.yaml:11: tenants.other.policy.text: @id one is used twice"
    assert there == f"{tmp_path}/own.cedar:2: attribute `nope` on entity type `Tool` not found"


def test_a_file_takes_the_place_of_the_text(tmp_path):
    (tmp_path / "own.cedar").write_text(GOOD)
    (tmp_path / "inquest.yaml").write_text("tenants:\n  acme:\n    policy: {file: own.cedar}\n")
    policy = load(tmp_path / "inquest.yaml").tenants["acme"].policy
    assert (policy.text, policy.file) == (GOOD, None)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("policy: {file: a.cedar, text: b}\n", "inquest.yaml:1: policy.file: and text are both given; keep one"),
        ("policy: {file: a.cedar}\n", "a.cedar: cannot be read: No such file or directory"),
        ("policy: [1]\n", "inquest.yaml:1: policy: must be a mapping (key: value)"),
        ("policy: {text: [1]}\n", "inquest.yaml:1: policy.text: Input should be a valid string"),
        ("policy: {texts: a}\n", "inquest.yaml:1: policy.texts: unknown key; did you mean text?"),
    ],
)
def test_what_is_wrong_around_the_rules_is_said_too(text, said, tmp_path):
    assert any(one.endswith(said) for one in problems(text, tmp_path))


def test_what_says_nothing_is_not_given(tmp_path):
    (tmp_path / "own.cedar").write_text(GOOD)
    assert parse("policy: {file: own.cedar, text: ''}\n", base=tmp_path).policy.text == GOOD
    assert parse(f"policy:\n  file: null\n  text: '{GOOD}'\n", base=tmp_path).policy.text == GOOD


def test_without_a_base_no_file_is_read():
    assert parse("policy: {file: nowhere.cedar}\n").policy.file is not None


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(alphabet='ab "\\;/\n', max_size=12), max_size=6))
@example(["//;\n;"])
def test_statements_are_all_of_the_text_and_begin_in_their_lines(parts):
    text = "".join(parts)
    found = list(statements(text))
    position = 0
    for one in found:
        begun = len("".join(text.splitlines(keepends=True)[: one.line - 1]))  # comments before may say the same
        start = text.index(one.text, max(position, begun))
        assert text.count("\n", 0, start) + 1 == one.line
        position = start + len(one.text)
    assert not text[position:].strip() or "//" in text[position:]


@settings(max_examples=25, deadline=None)
@given(st.text(max_size=80))
def test_whatever_is_written_is_judged(text):
    assert all(line >= 0 and message for line, message in flaws(text))
