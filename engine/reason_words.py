"""Why something was decided, in words for whoever reads: the journal keeps these sentences in French, as the core says them.

A sentence that has no English here is shown as it stands: names and customers' own words are never translated.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

from core.effects import WORDS as EFFECTS
from core.wording import MONTHS
from engine.case_labels import ACTS, STAGES, label

_KIND = re.compile(r"demande de type (.+) \(confiance (\d+) ?%\)\Z")
#: Stages and acts by the names that the core has for them.
_OLD = re.compile(r"étape : (?:\w+ → )?(\w+)\Z")
_ACT = re.compile(r"« (\w+) » de (.+?)(?: ne s'applique pas ici| : la demande est déjà (.+))\Z")
#: How a request was decided, as core.decided says it.
_DECIDED = re.compile(
    r"(?P<how>annulée|refusée|expirée|close|validée|acceptée)(?P<client> par le client)?"
    r"(?: le (?P<day>\d{1,2})(?:er)? (?P<month>\w+) (?P<year>\d{4}) à (?P<at>\d\d:\d\d))?(?: par (?P<who>.+))?\Z"
)
_HOW = {
    "annulée": "cancelled", "refusée": "rejected", "expirée": "expired", "close": "closed", "validée": "validated", "acceptée": "accepted",
}  # fmt: skip
#: What is parked, as the store names it.
_MESSAGE = re.compile(r"message de (.+) \((.*)\)\Z", re.DOTALL)
_BY = {" (courriel)": " (email)", " (WhatsApp)": " (WhatsApp)"}
_EFFECT = re.compile(r"\A(fait à l'extérieur : |à l'extérieur, « )([a-z]+\.[a-z_]+)")
_PLACE = re.compile(r"(\{\d\})")
FILE = Path(__file__).with_name("reasons_en.txt")
#: Where a sentence ends with the stage that a case is in.
_ENDS = re.compile(rf"(?<=\()({'|'.join(STAGES)})(?=\)\Z)")


@cache
def _rules() -> tuple[tuple[re.Pattern[str], str], ...]:
    """(a French sentence with what it names in groups, the English one)."""
    found = []
    lines = [line for line in FILE.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    for french, english in zip(lines[::2], lines[1::2], strict=True):
        parts = [f"(?P<p{part[1]}>.+?)" if _PLACE.fullmatch(part) else re.escape(part) for part in _PLACE.split(french)]
        found.append((re.compile("".join(parts)), english))
    return tuple(found)


def told(sentence: str, language: str) -> str:
    """The sentence for somebody who reads that language. Names of stages and acts inside it are said as the desk says them."""
    if found := _OLD.match(sentence):
        stage = label(STAGES, found[1])
        return f"maintenant : {stage['fr']}" if language == "fr" else f"now: {stage['en']}"
    if found := _ACT.match(sentence):
        act = label(ACTS, found[1])[language]
        if found[3]:
            stage = label(STAGES, found[3]) if found[3] in STAGES else {"fr": found[3], "en": _decided(found[3])}
            return (
                f"« {act} » de {found[2]} : la demande est déjà {stage['fr']}"
                if language == "fr"
                else f'"{act}" by {found[2]}: the request is already {stage["en"]}'
            )
        return (
            f"« {act} » de {found[2]} ne s'applique pas ici"
            if language == "fr"
            else f'"{act}" by {found[2]} does not apply here'
        )
    sentence = _EFFECT.sub(lambda found: found[1] + label(EFFECTS, found[2])[language], sentence)
    if language == "fr":
        return _ENDS.sub(_in("fr"), _KIND.sub(r"reconnue comme \1, sûre à \2 %", sentence))
    for pattern, english in _rules():
        if found := pattern.fullmatch(sentence):
            named = found.groupdict()
            text = "".join(named.get(f"p{part[1]}", "") if _PLACE.fullmatch(part) else part for part in _PLACE.split(english))
            return _ENDS.sub(_in("en"), text)
    return sentence


def parked(what: str, language: str) -> str:
    """What is parked, for somebody who reads that language: « envoyer un message (courriel) », "send a message (email)"."""
    if language == "fr":
        return what
    if found := _MESSAGE.match(what):
        return f"message from {found[1]} ({found[2]})"
    by = next((sign for sign in _BY if what.endswith(sign)), "")
    done = next((words["en"] for words in EFFECTS.values() if words["fr"] == what.removesuffix(by)), "")
    return done + _BY.get(by, "") if done else what


def _decided(said: str) -> str:
    """How a request was decided, in English; as it stands where it is said otherwise."""
    found = _DECIDED.match(said)
    if found is None:
        return said
    month = MONTHS["fr"].index(found["month"]) if found["month"] in MONTHS["fr"] else -1
    if found["day"] and month < 0:
        return said
    told = _HOW[found["how"]] + (" by the customer" if found["client"] else "")
    told += f" on {found['day']} {MONTHS['en'][month]} {found['year']} at {found['at']}" if found["day"] else ""
    return told + (f" by {found['who']}" if found["who"] else "")


def translated(sentence: str, language: str) -> bool:
    """Whether ``told`` says it in that language, or it stands in French."""
    return language == "fr" or told(sentence, language) != sentence


def _in(language: str) -> Callable[[re.Match[str]], str]:
    return lambda found: label(STAGES, found[1])[language]
