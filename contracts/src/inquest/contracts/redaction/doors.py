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
_ONCE = (
    r"(?:(?:account|email|password|passwd|user)?[_-]?(?:reset|recover(?:y)?|activat(?:e|ion)|confirm(?:ation)?"
    r"|verif(?:y|ication)|set)(?:[_-]?(?:password|passwd|email|account))?|magic(?:[_-]?link)?|unsubscribe|one-?time"
    r"|passwordless|impersonate)"
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
            rf"(?P<kept>{_BEGIN}[^\s\"'<>/\\]{{1,200}}[^\s\"'<>]{{0,200}}?{_SLASH}{_ONCE}{_SLASH}"
            rf"(?:[\w=-]{{1,24}}{_SLASH})?){FRESH}[A-Za-z0-9_.-]{{20,512}}={{0,2}}(?![\w-])",
            re.IGNORECASE,
        ),
        is_drawn,
        probe=rf"https?:(?://|\\/\\/)[^ ]+/{_ONCE}\\?/",
    ),
)
