"""What an administrator's reply says of facts that he judges: "ok mais quantité 6000", "prix 0,48 dh HT, livraison le 20 mars",
"je valide avec quantité 6000", "non, motif : rupture de stock", "retirez la ligne 2".

Read as strictly as a yes: every clause is a field with its new value or a word that says nothing. A condition, a question or
anything else makes it no correction, and a person is asked again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from core.case import Case
from core.directive import Directive, FactSpec
from core.message import Message
from core.reading import Evidence, Fact, FactValue, Verdict
from core.rows import rows_of, rows_spec
from engine.relining import read_lines
from engine.typed import Unreadable, field_of, new_value
from processors.analyze import facts_of
from processors.facts_date_choice import find_date
from processors.facts_dates import date_spans, plain_text
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


#: Validation in so many words, before the fields that it holds for: "je valide avec …". "ok" only announces a correction, and
#: "je valide le prix de …" says yes to a part.
_REFERENCE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{8}\b")
_VALIDATES = re.compile(
    r"\W*(?:(?:ok|oui|yes|bonjour|bonsoir|salut|hello|hi)\W+){0,2}"
    r"(?P<yes>(?:je |nous |on |c'est |c’est |c |cest |commande |i |we )?"
    r"(?:valide[es]?|validons|approuve[es]?|approuvons|approved?|validated?))"
    r"(?:\s+(?:la|cette|the|this)\s+(?:commande|order))?(?:\s*(?:avec|with|en corrigeant)\b\s*|\s*:\s*|\W*\Z)"
)


def read_judgement(
    message: Message, case: Case, directive: Directive, verdict: Verdict, now: datetime
) -> tuple[Verdict, tuple[Fact, ...]]:
    """(how the reply decides, what it corrects) of an administrator who judges facts. Never raises.

    A number beside a yes is never a price here, for nobody sets one: it says that something else is meant, and the yes is none. A
    correction is a yes to the corrected facts only where it says so in so many words. Where it decides nothing for a part of it, the
    evidence is that part.
    """
    changes, yes, lines, unread = _corrections(message, case, directive, now)
    if lines and not changes:
        # A line that is to go, said in a way that is not plain, is no refusal of all.
        return replace(verdict, answer="unclear", amount=None, evidence=""), ()
    if verdict.answer == "refuse" and not lines:
        return verdict, ()
    if changes:
        return replace(verdict, answer="approve" if yes else "unclear", amount=None, evidence=yes), changes
    if verdict.answer == "approve" and not any(c.isalnum() for c in message.text):
        # A reaction of a telephone, "👍", says as often that it was seen.
        return replace(verdict, answer="unclear", evidence=""), ()
    if verdict.answer == "approve" and (verdict.amount is not None or _tells(message, case, directive, now)):
        return replace(verdict, answer="unclear", amount=None, evidence=unread or verdict.evidence), ()
    return (replace(verdict, evidence=unread) if verdict.answer == "unclear" and unread else verdict), ()


def _tells(message: Message, case: Case, directive: Directive, now: datetime) -> bool:
    """Whether something beside a yes may be about the facts: a number, or what would be read as a fact in a request."""
    own = re.sub(re.escape(case.ref), "", message.text, flags=re.IGNORECASE)
    # A reference of another request may be of letters alone.
    if any(c.isdigit() for c in own) or _REFERENCE.search(own):
        return True
    said = _worded(own)
    words = (w.text for spec in directive.facts for w in (*spec.words, *(w for choice in spec.choices for w in choice.words)))
    named = any(word.strip() and word in said for word in map(_worded, words))
    return named or bool(facts_of(replace(message, text=own), directive, now=now))


def _worded(text: str) -> str:
    """The words alone, folded, a blank around each."""
    return " " + "".join(f"{word} " for word in re.findall(r"[^\W_]+", plain_text(text)))


def _corrections(message: Message, case: Case, directive: Directive, now: datetime) -> tuple[tuple[Fact, ...], str, bool, str]:
    """(what the reply puts in the place of facts of the case, () when it is not plainly that; the words that validate them, or '';
    whether it speaks of lines to be added or taken away; the part that is no field and no plain word, '' when that is all of it)."""
    text = message.text.strip()
    if not text or len(text) > _LONGEST or not message.confident:
        return (), "", False, ""
    offset = message.text.find(text)
    told = read_lines(message, text, offset, case, directive, now)
    if _CONDITION.search(plain_text(text)) or (told.asked and not told.facts):
        return (), "", told.asked, _part(text, lambda plain: _CONDITION.search(plain) is not None)
    text = told.rest
    plain = plain_text(text)
    day = (message.date or now).astimezone(ZoneInfo(directive.zone)).date()
    found: list[Fact] = []
    yes = ""
    start = 0
    for cut in [*_CLAUSE.finditer(text), None]:
        end = cut.start() if cut is not None else len(text)
        if (said := _VALIDATES.match(plain[start:end])) is not None:
            yes = yes or text[start + said.start("yes") : start + said.end("yes")]
            start += said.end()
        clause = text[start:end]
        # « non, retirez la ligne 2 » says no to the line.
        no_more = bool(told.facts) and plain[start:end].strip(" .,") == "non"
        if clause.strip() and not no_more and not _HARMLESS.fullmatch(plain[start:end]):
            fact = _correction(clause, start + offset, case, directive, day)
            if fact is None:
                part = clause.strip(" \t\n.,")
                return (), "", told.asked, part if part != text.strip(" \t\n.,") else ""
            found.append(fact)
        start = cut.end() if cut is not None else end
    found += told.facts
    twice = len({f.name for f in found}) != len(found)
    return ((), "", told.asked, "") if twice else (tuple(found), yes, told.asked, "")


def _part(text: str, holds: Callable[[str], bool]) -> str:
    """The first clause of which that is true, as written; '' when there is none or no other."""
    parts = [p.strip(" \t\n.,") for p in _CLAUSE.split(text)]
    found = next((p for p in parts if p and holds(plain_text(p))), "")
    return found if sum(bool(p) for p in parts) > 1 else ""


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


#: Behind the name of a date « le 18/12 » is a day, the next of that name.
_DAY_AND_MONTH = re.compile(r"(?:(?:le|pour le|au|du|on|the) )?(?P<day>\d{1,2})(?P<by>[/.])(?P<month>\d{1,2})", re.IGNORECASE)


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
        if (short := _DAY_AND_MONTH.fullmatch(written)) is not None:
            written = f"{written}{short['by']}{day.year + ((int(short['month']), int(short['day'])) < (day.month, day.day))}"
        dated = find_date(written, day, ahead=True)
        if dated is not None and dated.spans[0][0] <= 8 and len(written) - dated.spans[0][1] <= 2:
            return dated.value
    if spec.type == "reference" and not any(c.isdigit() for c in written):
        return None  # "le client préfère …" is none
    if spec.type == "address" and not _ADDRESS.search(label) and (date_spans(written, day) or not is_place(written)):
        return None
    try:
        return new_value(directive, spec, written, before)
    except Unreadable:
        return None


def decides(message: Message) -> bool:
    """Whether a message begins with a decision in so many words, whatever else stands beside it: "je valide la commande …"."""
    plain = plain_text(message.text.strip()[:_LONGEST])
    return message.confident and message.automatic is None and bool(_DECISION.match(plain))


_DECISION = re.compile(
    r"\W*(?:(?:ok|oui|yes|non|no|bonjour|bonsoir|salut|hello|hi)\W+){0,3}(?:je |nous |on |i |we |c'est |c’est )?"
    r"(?:valide[es]?|validons|approuve[es]?|approuvons|approved?|validated?|rejete[es]?|rejette|rejetons|refuse[es]?|refusons|rejected|"
    r"declined?)\b(?!\W*\?)"
)
_NO = re.compile(
    r"\W*(?:(?:bonjour|bonsoir|hello|hi|desole|sorry)\W+)?"
    r"(?P<no>(?:je |nous |on |commande |c'est |c’est )?"
    r"(?:rejete[es]?|rejette|rejetons|refuse[es]?|refusons|rejected|declined|rejet|refus|non))"
    r"\s*(?:[,.;:!\n–-]|\Z|car\b|parce\b|because\b)"
)
#: So short a word is a no where its reason stands beside it: "no, reason: out of stock".
_NO_ENGLISH = re.compile(r"\W*(?:(?:hello|hi|sorry)\W+)?(?P<no>no)\s*[,.;:!\n–-]")
_YES = re.compile(
    r"\b(?:valide\w*|ok|oui|yes|accepte\w*|accord|approuve\w*|approve\w*|mais|but|si|if|sauf|plutot|modifi\w*|corrig\w*)\b|\?"
)


#: What a reply marks as to be told: "motif : …". Words beside a no that are not marked stay with us.
_REASON = re.compile(r"\b(?:motif|raison|reason)\s*:\s*")
#: A point that is none of "M. Tazi", "réf. 12" or "no. 5"; a line that a sentence does not go on in: it goes on in the next one where
#: a program has broken a long line.
_REASON_ENDS = re.compile(r"(?P<before>[^\W\d_]*)(?P<point>\.)(?=\s+(?P<number>\d)?)|(?<=[!?…])\s|\n\s*(?=\n|[^a-zà-ÿ(])|\n")
_ABBREVIATED = frozenset(
    "m mm mr mrs ms mme mlle dr me st ste ref réf art n no nb env qte qté tel tél av bd cf ex p pp fact cde".split()
)
_BROKEN = 50
_DECIDES = re.compile(r"\b(?:je|nous|on|i|we) (?:valide|validons|accepte|acceptons|approuve|approuvons|approve|accept)\b|\?")


def read_rejection(message: Message) -> str:
    """The words of a plain no that may be followed by its reason: "rejeté, prix trop bas"; '' where it is anything else."""
    text = message.text.strip()
    plain = plain_text(text)
    marked = _REASON.search(plain)
    found = _NO.match(plain) or (_NO_ENGLISH.match(plain) if marked is not None else None)
    if found is None or len(text) > _LONGEST or not message.confident or message.automatic is not None:
        return ""
    end = marked.start() if marked is not None else len(plain)
    if _YES.search(plain, found.end(), end) or _DECIDES.search(plain, end):
        return ""
    return text[found.start("no") : found.end("no")]


def read_reason(message: Message) -> str:
    """What the reply marks as the reason to be told to the customer: one sentence, which a broken line goes on with; '' where it marks
    none. What comes behind it may be for us."""
    found = _REASON.search(plain_text(message.text)) if message.confident and message.automatic is None else None
    if found is None:
        return ""
    said = message.text[found.end() :].strip()
    ahead = found.end() - (message.text.rfind("\n", 0, found.end()) + 1)
    return " ".join(said[: _reason_end(said, ahead)].split())[:_LONGEST]


def _reason_end(said: str, ahead: int) -> int:
    """Where the first sentence ends, before which ``ahead`` characters stand in its line. In doubt it is the shorter one: what is behind
    it may be for us."""
    for end in _REASON_ENDS.finditer(said):
        if end["point"] is None:
            begin = said.rfind("\n", 0, end.start()) + 1
            if end[0] == "\n" and end.start() - begin + (ahead if not begin else 0) >= _BROKEN:
                continue
            return end.start()
        word = end["before"].casefold()
        if word not in _ABBREVIATED and len(word) != 1 and not (end["number"] and len(word) < 5):
            return end.start("point")
    return len(said)
