"""The citation rule: a number in a sentence must stand in the evidence that the sentence cites.

A number is found when one cited finding holds it with the same unit, and, where the sentence names the
entity or the change of any cited finding, when that finding is about one that is named. So a sentence
cannot take its number from one place and its subject from another.
"""

import re
from collections.abc import Sequence

from inquest.rca.finding import Finding
from inquest.rca.wording import clock, number, ref_name

# A factor is written with its sign in statements.
_NUMBER = re.compile(
    r"(?<![\w.#/-])(×?)(-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)(?![\w-]*[A-Za-z_]\d|:\d)\s?(%|ms\b|s\b|[kMG]i?B\b)?"  # noqa: RUF001 - the sign of a factor
)
_CLOCK = re.compile(r"(?<![\w:.])\d{2}:\d{2}:\d{2}(?![\w:]|\.\d)")
_QUOTED = re.compile(r'"[^"]*"')
_LIKE = re.compile(r"\b[0-9a-f]{7,40}\b|\bv\d+(?:\.\d+)*\b")


def check_statement(sentence: str, findings: Sequence[Finding]) -> tuple[str, ...]:
    """What is wrong with `sentence` given the findings that it cites; empty when every number stands.

    Quoted text, commit refs and versions are names, not numbers.
    """
    subjects = [finding for finding in findings if _names(sentence, finding)] or list(findings)
    moments = {at for finding in findings for at in _moments(finding)}
    problems = [
        f"The time {at} is in none of the cited findings." for at in _CLOCK.findall(sentence) if at not in moments
    ]
    bare = _LIKE.sub(" ", _CLOCK.sub(" ", _QUOTED.sub(" ", _without_names(sentence, findings))))
    for sign, digits, unit in _NUMBER.findall(bare):
        if not any(_holds(finding, sign, digits, unit) for finding in subjects):
            problems.append(f"The number {sign}{digits}{' ' + unit if unit else ''} is in none of the cited findings.")
    return tuple(problems)


def _names(sentence: str, finding: Finding) -> bool:
    """Whether the sentence speaks of the finding's entity, or of the change that it is about."""
    ref = ref_name(finding.text("ref"))
    return bool(finding.entity and finding.entity in sentence) or bool(ref and ref in sentence)


def _without_names(sentence: str, findings: Sequence[Finding]) -> str:
    """The sentence without entities, metrics and refs, whose digits are no quantities."""
    names = {
        text
        for finding in findings
        for text in (finding.entity, finding.text("metric"), finding.text("ref"), ref_name(finding.text("ref")))
        if text
    }
    for name in sorted(names, key=lambda text: (-len(text), text)):
        sentence = sentence.replace(name, " ")
    return sentence


def _moments(finding: Finding) -> set[str]:
    moments = set(_CLOCK.findall(finding.statement))
    times = [finding.onset_at, finding.window.start, finding.window.end, finding.features.get("live_at")]
    return moments | {clock(at) for at in times if isinstance(at, (int, float))}


def _holds(finding: Finding, sign: str, digits: str, unit: str) -> bool:
    """The statement holds the very number and unit, or a feature holds the number itself."""
    for other_sign, other, other_unit in _NUMBER.findall(_QUOTED.sub(" ", finding.statement)):
        if _same(digits, other) and sign == other_sign and unit == other_unit:
            return True
    if sign or unit:
        return False
    value = digits.replace(",", "")
    return any(
        isinstance(feature, (int, float)) and not isinstance(feature, bool) and number(float(feature)) == value
        for feature in finding.features.values()
    )


def _same(a: str, b: str) -> bool:
    return float(a.replace(",", "")) == float(b.replace(",", ""))
