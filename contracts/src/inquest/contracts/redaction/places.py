"""Addresses of people: houses and streets, where a label or their form says so."""

import re
from collections.abc import Callable

from inquest.contracts.redaction.accounts import EDGE
from inquest.contracts.redaction.people import SIGNED
from inquest.contracts.redaction.rules import Rule, Shape
from inquest.contracts.redaction.words import FRESH, QUOTE, probed

_PLACE = (
    r"(?:street(?:[ _.-]?(?:address|name|line))?[ _.-]?[12]?|address[ _.-]?(?:line)[ _.-]?[1-3]?"
    r"|addr(?:ess)?[ _.-]?[12]"
    r"|(?:home|postal|mailing|residential|billing|shipping|delivery|street|permanent|customer"
    r"|patient)[ _.-]?addr(?:ess)?"
    r"|stra(?:sse|\u00dfe)|anschrift"
    r"|wohnadresse|lieferadresse|rechnungsadresse|postanschrift"
    r"|domicilio|logradouro|woonadres|straat|postadresse?|gatuadress|ulica|lakc\u00edm|\u4f4f\u6240|\u4f4f\u5740)"
)
# Machines have these too, so what follows has to look like a street or a place with its code.
_HOUSE = (
    r"(?:(?:physical|current)[ _.-]?addr(?:ess)?|adresse(?:[ _.-]?(?:postale|de[ _.-](?:livraison|facturation)))?"
    r"|direcci\u00f3n|indirizzo|endere\u00e7o|osoite|adres"
    r"|adresa|adresi"
    r"|\u0430\u0434\u0440\u0435\u0441\u0430?|\u5730\u5740|\uc8fc\uc18c"
    r"|\u0627\u0644\u0639\u0646\u0648\u0627\u0646|\u05db\u05ea\u05d5\u05d1\u05ea|\u0111\u1ecba ch\u1ec9|alamat)"
)
_STREETS = re.compile(
    r"\b(?:street|avenue|boulevard|blvd|road|terrace|lane|crescent|parkway|st|ave|rd|ln|drive|court|square|way|hwy"
    r"|rue|chemin|all\u00e9e|quai|place|calle|avda|avenida|av|plaza|paseo|carrer|via|viale|piazza|corso|rua|travessa"
    r"|pra\u00e7a|str|strada|aleea|bulevardul|ulica|ul|aleja|plac|jalan|jl|utca|\u00fat|t\u00e9r|sok(?:ak|a\u011f\u0131)?"
    r"|cad(?:de|desi)?|mah(?:allesi)?|n\u00e1m\u011bst\u00ed|t\u0159\u00edda|\u0111\u01b0\u1eddng|ph\u1ed1|ph\u01b0\u1eddng"
    r"|qu\u1eadn|\u0443\u043b\w{0,4}|\u0434\u043e\u043c|\u043a\u0432|\u043f\u0440\w{0,7}"
    r"|\u0448\u043e\u0441\u0441\u0435|\u0432\u0443\u043b\w{0,4}|\u0431\u0443\u0434)\b"
    r"|[a-z\u00e4\u00f6\u00fc](?:stra(?:\u00dfe|sse)|str\.|weg|platz|allee|gasse|straat|laan|plein|gata|gatan|v\u00e4gen"
    r"|vej|gade|veien|veg|katu|kuja)\b"
    r"|\u0634\u0627\u0631\u0639|\u0637\u0631\u064a\u0642|\u05e8\u05d7\u05d5\u05d1|[\u8def\u8857\u9053\u53f7\u865f\u5ba4\u533a\u5340]"
    r"|\u4e01\u76ee|\u756a\u5730|[\uac00-\ud7af](?:\ub85c|\uae38|\ub3d9)\b|\ubc88\uc9c0"
    r"|(?<![\w-])(?:\d{5}|\d{4} ?[A-Z]{2}|\d{2,3}[ -]\d{2,4}|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2})(?![\w-])",
    re.IGNORECASE,
)


def is_place(value: str) -> bool:
    """Whether it has a number and words, as a house in a street, and is nothing that a machine has."""
    return (
        any(map(str.isdigit, value))
        and re.search(r"[^\W\d_]{3}|[^\x00-\u2fff]{2}", value) is not None
        and re.search(r"[ +,]|%20|[^\x00-\u2fff]", value.strip()) is not None
        and not re.search(
            r"://|\b\d{1,3}(?:\.\d{1,3}){3}\b|[=@{}\[\]]|0x|::|:\d{2,5}\b|\.(?:com|net|internal|local|svc)\b", value
        )
    )


def is_house(value: str) -> bool:
    """Whether it is one that says street, or has a postcode."""
    return is_place(value) and _STREETS.search(value) is not None


# As a house is written in France and Spain: in what a program calls rue, nothing else is one.
_WRITTEN = re.compile(
    r"\d{1,4}(?: bis| ter)?,? (?i:rue|avenue|boulevard|chemin|all\u00e9e|quai|place|impasse)"
    r" (?:d[eu]s? |l[ae]s? |[dl]'){0,2}[A-Z\u00c0-\u00de][^\d]{2,60}"
    r"(?:\d{5}.{0,40})?"
    r"|(?i:calle|avenida|paseo|plaza|rua|rue|c/) ?[^\W\d][^\W\d]{2,30}(?: [^\W\d]{2,30}){0,4},? \d{1,4}"
    r"(?:, .{1,80})?"
)


def _is_written(value: str) -> bool:
    return _WRITTEN.fullmatch(value.strip()) is not None


def _labelled(label: str, accept: Callable[[str], bool]) -> tuple[Rule, Rule]:
    return (
        Rule(
            "address",
            (),
            Shape(
                rf"(?P<kept>{EDGE}{label}{SIGNED}(?P<quote>{QUOTE})?+){FRESH}"
                r"(?(quote)(?:(?!(?P=quote))[^\n\\]){6,200}|[^\n\"'<>{}\[\]|;\\]{6,160}?(?=[ ]\w{1,24}=|[\n\"'<>{}\[\]"
                r"|;\\]|$))",
                re.IGNORECASE,
            ),
            accept,
            probe=probed(rf"{label}[\"'\\ ]{{0,6}}[:=\uff1a]"),
        ),
        Rule(
            "address",
            (),
            Shape(
                rf"(?P<kept><(?:\w{{1,16}}:)?\w{{0,16}}{label}(?: [^<>]{{0,80}})?>){FRESH}[^<>]{{6,200}}(?=<)",
                re.IGNORECASE,
            ),
            accept,
            probe=probed(rf"<(?:\w{{1,16}}:)?\w{{0,16}}{label}"),
        ),
    )


_STREET = r"(?:Street|Avenue|Boulevard|Blvd|Road|Terrace|Lane|Crescent|Parkway)"
_LANE = r"(?:St|Ave|Rd|Ln|Dr|Drive|Court|Ct|Place|Pl|Square|Sq|Way|Close|Circle|Highway|Hwy)"
PLACES = (
    # A house of a street that says it is one.
    Rule(
        "address",
        (),
        Shape(
            r"(?P<kept>(?i:\b(?:address|addr|lives|living|resid(?:es|ing)|deliver(?:y|ed)?|ship(?:ped|ping)?"
            r"|sent)\b[\"']?(?: ?[:=]|(?: address)?(?: at| to)?)"
            rf"[ \"']{{1,3}}))?{FRESH}(?<![\w.#:/-])\d{{1,5}}[A-Za-z]? (?:[NSEW]\.? )?(?:[A-Z]"
            rf"[\w'.-]{{1,24}} ){{1,3}}(?(kept)(?:{_STREET}|{_LANE})|{_STREET})\b\.?"
            r"(?:,? (?:Apt|Suite|Unit|Flat|#)\.? ?\w{1,6})?(?:, [A-Z][\w .'-]{1,40}){0,3}",
        ),
        probe=rf"\d [^\n\d]{{2,60}} (?-i:{_STREET}|{_LANE})",
    ),
    *_labelled(_PLACE, is_place),
    *_labelled(_HOUSE, is_house),
    *_labelled(r"(?:rue|calle)", _is_written),
)
PLACE_NAME = re.compile(rf"(?:^|[._-]){_PLACE}$", re.IGNORECASE)
HOUSE_NAME = re.compile(rf"(?:^|[._-]){_HOUSE}$", re.IGNORECASE)
