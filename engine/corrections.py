"""A correction in an administrator's reply: "ok mais quantité 6000", "prix 0,48 dh HT, livraison le 20 mars", "ligne 2 quantité 500".

Read as strictly as a yes: every clause is a field with its new value or a word that says nothing. A condition, a question or
anything else makes it no correction, and a person is asked again.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from core.case import Case
from core.directive import Directive, FactSpec
from core.message import Message
from core.reading import Evidence, Fact, FactValue
from core.rows import rows_of, rows_spec
from engine.typed import Unreadable, field_of, new_value
from processors.facts_dates import date_spans, find_date, plain_text
from processors.facts_places import is_place

#: The longest reply that is looked at.
_LONGEST = 600
_CLAUSE = re.compile(r"[;\n!]|,(?!\d)|\.(?=\s|$)|\s(?:et|mais|and|but|puis)\s", re.IGNORECASE)
_HARMLESS = re.compile(
    r"(?:\W*(?:ok|okay|oui|yes|dac|d'accord|d’accord|bon|bonjour|bonsoir|salut|hello|hi|merci|thanks|svp|stp|please|cordialement|mais|but|"
    r"plutot|correction|corriger|corrigez|a corriger|attention|je corrige|avec|et|and|no|non pas|cdt|bien a vous)\W*){1,4}"
)
_CONDITION = re.compile(
    r"\?|\b(?:si|if|sauf|unless|condition|reserve|provided|sinon|otherwise|peut-etre|maybe|environ|about|ou|or|au lieu|instead|pas|not|"
    r"verifier|voir|demander|attendre|quand|when|apres|after|des que)\b"
)
_POLITE = re.compile(r"\s+(?:merci(?: beaucoup)?|svp|stp|please|thanks|thank you|cordialement|cdt|plutot)\W*$")
_ADDRESS = re.compile(r"\b(?:adresse|address|lieu)\b")
_LINE = re.compile(r"\W*(?:ligne|line)\s*(?:n\s*°\s*)?(?P<n>\d{1,3})\s*[:,-]?\s*")
_JOIN = re.compile(r"\s*(?:=|:|->|→|est|sera|doit etre|is|should be|to be|a|à|de|to|plutot|passe a|au)?\s+|\s*[:=]\s*")
_ARTICLE = re.compile(r"\W*(?:la|le|les|l'|l’|the|une?|pour la|pour le)?\s*")


def read_corrections(message: Message, case: Case, directive: Directive, now: datetime) -> tuple[Fact, ...]:
    """What the reply puts in the place of facts of the case, () when it is not plainly that. Never raises."""
    text = message.text.strip()
    if not text or len(text) > _LONGEST or not message.confident:
        return ()
    plain = plain_text(text)
    if _CONDITION.search(plain):
        return ()
    day = (message.date or now).astimezone(ZoneInfo(directive.zone)).date()
    found: list[Fact] = []
    start = 0
    for cut in [*_CLAUSE.finditer(text), None]:
        end = cut.start() if cut is not None else len(text)
        clause = text[start:end]
        if clause.strip() and not _HARMLESS.fullmatch(plain[start:end]):
            fact = _correction(clause, start + message.text.find(text), case, directive, day)
            if fact is None:
                return ()
            found.append(fact)
        start = cut.end() if cut is not None else end
    return tuple(found) if len({f.name for f in found}) == len(found) else ()


def _correction(clause: str, at: int, case: Case, directive: Directive, day: date) -> Fact | None:
    plain = plain_text(clause)
    begin, line = 0, ""
    if (named := _LINE.match(plain)) is not None:
        begin, line = named.end(), named["n"]
    begin = max(begin, _article(plain, begin))
    rows = rows_spec(directive)
    several = rows is not None and len(rows_of(case.facts, directive)) > 1
    for spec, label in _labels(directive):
        if not plain.startswith(label, begin) or plain[begin + len(label) : begin + len(label) + 1].isalnum():
            continue
        column = rows is not None and spec.name in rows.columns
        if several and column and not line and not spec.derive:
            return None  # which of the lines?
        if line and not (column and rows is not None):
            return None
        joined = _JOIN.match(plain, begin + len(label))
        after = joined.end() if joined else begin + len(label)
        ending = _POLITE.search(plain, after)
        written = clause[after : ending.start() if ending else len(clause)].strip(" .")
        name = f"{rows.name}.{line}.{spec.name}" if line and rows is not None else spec.name
        field, held = field_of(case, directive, name)
        if field is None:
            return None
        value = _value(directive, spec, label, written, held.value if held is not None else None, day)
        if value is None:
            continue
        literal = clause.strip()
        return Fact(name, value, (Evidence("text", literal, at + clause.find(literal)),), 1.0, "person")
    return None


def _article(plain: str, begin: int) -> int:
    found = _ARTICLE.match(plain, begin)
    return found.end() if found is not None else begin


def _labels(directive: Directive) -> list[tuple[FactSpec, str]]:
    """How people call a field: its name, its label, the first word of that; the longest first."""
    found: dict[tuple[str, str], FactSpec] = {}
    for spec in directive.facts:
        if spec.type in ("files", "rows"):
            continue
        for label in (spec.name.replace("_", " "), *spec.label.values()):
            whole = plain_text(label)
            words = whole.split()
            last = [words[-1]] if len(words) > 1 and len(words[-1]) > 3 else []
            for name in (whole, words[0], *last):
                found.setdefault((spec.name, name), spec)
    return sorted(((spec, label) for (_, label), spec in found.items()), key=lambda p: -len(p[1]))


def _value(
    directive: Directive, spec: FactSpec, label: str, written: str, before: FactValue | None, day: date
) -> FactValue | None:
    """The new value, None when the words are none of that kind: a label may be that of two facts ("livraison")."""
    if not written:
        return None
    if spec.type == "date":
        dated = find_date(written, day, ahead=True)
        if dated is not None and dated.spans[0][0] <= 8 and len(written) - dated.spans[0][1] <= 2:
            return dated.value
    if spec.type == "address" and not _ADDRESS.search(label) and (date_spans(written, day) or not is_place(written)):
        return None
    try:
        return new_value(directive, spec, written, before)
    except Unreadable:
        return None


_NO = re.compile(
    r"\W*(?:(?:bonjour|bonsoir|hello|hi|desole|sorry)\W+)?"
    r"(?P<no>(?:je |nous |on |commande |c'est |c’est )?"
    r"(?:rejete[es]?|rejette|rejetons|refuse[es]?|refusons|rejected|declined|rejet|refus|non))"
    r"\s*(?:[,.;:!\n–-]|\Z|car\b|parce\b|because\b)"
)
_YES = re.compile(
    r"\b(?:valide\w*|ok|oui|yes|accepte\w*|accord|approuve\w*|approve\w*|mais|but|si|if|sauf|plutot|modifi\w*|corrig\w*)\b|\?"
)


def read_rejection(message: Message) -> str:
    """The words of a plain no that may be followed by its reason: "rejeté, prix trop bas"; '' where it is anything else."""
    text = message.text.strip()
    plain = plain_text(text)
    found = _NO.match(plain)
    if found is None or len(text) > _LONGEST or not message.confident or message.automatic is not None:
        return ""
    return "" if _YES.search(plain, found.end()) else text[found.start("no") : found.end("no")]
