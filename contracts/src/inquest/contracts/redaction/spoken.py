"""Passwords that are told in sentences of any language: a word for a password, some words about it, the value."""

import re
from collections.abc import Iterator

from inquest.contracts.redaction.columns import Spread
from inquest.contracts.redaction.words import is_mixed, is_told, probed

# Stems: what a language puts behind them may follow.
_STEMS = (
    r"passwor[td]|passwoerter|passw\u00f6rter|kennwort|kennw\u00f6rter|losungswort|zugangscode|zugangsdaten"
    r"|anmeldedaten"
    r"|identifiants|credencia(?:les|is)|credenziali|inloggegevens"
    r"|\u0443\u0447[\u0435\u0451]\u0442\u043d\S{2,6} \u0434\u0430\u043d\u043d"
    r"|mots? de passe|\bmdp\b|contrase[\u00f1n]a|contrasenya|contrasinal|\bclave (?:de|del|para)\b|\bclave(?=:| es\b)"
    r"|senha|palavra[- ]passe|parola|parolei|wachtwoord|wagwoord|has\u0142|haslo|haslem|\bhesl[oauey]"
    r"|\u043f\u0430\u0440\u043e\u043b|\u043b\u043e\u0437\u0438\u043d\u043a|lozink|zaporka|\u0161ifr[aue]\b"
    r"|\bgesl[oau]\b|jelsz[\u00f3a]"
    r"|slapta\u017eod|\bparol|parool|salas\u00f5na|salasana|l\u00f6senord|losenord|passord|adgangskode|kodeord"
    r"|lykilor\u00f0"
    r"|\u015fifre|\bsifre|fjal\u00ebkalim|pasahitz|cyfrinair|nenosiri|nywila"
    r"|\u0448\u0438\u0444\u0440[\u0430\u0435\u0443]|pasvorto|m\u1eadt kh\u1ea9u|mat khau"
    r"|kata sandi|kata laluan|\bsandi\b"
    r"|\u03ba\u03c9\u03b4\u03b9\u03ba|\u03c3\u03c5\u03bd\u03b8\u03b7\u03bc\u03b1\u03c4\u03b9\u03ba"
    r"|\u0643\u0644\u0645\u0629 (?:\u0627\u0644)?(?:\u0645\u0631\u0648\u0631|\u0633\u0631)"
    r"|\u0627\u0644\u0631\u0642\u0645 \u0627\u0644\u0633\u0631\u064a"
    r"|\u0631\u0645\u0632 (?:\u0639\u0628\u0648\u0631|\u0627\u0644\u0645\u0631\u0648\u0631)"
    r"|\u06af\u0630\u0631\u0648\u0627\u0698\u0647|\u067e\u0633\u0648\u0631\u062f"
    r"|\u067e\u0627\u0633 \u0648\u0631\u0688|\u05e1\u05d9\u05e1\u05de"
    r"|\u092a\u093e\u0938\u0935\u0930\u094d\u0921|\u0915\u0942\u091f\u0936\u092c\u094d\u0926"
    r"|\u09aa\u09be\u09b8\u0993\u09af\u09bc\u09be\u09b0\u09cd\u09a1"
    r"|\u09aa\u09be\u09b8\u0993\u09df\u09be\u09b0\u09cd\u09a1"
    r"|\u0b95\u0b9f\u0bb5\u0bc1\u0b9a\u0bcd\u0b9a\u0bca\u0bb2\u0bcd|\u0c2a\u0c3e\u0c38\u0c4d"
    r"|\u0aaa\u0abe\u0ab8\u0ab5\u0ab0\u0acd\u0aa1|\u0a2a\u0a3e\u0a38\u0a35\u0a30\u0a21|\u0caa\u0cbe\u0cb8\u0ccd"
    r"|\u0d2a\u0d3e\u0d38\u0d4d"
    r"|\u0e23\u0e2b\u0e31\u0e2a\u0e1c\u0e48\u0e32\u0e19|\u0ea5\u0eb0\u0eab\u0eb1\u0e94\u0e9c\u0ec8\u0eb2\u0e99"
    r"|\u1796\u17b6\u1780\u17d2\u1799\u179f\u1798\u17d2\u1784\u17b6\u178f\u17cb"
    r"|\u1005\u1000\u102c\u1038\u101d\u103e\u1000\u103a"
    r"|\u10de\u10d0\u10e0\u10dd\u10da|\u0563\u0561\u0572\u057f\u0576\u0561\u0562\u0561\u057c"
    r"|\u049b\u04b1\u043f\u0438\u044f\u0441\u04e9\u0437|\u043d\u0443\u0443\u0446 \u04af\u0433"
    r"|\u5bc6\u7801|\u5bc6\u78bc|\u53e3\u4ee4|\u30d1\u30b9\u30ef\u30fc\u30c9|\u6697\u8a3c\u756a\u53f7"
    r"|\ube44\ubc00\ubc88\ud638|\ube44\ubc88|\ud328\uc2a4\uc6cc\ub4dc|\uc554\ud638"
)
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff\uac00-\ud7af"  # scripts that put no spaces between words
)
_WORD = re.compile(
    rf"(?<!redacted:)(?<!redacted:url-)(?:{_STEMS})(?:(?<=[{_UNSPACED}])|(?-i:[^\W\d_A-Z]{{0,8}})(?![\w-]))",
    re.IGNORECASE,
)
_RUN = re.compile(r"[\x21-\x7e]{4,256}")
_FAR_CHARS = 120
# What says that the value is next; only spaces and quotes stand between.
_LINKED = re.compile(
    r"(?:[:=\uff1a\u2192>\u2013\u2014]|(?:^|[ ])-|(?:^|[^\w])(?:ist|lautet|war|wird|sei|jetzt|neu|est|sera|devient"
    r"|es|ser\u00e1|\u00e9|\u00e8|era"
    r"|sar\u00e0|is|was|luidt|wordt|jest|to|brzmi|je|zn\u00ed|este|e|on|\u00e4r|er|lyder|blev|van|lett|yra|ir"
    r"|m\u1edbi l\u00e0|l\u00e0|adalah|ialah"
    r"|olarak|oldu|\u03b5\u03af\u03bd\u03b1\u03b9|\u0441\u0435\u0433\u043e\u0434\u043d\u044f"
    r"|\u0442\u0430\u043a\u043e\u0439|\u0442\u0435\u043f\u0435\u0440\u044c|\u0435|\u0454|\u0647\u064a|\u0647\u0648"
    r"|\u05d4\u05d9\u05d0|\u05d4\u05d5\u05d0|\u0939\u0948|\u0627\u0633\u062a"
    r"|neni|ni|da|esta|hoy|now|auf|en|a|na|\u043d\u0430)"
    r"|\u662f|\u4e3a|\u70ba|\u6539\u6210|\u306f|\u3092|\uc740|\ub294|\uac00"
    r"|\u0e04\u0e37\u0e2d)[\s:]{0,3}[\s\"'`\u201c\u201e\u00ab\u300c\u2018*(\[]{0,4}$",
    re.IGNORECASE,
)
_ENGLISH = re.compile(r"passwords?", re.IGNORECASE)
_WRAPS = " \"'`*(:\uff1a"
_VALUE_CHARS_MIN = 4
_NOT_ONE = re.compile(
    r"(?i:\w+://.*|[\w.+-]+@[\w-]+\.[\w.-]+|[\w.-]+=.*|[\w.-]+\.\w{2,6}(?::\d+)?|/.*|[\w.-]+/[\w./-]+|[A-Z]+-\d+"
    r"|\d+[a-z%]{0,4}"
    r"|.*[({\[<]\w*[)}\]>]?.*|v?\d+(?:[.:-]\d+)+\w*|[0-9a-f-]{32,})"
)


def _places(text: str) -> Iterator[tuple[int, int]]:
    done = 0
    for word in _WORD.finditer(text):
        if word.end() >= done and (found := _next_value(text, word)):
            yield found
            done = found[1]


def _next_value(text: str, word: re.Match[str]) -> tuple[int, int] | None:
    end = text.find("\n", word.end())
    end = min(len(text) if end < 0 else end, word.end() + _FAR_CHARS)
    english = _ENGLISH.fullmatch(word[0]) is not None
    for run in _RUN.finditer(text, word.end(), end):
        if "redacted:" in run[0]:
            return None
        bare = run[0].strip("\"'`,;:=*")
        bare = bare.strip("()[].") if bare.startswith(("(", "[")) else bare.rstrip(".)]")
        between = text[word.end() : run.start()]
        linked = _LINKED.search(between) is not None
        if english and not linked:  # the rules of English words know better
            continue
        told = is_told if not english and (linked or not between.strip(_WRAPS)) else is_mixed
        if len(bare) >= _VALUE_CHARS_MIN and told(bare) and not _NOT_ONE.fullmatch(bare):
            start = run.start() + run[0].index(bare)
            return start, start + len(bare)
    return None


SPOKEN = (
    Spread("password", (), re.compile(""), probe=probed(rf"(?:{_STEMS})").replace(r"(?=:| es\b)", ""), places=_places),
)
