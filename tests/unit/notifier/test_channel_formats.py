"""Each form fits its channel and lets nothing through that telemetry could do harm with, whatever it holds."""

import json
import re
from email import message_from_bytes, policy
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from inquest.contracts.latest import NoticeFinding, NoticeLink
from inquest.notifier.domain.formats import adf, card, mail, markdown, slack, text, wiki
from inquest.notifier.domain.formats.outline import ZERO_WIDTH_SPACE, http_url, outline, quiet
from inquest.testkit.notices import AT, HARM, hostile, notice

TEXTS = st.text(max_size=80) | st.sampled_from(["<!here>", "]]>", "**", "@all", "{noformat}", "\r\nBcc: x@y.z", HARM])
SENDER, TO = "inquest@example.com", ("a@example.com", "b@example.com")
IDENTITY = "0123456789abcdef0123456789abcdef"


def mailed(one, thread=None):
    return message_from_bytes(mail.message(one, SENDER, TO, thread, AT).as_bytes(), policy=policy.default)


def forms(one):
    """Every form as text, with the largest size that its channel takes."""
    return {
        "note": (text.note(one), 25_000),
        "status": (text.status_update(one), 1000),
        "slack": (json.dumps(slack.message(one)), 13_000),
        "reply": (json.dumps(slack.reply(one)), 4000),
        "adf": (json.dumps(adf.document(one)), 32_767),
        "wiki": (wiki.text(one), 32_767),
        "card": (json.dumps(card.message(one), ensure_ascii=False), 24_000),
        "markdown": (markdown.message(one)["text"], 3900),
    }


@pytest.mark.parametrize("one", [notice(), hostile(), hostile().model_copy(update={"content": None})])
def test_every_form_fits_and_says_which_notice_it_is(one):
    for name, (form, size_max) in forms(one).items():
        assert len(form.encode()) <= size_max or len(form) <= size_max, name
        assert name == "status" or IDENTITY in form, name
    assert len(mail.message(one, SENDER, TO, None, AT).as_bytes()) < 400_000


@settings(max_examples=40, deadline=None)
@given(
    title=TEXTS,
    many=st.lists(TEXTS, max_size=30),
    links=st.lists(TEXTS, max_size=4),
    services=st.lists(TEXTS, max_size=9),
)
def test_no_text_breaks_a_form(title, many, links, services):
    found = tuple(NoticeFinding(label=one, kind=one, statement=one * 30, source=one) for one in many)
    one = notice(
        content={
            "title": title,
            "headline": title,
            "services": tuple(services),
            "evidence": found,
            "changed": tuple(many),
            "tried": tuple(many),
            "next_step": title,
            "links": tuple(NoticeLink(title=link, url=f"https://{link}") for link in links),
        }
    )
    for form, size_max in forms(one).values():
        assert len(form) <= size_max
        assert form.encode()
    for block in slack.message(one)["blocks"]:
        assert_block(block)
    assert_no_empty_text(adf.document(one))
    assert mailed(one)["To"] == ", ".join(TO)


def assert_block(block):
    texts = block.get("elements") or [block["text"]]
    for item in texts:
        limit = slack.HEADER_CHARS_MAX if block["type"] == "header" else slack.SECTION_CHARS_MAX
        assert 1 <= len(item["text"]) <= limit
        assert item["type"] == "plain_text" or item["verbatim"]


def assert_no_empty_text(node):
    assert node.get("text") != ""
    for child in node.get("content", ()):
        assert_no_empty_text(child)


def test_slack_gets_no_mention_and_no_link_but_ours():
    made = slack.message(hostile())
    assert len(made["blocks"]) <= 50
    for block in made["blocks"]:
        assert_block(block)
    marked = [
        made["text"],
        *(item["text"] for block in made["blocks"] for item in block.get("elements") or [block["text"]]),
    ]
    commands = [found for one in marked for found in re.findall(r"<[^>]*>", one)]
    assert len(commands) == 1
    assert commands[0].startswith("<https://evil.example/%3Cb%3E%7Cx%0D%0AX:%20y|")
    assert "&lt;!channel&gt;" in made["text"]
    assert made["metadata"] == {"event_type": "inquest_notice", "event_payload": {"notice_id": IDENTITY}}
    assert "metadata" not in slack.webhook(hostile())


@given(st.text(alphabet="&<>a`"), st.integers(1, 60))
def test_slack_never_cuts_an_entity(line, chars_max):
    escaped = slack.escape(line, chars_max)
    assert len(escaped) <= chars_max
    assert re.fullmatch(r"(?:&(?:amp|lt|gt);|[a'…])*", escaped)


def test_a_reply_in_slack_says_what_is_new():
    one = notice(kind="revision", content={"changed": ("band: possible → likely", "cause: <none> → checkout")})
    assert slack.reply(one)["text"] == (
        "*Changed: checkout v1.42 shrank the DB pool from 20 to 2*\n"
        "Changed: band: possible → likely; cause: &lt;none&gt; → checkout\n"
        "Next step: roll back 3f9c2ab on checkout"
    )


def test_jira_server_gets_no_macro_no_link_and_no_mention():
    made = wiki.text(hostile())
    ours = made[made.index("[", made.rindex("\n* ")) :]
    assert "\\[\\~admin\\]" in made
    assert not re.search(r"(?<!\\)[{}\[\]!|~]", made.removesuffix(ours))


def test_mattermost_gets_no_mention():
    made = markdown.message(hostile())["text"]
    assert not re.search(r"@(here|all|channel|U1)", made)
    assert f"@{ZERO_WIDTH_SPACE}channel" in made
    assert "](https://evil.example/" in made.splitlines()[-2]


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen, self.links, self.attributes = set(), [], set()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href"]


def test_mail_has_no_forged_header_and_no_foreign_tag():
    one = mailed(hostile(), thread="<first@example.com>")
    assert one["Bcc"] is None
    assert one["In-Reply-To"] == one["References"] == "<first@example.com>"
    assert one["Subject"].startswith("Re: [Inquest] <!channel>")
    assert "\n" not in one["Subject"]
    tags = Tags()
    tags.feed(one.get_body(("html",)).get_content())
    assert tags.seen == {"html", "body", "p", "strong", "br", "ul", "li", "a"}
    assert tags.attributes == {"style", "href"}
    assert tags.links == ["https://evil.example/%3Cb%3E%7Cx%0D%0AX:%20y"]
    assert "\x1b" not in one.get_body(("plain",)).get_content()


def test_mails_of_one_incident_are_one_conversation():
    first, second = notice(), notice(notice_id="f" * 32, kind="revision", content={"headline": "another cause"})
    told = mailed(first)
    assert told["Message-ID"] == mail.message_id(first, SENDER) == f"<acme.{IDENTITY}@example.com>"
    again = mailed(second, thread=told["Message-ID"])
    assert again["Subject"] == f"Re: {told['Subject']}"
    assert again["Message-ID"] != told["Message-ID"]
    assert told["Auto-Submitted"] == "auto-generated"


def test_a_page_of_the_events_api():
    event = text.event(hostile(severity="medium"), "key")
    assert len(event["payload"]["summary"]) <= 1024
    assert event["payload"]["severity"] == "warning"
    assert event["dedup_key"] == "inquest-acme-incident-1"
    assert text.event(notice(incident_id=None), "key")["dedup_key"] == "inquest-acme-inv-1"
    assert (
        text.event(notice(content={"services": ()}).model_copy(update={"content": None}), "k")["payload"]["source"]
        == "inquest"
    )


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:x",
        "ftp://x",
        "https://",
        "https://u@x",
        "//x",
        "https://[",
        "https://x/" + "y" * 999,
    ],
)
def test_only_web_addresses_become_links(url):
    assert http_url(url) is None


@given(st.text())
def test_a_web_address_is_printable_ascii(text):
    found = http_url(f"https://example.com/{text}")
    assert found is None or re.fullmatch(r"[!-;=?-{}~]+", found)


@given(st.text() | st.just(HARM))
def test_quiet_text_has_no_address(text):
    made = quiet(text, 200)
    assert "://" not in made
    assert len(made.replace(ZERO_WIDTH_SPACE, "")) <= 200
    assert len(made.splitlines()) <= 1


def test_times_are_in_the_owners_zone():
    assert "16:00:00 CET" in outline(notice(content={"time_zone": "Europe/Berlin"})).facts
    assert "15:00:00 UTC" in outline(notice(content={"time_zone": "Mars/Base"})).facts


@pytest.mark.parametrize(
    ("kind", "prefix"),
    [("verdict", ""), ("revision", "Changed: "), ("escalation", "Needs a person: "), ("test", "Test: ")],
)
def test_the_heading_says_what_kind_of_news_it_is(kind, prefix):
    assert outline(notice(kind=kind)).heading == f"{prefix}checkout v1.42 shrank the DB pool from 20 to 2"
