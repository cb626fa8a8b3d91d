"""Approved text of every form, of a verdict, of its revision and of a notice that means harm.

A form that is changed on purpose is approved anew with `APPROVE=1 pytest tests/unit/notifier/test_channel_golden.py`;
the difference is then reviewed like any other.
"""

import json
import os
from pathlib import Path

import pytest
from inquest.notifier.domain.formats import adf, card, mail, markdown, slack, text, wiki
from inquest.testkit.notices import AT, HARM, hostile, notice

APPROVED = Path(__file__).parent / "approved"
NOTICES = {
    "verdict": notice(),
    "revision": notice(
        kind="revision",
        revision=2,
        content={"band": "proven", "confidence": 0.95, "changed": ("likely 0.87 → proven 0.95",)},
    ),
    "escalation": notice(
        kind="escalation",
        content={
            "band": "undetermined",
            "confidence": 0.1,
            "headline": "no cause is known",
            "reason": "the verdict is undetermined",
            "tried": (
                "collect-symptoms: done, 4 findings, 6 calls",
                "collect-change-risk: failed, 0 findings, 2 calls",
            ),
            "evidence": (),
            "open_questions": ("did anything outside change at 14:02?",),
        },
    ),
    "hostile": hostile(
        services=(HARM,),
        evidence=(),
        against=(),
        not_seen=(HARM,),
        open_questions=(),
        changed=(HARM,),
        tried=(),
        blast_radius=(),
    ),
}


def pretty(document):
    return json.dumps(document, indent=1, ensure_ascii=False)


FORMS = {
    "pagerduty-note": text.note,
    "pagerduty-status": text.status_update,
    "pagerduty-event": lambda one: pretty(text.event(one, "key")),
    "slack-message": lambda one: pretty(slack.message(one)),
    "slack-reply": lambda one: pretty(slack.reply(one)),
    "jira-cloud": lambda one: pretty(adf.document(one)),
    "jira-server": wiki.text,
    "teams": lambda one: pretty(card.message(one)),
    "mattermost": lambda one: markdown.message(one)["text"],
    "email": lambda one: mail.message(one, "inquest@example.com", ("ada@example.com",), None, AT).as_string(),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NOTICES)
def test_the_form_is_the_approved_one(name, form):
    made = FORMS[form](NOTICES[name]).replace("\r\n", "\n") + "\n"
    approved = APPROVED / f"{form}.{name}.txt"
    if os.environ.get("APPROVE"):
        approved.parent.mkdir(exist_ok=True)
        approved.write_text(made, encoding="utf-8")
    assert made == approved.read_text(encoding="utf-8")


def test_nothing_is_approved_that_no_form_makes():
    assert {path.name for path in APPROVED.iterdir()} == {f"{form}.{name}.txt" for form in FORMS for name in NOTICES}
