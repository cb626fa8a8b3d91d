"""What a reviewer stops at: lines whose loss takes a safeguard away, and lines that may hurt a busy program."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hazard:
    """`said` is the sentence for people, `mechanisms` the ways in which it hurts, likeliest first."""

    pattern: re.Pattern[str]
    said: str
    mechanisms: tuple[str, ...]
    weight: float


def _row(pattern: str, said: str, mechanisms: str, weight: float = 0.7) -> Hazard:
    return Hazard(re.compile(pattern, re.IGNORECASE), said, tuple(mechanisms.split()), weight)


def _lost(pattern: str, said: str, mechanisms: str, weight: float = 0.85) -> Hazard:
    return _row(pattern, said, mechanisms, weight)


GUARD = re.compile(
    r"\bif\b.*(?:\bnil\b|\bnull\b|\bNone\b|undefined|len\(|== *0|< *0|> *\w*[mM]ax|exists|empty|\bvalid\b|Before|After"
    r"|\bhas\w*\()|\bcatch\b|\bexcept\b|\?\.|\?\?|\?:|Optional|recover\(\)|leeway|tolerance",
)
# What a removed line used to guarantee.
SAFETY = (
    _lost(r"\block\(|\bunlock\(|synchronized|mutex|rlock", "it removes a lock", "concurrency"),
    _lost(
        r"\bconcurrent\w+|\bcopyonwrite|\batomic\w*|\bvolatile\b|threadlocal|sync\.map",
        "it gives up a type that threads can share",
        "concurrency",
    ),
    _lost(
        r"\.close\(|\.release\(|dispose\(|\bfinally\b|with open|using \(|using var|try \(|async with",
        "it no longer gives a resource back",
        "pool memory",
    ),
    _lost(r"withtimeout|withdeadline|settimeout|deadline|timeout *[:=(]", "it removes a time limit", "timeout"),
    _lost(r"cache\w*\.(?:get|load|fetch|lookup)|@cacheable|memoize|lru_cache", "it no longer asks the cache", "cache"),
    _lost(r"\blimit\b *[(\d:=$]|semaphore|sem *<-|<- *sem|ratelimit|limiter|acquire\(", "it removes a bound", "limit"),
    _lost(r"\back\(|\bcommit\(|\bnack\(", "it no longer acknowledges or commits", "messaging"),
    _lost(r"create (?:unique )?index|add index|\bindex\(", "it removes an index", "query"),
    _lost(
        r"backoff|jitter|circuit|breaker|fallback|\b(?:attempts?|retry|retries|tries) *<",
        "it removes a back-off, a fallback or the end of retries",
        "retry",
    ),
    _lost(r"\blru\b|evict|maxentries|expire|delete\(", "it no longer drops old entries", "memory"),
    _lost(r"^\s*(?:throw|raise)\b|\breturn (?:nil, )?err\b", "it keeps quiet about an error", "guard data", 0.65),
    _lost(r"\bis_?enabled\(|feature_?flags?|\bflags?\.\w+\(|variation\(", "it removes a switch", "feature"),
    _lost(r"(?<!return )\bawait ", "it no longer waits without blocking", "concurrency"),
    _lost(r"\bset\(\)|\bnew (?:Hash)?Set\b|HashSet<", "it searches where it used to look up", "cpu"),
)
# What an added line may do to a busy program.
RISKS = (
    _row(
        r"\.lock\(\)|synchronized|lock table|for update|with .*lock|advisory_lock|begin exclusive|\bserializable\b",
        "it takes a lock",
        "concurrency",
    ),
    _row(r"requires_new|requiresnew", "it opens a second transaction inside the first", "pool concurrency"),
    _row(r"(?-i:\w+Sync\(|\.Result\b|\.GetResult\(\)|runBlocking)|run_until_complete", "it blocks", "concurrency"),
    _row(
        r"drop column|drop table|rename column|rename to|alter column|modify column|change column|set not null"
        r"|add (?:column )?\w+ [^,;]*not null(?![^,;]*default)",
        "it alters what others read or write",
        "schema query",
    ),
    _row(r"drop index", "it removes an index", "query"),
    _row(
        r"add (?:constraint|foreign|check|unique|primary)|create (?:unique )?index(?! concurrently)",
        "it locks a table",
        "concurrency query",
    ),
    _row(r"\brevoke\b", "it takes a right away", "auth"),
    _row(r"kind: *networkpolicy|\bdeny\b|\bdenied\b", "it forbids traffic", "network"),
    _row(
        r"^\s*go \w|new thread\(|thread::spawn|task\.run\(|create_task\(",
        "it starts work that nobody waits for",
        "concurrency memory",
    ),
    _row(r"\bsleep\(|time\.after\(|thread\.sleep", "it waits", "timeout"),
    _row(r"while *\(?true|for *\{ *$|for *\(;;\)|while 1\b", "it loops without end", "cpu"),
    _row(
        r"(?:\)[+*]|\][+*])\)[+*]|(?=.*(?:regex|pattern|match|compile)).*\([^()]*[\])\w.][+*][^()]*\)[+*]",
        "it matches with a pattern that can backtrack without end",
        "cpu",
    ),
    _row(r"\bpanic\(|os\.exit|sys\.exit|process\.exit", "it can end the process", "guard"),
    _row(r"[\w)\]]!!|\.unwrap\(\)", "it takes for granted that a value is there", "guard"),
    _row(r"select \*(?!.*\blimit\b)", "it reads whole rows without a limit", "query"),
    _row(r"\blike +(?:lower\(|concat\()?'%", "it searches where no index helps", "query"),
    _row(r"pbkdf2|bcrypt|scrypt|argon2|deepcopy|permutations\(|combinations\(", "it adds costly computing", "cpu"),
    _row(r"\.to_?(?:list|array)\(\)\.", "it reads everything before it chooses", "query memory"),
    _row(r"readall\(|\.tolist\(\)|findall\(\)|fetchall\(", "it reads everything at once", "memory query"),
    _row(r"\bkey\b.*(?:\bnow\(|uuid|random|nanotime)", "no key is ever met again", "cache"),
)
# Steps that every request passes: their order is part of what they do.
PIPELINE = re.compile(r"\.use\w*\(|middleware|interceptor|add_?filter|before_?action", re.IGNORECASE)
# A held lock, transaction or pooled thing: what stands inside matters.
HELD = re.compile(
    r"\b(?:begin|commit|rollback|transaction|savepoint)\b|\bun?lock(?:ed)?\("
    r"|\b(?:with|acquire|release)\b.*(?:lock|mutex|conn|pool|sem)",
    re.IGNORECASE,
)
