"""Options and their values on lines of their own: lists of YAML, descriptions of pods."""

from inquest.contracts.redaction.commands import OPTION, OPTION_ANCHORS, is_option
from inquest.contracts.redaction.words import OPEN, VALUE, is_told, named

_Q = r"[\"']?"
LISTED = (
    named(
        rf"(?m:^)[ \t]{{0,40}}(?:- )?{_Q}{OPTION}{_Q}[ \t]?\r?\n[ \t]{{0,40}}(?:- )?{OPEN}",
        rf"(?!-){VALUE}(?=[\"']?[ \t]?\r?(?:\n|$))",
        *OPTION_ANCHORS,
        accept=is_option,
    ),
    named(
        rf"(?m:^)[ \t]{{0,40}}- {_Q}-[paPw]{_Q}[ \t]?\r?\n[ \t]{{0,40}}- {OPEN}",
        rf"(?!-){VALUE}",
        *("- -p", "- -a", "- -w", '- "-', "- '-"),
        accept=is_told,
    ),
)
