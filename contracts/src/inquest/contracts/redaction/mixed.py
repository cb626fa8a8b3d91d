"""Values that are surely drawn, beside words that often stand beside something else: `secret aB3$…`, `root / aB3$…`."""

from inquest.contracts.redaction.told import ANCHORS, TOLD_VALUE, WHAT
from inquest.contracts.redaction.words import KEY_ANCHORS, KEY_NAMES, QUOTE, VALUE, is_mixed, is_told, named

_BRACKETED = r"[^\s\"'`\[\](){}]{8,256}"
_PEOPLE = ("root", "admin", "administrator", "sa", "postgres", "guest", "oracle", "ubuntu", "pi", "test")
MIXED = (
    named(rf"(?<![\w-]){WHAT}(?:[ ]?[\[(]|[ ])(?:{QUOTE})?", _BRACKETED, *ANCHORS, accept=is_mixed),
    named(rf"(?:{KEY_NAMES})(?:[ ]?[\[(]|[ ])(?:{QUOTE})?", _BRACKETED, *KEY_ANCHORS, accept=is_mixed),
    named(r"\b(?:the|my|our|this|new|'s the) key(?: is|:)[ ][\"'`]?", TOLD_VALUE, " key", accept=is_mixed),
    named(r"\bkey\[", rf"{_BRACKETED}(?=\])", "key[", accept=is_mixed),
    named(r"\bp/w[:= ]{1,3}[\"'`]?", TOLD_VALUE, "p/w", accept=is_told),
    named(
        r"\b(?:user|account|admin)(?: created| login| account)?:? [\w.@+-]{1,64} / "
        rf"|(?<![\w./@-])(?:{'|'.join(_PEOPLE)})[ ]?[/:][ ]?"
        r"|(?<![\w-])(?:creds?|credentials?|credz):? [\w.@+-]{1,64} ",
        r"[^\s\"'`,;\\)}\]@/]{4,256}",
        accept=is_mixed,
        probe=rf"[\w.@+-] / [^ ]|(?:^|[^\w./@-])(?:{'|'.join(_PEOPLE)}) ?[/:] ?[^ ]|cred(?:s|z|entials?)?:? [\w.@+-]",
    ),
    named(rf"\bcredentials?[ ]?=[ ]?\((?:{KEY_NAMES}|aws_\w{{1,20}})[ ]?=[ ]?(?P<quote>')", VALUE, "credential"),
    named(
        rf"(?:{KEY_NAMES})[ ]?[:=][ ]?(?:[A-Za-z_][\w.:]{{1,40}}\()(?P<quote>{QUOTE})",
        r"(?:(?!(?P=quote))[^\n\\]){4,256}(?=(?P=quote)\))",
        accept=is_mixed,
    ),
)
