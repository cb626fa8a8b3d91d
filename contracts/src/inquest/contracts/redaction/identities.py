"""Numbers that states, doctors and insurers give to people, dates of birth, where a label says so."""

import re

from inquest.contracts.redaction.accounts import BARE, EDGE, TAGGED
from inquest.contracts.redaction.people import SIGNED
from inquest.contracts.redaction.rules import Rule, Shape
from inquest.contracts.redaction.words import FRESH, QUOTE, probed

_SURE = (
    r"(?:ssn|social[ _.-]?(?:security|insurance)(?:[ _.-]?(?:number|no|num|nr))?|national[ _.-]?insurance|nino"
    r"|nhs[ _.-]?(?:number|no)"
    r"|cpf|cnpj|n?ir[ _]?insee"
    r"|(?:n[\u00b0\u00ba]|num[e\u00e9]ro)[ _.-]?(?:de[ _.-]?)?s[e\u00e9]curit[e\u00e9][ _.-]?sociale"
    r"|num[e\u00e9]ro[ _]fiscal|dni|codice[ _.-]?fiscale"
    r"|seguridad social|seguro social|nif|curp|cuil|cuit|c[e\u00e9]dula|carteira de identidade|tessera sanitaria"
    r"|carta d'identit\u00e0"
    r"|aadhaa?r|uidai|pan[ _.-](?:number|no|card)|voter[ _.-]?id|personnummer|personnr|f\u00f8dselsnummer|fodselsnummer"
    r"|cpr[ _.-]?(?:number|nummer|nr)|kennitala|pesel|henkil\u00f6tunnus|henkilotunnus|hetu|isikukood|asmens kodas"
    r"|personas kods"
    r"|bsn|burgerservicenummer|rijksregisternummer|num\u00e9ro national|ahv[ _.-]?(?:nummer|nr)|avs[ _.-]?(?:num"
    r"|no|nr)\w*|rodn[e\u00e9][ _.-]?\u010d?c?[i\u00ed]slo"
    r"|sz\u00fcmetesi|szem\u00e9lyi sz\u00e1m|taj[ _.-]?sz\u00e1m|cnp|jmbg|em\u0161o|oib|egn|amka|tc[ _.-]?kimlik"
    r"|kimlik[ _.-]?no|tckn|snils"
    r"|sa[ _.-]?id[ _.-]?(?:number|no)|nik|emirates[ _]id|iqama|personal[ _.-]?(?:code|id)|citizen[ _.-]?id"
    r"|resident[ _.-]?id|insurance[ _.-]?id|national[ _.-]?id(?:entity|entification)?|identity[ _.-]?(?:card"
    r"|number"
    r"|no|document)"
    r"|(?:gov(?:ernment)?|citizen|person(?:al)?|resident|civil)[ _.-]?(?:id|identity|code)[ _.-]?(?:number|no)"
    r"|id[ _.-]?card[ _.-]?(?:number|no)|south[ _.-]african[ _.-]id"
    r"|passport|pass?eport|pasaporte|passaporto|paspoort|reisepass|passnummer|pasnummer|paszport\w{0,2}"
    r"|personalausweis|ausweis"
    r"|driv(?:er'?s?|ing)[ _.-]?licen[cs]e|dr?l[ _.-]number|f\u00fchrerschein|fuehrerschein|permis de conduire"
    r"|licencia de conducir"
    r"|patente di guida|rijbewijs|prawo jazdy|medical[ _.-]?record|mrn|patient[ _.-]?(?:number|no|id)"
    r"|health[ _.-]?(?:card|insurance|plan)"
    r"|medicare|medicaid|versichertennummer|krankenversicherung\w*|insurance[ _.-]?(?:number|no)"
    r"|steuer[ _.-]?(?:id|nummer|identifikationsnummer)"
    r"|licen[cs]e[ _.-]?(?:number|no)|sozialversicherungs\w{0,8}|rentenversicherungs\w{0,8}"
    r"|tax[ _.-]?(?:payer[ _.-]?)?(?:id|number|no|file[ _.-]?number|identification)|taxpayer|itin|tfn"
    r"|alien[ _.-]?(?:registration|number)"
    r"|\u0441\u043d\u0438\u043b\u0441|\u0438\u043d\u043d|\u043f\u0430\u0441\u043f\u043e\u0440\u0442\w{0,2}"
    r"|\u0456\u043f\u043d|\u0440\u043d\u043e\u043a\u043f\u043f|\u0435\u0433\u043d|\u03b1\u03bc\u03ba\u03b1"
    r"|\u03b1\u03c6\u03bc"
    r"|\u8eab\u4efd\u8bc1|\u8eab\u5206\u8b49|\u62a4\u7167|\u8b77\u7167|\u30de\u30a4\u30ca\u30f3\u30d0\u30fc"
    r"|\u500b\u4eba\u756a\u53f7|\u65c5\u5238|\uc8fc\ubbfc\ub4f1\ub85d|\uc5ec\uad8c"
    r"|\u05ea\u05e2\u05d5\u05d3\u05ea \u05d6\u05d4\u05d5\u05ea"
    r"|\u0631\u0642\u0645 \u0627\u0644\u0647\u0648\u064a\u0629"
    r"|\u0627\u0644\u0631\u0642\u0645 \u0627\u0644\u0642\u0648\u0645\u064a|\u062c\u0648\u0627\u0632"
    r"|\u0622\u0927\u093e\u0930|\u0906\u0927\u093e\u0930|c\u0103n c\u01b0\u1edbc|cccd|cmnd)"
)
_PASSPORT = (
    r"(?:passport|pass?eport|pasaporte|passaporto|paspoort|reisepass|passnummer|pasnummer|paszport\w{0,2}"
    r"|personalausweis|ausweis)"
)
_DIGITS_MIN = 4
# Words of other meanings, which are labels in capital letters before a number of the right form alone.
_SHORT = r"(?-i:SIN|TIN|EIN|RUT|NIE|RFC|NIP|REGON|NIR|RG|INN|TAJ|DL|PPSN|CNI|CIF|SVNR|CPR|IRD|NRIC|HKID|MyKad|VNR)"
_TAIL = (
    r"(?:[ _.-]?(?:numbers?|num|no|nr|nummer|n[\u00b0\u00ba]|id|code|card|kaart|\u53f7\u7801?|\u5b57\u53f7"
    r"|\u756a\u53f7|\ubc88\ud638))?\.?"
)
_NUMBER = (
    r"(?=(?-i:[A-Z]{1,3} )?[A-Z0-9.\-/]{0,12}\d)[A-Z0-9]{1,20}(?:[.\-/+][A-Z0-9]{1,12}){0,5}"
    r"(?:[ ](?-i:(?=[A-Z0-9.]{0,8}\d|[A-Z]\b)[A-Z0-9.-]{1,12})){0,8}"
)
_DATED = (
    r"(?:(?:date[ _.-]?of[ _.-]?)birth(?:[ _.-]?date)?|birth[ _.-]?(?:date|day)|dob|bday|d\.o\.b\.|born(?:[ _.-]on)?"
    r"|geburtsdatum|geburtstag"
    r"|geb\.(?: ?dat\.?)?|geboren(?: am)?|n[\u00e9e]e? le|nacid[oa] el|nat[oa] il|date[ _.-]?de[ _.-]?naissance"
    r"|fecha[ _](?:de[ _])?nacimiento|data[ _]di[ _]nascita|data[ _](?:de[ _])?nascimento|geboortedatum"
    r"|f\u00f6delsedatum|f\u00f8dselsdato|syntym\u00e4aika|data[ _]urodzenia|datum[ _]narozen\u00ed"
    r"|sz\u00fclet\u00e9si d\u00e1tum|data na\u0219terii|do\u011fum tarihi"
    r"|\u0434\u0430\u0442\u0430 (?:\u0440\u043e\u0436\u0434\u0435\u043d\u0438\u044f"
    r"|\u043d\u0430\u0440\u043e\u0434\u0436\u0435\u043d\u043d\u044f)"
    r"|\u03b7\u03bc\u03b5\u03c1\u03bf\u03bc\u03b7\u03bd\u03af\u03b1 \u03b3\u03ad\u03bd\u03bd\u03b7\u03c3\u03b7\u03c2"
    r"|\u51fa\u751f\u65e5\u671f|\u751f\u5e74\u6708\u65e5|\u751f\u65e5|\uc0dd\ub144\uc6d4\uc77c"
    r"|\u062a\u0627\u0631\u064a\u062e \u0627\u0644\u0645\u064a\u0644\u0627\u062f"
    r"|\u05ea\u05d0\u05e8\u05d9\u05da \u05dc\u05d9\u05d3\u05d4|ng\u00e0y sinh|tanggal lahir)"
)
_DATE = (
    r"(?:\d{1,4}(?:[-/. ]{1,2}\w{1,9}[-/., ]{1,2}|\u5e74\d{1,2}\u6708)\d{1,4}\u65e5?|\d{8}(?!\d)"
    r"|[A-Z][a-z]{2,8} \d{1,2},? \d{4})"
)


def _is_number(value: str) -> bool:
    version = re.fullmatch(r"v?\d{1,3}(?:\.\d{1,3}){2,3}", value)
    grouped = re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,3}", value)
    return (version is None or grouped is not None) and sum(map(str.isdigit, value)) >= _DIGITS_MIN


def has_identity(value: str) -> bool:
    """Whether it may be such a number or a date: not a version, nor a machine's address."""
    return re.search(r"://|\b\d{1,3}(?:\.\d{1,3}){3}\b|:\d{4,5}$", value) is None and _is_number(value)


_IS = r"(?:(?<= is)|(?<= was)|(?<= ist)|(?<= est)|(?<= es))[ ]"
IDENTITIES = (
    Rule(
        "identity",
        (),
        Shape(
            rf"(?P<kept>(?P<tagged>{TAGGED})?(?<![/=]){EDGE}(?P<bare>{BARE})?{_SURE}{_TAIL}"
            rf"(?P<walked>(?:[ ](?!\w{{1,24}}=)[^\W\d]{{1,16}}){{1,3}}?)??"
            rf"(?:{SIGNED}|(?(tagged)>|(?!))|(?(bare)(?(walked){_IS}|[ ]{{1,2}}#?)|(?!)))(?:{QUOTE})?)"
            rf"{FRESH}{_NUMBER}(?!\w|\.\d| ?(?:[mu]?s|seconds?|minutes?|times|bytes|rows|records|requests)\b)",
            re.IGNORECASE,
        ),
        _is_number,
        probe=probed(rf"{_SURE}[^\n\d]{{0,40}}\d"),
    ),
    Rule(
        "identity",
        (),
        Shape(
            rf"(?P<kept>(?<![A-Za-z0-9-]){_SHORT}{_TAIL}(?:[ ]?[:=#][ ]?|[ ])(?:{QUOTE})?){FRESH}"
            r"(?=[A-Z0-9.-]{8})(?=(?:[.-]?[A-Z0-9]){8,14}(?![\w.-]))(?:[A-Z]{1,4}[.-]?)?\d[\d.-]{3,13}(?:"
            r"[A-Z0-9]{1,4})?(?![\w-])",
        ),
        _is_number,
        probe=probed(rf"{_SHORT}[^\n\d]{{0,12}}\d"),
    ),
    Rule(
        "identity",
        (),
        Shape(
            rf"(?P<kept>(?P<tagged>{TAGGED})?{EDGE}{_DATED}(?:{SIGNED}|(?(tagged)>|(?!))|[ ](?:is |on )?)"
            rf"(?:{QUOTE})?){FRESH}{_DATE}",
            re.IGNORECASE,
        ),
        probe=probed(rf"{_DATED}[^\n]{{1,16}}\d"),
    ),
    # Of a passport two digits suffice, behind no more than three letters: WARD12AB is none.
    Rule(
        "identity",
        (),
        Shape(
            rf"(?P<kept>(?i:(?P<tagged>{TAGGED})?(?<![/=]){EDGE}{_PASSPORT}{_TAIL}"
            rf"(?:{SIGNED}|(?(tagged)>|(?!))|[ ]is[ ])(?:{QUOTE})?)){FRESH}(?=[A-Z]{{0,3}}\d)[A-Z0-9]{{8,9}}(?![\w.-])"
        ),
        lambda value: sum(map(str.isdigit, value)) >= 2,
        probe=probed(rf"{_PASSPORT}[^\n\d]{{0,40}}\d"),
    ),
    # A card of identity, whose label is that of a layout too; an Irish number has its letters behind.
    Rule(
        "identity",
        ("card", "pps"),
        Shape(
            rf"(?P<kept>(?i:(?<![A-Za-z0-9.-])id[ _]?card(?:{QUOTE})?[ ]?[:=][ ]?(?:{QUOTE})?))"
            rf"{FRESH}(?!20[0-3]\d{{5}}(?!\d))\d{{8,18}}X?(?!\w|\.\d)"
            rf"|(?P<kept_too>(?i:(?<![A-Za-z0-9])pps[ _.-]?(?:number|no)(?:{QUOTE})?[ ]?[:=]?[ ]?(?:{QUOTE})?))"
            rf"{FRESH}\d{{7}}[A-W][A-IW]?(?!\w)"
        ),
    ),
    # In groups, as Canada and Australia print theirs; a Spanish one, whose label is a word of French too.
    Rule(
        "identity",
        (),
        Shape(
            rf"(?P<kept>\b(?:SIN|TFN|(?i:tax file number))[ ]?[:=#]?[ ]{{0,2}}){FRESH}"
            r"\d{3}[ -]\d{3}[ -]\d{3}(?![\w-])"
            rf"|(?P<kept_too>\b(?i:nie)[\"']?[:=][ ]?[\"']?){FRESH}[XYZ]-?\d{{7}}-?[A-Z]\b"
        ),
        probe=r"(?:sin|tfn|tax file number)[ :=#]{1,4}\d{3}[ -]\d{3}|nie[\"']?[:=][ \"']{0,2}[xyz]",
    ),
    # The lines of a passport that machines read, with the name.
    Rule(
        "identity",
        ("<<",),
        Shape(
            r"(?<![\w<])(?=[A-Z0-9]{0,30}<)(?=[A-Z0-9<]{0,40}<<)(?:[PIACV][A-Z<][A-Z]{3}[A-Z0-9<]{20,39}"
            r"|(?=[A-Z0-9<]{0,12}\d{6})[A-Z0-9][A-Z0-9<]{27,43})(?![\w])"
        ),
    ),
)
IDENTITY_NAME = re.compile(rf"(?:^|[._-])(?:{_SURE}{_TAIL}|{_DATED})$", re.IGNORECASE)
