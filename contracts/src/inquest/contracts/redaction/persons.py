"""Names of persons in more fields: in other languages, with a person's role alone, in mail and in blocks."""

import re

from inquest.contracts.redaction.people import SIGNED
from inquest.contracts.redaction.rules import Rule, Shape
from inquest.contracts.redaction.words import FRESH, QUOTE, probed

# Labels that name nothing else.
_SURE = (
    r"(?:nachname|vorname|familienname|geburtsname|nom[ _]de[ _](?:famille|naissance)|nom[ _]complet|pr\u00e9nom"
    r"|prenom|apellidos?"
    r"|nombres?[ _](?:completo|y apellidos)|cognome|nome[ _]completo|nome e cognome|sobrenome|apelido|achternaam"
    r"|voornaam|volledige naam"
    r"|efternamn|f\u00f6rnamn|etternavn|efternavn|fornavn|sukunimi|etunimi|nazwisko|imi\u0119"
    r"|p\u0159\u00edjmen\u00ed|prijmeni|priezvisko"
    r"|csal\u00e1dn\u00e9v|keresztn\u00e9v|nume \u0219i prenume|prenume|ad[\u0131i] soyad[\u0131i]|soyad[\u0131i]?"
    r"|h\u1ecd t\u00ean|h\u1ecd v\u00e0 t\u00ean|nama lengkap"
    r"|\u0444\u0430\u043c\u0438\u043b\u0438\u044f|\u0438\u043c\u044f|\u043e\u0442\u0447\u0435\u0441\u0442\u0432\u043e"
    r"|\u0444\u0438\u043e|\u043f\u0440\u0456\u0437\u0432\u0438\u0449\u0435|\u043f\u0456\u0431"
    r"|\u03b5\u03c0\u03ce\u03bd\u03c5\u03bc\u03bf"
    r"|\u03bf\u03bd\u03bf\u03bc\u03b1\u03c4\u03b5\u03c0\u03ce\u03bd\u03c5\u03bc\u03bf"
    r"|\u59d3\u540d|\u6c0f\u540d|\u304a\u540d\u524d|\u6536\u4ef6\u4eba|\u8054\u7cfb\u4eba|\uc131\uba85"
    r"|\uc774\ub984|\u0627\u0644\u0627\u0633\u0645|\u05e9\u05dd \u05de\u05dc\u05d0"
    r"|\u05e9\u05dd \u05de\u05e9\u05e4\u05d7\u05d4|\u0928\u093e\u092e"
    r"|(?:father|mother|next[ _]of[ _]kin|spouse)(?:'?s)?[ _-]?name|mother'?s?[ _-]?maiden[ _-]?name|maidenname"
    r"|kontoinhaber|karteninhaber|titulaire|intestatario)"
)
# What a person is; a queue or a service may be one too, so two words with capital letters have to follow.
_ROLE = (
    r"(?:user[ _.-]?(?:display[ _.-]?)?name"
    r"|recipient|passenger|contact(?:[ _.-]?person)?|patient|customer|employee|insured|beneficiary|applicant"
    r"|attendee|traveller|traveler"
    r"|card[ _-]?holder|account[ _-]?holder|policy[ _-]?holder|guest|student|tenant[ _]?name|borrower|payee|payer"
    r"|sender|receiver|signatory|doctor"
    r"|physician|driver[ _]?name|caller|cardholder|buyer|consignee|addressee|next[ _-]of[ _-]kin"
    r"|emergency[ _-]?contact|ship[ _-]?to|bill[ _-]?to"
    r"|attn|attention|empf\u00e4nger|kunde|kundin|fahrgast|patientin|ansprechpartner(?:in)?|destinataire"
    r"|destinatario|cliente|paciente|pasajero"
    r"|passeggero|passageiro|ontvanger|klant|mottagare|kund|odbiorca|klient"
    r"|\u043f\u043e\u043b\u0443\u0447\u0430\u0442\u0435\u043b\u044c|\u043a\u043b\u0438\u0435\u043d\u0442"
    r"|\u043f\u0430\u0441\u0441\u0430\u0436\u0438\u0440|\u043f\u0430\u0446\u0438\u0435\u043d\u0442)"
)
_UPPER = r"[A-Z\u00c0-\u00de\u0104-\u017d\u0386-\u03ab\u0410-\u042f\u0404\u0406\u0407]"
_CAPITAL = rf"(?-i:{_UPPER}[^\W\d_]{{1,40}}(?:['\u2019-][^\W\d_]{{1,40}})?)"
_TWO = (
    rf"(?:(?:Mr|Mrs|Ms|Dr|Prof|Herr|Frau|Mme|M|Sr|Sra)\.? )?{_CAPITAL}(?:,?(?: (?:van|von|der|den|de|del|della|di"
    rf"|da|dos|la|le|el|al|bin|ibn|[A-Z]\.)){{0,3}}"
    rf"[ +]{_CAPITAL}){{1,3}}|(?-i:{_UPPER}[^\W\d_]{{1,40}}/{_UPPER}[^\W\d_]{{1,40}}(?: (?:MR|MRS|MS|MISS|DR|CHD"
    r"|INF|MSTR))?)"
)
_OTHER = r"(?:[^\W\d_]|['\u2019.-]){1,60}"
_WORDS = re.compile(
    r"\b(?:service|manager|queue|team|support|not|error|failed|invalid|is|was|id|has|the|system|null|none|address"
    r"|unknown"
    r"|bank|account|group|department|corp|inc|ltd|gmbh|details|updated|created|deleted|found|missing|required"
    r"|request|response"
    r"|timeout|exception|connection|server|client|list|type|status|center|sales|apache|http|mozilla|firefox|chrome"
    r"|agent|api|role|total|billing|default|test|gateways?|processor|brokers?|kafka|workers?|scheduler|consumers?"
    r"|producer|proxy|cache|database|cluster|node|pipeline|handler|controller|orchestrator|platform|backend|frontend"
    r"|engine|router|balancer|dispatcher|listener|publisher|storage|payments?|orders?|checkout|inventory|shipping"
    r"|notifications?|events?|stream|topic|daemon|portal|dashboard|application|production|staging|monitor|monitoring"
    r"|bot|hub|warehouse|merchant|foundation|labs|engineering|cloud|operations|squad|actions|integration|pipelines"
    r"|autoscaler|infra|shard|authority|desk|preview|alloy|cd|services|name|corporation|alerts|security|workflow"
    r"|operator|update|automation|system|app|ci|user|release|community|web|studio|charts|linux|board)\b",
    re.IGNORECASE,
)


def is_person(value: str) -> bool:
    """Whether no word of it is one of what a program, a team or a company is called."""
    return not _WORDS.search(value)


_FROM = (
    r"(?:to|from|cc|bcc|reply-to|sender|return-path|an|von|resent-from|envelope-from|author|committer"
    r"|signed-off-by|co-authored-by|reported-by|tested-by|maintainer)"
)
# Not of a cache.
_MISS = (
    r"(?<!Cache )(?<!cache )(?<!TLB )(?<!Buffer )(?<!Index )(?<!Hit )Miss(?! (?:Rates?|Ratios?"
    r"|Percent\w*|Latenc\w+|Counts?"
    r"|Spikes?|Penalt\w+|Increas\w+|Alerts?|Threshold|Storm|Events?|Budget|Total|Detected|Metrics?|Errors?|Per|On|In"
    r"|For)\b)"
)
PERSONS = (
    Rule(
        "name",
        (),
        Shape(
            rf"(?P<kept>(?<![A-Za-z0-9])(?:{_SURE}){SIGNED}(?P<quote>{QUOTE})?+){FRESH}(?(quote)(?:(?!(?P=quote)"
            rf"(?!\w))[^\n\\]){{2,120}}"
            rf"|{_OTHER}(?:[ ](?-i:(?!{_UPPER}\w{{0,20}}[:=]){_UPPER}"
            rf"|[\u0590-\u08ff\u0900-\u0dff\u3040-\u9fff\uac00-\ud7af]){_OTHER}){{0,3}})",
            re.IGNORECASE,
        ),
        is_person,
        probe=probed(rf"{_SURE}[\"'\\ ]{{0,8}}(?:[:=\uff1a|]|%3a|%3d|\\)"),
    ),
    Rule(
        "name",
        (),
        Shape(
            rf"(?P<kept>(?<![A-Za-z0-9])(?:\w{{1,24}}[_.])?{_ROLE}{SIGNED}(?:{QUOTE})?){FRESH}(?:{_TWO})(?![\w=:@/-])",
            re.IGNORECASE,
        ),
        is_person,
        probe=probed(
            rf"{_ROLE}[\"'\\ ]{{0,8}}[:=\uff1a][:=> \"'\\]{{0,8}}(?-i:[A-Z\u00c0-\u00de\u0104-\u017d\u0410-\u042f])"
        ),
    ),
    # To: Ada Lovelace <ada@…>
    Rule(
        "name",
        (),
        Shape(
            rf"(?P<kept>(?<![\w-]){_FROM}\"?[:=][ ]?\"?(?:{QUOTE})?){FRESH}(?-i:{_UPPER})[^\n<>\"@\\:=]{{1,80}}?"
            rf"(?=\\?[\"']?[ ](?:<|&lt;)[^\s<>]{{1,200}}(?:>|&gt;))",
            re.IGNORECASE,
        ),
        is_person,
        probe=rf"{_FROM}\"?[:=] ?\\?\"?[^\n<>@:=]{{2,80}} (?:<|&lt;)",
    ),
    # A name before its address, wherever it stands.
    Rule(
        "name",
        ("<", "&lt;"),
        Shape(rf"(?<![\w.@-])(?:{_CAPITAL} ){{1,3}}{_CAPITAL}(?=\"? (?:<|&lt;)(?:[\w.+-]{{1,64}}@|\[redacted:email))"),
        is_person,
        also=("@", "redacted:email"),
    ),
    # contact:\n  name: …
    Rule(
        "name",
        (),
        Shape(
            rf"(?P<kept>(?m:^)[ \t]{{0,40}}(?:- )?{_ROLE}:[ \t]?\r?\n(?:[ \t]{{1,40}}(?!name)\w{{1,24}}:"
            rf"[^\n]{{0,80}}\n){{0,3}}[ \t]{{1,40}}name:[ ]{{1,3}}"
            rf"(?P<quote>{QUOTE})?+){FRESH}(?:{_TWO})",
            re.IGNORECASE,
        ),
        is_person,
        probe=probed(rf"{_ROLE}:[ \t]?\r?\n[ \t]"),
    ),
    Rule(
        "name",
        (),
        Shape(
            rf"(?P<kept>(?<![\w.-])(?<!\d )(?:Mr|Mrs|Ms|Mx|{_MISS}|Mme|Mlle|Herr|Herrn|Frau|Se\u00f1or"
            rf"|Se\u00f1ora|Signor|Signora|Sr\.|Sra\.)\.? ){FRESH}{_CAPITAL}(?: {_CAPITAL}){{0,2}}"
            rf"|(?P<kept_too>(?<![\w.-])(?:Dr|Prof)\. ){FRESH}{_CAPITAL}(?: {_CAPITAL}){{0,2}}"
        ),
        is_person,
        probe=probed(
            r"(?-i:(?:^|[^\w.-])(?:Mr|Mrs|Ms|Mx|Miss|Mme|Mlle|Herrn?|Frau|Se\u00f1ora?|Signora?|Sra?|Dr"
            r"|Prof)\.? [A-Z\u00c0-\u00de])"
        ),
    ),
    # Dear Ada Lovelace,
    Rule(
        "name",
        (),
        Shape(
            r"(?P<kept>\b(?:Dear|Hello|Hi|Bonjour|Hola|Ciao|Hallo|Liebe[r]?|Sehr geehrte[r]?|Estimad[oa]|Caro|Cara"
            r"|Prezad[oa]|Beste|Geachte|K\u00e6re|Hej)"
            rf"(?: (?:Mr|Mrs|Ms|Dr|Herr|Frau|Mme|M|Sr|Sra)\.?)? ){FRESH}{_CAPITAL}(?: {_CAPITAL}){{0,2}}(?=[,!])"
        ),
        is_person,
        probe=r"(?:dear|hello|hi|bonjour|hola|ciao|hallo|lieber?|geehrter?|estimad[oa]|car[oa]|prezad[oa]|beste"
        r"|geachte|hej) (?-i:[A-Z])[^\n,!]{1,60}[,!]",
    ),
)
SURE_NAME = re.compile(rf"(?:^|[._-])(?:{_SURE})$", re.IGNORECASE)
