"""Mail: a text, its HTML twin, and the headers that keep an incident in one conversation. Pure."""

from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from inquest.contracts.latest import Notice
from inquest.notifier.domain.formats.outline import Outline, fitted, outline
from inquest.notifier.domain.formats.text import note

SUBJECT_CHARS_MAX = 150
HTML_CHARS_MAX = 100_000  # Gmail hides what comes after about 102 kB
_STYLE = "font-family:sans-serif;font-size:14px;line-height:1.4"


def message(notice: Notice, sender: str, to: tuple[str, ...], thread: str | None, now: datetime) -> EmailMessage:
    """Return the mail. `thread` is the Message-ID of the first one about the incident.

    The subject stays the same from mail to mail, because Gmail keeps only those in one conversation.
    """
    mail = EmailMessage(policy=SMTP)
    subject = f"[Inquest] {outline(notice).title}"[:SUBJECT_CHARS_MAX]
    mail["Subject"] = f"Re: {subject}" if thread else subject
    mail["From"] = sender
    mail["To"] = ", ".join(to)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id(notice, sender)
    if thread:
        mail["In-Reply-To"] = thread
        mail["References"] = thread
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office answers
    mail["X-Inquest-Notice-Id"] = notice.notice_id
    mail.set_content(note(notice), cte="quoted-printable")
    mail.add_alternative(fitted(notice, _html, len, HTML_CHARS_MAX), subtype="html", cte="quoted-printable")
    mail.set_boundary(f"inquest-{notice.notice_id}")  # not by chance, so that the record is what was sent
    return mail


def message_id(notice: Notice, sender: str) -> str:
    """Return the Message-ID: the same notice has the same one, so that mail systems can drop a repeat."""
    return f"<{notice.tenant}.{notice.notice_id}@{sender.rpartition('@')[2]}>"


def _html(outline: Outline) -> str:
    rows = [f"<p><strong>{escape(outline.heading)}</strong><br>{escape(outline.facts)}</p>"]
    for part in outline.parts:
        label = f"<strong>{escape(part.label)}</strong>" if part.label else ""
        rows.append(f"<p>{label}</p><ul>{''.join(f'<li>{escape(line)}</li>' for line in part.lines)}</ul>")
    rows += [f'<p><a href="{escape(link.url)}">{escape(link.title)}</a></p>' for link in outline.links]
    rows.append(f'<p style="color:#666">{escape(outline.reference)}</p>')
    return f'<!doctype html><html><body style="{_STYLE}">{"".join(rows)}</body></html>'
