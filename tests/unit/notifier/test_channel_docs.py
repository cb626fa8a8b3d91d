"""Every kind of channel has a page whose examples are valid and which tells the limits that the code keeps."""

import re
from pathlib import Path
from typing import get_args

import pytest
from inquest.config.channels import Channel
from inquest.config.load import parse
from inquest.notifier.domain.formats import adf, card, mail, markdown, slack, text

DOCS = Path(__file__).parents[3] / "docs/channels"
KINDS = {get_args(model.model_fields["kind"].annotation)[0] for model in get_args(get_args(Channel)[0])}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_page_has_valid_examples_of_its_kind(kind):
    examples = re.findall(r"```yaml\n(.*?)```", (DOCS / f"{kind}.md").read_text(), re.DOTALL)
    assert examples
    for example in examples:
        (channel,) = parse(example).tenants["acme"].channels
        assert channel.kind == kind
        assert channel.live
    assert f"({kind}.md)" in (DOCS / "README.md").read_text()


@pytest.mark.parametrize(
    ("page", "numbers"),
    [
        ("pagerduty", (text.NOTE_CHARS_MAX, text.STATUS_CHARS_MAX, text.SUMMARY_CHARS_MAX)),
        ("jira", (adf.COMMENT_CHARS_MAX,)),
        ("slack", (slack.HEADER_CHARS_MAX, slack.SECTION_CHARS_MAX, slack.JSON_CHARS_MAX)),
        ("teams", (card.BYTES_MAX,)),
        ("mattermost", (markdown.CHARS_MAX,)),
        ("email", (mail.SUBJECT_CHARS_MAX, mail.HTML_CHARS_MAX)),
    ],
)
def test_the_page_tells_the_limits(page, numbers):
    said = (DOCS / f"{page}.md").read_text()
    for number in numbers:
        assert f"{number:,}" in said
