"""Words by which cases and people are found: folded, then known by keyed hash alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from core.case import Case, Party
from store.base import Group, insert_new, many
from store.tables import words

#: Most words kept of one case or person, and most that a search looks for.
MOST, MOST_ASKED = 60, 8
#: Digits by which a number is known, however its country is written.
DIGITS = 9
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"[+(]?\d[\d\s().+/-]{5,}")


def case_words(case: Case) -> frozenset[str]:
    """Those of the case: its reference, the customer's names and addresses, its subject."""
    found = {case.ref.casefold(): None} | dict.fromkeys(_party(case.party))
    for address in case.people:
        found |= dict.fromkeys(_address(address))
    found |= dict.fromkeys(_plain(case.subject))
    return frozenset(list(found)[:MOST])


def party_words(party: Party) -> frozenset[str]:
    """Those of the person."""
    return frozenset(list(dict.fromkeys(_party(party)))[:MOST])


def asked_words(search: str) -> tuple[str, ...]:
    """What a search looks for: every one must be known."""
    text = fold(search[:500].strip())
    if _NUMBER.fullmatch(text):
        return (_number(text),)
    found: dict[str, None] = {}
    for token in text.split():
        if "@" in token.strip("@<>,;"):
            found[token.strip("<>,;\"'()")] = None
        elif _NUMBER.fullmatch(token):
            found[_number(token)] = None
        else:
            found |= dict.fromkeys(w for w in _WORD.findall(token) if len(w) > 1)
    return tuple(found)[:MOST_ASKED]


def fold(text: str) -> str:
    """Without accents and capitals."""
    if text.isascii():
        return text.casefold()
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def _party(party: Party) -> list[str]:
    return [*_address(party.email), *_address(party.phone), *_plain(party.name)]


def _address(address: str) -> list[str]:
    plain = fold(address.strip())
    if "@" in plain:
        local, _, domain = plain.rpartition("@")
        return [plain, domain, *_plain(local)]
    return [_number(plain)] if _NUMBER.fullmatch(plain) else []


def _plain(text: str) -> list[str]:
    return [w for w in _WORD.findall(fold(text[:1000])) if len(w) > 1]


def _number(text: str) -> str:
    return "".join(c for c in text if c.isdigit())[-DIGITS:]


class Words(Group):
    """Keeping words, and looking them up."""

    def _word(self, word: str) -> int:
        return int(self.keys.hash("word", word)[:15], 16)

    def _words_mark(self, known: frozenset[str]) -> int:
        """The same for the same words; tells nothing of them."""
        return int(self.keys.hash("words", "\n".join(sorted(known)))[:15], 16)

    def _keep_words(self, connection: Connection, kind: str, owners: Sequence[tuple[str, Iterable[str]]]) -> None:
        """Add the words of these owners; one that is no longer there still finds its owner."""
        rows = [{"word": self._word(w), "kind": kind, "owner": owner} for owner, known in owners for w in known]
        if rows:
            many(connection, insert_new(connection, words), rows)
