"""Addresses that open a door by themselves: whoever knows one may post there, or read what is behind it."""

import re

from inquest.contracts.redaction.keyed import UUID, is_drawn
from inquest.contracts.redaction.rules import Rule, Shape
from inquest.contracts.redaction.words import FRESH

_BEGIN = r"\bhttps?:(?://|\\/\\/)"
_SLASH = r"\\?/"
# Segments of a path right before the value. Behind the first an id alone opens too; behind the second, only what is
# no id: a share or an upload has one as anything else has.
_HOOKS = (
    r"(?:(?:incoming|outgoing|build|deploy|git|slack|teams)?[_-]?(?:web)?hooks?(?:b2|[_-]?(?:url|token|key))?"
    r"|heartbeats?|pings?|inputs?|receivers?|snitch|ical)"
)
_DOORS = (
    r"(?:collect(?:or)?|ingest|feeds?|triggers?|uptime|callbacks?|bulk|push|incoming|integrations?|in|notify"
    r"|notifications?|shares?|shared|rss|embed|drop|uploads?|invit(?:e|ation)s?|join|keys?|tokens?|secrets?|cron"
    r"|beacons?|calendars?|private)"
)
# Who issues such addresses and answers at these hosts to nothing else.
_ISSUERS = (
    r"(?:hooks\.slack\.com|hooks\.slack-gov\.com|hooks\.zapier\.com|[\w-]{1,64}\.webhook\.office\.com"
    r"|hook\.(?:\w{2,4}\.)?(?:make|integromat)\.com|hc-ping\.com|nosnch\.in|cronitor\.link|webhook\.site"
    r"|[\w-]{1,64}\.m\.pipedream\.net|maker\.ifttt\.com|(?:[\w-]{1,64}\.){1,4}sumologic\.com|logs-\d\d\.loggly\.com"
    r"|uptime\.betterstack\.com|uptime\.betteruptime\.com|alert\.victorops\.com|events(?:\.eu)?\.pagerduty\.com"
    r"|calendar\.google\.com|open\.feishu\.cn|open\.larksuite\.com|hooks\.airtable\.com|push\.statuspage\.io)"
)
_NOUNS = (
    r"(?:traces?|spans?|orders?|runs?|silences?|d|dashboards?|issues?|builds?|jobs?|requests?|events?|sessions?|users?"
    r"|items?|incidents?|deliver(?:y|ies)|executions?|monitors?|commits?|tree|blob|sha)"
)
# What a mail links to, for one person and one time.
_RESET = r"(?:reset|reset[_-]?password|password[_-]?reset|set[_-]?password|forgot[_-]?password|activate|activation)"
_ONCE = (
    rf"(?:(?P<reset>{_RESET})|verify[_-]?email|confirm[_-]?email|magic(?:[_-]?link)?|invite|accept[_-]invitation"
    r"|unsubscribe)"
)
_BETWEEN = r"(?:v\d{1,2}|https?|catch|custom|bulk|(?=[\w@-]{0,40}\d)[\w@-]{1,40}|[\w.@%-]{1,64}(?=\\?/private-))"
_LEAD = r"(?:private-|[a-z]{1,3}[-_])?"
_VALUE = (
    rf"{FRESH}(?:{UUID}|[A-Za-z0-9_-]{{16,512}}={{0,2}})(?![\w-])(?!\\?/(?:deliver(?:y|ies)|events|runs|logs|history)\b)"
    r"(?!\.(?:js|css|png|svg|jpg|woff2?|map|html)\b)"
)


def _opens(value: str) -> bool:
    return re.fullmatch(UUID, value, re.IGNORECASE) is not None or is_drawn(value)


def _opens_more(value: str) -> bool:
    return re.fullmatch(r"[0-9a-f-]+", value, re.IGNORECASE) is None and is_drawn(value)


def _is_once(value: str) -> bool:
    """Whether it is no id: of an object of a database in 24 digits, with the kind in front (sub_…), of an image."""
    return re.fullmatch(r"[0-9a-fA-F]{20,31}|[a-z]{2,8}_[A-Za-z0-9]{14,}|sha\d{1,3}-.*", value) is None and is_drawn(
        value
    )


URL_KEYS = (
    Rule(
        "webhook-url",
        (),
        Shape(
            rf"(?P<kept>{_BEGIN}(?:[^\s\"'<>/\\]{{1,200}}[^\s\"'<>]{{0,200}}?{_SLASH}{_HOOKS}"
            rf"(?:{_SLASH}{_BETWEEN}){{0,3}}?|(?:[^\s\"'<>/\\@]{{1,100}}@)?{_ISSUERS}(?::\d{{1,5}})?"
            rf"(?:{_SLASH}(?!{_NOUNS}\\?/)[\w.@%-]{{1,64}}){{0,6}}?){_SLASH}{_LEAD}){_VALUE}",
            re.IGNORECASE,
        ),
        _opens,
        probe=rf"[/.](?:{_HOOKS}\\?/|{_ISSUERS})|/{_ISSUERS}",
    ),
    Rule(
        "webhook-url",
        (),
        Shape(
            rf"(?P<kept>{_BEGIN}[^\s\"'<>/\\]{{1,200}}[^\s\"'<>]{{0,200}}?{_SLASH}{_DOORS}(?:{_SLASH}v\d{{1,2}})?{_SLASH}"
            rf"{_LEAD}){_VALUE}",
            re.IGNORECASE,
        ),
        _opens_more,
        probe=rf"https?:(?://|\\/\\/)[^ ]+/{_DOORS}(?:\\?/v\d{{1,2}})?\\?/[\w-]{{16}}",
    ),
    Rule(
        "webhook-url",
        (),
        Shape(
            rf"(?P<kept>{_BEGIN}[^\s\"'<>/\\]{{1,200}}[^\s\"'<>]{{0,200}}?(?<!/trace)(?<!/traces){_SLASH}{_ONCE}{_SLASH}"
            rf"(?:(?!(?:commit|blob|tree|_doc|{_NOUNS})\\?/)[\w=-]{{1,24}}{_SLASH})?){FRESH}(?!{UUID})"
            r"(?(reset)|(?!(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})(?!\w)))"
            r"[A-Za-z0-9_-]{20,512}={0,2}(?![\w-]|\.\w)",
            re.IGNORECASE,
        ),
        _is_once,
        probe=rf"https?:(?://|\\/\\/)[^ ]+/(?:{_RESET}|verify|confirm|magic|invite|accept|unsubscribe)[^ ]{{0,16}}/",
    ),
)
